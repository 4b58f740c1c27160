"""The page that says how a sale ended, put together: price, proof, ladder, confirmation."""


from typing import Any, Final

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from accounts import services as accounts
from auction.models import Sale
from auction.rules.replay import outcome_members
from auction.services.closing import refund_due_at
from auction.services.delivery import handover_due_on, ruling_due_on
from auction.services.history import publication_leaf
from auction.services.reading import attempts_of, outcome_of, registrations_of
from auction.views.words import (
    court_name,
    round_name,
    shown_attempts,
    shown_state,
)
from cases import services as cases
from kernel import clock
from kernel.database import db
from kernel.formats import canonical
from kernel.languages import DEFAULT
from kernel.pages import duration, money, when

SHOWN: Final = 100
"""Attempts that the page shows at first; all of them by one more click."""


def build(sale: Sale, *, everything: bool) -> dict[str, Any]:
    """Everything that templates/auction/result.html shows."""
    session = db.session()
    found = attempts_of(session, sale.lot_id, sale.number)
    newest = list(reversed(found))
    outcome = outcome_of(sale)
    return {
        "sale": sale, "lot": sale.lot, "result": sale.result, "delivery": sale.delivery,
        "state": shown_state(sale, clock.now()), "round": round_name(sale),
        "court_name": court_name(sale.lot.court_id),
        "case_number": cases.get_case(session, sale.lot.case_id or "").number,
        "facts": _facts(sale, found), "attempts": shown_attempts(newest if everything else newest[:SHOWN]),
        "hidden": 0 if everything else max(0, len(newest) - SHOWN), "total": len(newest),
        "file": f"{sale.lot_id}-{sale.number}.json",
        "outcome": canonical(outcome_members(outcome)).decode() if outcome else "",
        "published": publication_leaf(session, sale), "ground": _ground(sale),
        "letter": _letter(sale), "due": _due(sale)}


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


def _facts(sale: Sale, found: Any) -> list[tuple[Any, ...]]:
    accepted = sum(one.accepted for one in found)
    codes = len({one.code for one in found if one.accepted})
    moved = sale.closes_at - sale.planned_closes_at
    rows: list[tuple[Any, ...]] = [
        (_("出价记录"), _("%(yes)s 口有效，%(no)s 口无效", yes=accepted, no=len(found) - accepted),
         _("竞买代码 %(n)s 个", n=codes)),
        (_("延时"), _("%(n)s 次，共 %(span)s", n=sale.extensions, span=duration(moved))
         if sale.extensions else _("没有延时"),
         _("原定 %(at)s 结束", at=when(sale.planned_closes_at, "time", markup=False)))]
    back = [one for one in registrations_of(db.session(), sale) if one.deposit_ended_at is not None
            and (sale.result is None or one.code != sale.result.winner_code or one.code is None)]
    rows.append((_("未成交者的保证金"),
                 _("%(n)s 人，已全部解除", n=len(back)) if back else _("没有人缴纳"),
                 _("应在 %(at)s 前退回", at=when(refund_due_at(sale), "short", markup=False))))
    if sale.delivery is not None:
        rows.append((_("余款"), money(sale.delivery.balance_fen), _paid(sale)))
    return rows


def _paid(sale: Sale) -> str:
    if sale.delivery is None:
        return ""
    if sale.delivery.paid_at is not None:
        return _("%(at)s 付清", at=when(sale.delivery.paid_at, "short", markup=False))
    return _("%(on)s 前付清", on=sale.delivery.balance_due_on.isoformat())


def _ground(sale: Sale) -> str:
    """Why a sale was taken back; the word of its ground stands in the leaf, the reason here."""
    return sale.result.reason or "" if sale.result is not None else ""


def _due(sale: Sale) -> list[dict[str, Any]]:
    """What follows a sale, and by when."""
    found = sale.delivery
    if found is None:
        return []
    return [
        _step(_("付清价款"), found.paid_at, found.balance_due_on),
        _step(_("作出并送达成交裁定"), found.ruling_served_at, ruling_due_on(sale)),
        _step(_("交付标的物"), found.handed_over_at, handover_due_on(sale))]


def _step(text: str, done_at: Any, due_on: Any) -> dict[str, Any]:
    if done_at is not None:
        return {"at": done_at, "text": text}
    return {"on": due_on, "label": _("之后"), "text": text, "state": "next",
            "detail": _("最迟") if due_on else ""}


