"""The use cases of the log: the door through which the floors above come."""

from audit.services.checking import check_logs
from audit.services.reading import (
    LeafNote,
    body_of,
    hashes_of_kinds,
    leaf_at,
    leaf_count,
    leaves_from,
    leaves_hashed,
    leaves_of_case,
    leaves_of_subject,
    log_sizes,
    receipt_keys,
    receipt_of,
)
from audit.services.recording import (
    Act,
    WrittenLeaf,
    all_leaves,
    has_log,
    open_log,
    record,
    record_all,
    write_leaves,
)
from audit.services.searching import (
    COUNTED,
    FoundLeaves,
    LeafSearch,
    find_leaves,
    is_exercise_log,
    log_of_court,
)

__all__ = [
    "COUNTED", "Act", "FoundLeaves", "LeafNote", "LeafSearch", "WrittenLeaf", "all_leaves", "body_of",
    "check_logs", "find_leaves", "has_log", "hashes_of_kinds", "is_exercise_log", "leaf_at",
    "leaf_count", "leaves_from", "leaves_hashed", "leaves_of_case", "leaves_of_subject", "log_of_court",
    "log_sizes", "open_log", "receipt_keys", "receipt_of", "record", "record_all", "write_leaves",
]
