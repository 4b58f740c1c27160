"""What the band over the bidding room says: how the reader stands now. Pure.

``static/auction/band.js`` says the same from the same figures; a browser test compares the two.
The words are templates with ``{name}``, so that both can fill them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from auction.rules.lifecycle import LotState
from kernel.errors import N_


class Phase(StrEnum):
    """What a visitor of the room needs to know of the sale's state."""

    UPCOMING = "upcoming"
    LIVE = "live"
    EXTENDED = "extended"
    CONFIRMING = "confirming"
    SUSPENDED = "suspended"
    SOLD = "sold"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


RUNS: Final = frozenset({Phase.LIVE, Phase.EXTENDED})
ENDED: Final = frozenset({Phase.SOLD, Phase.FAILED, Phase.WITHDRAWN})


def phase_of(state: LotState, outcome: str | None, opens_at: datetime, closes_at: datetime,
             extensions: int, now: datetime) -> Phase:
    """The phase of a sale at an instant; only a recorded result says that it has ended."""
    if outcome is not None:
        return Phase(outcome)
    if state is LotState.SUSPENDED:
        return Phase.SUSPENDED
    if now < opens_at:
        return Phase.UPCOMING
    if now >= closes_at:
        return Phase.CONFIRMING
    return Phase.EXTENDED if extensions else Phase.LIVE


BAND_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "upcoming": N_("即将开始"),
    "upcoming-text": N_("{opens} 开始竞价。"),
    "upcoming-mine": N_("{opens} 开始竞价，您已经可以出价。"),
    "lead": N_("您领先"),
    "lead-text": N_("您的出价 {price} 元是目前最高价。"),
    "lead-extended": N_("您领先，延时中"),
    "lead-extended-text": N_("您的出价 {price} 元是目前最高价，{end} 结束。"),
    "out": N_("已被超过"),
    "out-text": N_("{leader} 出价 {price} 元，比您高 {more} 元。"),
    "out-match-text": N_("{leader} 以同样的价格行使优先购买权，现在领先。"),
    "out-extended": N_("已被超过，延时中"),
    "ready": N_("您可以出价"),
    "watch": N_("正在观看"),
    "led-text": N_("{leader} 以 {price} 元领先。"),
    "none-text": N_("还没有人出价，起拍价 {price} 元。"),
    "extended": N_("延时中"),
    "extended-text": N_("{leader} 于 {at} 出价，顺延到 {end} 结束。"),
    "confirming": N_("正在确认结果"),
    "confirming-text": N_("时间已到，正在核对有没有更早到达的出价。"),
    "suspended": N_("拍卖已暂停，没有人因此胜出"),
    "suspended-text": N_("已有的出价和领先者不变，保证金不动。"),
    "sold": N_("成交"),
    "sold-text": N_("{leader} 以 {price} 元买得，{at} 收槌。"),
    "sold-mine": N_("成交，您是买受人"),
    "sold-mine-text": N_("成交价 {price} 元，{at} 收槌。"),
    "failed": N_("流拍"),
    "failed-text": N_("到 {at} 没有人出价。"),
    "withdrawn": N_("已撤回"),
    "withdrawn-text": N_("拍卖不再进行，保证金全部退还。"),
    "line": N_("线路不稳，价格可能已变"),
    "line-text": N_("正在重连。出价会改走备用线路，同一口价不会重复计算。"),
    "sent": N_("正在提交"),
    "sent-text": N_("出价 {price} 元已发出，等服务器确认。"),
    "again-text": N_("平台还不能答复这一口 {price} 元。本页会自动再提交，不会重复计算。"),
})


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures that the band speaks of.

    Attributes:
        code: the reader's own, empty for who only watches.
        own_fen: the reader's highest bid; None without one.
        led_at: when the leading bid arrived; of an ended sale, when it ended.
    """

    phase: Phase
    code: str
    own_fen: int | None
    leader: str | None
    price_fen: int | None
    start_price_fen: int
    led_at: datetime | None


@dataclass(frozen=True, slots=True)
class Band:
    """``kind`` is the colour's name, ``title`` and ``text`` keys of BAND_WORDS."""

    kind: str
    icon: str
    title: str
    text: str


_PLAIN: Final = {
    Phase.CONFIRMING: Band("", "clock", "confirming", "confirming-text"),
    Phase.SUSPENDED: Band("", "pause", "suspended", "suspended-text"),
    Phase.FAILED: Band("", "none", "failed", "failed-text"),
    Phase.WITHDRAWN: Band("", "undo", "withdrawn", "withdrawn-text"),
}


def band_of(found: Standing) -> Band:
    """Colour, icon and words of the band."""
    if found.phase in _PLAIN:
        return _PLAIN[found.phase]
    mine = bool(found.code) and found.code == found.leader
    if found.phase is Phase.UPCOMING:
        return Band("", "clock", "upcoming", "upcoming-mine" if found.code else "upcoming-text")
    if found.phase is Phase.SOLD:
        return (Band("lead", "gavel", "sold-mine", "sold-mine-text") if mine
                else Band("", "gavel", "sold", "sold-text"))
    return _band_of_running(found, mine=mine, late=found.phase is Phase.EXTENDED)


def _band_of_running(found: Standing, *, mine: bool, late: bool) -> Band:
    if mine:
        return Band("lead", "up", "lead-extended" if late else "lead",
                    "lead-extended-text" if late else "lead-text")
    if found.own_fen is not None:
        return Band("out", "down", "out-extended" if late else "out", _out_text(found, late=late))
    if late:
        return Band("time", "clock-plus", "extended", "extended-text")
    return Band("", "gavel" if found.code else "eye", "ready" if found.code else "watch",
                "none-text" if found.leader is None else "led-text")


def _out_text(found: Standing, *, late: bool) -> str:
    if late:
        return "extended-text"
    return "out-match-text" if found.own_fen == found.price_fen else "out-text"
