"""Money on its way: finance people, payments expected and received.

Each function may be called inside a unit of work or outside one; outside, it opens its own.
"""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.models import Court, Person
from kernel import clock
from kernel.access import Actor, Role
from ledger import services
from ledger.models import ExpectedPayment
from ledger.services import Book, Booked, Purpose
from tests.factories.accounts import a_bidder, a_person, acting, the_actor

BIDDER = "王小明"
DEPOSIT_FEN = 200_000_00


def a_finance_person(session: Session, court: Court, name: str = "沈知遥") -> Person:
    """Somebody of the court's finance body."""
    return a_person(session, Role.FINANCE, court, name=name)


def finance(session: Session, court: Court, name: str = "沈知遥") -> Actor:
    """The same as an actor, for calling services."""
    return the_actor(session, a_finance_person(session, court, name))


def an_expected_deposit(session: Session, court: Court, *, payer: Person | None = None,
                        amount_fen: int = DEPOSIT_FEN, case_id: str | None = None,
                        subject: str = "") -> ExpectedPayment:
    """A deposit that a bidder named ``BIDDER`` is to pay."""
    payer = payer or a_bidder(session, BIDDER)
    with acting(session) as s:
        return services.expect_payment(
            s, court_id=court.id, case_id=case_id, purpose=Purpose.DEPOSIT,
            subject=subject or f"lot:lot-{secrets.token_hex(6)}/1", amount_fen=amount_fen,
            payer_person_id=payer.id, actor="registrant", now=clock.now())


def a_credit(session: Session, actor: Actor, *, remark: str, amount_fen: int = DEPOSIT_FEN,
             payer_name: str = BIDDER, book: Book = Book.DEPOSITS, bank_line: str = "",
             at: datetime | None = None) -> Booked:
    """One line of the bank's statement, booked by a person of finance."""
    now = at or clock.now()
    with acting(session) as s:
        return services.book_credit(
            s, court_id=actor.court_id or "", book=book, remark=remark, amount_fen=amount_fen,
            bank_line=bank_line or f"B{secrets.token_hex(6)}", payer_name=payer_name,
            received_at=now, actor=actor, now=now)


def a_paid_deposit(session: Session, court: Court, actor: Actor, *,
                   subject: str = "") -> ExpectedPayment:
    """A deposit that has come from whom it was expected."""
    expected = an_expected_deposit(session, court, subject=subject)
    reference = expected.reference
    a_credit(session, actor, remark=f"保证金 {reference}")
    return services.payment(session, reference)
