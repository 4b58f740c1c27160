"""The use cases of the log: the door through which the floors above come."""

from audit.services.checking import check_logs
from audit.services.checkpoints import (
    Growth,
    Refused,
    grown_logs,
    lacks_key,
    logs_left_unsigned,
    look_at_news,
    newest_checkpoint,
    publish_key,
    sign_growth,
    tree_of,
)
from audit.services.outside import accept_loss, compare, court_of_log, newest_checkpoints
from audit.services.reading import (
    LeafNote,
    PublishedKey,
    body_of,
    checkpoint_keys,
    hashes_of_kinds,
    leaf_at,
    leaf_count,
    leaves_from,
    leaves_hashed,
    leaves_in,
    leaves_of_case,
    leaves_of_kind,
    leaves_of_subject,
    log_keys,
    log_sizes,
    published_keys,
    receipt_keys,
    receipt_of,
    receipts_in,
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
from audit.services.witnessing import (
    Errand,
    Heard,
    LogWitnesses,
    Published,
    TroubledLog,
    WitnessNote,
    changed_alarms,
    errand_from,
    errands,
    name_witnesses,
    proof_of,
    published_checkpoint,
    record_alarm,
    size_signed_before,
    take_answers,
    troubled_logs,
    unnamed_logs,
    witnesses_of,
)

__all__ = [
    "COUNTED", "Act", "Errand", "FoundLeaves", "Growth", "Heard", "LeafNote", "LeafSearch", "LogWitnesses",
    "Published", "PublishedKey", "Refused", "TroubledLog", "WitnessNote", "WrittenLeaf", "accept_loss",
    "all_leaves", "body_of", "changed_alarms", "check_logs", "checkpoint_keys", "compare", "court_of_log",
    "errand_from", "errands", "find_leaves", "grown_logs", "has_log", "hashes_of_kinds", "is_exercise_log",
    "lacks_key", "leaf_at", "leaf_count", "leaves_from", "leaves_hashed", "leaves_in", "leaves_of_case",
    "leaves_of_kind", "leaves_of_subject", "log_keys", "log_of_court", "log_sizes", "logs_left_unsigned",
    "look_at_news", "name_witnesses", "newest_checkpoint", "newest_checkpoints", "open_log", "proof_of",
    "publish_key", "published_checkpoint", "published_keys", "receipt_keys", "receipt_of", "receipts_in",
    "record", "record_alarm", "record_all", "sign_growth", "size_signed_before", "take_answers", "tree_of",
    "troubled_logs", "unnamed_logs", "witnesses_of", "write_leaves",
]
