"""Priority rights: who may be put before the panel, and how a right stands (AUC-19).

Nothing here ranks anybody: the order among several rights is the panel's decision (AUC-19.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from auction.errors import NotRunning
from auction.rules.lifecycle import SEALED, LotState
from cases.rules.words import IdKind, PartyRole
from kernel.errors import N_, InvalidInput

MOST_RANK: Final = 9
"""Orders beyond it are a slip of the finger; several people may share one (AUC-19.2)."""
HOLDERS: Final = (PartyRole.CO_OWNER, PartyRole.TENANT, PartyRole.PRIORITY_HOLDER)
"""As what somebody stands in the case who has a priority right; the public reads this word alone."""
KNOWN_BY: Final = frozenset({IdKind.RESIDENT_ID, IdKind.CREDIT_CODE})
"""Numbers under which one registers as a bidder: by them the machine finds the holder again."""
BEFORE: Final = frozenset({LotState.DRAFT, LotState.PANEL, LotState.NOTIFYING, LotState.READY})


class RightState(StrEnum):
    """``lapsed``: a later decision on the same person took its place, or the bidding ended first."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LAPSED = "lapsed"


STATE_WORDS: Final[Mapping[RightState, str]] = MappingProxyType({
    RightState.PENDING: N_("合议庭评议中"),
    RightState.CONFIRMED: N_("已确认"),
    RightState.REFUSED: N_("没有确认"),
    RightState.LAPSED: N_("已失效"),
})


@dataclass(frozen=True, slots=True)
class Proposed:
    """What decides whether somebody's right may go before the panel.

    Attributes:
        role: as what the person stands in this case; None for somebody who does not.
        id_kind: the kind of the identity number on file; None without one.
        is_pending: a proposal for the same person lies before the panel.
    """

    role: PartyRole | None
    id_kind: IdKind | None
    rank: int
    is_pending: bool


def takes_rights(state: LotState, now: datetime, ends_at: datetime) -> bool:
    """Whether a right can still be confirmed: until the bidding ends, never after (AUC-21.4).

    While a sale stands still its end is not fixed, and before the announcement it has none.
    """
    if state in BEFORE or state is LotState.SUSPENDED:
        return True
    return state in SEALED and now < ends_at


def check_takes_rights(state: LotState, now: datetime, ends_at: datetime) -> None:
    """Refuse a right that comes too late.

    Raises:
        NotRunning: the bidding has ended.
    """
    if not takes_rights(state, now, ends_at):
        raise NotRunning(N_("竞价已经结束，不能再确认优先购买权；结束以后没有同价跟随。"), rule="AUC-21.4")


def decided_state(panel: str, *, is_open: bool) -> RightState:
    """What becomes of a right by the panel's word: ``approved``, ``refused``, or none that counts."""
    if panel == "refused":
        return RightState.REFUSED
    return RightState.CONFIRMED if panel == "approved" and is_open else RightState.LAPSED


def check_proposed(found: Proposed) -> None:
    """Refuse whom the machine could not find again, or who is being decided on.

    Raises:
        InvalidInput: no holder of the case, no number, a proposal that waits, or an order that is none.
    """
    fields: dict[str, str] = {}
    if found.role not in HOLDERS:
        fields["party_id"] = N_("请从本案的共有人、承租人和优先购买权人中选择。")
    elif found.id_kind not in KNOWN_BY:
        fields["party_id"] = N_(
            "请先在案件里补登这位当事人的身份证号码或者统一社会信用代码，系统凭它认出竞买人。")
    elif found.is_pending:
        fields["party_id"] = N_("这位当事人的优先购买权正在合议庭评议，请等结果出来再提请。")
    if not 1 <= found.rank <= MOST_RANK:
        fields["rank"] = N_("顺序应为 1 到 9 的整数。")
    if fields:
        raise InvalidInput(fields, rule="AUC-19.1" if "party_id" in fields else "AUC-19.2")
