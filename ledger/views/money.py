"""The finance desk: what came in, what is expected, what goes back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cases import services as cases
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from ledger import services
from ledger.errors import NoSuchRefund
from ledger.models import ExpectedPayment
from ledger.rules.accounts import Book
from ledger.rules.deposits import DepositState
from ledger.rules.payers import Verdict
from ledger.rules.references import read_reference
from ledger.schemas import CreditIn, RefundIn, ReturnIn

pages = Blueprint("money", __name__, url_prefix="/desk/money")

LIGHTS = {DepositState.EXPECTED: "wait", DepositState.RECEIVED: "done",
          DepositState.MOVED_TO_PRICE: "done", DepositState.RELEASED: "later",
          DepositState.LAPSED: "later", DepositState.HELD: "today", DepositState.FORFEITED: "block"}

MEANINGS = {
    Verdict.MATCHED: N_("缴款码、金额、付款人都一致"),
    Verdict.OTHER_PAYER: N_("付款人与登记的缴款人不一致"),
    Verdict.OTHER_AMOUNT: N_("付款人一致，金额与应收不同"),
    Verdict.AMBIGUOUS: N_("附言里有不止一个待缴的缴款码"),
    Verdict.UNKNOWN: N_("附言里没有待缴的缴款码"),
}


@pages.route("", methods=["GET", "POST"])
@access(Role.FINANCE)
def desk() -> ResponseReturnValue:
    """Book one credit of the bank, and see all that waits for finance."""
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"book": Book.DEPOSITS, "received_at": clock.now()})
    if request.method == "POST":
        with form.attempt():
            data = form.load(CreditIn())
            with unit_of_work() as work:
                booked = services.book_credit(work.session, **data, court_id=_court_id(),
                                              actor=signed_in(), now=clock.now())
                verdict = booked.verdict
            flash(say(N_("已登记。机器比对：%(verdict)s。"), {"verdict": say(verdict.word)}))
            return redirect(url_for("money.desk", _anchor="credits"))
    return _desk_page(form)


def _desk_page(form: Form) -> ResponseReturnValue:
    session, court_id, now = db.session(), _court_id(), clock.now()
    expected = services.expected_payments(session, court_id)
    sought = read_reference(request.args.get("q", ""))
    shown = [one for one in expected if one.reference == sought] if request.args.get("q") else expected
    return render_template(
        "ledger/money.html", form=form, books=[(one.value, say(one.word)) for one in Book],
        refunds=services.refunds_open(session, court_id), expected=shown, q=request.args.get("q", ""),
        waiting=sum(one.state is DepositState.EXPECTED for one in expected),
        unidentified=services.unidentified_credits(session, court_id),
        credits=services.credits_of(session, court_id), payments=_by_reference(expected),
        numbers=cases.numbers_of(session, {one.case_id for one in expected if one.case_id}),
        banks=services.bank_balances(session, court_id), faults=_faults(court_id),
        lights=LIGHTS, meanings=MEANINGS, book=Book, verdict=Verdict, today=now), form.status


def _faults(court_id: str) -> list[str]:
    return [say(fault) for fault in services.check_books(db.session(), court_id)]


def _by_reference(expected: Any) -> dict[str, ExpectedPayment]:
    return {one.reference: one for one in expected}


@pages.route("/refunds/<path:owner>", methods=["GET", "POST"])
@access(Role.FINANCE)
def refund(owner: str) -> ResponseReturnValue:
    """Note that the bank has sent a refund."""
    form = Form(request.form) if request.method == "POST" else Form()
    found = next((one for one in services.refunds_open(db.session(), _court_id())
                  if one.owner == owner), None)
    if found is None:
        raise NoSuchRefund
    if request.method == "POST":
        with form.attempt():
            data = form.load(RefundIn())
            with unit_of_work() as work:
                services.note_refund(work.session, court_id=_court_id(), owner=owner, **data,
                                     actor=signed_in(), now=clock.now())
            flash(say(N_("退款已记账。")))
            return redirect(url_for("money.desk", _anchor="refunds"))
    return render_template("ledger/refund.html", form=form, refund=found), form.status


@pages.route("/credits/<credit_id>/return", methods=["GET", "POST"])
@access(Role.FINANCE)
def return_credit(credit_id: str) -> ResponseReturnValue:
    """Send back what nobody could place."""
    form = Form(request.form) if request.method == "POST" else Form()
    found = services.get_credit(db.session(), credit_id, actor=signed_in())
    if request.method == "POST":
        with form.attempt():
            data = form.load(ReturnIn())
            with unit_of_work() as work:
                services.return_credit(work.session, credit_id, **data, actor=signed_in(),
                                       now=clock.now())
            flash(say(N_("已列入待退款。") if found.book is Book.DEPOSITS else N_("退款已记账。")))
            return redirect(url_for("money.desk", _anchor="unidentified"))
    return render_template("ledger/return.html", form=form, credit=found, book=Book), form.status


def _court_id() -> str:
    return signed_in().court_id or ""
