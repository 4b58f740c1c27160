"""What a bidder reads when a bid is refused: why, what would do, and by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from auction.rules.bidding import (
    BidIn,
    LotTerms,
    Reason,
    Standing,
    maximum_bid,
    may_match,
    minimum_bid,
)
from kernel.errors import N_


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal in words: ``message`` is a marked template over ``details``."""

    reason: Reason
    message: str
    rule: str
    article: str
    details: Mapping[str, object]


_BIDDING_TIME = "网络司法拍卖规定第二十条第二款"
_BIDDING_STEPS = "网络司法拍卖规定第二十条第一款"

_TEXTS: Final[Mapping[Reason, tuple[str, str, str]]] = MappingProxyType({
    Reason.NOT_OPEN: (
        N_("竞价尚未开始。%(opens_at)s 起可以出价。"), "AUC-20.5", _BIDDING_TIME),
    Reason.SUSPENDED: (
        N_("拍卖已暂停，暂停期间不接受出价。此前的出价仍然有效，恢复竞价的时间会在本页公布。"),
        "AUC-28.1", "网络司法拍卖规定第二十八条第一款"),
    Reason.CLOSED: (
        N_("竞价已于 %(closes_at)s 结束，这次出价没有在此前进入系统。"
           "出价时间以进入系统的时间为准。"),
        "AUC-20.6", _BIDDING_TIME),
    Reason.OUT_OF_ORDER: (
        N_("这次出价进入系统的时间早于已处理的出价，超过了允许的间隔，不能再按当时的价格处理。"
           "请按当前价重新出价，至少 %(minimum_fen)s 元。"), "AUC-20.6", _BIDDING_TIME),
    Reason.ID_CONFLICT: (
        N_("同一次出价先后提交了两个不同的金额，第一次的结果不变。"
           "如要再出 %(amount_fen)s 元，请重新提交。"),
        "AUC-20.8", "合同编通则解释第四条"),
    Reason.BELOW_START: (
        N_("低于起拍价 %(start_price_fen)s 元的出价无效。"
           "请至少出 %(minimum_fen)s 元。"),
        "AUC-20.1", _BIDDING_STEPS),
    Reason.CANNOT_MATCH: (
        N_("当前领先者的优先购买权顺序不在您之后，以同样的价格出价不能领先。"
           "请至少出 %(minimum_fen)s 元。"),
        "AUC-21.5", "网络司法拍卖规定第二十一条"),
    Reason.BELOW_MINIMUM: (
        N_("当前价为 %(price_fen)s 元，增价幅度为 %(increment_fen)s 元。"
           "请至少出 %(minimum_fen)s 元。"),
        "AUC-20.2", _BIDDING_STEPS),
    Reason.NOT_WHOLE_STEP: (
        N_("出价须比起拍价高出增价幅度 %(increment_fen)s 元的整数倍。"
           "最接近的是 %(nearest_fen)s 元。"),
        "AUC-20.2", _BIDDING_STEPS),
    Reason.STEP_TOO_LARGE: (
        N_("一次加价不能超过 %(max_steps)s 个增价幅度。现在最高可出 %(maximum_fen)s 元。"),
        "AUC-20.2", _BIDDING_STEPS),
})

_OWN_LEAD: Final = N_("您已经以这个价格领先，不必重复出价。"
                      "如要加价，请至少出 %(minimum_fen)s 元。")
_COULD_MATCH: Final = N_("当前价为 %(price_fen)s 元。您可以以同样的价格行使优先购买权，"
                         "或者至少出 %(minimum_fen)s 元。")


def explain(reason: Reason, terms: LotTerms, standing: Standing, bid: BidIn) -> Refusal:
    """Put a refusal into words.

    Args:
        reason: why the bid was refused.
        terms: the terms under which it was judged.
        standing: where the sale stood, before or after the refused bid.
        bid: the bid.
    """
    message, rule, article = _TEXTS[reason]
    if reason in {Reason.CANNOT_MATCH, Reason.BELOW_MINIMUM} and _leads_at(standing, bid):
        message = _OWN_LEAD
    elif reason is Reason.BELOW_MINIMUM and may_match(standing, bid.priority_rank):
        message = _COULD_MATCH
    figures = _figures(terms, standing, bid)
    needed = {name: value for name, value in figures.items() if f"%({name})s" in message}
    return Refusal(reason, message, rule, article, MappingProxyType(needed))


def _leads_at(standing: Standing, bid: BidIn) -> bool:
    return bid.code == standing.leader_code and bid.amount_fen == standing.price_fen


def _figures(terms: LotTerms, standing: Standing, bid: BidIn) -> dict[str, int | datetime | None]:
    maximum = maximum_bid(terms, standing)
    steps = (bid.amount_fen - terms.start_price_fen) // terms.increment_fen
    on_grid = terms.start_price_fen + steps * terms.increment_fen
    return {
        "amount_fen": bid.amount_fen,
        "start_price_fen": terms.start_price_fen,
        "price_fen": standing.price_fen,
        "increment_fen": terms.increment_fen,
        "minimum_fen": minimum_bid(terms, standing),
        "maximum_fen": maximum,
        "max_steps": terms.max_steps,
        "nearest_fen": on_grid if maximum is None else min(on_grid, maximum),
        "opens_at": terms.opens_at,
        "closes_at": standing.closes_at,
    }
