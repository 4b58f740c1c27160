"""Payments expected, and what becomes of their money; finance knows them by reference alone."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.errors import Filled
from kernel.formats import instant_text
from kernel.vault import the_vault
from ledger.errors import DepositStateError, NoSuchPayment
from ledger.models import ExpectedPayment
from ledger.rules import payers
from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.deposits import DepositState, step
from ledger.rules.kinds import TransferKind
from ledger.rules.references import BODIES, reference
from ledger.rules.transfers import Posting, Transfer, credit, debit, key
from ledger.rules.words import Purpose
from ledger.services.journal import lock_books, post

SHOWN = 200
"""How many payments one list shows; whoever looks for an older one knows its reference."""


def name_digest(name: str) -> str:
    """The keyed digest under which a payer is known."""
    return the_vault().digest(name, "payer")


def expect_payment(session: Session, *, court_id: str, case_id: str | None, purpose: Purpose,
                   subject: str, amount_fen: int, payer_person_id: str, actor: Actor | str,
                   now: datetime, due_on: date | None = None) -> ExpectedPayment:
    """Expect money under a new random reference; of the payer only a keyed digest is kept.

    Args:
        subject: what it is paid for, ``lot:ID/N``.
        due_on: the last day to pay, where one is set (AUC-25.1).
    """
    name = accounts.identity_for_machine(session, payer_person_id).name
    expected = ExpectedPayment(
        reference=_new_reference(session), court_id=court_id, case_id=case_id,
        book=Book.DEPOSITS if purpose is Purpose.DEPOSIT else Book.CASE_MONEY, purpose=purpose,
        subject=subject, amount_fen=amount_fen, payer_digest=payers.payer_digest(name, name_digest),
        state=DepositState.EXPECTED, expected_at=now, due_on=due_on, turned_back=0)
    session.add(expected)
    record(session, expected, Kind.PAYMENT_EXPECTED, actor,
           {"purpose": purpose, "amount_fen": amount_fen})
    session.flush()
    return expected


def _new_reference(session: Session) -> str:
    while session.get(ExpectedPayment, drawn := reference(secrets.randbelow(BODIES))) is not None:
        pass
    return drawn


def payment(session: Session, ref: str) -> ExpectedPayment:
    """What is known of a payment.

    Raises:
        NoSuchPayment: no such reference.
    """
    found = session.get(ExpectedPayment, ref)
    if found is None:
        raise NoSuchPayment
    return found


def is_received(session: Session, ref: str) -> bool:
    """Whether the money of a reference has come; False for an unknown one."""
    found = session.get(ExpectedPayment, ref)
    return found is not None and found.is_received


def expected_payments(session: Session, court_id: str, *, purpose: Purpose | None = None
                      ) -> Sequence[ExpectedPayment]:
    """The payments of a court, open ones first, newest first."""
    query = select(ExpectedPayment).where(ExpectedPayment.court_id == court_id)
    if purpose is not None:
        query = query.where(ExpectedPayment.purpose == purpose)
    return session.scalars(query.order_by(
        (ExpectedPayment.state == DepositState.EXPECTED).desc(), ExpectedPayment.expected_at.desc(),
        ExpectedPayment.reference).limit(SHOWN)).all()


def payments_due(session: Session) -> Sequence[ExpectedPayment]:
    """Payments of all courts that somebody still has to make by a set day."""
    return session.scalars(select(ExpectedPayment).where(
        ExpectedPayment.state == DepositState.EXPECTED, ExpectedPayment.due_on.is_not(None))
        .order_by(ExpectedPayment.due_on)).all()


def lapse(session: Session, ref: str, *, actor: Actor | str, now: datetime) -> None:
    """Stop expecting money that never came.

    Raises:
        DepositStateError: it came.
    """
    found = _locked(session, ref)
    step(found.state, DepositState.LAPSED)
    found.state = DepositState.LAPSED
    record(session, found, Kind.PAYMENT_LAPSED, actor, {"lapsed_at": instant_text(now)})


def release_deposit(session: Session, ref: str, *, reason: str, actor: Actor | str,
                    now: datetime) -> None:
    """Give a deposit back: it leaves the trust account for the list of refunds (AUC-23.2).

    Args:
        reason: a stable word or a short text of why, kept as the cause of the transfer.

    Raises:
        DepositStateError: it never came, is gone, or counts to a price already.
    """
    found = _locked(session, ref)
    if step(found.state, DepositState.RELEASED) is not TransferKind.DEPOSIT_RELEASED:
        raise DepositStateError(state=Filled(found.state.word),
                                wanted=Filled(DepositState.RELEASED.word))
    refund = Account(AccountKind.DEPOSIT_REFUND, owner=ref)
    _post(session, TransferKind.DEPOSIT_RELEASED,
          (debit(_resting(found), found.amount_fen), credit(refund, found.amount_fen)),
          found, cause=reason, actor=actor, now=now)
    found.state = DepositState.RELEASED


def hold_deposit(session: Session, ref: str, *, reason: str, actor: Actor | str,
                 now: datetime) -> None:
    """Set a deposit apart while a court decides whose it is.

    Raises:
        DepositStateError: it is not there, or has moved on.
    """
    found = _locked(session, ref)
    step(found.state, DepositState.HELD)
    _post(session, TransferKind.DEPOSIT_HELD,
          (debit(_resting(found), found.amount_fen),
           credit(Account(AccountKind.DEPOSIT_HELD, owner=ref), found.amount_fen)),
          found, cause=reason, actor=actor, now=now)
    found.state = DepositState.HELD


def move_deposit_to_price(session: Session, ref: str, *, case_id: str, actor: Actor | str,
                          now: datetime) -> None:
    """Count the buyer's deposit towards the price and move it to the court's account (AUC-23.1, 25.2).

    Raises:
        DepositStateError: it never came, or has moved on.
    """
    found = _locked(session, ref)
    step(found.state, DepositState.MOVED_TO_PRICE)
    _post(session, TransferKind.DEPOSIT_TO_PRICE, (
        debit(_resting(found), found.amount_fen),
        credit(Account(AccountKind.DEPOSIT_BANK), found.amount_fen),
        debit(Account(AccountKind.CASE_BANK), found.amount_fen),
        credit(price_account(case_id, found.subject), found.amount_fen)),
        found, cause=found.subject, actor=actor, now=now)
    found.state = DepositState.MOVED_TO_PRICE


def price_account(case_id: str, subject: str) -> Account:
    """Where the price of one sale gathers, deposit and balance together."""
    return Account(AccountKind.PRICE, case_id=case_id, owner=subject)


def _locked(session: Session, ref: str) -> ExpectedPayment:
    found = payment(session, ref)
    lock_books(session, found.court_id)
    session.refresh(found)
    return found


def _resting(found: ExpectedPayment) -> Account:
    held = found.state is DepositState.HELD
    return Account(AccountKind.DEPOSIT_HELD if held else AccountKind.DEPOSIT, owner=found.reference)


def _post(session: Session, kind: TransferKind, postings: tuple[Posting, ...],
          found: ExpectedPayment, *, cause: str, actor: Actor | str, now: datetime) -> None:
    post(session, Transfer(kind, postings, key(kind, found.log_subject, "once"), cause),
         court_id=found.court_id, subject=found.log_subject, actor=actor, now=now)


def record(session: Session, found: ExpectedPayment, kind: Kind, actor: Actor | str,
           body: dict[str, object]) -> None:
    """Note an act upon a payment for the log."""
    audit.record(session, court_id=found.court_id, kind=kind, subject=found.log_subject, actor=actor,
                 case_id=found.case_id, body=body)
