"""The bidder's own pages: registering for a lot, the deposit, what came of it, the purchase."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from auction.errors import Barred
from auction.models import Registration, Sale
from auction.rules.band import ENDED, Phase
from auction.schemas import RegisterIn
from auction.services.closing import refund_due_at
from auction.services.delivery import handover_due_on, ruling_due_on
from auction.services.reading import all_announced, announced_sale, end_in_force
from auction.services.receipts import has_bid
from auction.services.registration import (
    check_may_bid,
    own_registration,
    register_bidder,
    registrations_of_person,
    takes_registrations,
)
from auction.views.blueprint import pages
from auction.views.lot_page import notices_of
from auction.views.qualifying import priority_words
from auction.views.words import court_name, phase_now, sale_line, shown_state
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import NotAllowed, NotFound
from kernel.forms import Form
from kernel.languages import explain, say
from kernel.languages import gettext as _
from kernel.pages import day
from kernel.transactions import unit_of_work
from ledger import services as ledger
from ledger.rules.deposits import DepositState

my_pages = Blueprint("my_bids", __name__, url_prefix="/my/bids")

_STATE_CHIPS: Final = {
    "expected": ("soon", "clock"), "lapsed": ("quiet", "none"), "received": ("lead", "check"),
    "released": ("quiet", "undo"), "moved_to_price": ("lead", "coins"), "held": ("time", "pause"),
    "forfeited": ("out", "warn")}
"""How the state of a deposit looks: colour and shape beside its word."""


@pages.route("/lots/<lot_id>/register", methods=["GET", "POST"])
@access()
def register(lot_id: str) -> ResponseReturnValue:
    """Read the special notices, accept them, declare to be free, and get the reference.

    Who may not bid here reads why, by which rule, and what would help.
    """
    session, actor = db.session(), signed_in()
    sale = announced_sale(session, lot_id)
    if own_registration(session, sale, actor) is not None:
        return redirect(url_for("my_bids.one", lot_id=lot_id))
    try:
        check_may_bid(sale, actor)
    except NotAllowed as refusal:
        return render_template(
            "auction/not_qualified.html", sale=sale, lot=sale.lot, line=sale_line(sale),
            state=shown_state(sale, clock.now()), reason=explain(refusal), rule=refusal.rule or "AUC-17.2",
            is_barred=isinstance(refusal, Barred), court_name=court_name(sale.lot.court_id)), 403
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            wish = form.load(RegisterIn())
            with unit_of_work() as work:
                register_bidder(work.session, lot_id=lot_id, is_barred=False, actor=actor,
                                notices_version=wish["notices_version"], now=clock.now())
            flash(_("报名成功。请按下面的缴款码缴纳保证金。"))
            return redirect(url_for("my_bids.one", lot_id=lot_id))
        sale = announced_sale(session, lot_id)
    now = clock.now()
    return render_template(
        "auction/register.html", form=form, sale=sale, lot=sale.lot, line=sale_line(sale),
        notices=notices_of(sale.special_notices), closes_at=end_in_force(sale),
        state=shown_state(sale, now), may_register=takes_registrations(sale, now),
        court_name=court_name(sale.lot.court_id)), form.status


@my_pages.get("")
@access(Role.BIDDER)
def index() -> ResponseReturnValue:
    """My registrations: deposit, code, position and result of each, newest first."""
    session = db.session()
    found = registrations_of_person(session, all_announced(session), signed_in().id)
    return render_template("auction/my_bids.html",
                           rows=[_row(sale, registration) for sale, registration in found])


def _row(sale: Sale, mine: Registration) -> dict[str, Any]:
    now = clock.now()
    phase = phase_now(sale, now)
    deposit = ledger.payment(db.session(), mine.reference or "")
    return {
        "lot_id": sale.lot_id, "title": sale.lot.title, "line": sale_line(sale), "phase": phase,
        "state": shown_state(sale, now), "code": mine.code, "price_fen": sale.price_fen,
        "position": _position(sale, mine, phase), "closes_at": end_in_force(sale),
        "opens_at": sale.opens_at, "deposit_fen": mine.deposit_fen, "reference": mine.reference,
        "deposit": _deposit(deposit, ledger.refunded_at(db.session(), {mine.reference or ""}).get(
            mine.reference or "")), "refund_due_at": refund_due_at(sale)}


def _deposit(found: Any, refunded_at: datetime | None = None) -> dict[str, Any]:
    """A payment as the page shows it; ``found`` is the ledger's."""
    kind, icon = _STATE_CHIPS[str(found.state)]
    word = say(found.state.word)
    if refunded_at is not None:
        kind, icon, word = "lead", "check", _("%(on)s 已退回", on=day(refunded_at, markup=False))
    return {"state": str(found.state), "word": word, "kind": kind, "icon": icon,
            "refunded_at": refunded_at, "reference": found.reference, "received_at": found.received_at,
            "turned_back": found.turned_back, "amount_fen": found.amount_fen}


def _position(sale: Sale, mine: Registration, phase: Phase) -> str:
    leads = mine.code is not None and sale.leader_code == mine.code
    if phase in ENDED:
        return {Phase.SOLD: _("您买得") if leads else _("没有买得"), Phase.FAILED: _("流拍"),
                Phase.WITHDRAWN: _("已撤回")}[phase]
    if mine.code is None:
        return _("还没有竞买代码")
    if sale.leader_code is None:
        return _("还没有人出价")
    return _("领先") if leads else _("没有领先")


@my_pages.get("/<lot_id>")
@access(Role.BIDDER)
def one(lot_id: str) -> ResponseReturnValue:
    """One registration: how to pay the deposit, the code, and after the sale what is left to do."""
    session = db.session()
    sale = announced_sale(session, lot_id)
    mine = own_registration(session, sale, signed_in())
    if mine is None:
        raise NotFound
    now = clock.now()
    return render_template(
        "auction/my_bid.html", sale=sale, lot=sale.lot, mine=mine, row=_row(sale, mine),
        phase=phase_now(sale, now), ended=phase_now(sale, now) in ENDED,
        court_name=court_name(sale.lot.court_id), account=_account(sale),
        priority=priority_words(sale, mine, signed_in()) if phase_now(sale, now) not in ENDED else {},
        purchase=_purchase(sale, mine), course=_course(sale, mine),
        has_bid=has_bid(session, mine))


def _course(sale: Sale, mine: Registration) -> list[dict[str, Any]]:
    """What has happened to this registration and its money, and what comes next."""
    row, phase = _row(sale, mine), phase_now(sale, clock.now())
    deposit = row["deposit"]
    ended_at = sale.result.closed_at if sale.result is not None else None
    paid = {"at": deposit["received_at"], "text": _("保证金到账")}
    if deposit["received_at"] is None:
        paid = ({"label": _("没有到账"), "text": _("保证金没有在竞价结束前到账，报名失效")} if phase in ENDED
                else {"label": _("现在"), "text": _("等保证金到账"), "state": "cur"})
    rows = [{"at": mine.accepted_at, "text": _("接受特别提示，领取缴款码")}, paid]
    if mine.admitted_at is not None:
        rows.append({"at": mine.admitted_at, "text": _("取得竞买代码 %(code)s", code=mine.code)})
    elif phase not in ENDED:
        rows.append({"label": _("到账后"), "text": _("取得竞买代码"), "state": "next"})
    rows.append({"at": ended_at or row["closes_at"], "text": _("竞价结束"),
                 "state": "" if ended_at else "next"})
    return rows + _money_back(mine, row)


def _money_back(mine: Registration, row: dict[str, Any]) -> list[dict[str, Any]]:
    deposit = row["deposit"]
    if mine.deposit_ended_at is None or deposit["received_at"] is None:
        return []
    if deposit["state"] != DepositState.RELEASED:
        return [{"at": mine.deposit_ended_at, "text": deposit["word"]}]
    return [{"at": mine.deposit_ended_at, "text": _("保证金解除")},
            {"at": deposit["refunded_at"], "text": _("退回原付款账户")} if deposit["refunded_at"]
            else {"at": row["refund_due_at"], "text": _("最迟退回原付款账户"), "state": "cur",
                  "detail": _("竞价程序结束后二十四小时内，网络司法拍卖规定第二十三条")}]


def _account(sale: Sale) -> str:
    """The one account of the case; the reference tells whose money it is."""
    return ledger.case_account_number(sale.lot.case_id or "")


def _purchase(sale: Sale, mine: Registration) -> dict[str, Any] | None:
    """What a buyer has to pay and to expect; None for everybody else."""
    found = sale.delivery
    if found is None or found.buyer_person_id != signed_in().id:
        return None
    balance = (ledger.payment(db.session(), found.balance_reference)
               if found.balance_reference else None)
    return {
        "price_fen": found.price_fen, "deposit_fen": mine.deposit_fen,
        "balance_fen": found.balance_fen, "due_on": found.balance_due_on,
        "balance": _deposit(balance) if balance is not None else None, "paid_at": found.paid_at,
        "ruling_issued_at": found.ruling_issued_at, "ruling_served_at": found.ruling_served_at,
        "ruling_document_id": found.ruling_document_id, "handed_over_at": found.handed_over_at,
        "handover_note": found.handover_note, "ruling_due_on": ruling_due_on(sale),
        "handover_due_on": handover_due_on(sale)}
