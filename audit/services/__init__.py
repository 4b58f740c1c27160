"""The use cases of the log: the door through which the floors above come."""

from audit.services.checking import check_logs
from audit.services.checkpoints import (
    Growth,
    Refused,
    grown_logs,
    lacks_key,
    look_at_news,
    newest_checkpoint,
    proof_of,
    publish_key,
    sign_growth,
    tree_of,
)
from audit.services.outside import accept_loss, compare, court_of_log, newest_checkpoints
from audit.services.reading import (
    LeafNote,
    PublishedKey,
    body_of,
    hashes_of_kinds,
    leaf_at,
    leaf_count,
    leaves_from,
    leaves_hashed,
    leaves_of_case,
    leaves_of_kind,
    leaves_of_subject,
    log_sizes,
    published_keys,
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
    "COUNTED", "Act", "FoundLeaves", "Growth", "LeafNote", "LeafSearch", "PublishedKey", "Refused",
    "WrittenLeaf", "accept_loss", "all_leaves", "body_of", "check_logs", "compare", "court_of_log",
    "find_leaves", "grown_logs", "has_log",
    "hashes_of_kinds", "is_exercise_log", "lacks_key", "leaf_at", "leaf_count", "leaves_from",
    "leaves_hashed", "leaves_of_case", "leaves_of_kind", "leaves_of_subject", "log_of_court", "log_sizes",
    "look_at_news",
    "newest_checkpoint", "newest_checkpoints", "open_log", "proof_of", "publish_key", "published_keys",
    "receipt_keys", "receipt_of", "record", "record_all", "sign_growth", "tree_of", "write_leaves",
]
