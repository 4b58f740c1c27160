"""Reading what happened: attempts of a sale, leaves of a log, and whether every chain holds."""

from evidence.services.comparing import Compared, compare_two
from evidence.services.exporting import Exported, export
from evidence.services.findings import (
    FindingPage,
    ShownFinding,
    findings_at,
    findings_of_court,
    findings_of_sale,
    mark_attempt,
    mark_leaf,
)
from evidence.services.outside import Folder, account, compare_all, compare_seen, refusal
from evidence.services.packing import Ended, Packed, Shelf, ended
from evidence.services.readings import Reading, ReadingPage, readings_of_court, readings_of_sale
from evidence.services.reconciling import rows_beside_leaves
from evidence.services.restoring import Accepted, accept_restore
from evidence.services.sales import (
    Happening,
    Shot,
    Wanted,
    check,
    drawn,
    happenings,
    moment_of,
    pace_of,
    sale_of_court,
    shots,
    wanted_shots,
)
from evidence.services.searching import PER_PAGE, LeafQuery, leaf_of, leaves
from evidence.services.verifying import Verified, verify

__all__ = [
    "PER_PAGE",
    "Accepted",
    "Compared",
    "Ended",
    "Exported",
    "FindingPage",
    "Folder",
    "Happening",
    "LeafQuery",
    "Packed",
    "Reading",
    "ReadingPage",
    "Shelf",
    "Shot",
    "ShownFinding",
    "Verified",
    "Wanted",
    "accept_restore",
    "account",
    "check",
    "compare_all",
    "compare_seen",
    "compare_two",
    "drawn",
    "ended",
    "export",
    "findings_at",
    "findings_of_court",
    "findings_of_sale",
    "happenings",
    "leaf_of",
    "leaves",
    "mark_attempt",
    "mark_leaf",
    "moment_of", "pace_of",
    "readings_of_court",
    "readings_of_sale",
    "refusal",
    "rows_beside_leaves",
    "sale_of_court",
    "shots",
    "verify",
    "wanted_shots",
]
