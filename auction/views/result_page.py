"""The page that says how a sale ended, put together: what happened, why, what comes next, the proof.

While a sale has no result the same page says how it stands and when there will be one.
"""

from datetime import date
from typing import Any, Final

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from accounts import services as accounts
from auction.models import Attempt, Sale
from auction.rules import schedule
from auction.rules.band import Phase
from auction.rules.lifecycle import LotState, Round
from auction.rules.pricing import least_second_start_price
from auction.rules.replay import outcome_members
from auction.services.closing import refund_due_at
from auction.services.delivery import handover_due_on, ruling_due_on
from auction.services.handling import law_of
from auction.services.history import ending_leaf, publication_leaf
from auction.services.publication import class_of
from auction.services.reading import attempts_of, end_in_force, outcome_of, registrations_of
from auction.services.receipts import has_bid
from auction.services.registration import own_registration
from auction.views.words import (
    court_name,
    ground,
    outcome_word,
    phase_now,
    round_name,
    shown_attempts,
    shown_bids,
    shown_state,
    signed_end,
    stated,
)
from cases import services as cases
from kernel import clock
from kernel.access import current_actor
from kernel.clock import beijing_day
from kernel.database import db
from kernel.formats import canonical
from kernel.languages import DEFAULT
from kernel.languages import gettext as _
from kernel.money import Fen
from kernel.pages import day, duration, money, when, yuan

SHOWN: Final = 100
"""Attempts that the page shows at first; all of them by one more click."""


def build(sale: Sale, *, everything: bool) -> dict[str, Any]:
    """Everything that templates/auction/result.html shows."""
    session, now = db.session(), clock.now()
    found = attempts_of(session, sale.lot_id, sale.number)
    newest = list(reversed(found))
    outcome = outcome_of(sale)
    phase = phase_now(sale, now)
    accepted = [one for one in found if one.accepted]
    return {
        "signed": signed_end(sale),
        "sale": sale, "lot": sale.lot, "result": sale.result, "delivery": sale.delivery,
        "phase": phase, "state": shown_state(sale, now), "round": round_name(sale),
        "court_name": court_name(sale.lot.court_id), "closes_at": end_in_force(sale),
        "case_number": cases.get_case(session, sale.lot.case_id or "").number,
        "facts": _facts(sale, found), "attempts": shown_attempts(newest if everything else newest[:SHOWN]),
        "hidden": 0 if everything else max(0, len(newest) - SHOWN), "total": len(newest),
        "steps": shown_bids(accepted) if len(accepted) > 1 else [],
        "days": bool(found) and beijing_day(found[0].received_at) != beijing_day(found[-1].received_at),
        "file": f"{sale.lot_id}-{sale.number}.json",
        "outcome": canonical(outcome_members(outcome)).decode() if outcome else "",
        "published": publication_leaf(session, sale), "ending": ending_leaf(session, sale),
        "reason": _why(sale, phase), "released": any(
            one.deposit_ended_at is not None for one in registrations_of(session, sale)),
        "receipts_url": _receipts_url(sale), "turn": _turn(sale), "letter": _letter(sale),
        "due": _due(sale, phase), "is_latest": sale.lot.announced is sale,
        "others": [{"number": one.number, "round": round_name(one), "outcome": outcome_word(one),
                    "at": one.result.closed_at if one.result else None}
                   for one in sale.lot.sales if one.published_at is not None and one is not sale]}


def _letter(sale: Sale) -> Markup:
    """The confirmation; empty where nothing was sold."""
    if sale.delivery is None:
        return Markup("")
    session = db.session()
    with force_locale(DEFAULT):
        return Markup(render_template(  # noqa: S704 - a template of our own, which escapes
            "auction/confirmation.html", lot=sale.lot, result=sale.result, delivery=sale.delivery,
            court=accounts.get_court(session, sale.lot.court_id),
            case_number=cases.get_case(session, sale.lot.case_id or "").number,
            published=publication_leaf(session, sale)))


def _receipts_url(sale: Sale) -> str | None:
    """Where the reader's own receipts of this sale are; None for whoever has not bid in it."""
    mine = own_registration(db.session(), sale, current_actor())
    if mine is None or not has_bid(db.session(), mine):
        return None
    return f"/my/bids/{sale.lot_id}/{sale.number}/receipts"


def _why(sale: Sale, phase: Phase) -> dict[str, str]:
    """What happened or stands still, in a sentence, with the rule it follows from."""
    found = sale.result
    if phase is Phase.SOLD and found is not None:
        return {"rule": "AUC-20.4", "article": "网络司法拍卖规定第二十条", "text": _(
            "竞价时间届满，竞买代码 %(code)s 出价最高，由其买得。", code=found.winner_code)}
    if phase is Phase.FAILED and found is not None:
        return {"rule": "AUC-26.1", "article": "网络司法拍卖规定第二十六条", "text": _(
            "起拍价 %(price)s，到 %(at)s 没有一口有效出价，本次拍卖流拍。",
            price=yuan(sale.start_price_fen), at=when(found.closed_at, markup=False))}
    if phase is Phase.WITHDRAWN and found is not None:
        return {"rule": "GEN-17", "article": "拍卖变卖规定第十七条", "text": found.reason or ""}
    if phase is Phase.SUSPENDED:
        running = next(one for one in sale.suspensions if one.to_at is None)
        return {"rule": "AUC-28.1", "article": "网络司法拍卖规定第二十八条", "text": _(
            "%(ground)s：%(reason)s", ground=ground(running.ground), reason=stated(running.reason))}
    if phase is Phase.CONFIRMING:
        return {"rule": "AUC-20.6", "article": "", "text": _(
            "竞价时间已到，系统正在确认最后到达的出价。结果以服务器签名为准。")}
    return {"rule": "AUC-20.4", "article": "网络司法拍卖规定第二十条", "text": _(
        "%(opens)s 开始，%(closes)s 结束；最后 %(n)s 分钟有人出价则顺延。",
        opens=when(sale.opens_at, "minute", markup=False),
        closes=when(end_in_force(sale), "minute", markup=False),
        n=max(1, sale.extension_window_seconds // 60))}


def _turn(sale: Sale) -> dict[str, str] | None:
    """What overturned a result after it was reached."""
    return {
        LotState.DEFAULT: {"rule": "AUC-24.1", "title": _("买受人悔拍"), "text": _(
            "买受人没有在期限内付清余款，成交不再有效，保证金不予退还。法院可以裁定重新拍卖。")},
        LotState.UNDER_OBJECTION: {"rule": "AUC-31", "title": _("有人对拍卖提出异议"), "text": _(
            "法院正在审查，审查期间不办理过户和交付。")},
        LotState.REVOKED: {"rule": "AUC-31", "title": _("拍卖已被撤销"), "text": _(
            "法院裁定撤销本次拍卖，下面的成交结果不再有效。")},
        LotState.NO_RULING: {"rule": "AUC-31", "title": _("买受人资格不符"), "text": _(
            "法院查明买受人不具备购买资格，不作出成交裁定。")},
    }.get(LotState(sale.state))


def _facts(sale: Sale, found: Any) -> list[tuple[Any, ...]]:
    accepted = sum(one.accepted for one in found)
    rows: list[tuple[Any, ...]] = [
        (_("出价记录"), _("%(yes)s 口有效，%(no)s 口无效", yes=accepted, no=len(found) - accepted),
         _("竞买代码 %(n)s 个", n=_codes(found))),
        (_("延时"), _("%(n)s 次，共 %(span)s", n=sale.extensions,
                    span=duration(sale.closes_at - sale.planned_closes_at))
         if sale.extensions else _("没有延时"),
         _("原定 %(at)s 结束", at=when(sale.planned_closes_at, "minute", markup=False)))]
    if sale.result is not None:
        rows.append(_deposits(sale))
    if sale.delivery is not None:
        rows.append((_("余款"), money(sale.delivery.balance_fen), _paid(sale)))
    else:
        rows.append((_("起拍价"), money(sale.start_price_fen), round_name(sale)))
    return rows


def _codes(found: list[Attempt]) -> int:
    return len({one.code for one in found if one.accepted})


def _deposits(sale: Sale) -> tuple[Any, ...]:
    back = [one for one in registrations_of(db.session(), sale) if one.deposit_ended_at is not None
            and (sale.result is None or one.code != sale.result.winner_code or one.code is None)]
    return (_("未成交者的保证金") if sale.delivery is not None else _("保证金"),
            _("%(n)s 人，已全部解除", n=len(back)) if back else _("没有人缴纳"),
            _("应在 %(at)s 前退回", at=when(refund_due_at(sale), "short", markup=False)) if back else "")


def _paid(sale: Sale) -> str:
    if sale.delivery is None:
        return ""
    if sale.delivery.paid_at is not None:
        return _("%(at)s 付清", at=when(sale.delivery.paid_at, "short", markup=False))
    return _("%(on)s 前付清", on=day(sale.delivery.balance_due_on, markup=False))


def _due(sale: Sale, phase: Phase) -> list[dict[str, Any]]:
    """What follows, and by when; nothing where the law sets nothing."""
    if sale.delivery is not None:
        found = sale.delivery
        return [
            _step(_("付清价款"), found.paid_at, found.balance_due_on),
            _step(_("作出并送达成交裁定，所有权转移"), found.ruling_served_at, ruling_due_on(sale),
                  _("付清后 10 日内")),
            _step(_("交付标的物"), found.handed_over_at, handover_due_on(sale), _("裁定送达后 15 日内"))]
    if phase is Phase.FAILED:
        return _after_failure(sale)
    if phase is Phase.SUSPENDED:
        running = next(one for one in sale.suspensions if one.to_at is None)
        due = (schedule.resume_due_on(running.cause_ended_on, law_of(db.session(), sale))
               if running.cause_ended_on else None)
        return [{"at": running.from_at, "text": _("暂停，已有的出价和保证金不变"), "state": "cur"},
                {"on": due, "label": _("原因消失后 5 日内"), "text": _("恢复竞价"), "state": "next",
                 "detail": _("网络司法拍卖规定第二十八条第四款")}]
    return []


def _after_failure(sale: Sale) -> list[dict[str, Any]]:
    session = db.session()
    if sale.result is None or sale.state != LotState.FAILED:
        return []
    later = next((one for one in sale.lot.sales if one.number > sale.number
                  and one.published_at is not None), None)
    if later is not None:
        return [{"at": later.opens_at, "text": _("%(round)s开始竞价", round=round_name(later)),
                 "url": f"/lots/{sale.lot_id}", "state": "next"}]
    law, failed_on = law_of(session, sale), beijing_day(sale.result.closed_at)
    if sale.round == Round.FIRST and sale.lot.property_id:
        dates = schedule.second_auction(failed_on, class_of(session, sale.lot.property_id), law)
        least = least_second_start_price(Fen(sale.start_price_fen), law)
        late = beijing_day(clock.now()) > dates.publish_by_on
        return [
            {"on": dates.publish_by_on, "state": "cur" if late else "next",
             "text": _("最迟发布第二次拍卖的公告"), "detail": _("期限已过，公告还没有发布。") if late else
             _("起拍价不得低于 %(least)s", least=yuan(least))},
            {"on": dates.open_by_on, "text": _("最迟开始第二次拍卖"), "state": "next",
             "detail": _("流拍之日起三十日内，网络司法拍卖规定第二十六条第一款")}]
    if sale.round == Round.SECOND:
        selloff = schedule.sell_off(failed_on, law)
        return [
            {"on": selloff.ask_creditors_by_on, "state": "next",
             "text": _("最迟询问申请执行人是否接受以物抵债")},
            {"on": selloff.publish_by_on, "text": _("无人接受的，最迟发布变卖公告"), "state": "next"}]
    return []


def _step(text: str, done_at: Any, due_on: date | None, label: str = "") -> dict[str, Any]:
    if done_at is not None:
        return {"at": done_at, "text": text}
    return {"on": due_on, "label": label or _("之后"), "text": text, "state": "next",
            "detail": _("最迟") if due_on else ""}
