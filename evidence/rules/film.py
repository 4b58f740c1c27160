"""Running a bid log once more, to show what each attempt met and what its bidder was told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auction.rules.bidding import Decision, FirstAnswer, Reason, Standing, judge, opening
from auction.rules.refusals import Refusal, explain
from auction.rules.replay import BidLog, Entry
from kernel.errors import N_

REASON_NAMES: Final = {
    Reason.NOT_OPEN: N_("竞价尚未开始"),
    Reason.SUSPENDED: N_("拍卖已暂停"),
    Reason.CLOSED: N_("竞价已结束"),
    Reason.OUT_OF_ORDER: N_("到达次序倒置过大"),
    Reason.ID_CONFLICT: N_("同一编号两个金额"),
    Reason.BELOW_START: N_("低于起拍价"),
    Reason.CANNOT_MATCH: N_("不能同价优先"),
    Reason.BELOW_MINIMUM: N_("低于最低应价"),
    Reason.NOT_WHOLE_STEP: N_("不是整数倍"),
    Reason.STEP_TOO_LARGE: N_("一次加价过大"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One attempt: where the sale stood before it, the verdict, and a refusal in words."""

    entry: Entry
    before: Standing
    decision: Decision
    refusal: Refusal | None


def film(log: BidLog) -> Iterator[Frame]:
    """Judge every entry of a sale again, in its order."""
    standing = opening(log.terms)
    first: dict[tuple[str, str], FirstAnswer] = {}
    for entry in log.entries:
        key = (entry.bid.code, entry.bid.client_bid_id or "")
        earlier = first.get(key) if entry.bid.client_bid_id else None
        decision, after = judge(log.terms, standing, entry.bid, entry.received_at, earlier)
        first.setdefault(key, FirstAnswer(entry.bid.amount_fen, decision))
        refusal = (None if decision.reason is None
                   else explain(decision.reason, log.terms, standing, entry.bid))
        yield Frame(entry, standing, decision, refusal)
        standing = after
