"""What comes in at the bank: the machine says whether it fits, and what does not goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.formats import instant_text
from kernel.ids import new_id
from kernel.vault import the_vault
from ledger.errors import BankLineBooked, NoSuchCredit, NothingToReturn
from ledger.models import AccountBalance, BankCredit, ExpectedPayment
from ledger.rules import payers
from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.kinds import TransferKind
from ledger.rules.payers import Verdict
from ledger.rules.references import references_in
from ledger.rules.transfers import Posting, Transfer, credit, debit, key
from ledger.rules.words import Purpose
from ledger.services.journal import lock_books, post
from ledger.services.payments import name_digest, payment, price_account, record

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Booked:
    """What the machine made of one credit.

    Attributes:
        payer_matches: None where no payment was found to compare with.
    """

    credit: BankCredit
    verdict: Verdict
    payment: ExpectedPayment | None

    @property
    def payer_matches(self) -> bool | None:
        return None if self.payment is None else self.verdict is not Verdict.OTHER_PAYER


def book_credit(session: Session, *, court_id: str, book: Book, bank_line: str, remark: str,
                amount_fen: int, payer_name: str, received_at: datetime, actor: Actor,
                now: datetime) -> Booked:
    """Book one credit of the bank; the machine says whether reference, payer and sum fit.

    What fits is received. What quotes a reference but has another payer or sum is turned back:
    a deposit goes straight to the list of refunds, and the payment stays expected (AUC-17.2).
    What quotes nothing known is held as unidentified (FUND-15).

    Raises:
        BankLineBooked: this line of the bank was booked before.
        InvalidInput: received in the future.
    """
    if received_at > now:
        raise InvalidInput({"received_at": N_("到账时间不能晚于现在。")})
    lock_books(session, court_id)
    if session.scalar(select(BankCredit.id).where(BankCredit.court_id == court_id,
                                                  BankCredit.bank_line == bank_line)):
        raise BankLineBooked({"bank_line": N_("银行流水 %(bank_line)s 已经记过账。")}, bank_line=bank_line)
    open_ones = {one.reference: payers.ExpectedPayment(one.reference, one.amount_fen, one.payer_digest)
                 for one in session.scalars(select(ExpectedPayment).where(
                     ExpectedPayment.court_id == court_id, ExpectedPayment.book == book,
                     ExpectedPayment.state == DepositState.EXPECTED)
                     .with_for_update().execution_options(populate_existing=True))}
    verdict, meant = payers.judge(remark, amount_fen, payer_name, open_ones, name_digest)
    found = None if meant is None else payment(session, meant.reference)
    line = BankCredit(
        id=new_id("credit"), court_id=court_id, book=book, bank_line=bank_line,
        quoted=" ".join(references_in(remark)), amount_fen=amount_fen, sealed=b"",
        received_at=received_at, verdict=verdict,
        reference=None if found is None else found.reference, booked_by=actor.id)
    line.sealed = the_vault().seal({"payer": payer_name, "remark": remark},
                                   f"bank_credits.sealed:{line.id}")
    session.add(line)
    session.flush()
    if verdict is Verdict.MATCHED and found is not None:
        _receive(session, found, line, actor, now)
    else:
        _set_aside(session, found, line, actor, now)
    return Booked(line, verdict, found)


def _receive(session: Session, found: ExpectedPayment, line: BankCredit, actor: Actor,
             now: datetime) -> None:
    if found.purpose is Purpose.DEPOSIT:
        kind, owed = TransferKind.DEPOSIT_RECEIVED, Account(AccountKind.DEPOSIT, owner=found.reference)
        found.state = DepositState.RECEIVED
    else:
        kind, owed = TransferKind.PRICE_RECEIVED, price_account(found.case_id or "", found.subject)
        found.state = DepositState.MOVED_TO_PRICE
    found.received_at = line.received_at
    _book(session, kind, (debit(Account(line.bank), line.amount_fen), credit(owed, line.amount_fen)),
          line, subject=found.log_subject, actor=actor, now=now)
    record(session, found, Kind.PAYMENT_RECEIVED, actor,
           {"amount_fen": line.amount_fen, "received_at": instant_text(line.received_at),
            "payer_matches": True})


def _set_aside(session: Session, found: ExpectedPayment | None, line: BankCredit, actor: Actor,
               now: datetime) -> None:
    deposits = line.book is Book.DEPOSITS
    kind = TransferKind.DEPOSIT_RECEIVED if deposits else TransferKind.UNIDENTIFIED_RECEIVED
    aside = Account(line.aside, owner=line.owner)
    _book(session, kind,
          (debit(Account(line.bank), line.amount_fen), credit(aside, line.amount_fen)),
          line, subject=f"credit:{line.id}", actor=actor, now=now)
    if found is None:
        return
    found.turned_back += 1
    if deposits:
        _to_refunds(session, line, actor, now)
    record(session, found, Kind.PAYMENT_TURNED_BACK, actor,
           {"amount_fen": line.amount_fen, "verdict": line.verdict})


def return_credit(session: Session, credit_id: str, *, bank_line: str, actor: Actor,
                  now: datetime) -> None:
    """Send back what nobody could place: a deposit joins the refunds, case money leaves at once.

    Args:
        bank_line: the bank's line of the outgoing transfer; for case money only.

    Raises:
        NoSuchCredit: none by this id in the actor's court.
        NothingToReturn: it fitted, or has gone back already.
        InvalidInput: case money without the bank's line.
    """
    line = get_credit(session, credit_id, actor=actor)
    lock_books(session, line.court_id)
    aside = Account(line.aside, owner=line.owner)
    if not _held(session, line.court_id, aside):
        raise NothingToReturn
    if line.book is Book.DEPOSITS:
        _to_refunds(session, line, actor, now)
        return
    if not bank_line:
        raise InvalidInput({"bank_line": N_("请填写银行退款流水号。")})
    _book(session, TransferKind.UNIDENTIFIED_RETURNED,
          (debit(aside, line.amount_fen), credit(Account(line.bank), line.amount_fen)),
          line, subject=f"credit:{line.id}", actor=actor, now=now, cause=f"bank:{bank_line}")


def _to_refunds(session: Session, line: BankCredit, actor: Actor, now: datetime) -> None:
    _book(session, TransferKind.DEPOSIT_RELEASED,
          (debit(Account(line.aside, owner=line.owner), line.amount_fen),
           credit(Account(AccountKind.DEPOSIT_REFUND, owner=line.owner), line.amount_fen)),
          line, subject=f"credit:{line.id}", actor=actor, now=now)


def _book(session: Session, kind: TransferKind, postings: tuple[Posting, ...], line: BankCredit, *,
          subject: str, actor: Actor, now: datetime, cause: str = "") -> None:
    post(session, Transfer(kind, postings, key(kind, line.owner, "once"),
                           cause or f"bank:{line.bank_line}"),
         court_id=line.court_id, subject=subject, actor=actor, now=now)


def _held(session: Session, court_id: str, account: Account) -> int:
    row = session.get(AccountBalance, (court_id, account.key))
    return 0 if row is None else row.balance_fen


def get_credit(session: Session, credit_id: str, *, actor: Actor) -> BankCredit:
    """One credit of the actor's court.

    Raises:
        NoSuchCredit: none by this id.
    """
    line = session.get(BankCredit, credit_id)
    if line is None or line.court_id != actor.court_id:
        raise NoSuchCredit
    return line


def credits_of(session: Session, court_id: str) -> Sequence[BankCredit]:
    """The latest credits of a court, newest first."""
    return session.scalars(select(BankCredit).where(BankCredit.court_id == court_id)
                           .order_by(BankCredit.received_at.desc(), BankCredit.id).limit(SHOWN)).all()


def unidentified_credits(session: Session, court_id: str) -> Sequence[BankCredit]:
    """Credits still held because they fitted nothing, oldest first."""
    held = session.scalars(select(AccountBalance.owner).where(
        AccountBalance.court_id == court_id, AccountBalance.balance_fen > 0,
        AccountBalance.account.in_([AccountKind.UNIDENTIFIED, AccountKind.DEPOSIT_UNIDENTIFIED])))
    lines = [owner.removeprefix("line:") for owner in held]
    return session.scalars(select(BankCredit).where(
        BankCredit.court_id == court_id, BankCredit.bank_line.in_(lines))
        .order_by(BankCredit.received_at, BankCredit.id)).all()
