"""Payments expected and received: finance knows the reference, the machine knows the payer."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.formats import instant_text
from kernel.ids import new_id
from kernel.vault import the_vault
from ledger.errors import BankLineBooked, DepositStateError, NoSuchPayment
from ledger.models import AccountBalance, BankCredit, ExpectedPayment
from ledger.rules import payers
from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.deposits import DepositState, step
from ledger.rules.kinds import TransferKind
from ledger.rules.payers import Verdict
from ledger.rules.references import BODIES, read_reference, reference
from ledger.rules.transfers import Posting, Transfer, credit, debit, key
from ledger.rules.words import Purpose
from ledger.services.journal import post


def _digest(name: str) -> str:
    return the_vault().digest(name, "payer")


def expect_payment(session: Session, *, court_id: str, case_id: str | None, purpose: Purpose,
                   subject: str, amount_fen: int, payer_person_id: str, actor: Actor | str,
                   now: datetime) -> ExpectedPayment:
    """Expect money under a new random reference; of the payer only a keyed digest is kept."""
    name = accounts.identity_for_machine(session, payer_person_id).name
    expected = ExpectedPayment(
        reference=_new_reference(session), court_id=court_id, case_id=case_id,
        book=Book.DEPOSITS if purpose is Purpose.DEPOSIT else Book.CASE_MONEY, purpose=purpose,
        subject=subject, amount_fen=amount_fen, payer_digest=payers.payer_digest(name, _digest),
        state=DepositState.EXPECTED, expected_at=now, turned_back=0)
    session.add(expected)
    _record(session, expected, Kind.PAYMENT_EXPECTED, actor,
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


def expected_payments(session: Session, court_id: str, *, book: Book | None = None
                      ) -> Sequence[ExpectedPayment]:
    """The payments of a court, open ones first, newest first."""
    query = select(ExpectedPayment).where(ExpectedPayment.court_id == court_id)
    if book is not None:
        query = query.where(ExpectedPayment.book == book)
    return session.scalars(query.order_by((ExpectedPayment.state == DepositState.EXPECTED).desc(),
                                          ExpectedPayment.expected_at.desc())).all()


def book_credit(session: Session, *, court_id: str, book: Book, bank_line: str, remark: str,
                amount_fen: int, payer_name: str, received_at: datetime, actor: Actor,
                now: datetime) -> tuple[Verdict, ExpectedPayment | None]:
    """Book one credit of the bank; the machine says whether reference, payer and sum fit.

    What fits nobody is held as unidentified; what fits a reference but not its payer or sum goes
    back to its payer, and the payment stays expected (AUC-17.2).

    Raises:
        BankLineBooked: this line of the bank was booked before.
        InvalidInput: received in the future.
    """
    if received_at > now:
        raise InvalidInput({"received_at": N_("到账时间不能晚于现在。")})
    if session.scalar(select(BankCredit.id).where(BankCredit.court_id == court_id,
                                                  BankCredit.bank_line == bank_line)):
        raise BankLineBooked(bank_line=bank_line)
    open_ones = {one.reference: payers.ExpectedPayment(one.reference, one.amount_fen, one.payer_digest)
                 for one in session.scalars(select(ExpectedPayment).where(
                     ExpectedPayment.court_id == court_id, ExpectedPayment.book == book,
                     ExpectedPayment.state == DepositState.EXPECTED).with_for_update())}
    verdict, meant = payers.judge(remark, amount_fen, payer_name, open_ones, _digest)
    found = None if meant is None else payment(session, meant.reference)
    line = BankCredit(
        id=new_id("credit"), court_id=court_id, book=book, bank_line=bank_line, remark=remark,
        amount_fen=amount_fen, payer_sealed=b"", received_at=received_at, verdict=verdict,
        reference=None if found is None else found.reference, booked_by=actor.id)
    line.payer_sealed = the_vault().seal({"payer": payer_name}, f"bank_credits.payer:{line.id}")
    session.add(line)
    session.flush()
    if verdict is Verdict.MATCHED and found is not None:
        _receive(session, found, line, actor, now)
    else:
        _set_aside(session, found, line, verdict, actor, now)
    return verdict, found


def _receive(session: Session, found: ExpectedPayment, line: BankCredit, actor: Actor,
             now: datetime) -> None:
    if found.purpose is Purpose.DEPOSIT:
        kind, postings = TransferKind.DEPOSIT_RECEIVED, (
            debit(Account(AccountKind.DEPOSIT_BANK), line.amount_fen),
            credit(_deposit(found), line.amount_fen))
        found.state = DepositState.RECEIVED
    else:
        kind, postings = TransferKind.PRICE_RECEIVED, (
            debit(Account(AccountKind.CASE_BANK), line.amount_fen),
            credit(_price(found.case_id or "", found.subject), line.amount_fen))
        found.state = DepositState.MOVED_TO_PRICE
    found.received_at = line.received_at
    _post(session, kind, postings, found, event=line.bank_line, actor=actor, now=now)
    _record(session, found, Kind.PAYMENT_RECEIVED, actor,
            {"amount_fen": line.amount_fen, "received_at": instant_text(line.received_at),
             "payer_matches": True})


def _set_aside(session: Session, found: ExpectedPayment | None, line: BankCredit, verdict: Verdict,
               actor: Actor, now: datetime) -> None:
    deposits = line.book is Book.DEPOSITS
    aside = Account(AccountKind.DEPOSIT_UNIDENTIFIED if deposits else AccountKind.UNIDENTIFIED,
                    owner=line.bank_line)
    bank = Account(AccountKind.DEPOSIT_BANK if deposits else AccountKind.CASE_BANK)
    kind = TransferKind.DEPOSIT_RECEIVED if deposits else TransferKind.UNIDENTIFIED_RECEIVED
    post(session, Transfer(kind, (debit(bank, line.amount_fen), credit(aside, line.amount_fen)),
                           key(kind, f"line:{line.bank_line}", "received"), f"bank:{line.bank_line}"),
         court_id=line.court_id, subject=f"credit:{line.id}", actor=actor, now=now)
    if found is None:
        return
    found.turned_back += 1
    if deposits:
        back = Account(AccountKind.DEPOSIT_REFUND, owner=line.bank_line)
        released = TransferKind.DEPOSIT_RELEASED
        post(session, Transfer(
            released, (debit(aside, line.amount_fen), credit(back, line.amount_fen)),
            key(released, f"line:{line.bank_line}", "turned back"), f"bank:{line.bank_line}"),
            court_id=line.court_id, subject=f"credit:{line.id}", actor=actor, now=now)
    _record(session, found, Kind.PAYMENT_TURNED_BACK, actor,
            {"amount_fen": line.amount_fen, "verdict": verdict})


def release_deposit(session: Session, ref: str, *, reason: str, actor: Actor | str,
                    now: datetime) -> None:
    """Give a deposit back: it leaves the trust account for the list of refunds (AUC-23.2).

    Raises:
        DepositStateError: it never came, is gone, or counts to a price already.
    """
    found = payment(session, ref)
    if step(found.state, DepositState.RELEASED) is not TransferKind.DEPOSIT_RELEASED:
        raise DepositStateError(state=found.state.word, wanted=DepositState.RELEASED.word)
    refund = Account(AccountKind.DEPOSIT_REFUND, owner=ref)
    _post(session, TransferKind.DEPOSIT_RELEASED,
          (debit(_deposit(found), found.amount_fen), credit(refund, found.amount_fen)),
          found, event=reason, actor=actor, now=now)
    found.state = DepositState.RELEASED


def lapse(session: Session, ref: str, *, actor: Actor | str, now: datetime) -> None:
    """Stop expecting money that never came."""
    found = payment(session, ref)
    step(found.state, DepositState.LAPSED)
    found.state = DepositState.LAPSED
    _record(session, found, Kind.PAYMENT_LAPSED, actor, {"lapsed_at": instant_text(now)})


def move_deposit_to_price(session: Session, ref: str, *, case_id: str, actor: Actor | str,
                          now: datetime) -> None:
    """Count the buyer's deposit towards the price and move it to the court's account (AUC-23.1, 25.2)."""
    found = payment(session, ref)
    kind = step(found.state, DepositState.MOVED_TO_PRICE) or TransferKind.DEPOSIT_TO_PRICE
    _post(session, kind, (
        debit(_deposit(found), found.amount_fen),
        credit(Account(AccountKind.DEPOSIT_BANK), found.amount_fen),
        debit(Account(AccountKind.CASE_BANK), found.amount_fen),
        credit(_price(case_id, found.subject), found.amount_fen)),
        found, event="counts to the price", actor=actor, now=now)
    found.state = DepositState.MOVED_TO_PRICE


def refunds_open(session: Session, court_id: str) -> Sequence[AccountBalance]:
    """Deposits released whose bank order is still to be sent."""
    return session.scalars(select(AccountBalance).where(
        AccountBalance.court_id == court_id, AccountBalance.account == AccountKind.DEPOSIT_REFUND,
        AccountBalance.balance_fen > 0).order_by(AccountBalance.owner)).all()


def note_refund(session: Session, *, court_id: str, owner: str, bank_line: str, actor: Actor,
                now: datetime) -> None:
    """Book that the bank has sent a refund.

    Raises:
        NoSuchPayment: nothing is to be refunded under this reference.
    """
    row = next((one for one in refunds_open(session, court_id) if one.owner == owner), None)
    if row is None:
        raise NoSuchPayment
    kind = TransferKind.DEPOSIT_REFUNDED
    post(session, Transfer(
        kind, (debit(Account(AccountKind.DEPOSIT_REFUND, owner=owner), row.balance_fen),
               credit(Account(AccountKind.DEPOSIT_BANK), row.balance_fen)),
        key(kind, f"refund:{owner}", bank_line), f"bank:{bank_line}"),
        court_id=court_id, subject=f"payment:{owner}", actor=actor, now=now)


def unidentified_credits(session: Session, court_id: str) -> Sequence[BankCredit]:
    """Credits that fitted no reference, newest first."""
    return session.scalars(select(BankCredit).where(
        BankCredit.court_id == court_id, BankCredit.verdict != Verdict.MATCHED)
        .order_by(BankCredit.received_at.desc())).all()


def find_reference(text: str) -> str | None:
    """A reference as somebody typed it, in its written form."""
    return read_reference(text)


def _deposit(found: ExpectedPayment) -> Account:
    return Account(AccountKind.DEPOSIT, owner=found.reference)


def _price(case_id: str, subject: str) -> Account:
    return Account(AccountKind.PRICE, case_id=case_id, owner=subject)


def _post(session: Session, kind: TransferKind, postings: tuple[Posting, ...], found: ExpectedPayment, *,
          event: str, actor: Actor | str, now: datetime) -> None:
    post(session, Transfer(kind, postings, key(kind, found.log_subject, event), found.log_subject),
         court_id=found.court_id, subject=found.log_subject, actor=actor, now=now)


def _record(session: Session, found: ExpectedPayment, kind: Kind, actor: Actor | str,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=found.court_id, kind=kind, subject=found.log_subject, actor=actor,
                 case_id=found.case_id, body=body)
