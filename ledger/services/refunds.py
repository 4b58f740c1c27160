"""Refunds: deposits released, whose bank orders finance is still to send (AUC-23.2, FUND-17)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from kernel.access import Actor
from kernel.law import CURRENT
from ledger.errors import NoSuchRefund
from ledger.models import AccountBalance, ExpectedPayment, JournalEntry, JournalPosting
from ledger.rules.accounts import Account, AccountKind
from ledger.rules.kinds import TransferKind
from ledger.rules.transfers import Side, Transfer, credit, debit, key
from ledger.services.journal import lock_books, post


@dataclass(frozen=True, slots=True)
class Refund:
    """One deposit on its way back to the account it came from.

    Attributes:
        owner: the payment's reference, or ``line:`` and the bank's line of a credit turned back.
        subject: what the deposit was for; empty for a credit turned back.
        due_at: until when the bank order must be sent.
    """

    court_id: str
    owner: str
    subject: str
    amount_fen: int
    released_at: datetime
    due_at: datetime
    rule: str

    @property
    def is_turned_back(self) -> bool:
        """Whether it was never accepted as a deposit: another payer, or another sum."""
        return not self.subject


def refunds_open(session: Session, court_id: str | None = None) -> Sequence[Refund]:
    """Refunds to be sent, the most urgent first; of every court where none is named."""
    query = (select(AccountBalance, JournalEntry.booked_at, ExpectedPayment.subject)
             .join(JournalPosting, (JournalPosting.court_id == AccountBalance.court_id)
                   & (JournalPosting.account == AccountBalance.account)
                   & (JournalPosting.owner == AccountBalance.owner)
                   & (JournalPosting.side == Side.CREDIT))
             .join(JournalEntry, JournalEntry.id == JournalPosting.entry_id)
             .outerjoin(ExpectedPayment, ExpectedPayment.reference == AccountBalance.owner)
             .where(AccountBalance.account == AccountKind.DEPOSIT_REFUND,
                    AccountBalance.balance_fen > 0)
             .order_by(JournalEntry.booked_at, AccountBalance.owner))
    if court_id is not None:
        query = query.where(AccountBalance.court_id == court_id)
    found = []
    for row, released_at, subject in session.execute(query):
        provision = accounts.court_law(session, row.court_id, CURRENT)
        found.append(Refund(
            row.court_id, row.owner, subject or "", row.balance_fen, released_at,
            released_at + provision.span("after.refund_within"),
            provision.provision("after.refund_within").rule))
    return found


def refunded_at(session: Session, references: Collection[str]) -> dict[str, datetime]:
    """Payment reference -> when finance booked that the bank had sent its deposit back."""
    found = session.execute(
        select(JournalPosting.owner, JournalEntry.booked_at)
        .join(JournalEntry, JournalEntry.id == JournalPosting.entry_id)
        .where(JournalPosting.account == AccountKind.DEPOSIT_REFUND, JournalPosting.side == Side.DEBIT,
               JournalPosting.owner.in_(references),
               JournalEntry.kind == TransferKind.DEPOSIT_REFUNDED))
    return {row.owner: row.booked_at for row in found}


def note_refund(session: Session, *, court_id: str, owner: str, bank_line: str, actor: Actor,
                now: datetime) -> Refund:
    """Book that the bank has sent a refund.

    Raises:
        NoSuchRefund: nothing is to be refunded under this name, or it was sent already.
    """
    lock_books(session, court_id)
    refund = next((one for one in refunds_open(session, court_id) if one.owner == owner), None)
    if refund is None:
        raise NoSuchRefund
    kind = TransferKind.DEPOSIT_REFUNDED
    post(session, Transfer(
        kind, (debit(Account(AccountKind.DEPOSIT_REFUND, owner=owner), refund.amount_fen),
               credit(Account(AccountKind.DEPOSIT_BANK), refund.amount_fen)),
        key(kind, owner, "once"), f"bank:{bank_line}"), court_id=court_id,
        subject=f"credit:{owner}" if refund.is_turned_back else f"payment:{owner}",
        actor=actor, now=now)
    return refund
