"""Running a bid log once more, to show what each attempt met and what its bidder was told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from auction.rules.bidding import (
    Decision,
    FirstAnswer,
    LotTerms,
    Reason,
    Standing,
    caught_up,
    is_suspended,
    judge,
    opening,
)
from auction.rules.closing import Fault
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

FAULT_NAMES: Final = {
    Fault.SILENCE: N_("平台不能接受出价"),
    Fault.CLOCK: N_("时钟偏差超过允许范围"),
    Fault.LOST: N_("一个服务进程中断"),
    Fault.WAITED: N_("一次出价等待过久"),
    Fault.RESTORED: N_("平台从备份恢复"),
}


class Clock(StrEnum):
    """What the clock of a sale did at an instant."""

    EARLY = "early"
    """Bidding had not begun."""
    RUNNING = "running"
    LAST = "last"
    """Within the last window: a bid would move the end."""
    STOPPED = "stopped"
    """Suspended."""
    OVER = "over"


CLOCK_WORDS: Final = {
    Clock.EARLY: N_("尚未开始"), Clock.RUNNING: N_("正常计时"), Clock.LAST: N_("延时窗口内"),
    Clock.STOPPED: N_("暂停，停止计时"), Clock.OVER: N_("已经到时"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """How the clock of a sale stood at an instant.

    Attributes:
        ends_at: the end then in force; while suspended, the end as it stood when the clock was stopped.
        left: until the beginning or the end; while suspended, what will be left once it is resumed.
    """

    clock: Clock
    ends_at: datetime
    left: timedelta


def moment(terms: LotTerms, standing: Standing, at: datetime) -> Moment:
    """The clock of a sale at an instant, with the suspensions that were over by then (AUC-20.4, AUC-28.5)."""
    ends_at = caught_up(terms, standing, at).closes_at
    if is_suspended(terms, standing, at):
        stopped_at = max(one.from_at for one in terms.suspensions if one.from_at <= at)
        return Moment(Clock.STOPPED, ends_at, max(ends_at - stopped_at, terms.window))
    if at < terms.opens_at:
        return Moment(Clock.EARLY, ends_at, terms.opens_at - at)
    if at >= ends_at:
        return Moment(Clock.OVER, ends_at, timedelta(0))
    left = ends_at - at
    return Moment(Clock.LAST if left <= terms.window else Clock.RUNNING, ends_at, left)


class Frame(NamedTuple):
    """One attempt under the terms of its sale: where that stood before and after it, and the verdict."""

    terms: LotTerms
    entry: Entry
    before: Standing
    after: Standing
    decision: Decision

    @property
    def refusal(self) -> Refusal | None:
        """The verdict in words where it is a refusal; put when asked for: of thousands few are read."""
        reason = self.decision.reason
        return None if reason is None else explain(reason, self.terms, self.before, self.entry.bid)


def film(log: BidLog) -> Iterator[Frame]:
    """Judge every entry of a sale again, in its order."""
    standing = opening(log.terms)
    first: dict[tuple[str, str], FirstAnswer] = {}
    for entry in log.entries:
        key = (entry.bid.code, entry.bid.client_bid_id or "")
        earlier = first.get(key) if entry.bid.client_bid_id else None
        decision, after = judge(log.terms, standing, entry.bid, entry.received_at, earlier)
        first.setdefault(key, FirstAnswer(entry.bid.amount_fen, decision))
        yield Frame(log.terms, entry, standing, after, decision)
        standing = after
