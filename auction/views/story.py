"""An exercise told afterwards: what happened, and what it would have meant with real money."""

from collections.abc import Sequence
from itertools import pairwise

from auction.models import Attempt, Lot, Sale
from auction.services.exercises import PRACTICE_TITLE
from kernel.languages import gettext as _
from kernel.languages import say
from kernel.pages import duration, when, yuan


def title_of(lot: Lot) -> str:
    """A lot's title; that of the ready-made exercise in the reader's language."""
    return say(PRACTICE_TITLE) if lot.is_exercise and lot.title == PRACTICE_TITLE else lot.title


def story_of(sale: Sale, bids: Sequence[Attempt], code: str) -> list[dict[str, str]]:
    """The course of an ended exercise in a few sentences, for who sat in it."""
    result = sale.result
    if result is None or not code:
        return []
    own = [one for one in bids if one.code == code]
    told = [_own_bids(bids, own, code)]
    if sale.extensions:
        told.append({"title": _("延时 %(n)s 次", n=sale.extensions), "text": _(
            "结束前 %(span)s内有人出价，就从那一刻起再等 %(span)s。原定 %(planned)s，实际 %(end)s 收槌。",
            span=duration(sale.extension_window_seconds),
            planned=when(sale.planned_closes_at, "time", markup=False),
            end=when(result.closed_at, "time", markup=False)), "rule": "AUC-20.4"})
    return [*told, _end(sale, own, code)]


def _own_bids(bids: Sequence[Attempt], own: Sequence[Attempt], code: str) -> dict[str, str]:
    if not own:
        return {"title": _("您没有出价"), "text": _("再练一场时，按“出价”，看清大写金额，再按一次。"),
                "rule": "AUC-20.1"}
    outbid = sum(before.code == code and after.code != code
                 for before, after in pairwise(bids))
    first = when(own[0].received_at, "time", markup=False)
    return {"title": _("您出价 %(n)s 次", n=len(own)),
            "text": _("第一口 %(first)s 到达服务器，%(amount)s；之后被超过 %(n)s 次。"
                      "算数的是到达服务器的时间。", first=first, amount=yuan(own[0].amount_fen),
                      n=outbid), "rule": "AUC-20.6"}


def _end(sale: Sale, own: Sequence[Attempt], code: str) -> dict[str, str]:
    result = sale.result
    if result is None or result.winner_code is None:
        return {"title": _("流拍"), "text": _("没有人出价。真的拍卖会另行公告第二次拍卖。"),
                "rule": "AUC-26.1"}
    if result.winner_code == code:
        return {"title": _("您买得，%(price)s", price=yuan(result.price_fen)),
                "text": _("真的拍卖里，保证金转为价款，余款在公告的期限内付清；不付的，保证金不退。"),
                "rule": "AUC-24.1"}
    above = yuan((result.price_fen or 0) - own[-1].amount_fen) if own else ""
    return {"title": _("%(code)s 买得，%(price)s", code=result.winner_code, price=yuan(result.price_fen)),
            "text": (_("比您的最后一口高 %(above)s。", above=above) if above else "")
            + _("真的拍卖里，没有买得的，保证金在结束后 24 小时内退回。"), "rule": "AUC-23.2"}
