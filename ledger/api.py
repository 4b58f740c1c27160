"""The ledger for programs: the finance desk's acts, and the account of a case."""

from collections.abc import Sequence
from typing import Any

from cases import services as cases
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.http import ApiBlueprint
from kernel.languages import say
from kernel.transactions import unit_of_work
from ledger import services
from ledger.models import BankCredit, ExpectedPayment
from ledger.rules.accounts import Book
from ledger.schemas import (
    BookedOut,
    BooksOut,
    CreditIn,
    CreditOut,
    OwnedRefundIn,
    PaymentOut,
    RefundOut,
    ReturnIn,
    StatementOut,
)
from ledger.services import Booked, Refund

api = ApiBlueprint("payments-api", __name__, url_prefix="/payments",
                   description="Expected payments, bank credits, refunds, the account of a case")


def _court_id() -> str:
    return signed_in().court_id or ""


@api.get("")
@api.response(200, PaymentOut(many=True))
@access(Role.FINANCE)
def list_payments() -> Sequence[ExpectedPayment]:
    """Expected payments by reference, open ones first; nobody's name."""
    return services.expected_payments(db.session(), _court_id())


@api.get("/credits")
@api.response(200, CreditOut(many=True))
@access(Role.FINANCE)
def list_credits() -> Sequence[BankCredit]:
    """The latest bank credits, each with the machine's verdict."""
    return services.credits_of(db.session(), _court_id())


@api.post("/credits")
@api.arguments(CreditIn)
@api.response(201, BookedOut)
@access(Role.FINANCE)
def book_credit(data: dict[str, Any]) -> Booked:
    """Book one bank credit and learn whether reference, sum and payer fit."""
    with unit_of_work() as work:
        return services.book_credit(work.session, **data, court_id=_court_id(), actor=signed_in(),
                                    now=clock.now())


@api.post("/credits/<credit_id>/return")
@api.arguments(ReturnIn)
@api.response(204)
@access(Role.FINANCE)
def return_credit(data: dict[str, Any], credit_id: str) -> None:
    """Send back a credit that nobody could place."""
    with unit_of_work() as work:
        services.return_credit(work.session, credit_id, **data, actor=signed_in(), now=clock.now())


@api.get("/refunds")
@api.response(200, RefundOut(many=True))
@access(Role.FINANCE)
def list_refunds() -> Sequence[Refund]:
    """Refunds to be sent, the most urgent first (AUC-23.2)."""
    return services.refunds_open(db.session(), _court_id())


@api.post("/refunds")
@api.arguments(OwnedRefundIn)
@api.response(200, RefundOut)
@access(Role.FINANCE)
def note_refund(data: dict[str, Any]) -> Refund:
    """Note that the bank has sent a refund."""
    with unit_of_work() as work:
        return services.note_refund(work.session, court_id=_court_id(), **data, actor=signed_in(),
                                    now=clock.now())


@api.get("/books")
@api.response(200, BooksOut)
@access(Role.FINANCE, Role.AUDITOR)
def check_books() -> dict[str, Any]:
    """Recount the books from the journal alone."""
    banks = services.bank_balances(db.session(), _court_id())
    return {"case_money_bank_fen": banks[Book.CASE_MONEY],
            "deposits_bank_fen": banks[Book.DEPOSITS],
            "faults": [say(fault) for fault in services.check_books(db.session(), _court_id())]}


@api.get("/cases/<case_id>")
@api.response(200, StatementOut)
@access(Role.FINANCE, Role.OFFICER, Role.JUDGE, Role.AUDITOR, Role.SUPERVISOR)
def statement(case_id: str) -> dict[str, Any]:
    """The account of one case: balances, and each transfer with its lines."""
    session = db.session()
    cases.may_read(signed_in(), cases.get_case(session, case_id))
    return {"case_id": case_id, "account_number": services.case_account_number(case_id),
            "case_money_fen": services.case_balance(session, case_id),
            "balances": services.balances_of_case(session, case_id),
            "entries": services.entries_of_case(session, case_id)}
