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

__all__ = [
    "Act", "LeafNote", "WrittenLeaf", "all_leaves", "body_of", "check_logs", "has_log", "hashes_of_kinds",
    "leaf_at", "leaf_count", "leaves_from", "leaves_hashed", "leaves_of_case", "leaves_of_subject",
    "log_sizes", "open_log", "receipt_keys", "receipt_of", "record", "record_all", "write_leaves",
]
