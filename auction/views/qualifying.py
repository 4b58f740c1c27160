"""What stands where the bid would be, for a reader who may not bid: what is missing, and the next act."""

from datetime import datetime
from typing import Any

from auction.errors import Barred
from auction.models import Registration, Sale
from auction.rules.band import ENDED, Phase
from auction.rules.priority import RightState
from auction.rules.qualifying import NEED_WORDS, Mark, Need, Seeker, marks, missing_count
from auction.services.priority import right_of_person
from auction.services.registration import check_may_bid, own_registration
from kernel.access import Actor, Role
from kernel.database import db
from kernel.errors import NotAllowed
from kernel.languages import explain, say
from kernel.languages import gettext as _
from ledger import services as ledger


def way_in(sale: Sale, actor: Actor | None, phase: Phase) -> dict[str, Any] | None:
    """The way to a code for a reader without one; None once the sale has ended."""
    if phase in ENDED:
        return None
    if phase is Phase.CONFIRMING or phase is Phase.SUSPENDED or sale.lot.is_exercise:
        return _without_steps(sale, phase)
    registration = own_registration(db.session(), sale, actor)
    seeker, why = _seeker(sale, actor, registration)
    steps = _steps(seeker)
    if seeker.barred_by:
        return {"label": _("不能参加本次竞买"), "note": why, "steps": steps, "rule": seeker.barred_by}
    left = missing_count(seeker)
    if not left:
        return {"label": _("保证金已到账"), "note": _("正在发竞买代码，几秒后刷新本页"), "steps": steps,
                "button": _("刷新"), "button_note": _("取得代码后就能出价"),
                "url": f"/lots/{sale.lot_id}/room"}
    return {"label": _("还差 %(n)s 步才能出价", n=left), "steps": steps} | _next_door(
        sale, actor, seeker)


def _without_steps(sale: Sale, phase: Phase) -> dict[str, Any]:
    """Nothing to be done now, or nothing but sitting down."""
    if phase is Phase.CONFIRMING:
        return {"label": _("不能再出价"), "note": _("时间已到，正在确认结果"), "steps": []}
    if phase is Phase.SUSPENDED:
        return {"label": _("暂停期间不办报名"), "note": _("恢复竞价后可以继续"), "steps": [],
                "rule": "AUC-28.1"}
    return {"label": _("坐下就能出价"), "note": _("练习，不产生法律效力"), "button": _("坐下练习"),
            "button_note": _("领取一个练习代码，用虚拟的钱"), "steps": [],
            "post": f"/lots/{sale.lot_id}/seat"}


def _seeker(sale: Sale, actor: Actor | None, registration: Registration | None
            ) -> tuple[Seeker, str]:
    """How far the reader has come, and in words what keeps them out for good."""
    if actor is None:
        return Seeker(), ""
    barred_by, why = "", ""
    try:
        check_may_bid(sale, actor)
    except Barred as refusal:
        barred_by, why = refusal.rule or "AUC-34", explain(refusal)
    except NotAllowed:
        pass  # the step "registered as a bidder" says it, with its next act
    reference = registration.reference if registration is not None else None
    return Seeker(
        is_signed_in=True, is_bidder=actor.may_act_as(Role.BIDDER), barred_by=barred_by,
        has_accepted=registration is not None,
        has_paid=ledger.is_received(db.session(), reference or "")), why


def _steps(seeker: Seeker) -> list[dict[str, Any]]:
    return [{"mark": mark.value, "title": say(NEED_WORDS[need].title),
             "text": say(NEED_WORDS[need].text), "rule": NEED_WORDS[need].rule,
             "article": NEED_WORDS[need].article} for need, mark in marks(seeker).items()]


def _next_door(sale: Sale, actor: Actor | None, seeker: Seeker) -> dict[str, Any]:
    """The next step towards a code, of somebody who may take it."""
    register = f"/lots/{sale.lot_id}/register"
    following = next(need for need, mark in marks(seeker).items() if mark is Mark.NEXT)
    doors: dict[Need, dict[str, Any]] = {
        Need.SIGN_IN: {"note": _("竞价结束前到账都可以出价"), "fen": sale.deposit_fen,
                       "button": _("登录后报名"), "button_note": _("没有账号也可以先注册"),
                       "url": f"/login?next={register}"},
        Need.IDENTITY: {"note": _("这个账号不是竞买人"), "button": _("登记为竞买人"),
                        "button_note": _("先退出现在的账号"), "url": "/register"},
        Need.NOTICES: {"note": _("竞价结束前到账都可以出价"), "fen": sale.deposit_fen,
                       "button": _("报名，交保证金"),
                       "button_note": _("接受特别提示，领取缴款码"), "url": register},
        Need.DEPOSIT: {"note": _("到账后自动取得竞买代码"), "fen": sale.deposit_fen,
                       "button": _("查看缴款码"), "button_note": _("保证金还没有到账"),
                       "url": f"/my/bids/{sale.lot_id}"},
    }
    return doors[following]


def registration_words(mine: Registration) -> str:
    """Ordinary, or the order of the priority right."""
    return (_("优先购买权第 %(rank)s 顺序", rank=mine.priority_rank) if mine.priority_rank
            else _("普通竞买人"))


def priority_words(sale: Sale, mine: Registration, actor: Actor) -> dict[str, str]:
    """Which kind of code a bidder has or will have, and why; nobody else reads it (AUC-19.1)."""
    if mine.priority_rank:
        return {"kind": "lead", "rule": "AUC-21.1", "title": registration_words(mine),
                "text": _("法院已确认您的优先购买权。您可以出与当前最高价相同的价格；没有人再加价的，"
                          "由您买得。")}
    right = right_of_person(db.session(), sale, actor.id)
    confirmed = right is not None and right.state is RightState.CONFIRMED
    if mine.code is not None:
        why = _("没有经法院确认的优先购买权，每次出价都要高于当前价。")
        if confirmed:
            why = _("您的代码在优先购买权确认以前取得。一个代码全程只有一种资格，这次按普通竞买人出价。")
        elif right is not None:
            why = _("您的优先购买权还没有确认。以后确认的，也不改变这个代码。")
        return {"kind": "time" if right is not None else "info", "rule": "AUC-19.1",
                "title": registration_words(mine), "text": why}
    if right is None:
        return {}
    if confirmed:
        return {"kind": "lead", "rule": "AUC-19.1", "text": _("保证金到账后，您的代码会带有这一顺序。"),
                "title": _("您的优先购买权已确认，第 %(rank)s 顺序", rank=right.rank)}
    return {"kind": "time", "rule": "AUC-19.1", "title": _("合议庭正在评议您的优先购买权"),
            "text": _("确认以前取得的代码是普通代码，全程不变。要用优先购买权的，请等确认以后再缴保证金；"
                      "竞价结束前到账都有效。")}


def closes_soon(closes_at: datetime, window_seconds: int, phase: Phase, now: datetime) -> bool:
    """Whether a bid now would move the end: then the clock weighs more than the price (AUC-20.4)."""
    return phase in (Phase.LIVE, Phase.EXTENDED) and (
        closes_at - now).total_seconds() <= window_seconds
