"""The books: transfers and postings that nobody can change, and what each account holds.

Balances are rows of their own so that an account can be locked and never fall below nothing;
``ledger.services.check_books`` recounts them from the journal alone.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only
from ledger.rules.accounts import AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.kinds import TransferKind
from ledger.rules.payers import Verdict
from ledger.rules.transfers import Side
from ledger.rules.words import Purpose


class ExpectedPayment(Base):
    """Money that somebody is to pay, known to finance by its reference alone."""

    __tablename__ = "expected_payments"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(received_at IS NULL) = (state IN ('expected', 'lapsed'))", name="received"),
        Index("ix_expected_payments_court", "court_id", "state"),
    )

    reference: Mapped[str] = mapped_column(String(20), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str | None] = mapped_column(String(40), index=True)
    book: Mapped[Book] = mapped_column(WordColumn(Book))
    purpose: Mapped[Purpose] = mapped_column(WordColumn(Purpose))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    payer_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[DepositState] = mapped_column(WordColumn(DepositState))
    expected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turned_back: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def is_received(self) -> bool:
        """Whether the money came, whatever has become of it since."""
        return self.received_at is not None

    @property
    def log_subject(self) -> str:
        return f"payment:{self.reference}"


class BankCredit(Base):
    """One credit as the bank shows it, and what the machine made of it.

    Payer and remark are sealed: both may name a bidder (AUC-18.3).

    Attributes:
        quoted: the references found in the remark, all that anybody sees of it.
    """

    __tablename__ = "bank_credits"
    __table_args__ = (UniqueConstraint("court_id", "bank_line"),
                      CheckConstraint("amount_fen > 0", name="amount"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    book: Mapped[Book] = mapped_column(WordColumn(Book))
    bank_line: Mapped[str] = mapped_column(String(60))
    quoted: Mapped[str] = mapped_column(String(200))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[Verdict] = mapped_column(WordColumn(Verdict))
    reference: Mapped[str | None] = mapped_column(ForeignKey("expected_payments.reference"), index=True)
    booked_by: Mapped[str] = mapped_column(String(40))

    @property
    def owner(self) -> str:
        """Whose account holds it while it fits nobody; no payment has such a reference."""
        return f"line:{self.bank_line}"

    @property
    def aside(self) -> AccountKind:
        """The kind of account that holds it until it is claimed or goes back."""
        return (AccountKind.DEPOSIT_UNIDENTIFIED if self.book is Book.DEPOSITS
                else AccountKind.UNIDENTIFIED)

    @property
    def bank(self) -> AccountKind:
        """The bank account it came to."""
        return AccountKind.DEPOSIT_BANK if self.book is Book.DEPOSITS else AccountKind.CASE_BANK


class CourtBooks(Base):
    """How many transfers a court has booked; its row is what bookings of one court wait for."""

    __tablename__ = "court_books"
    unlogged = "counts the journal, whose entries have their leaves"

    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)


class JournalEntry(Base):
    """One transfer as booked (see ``ledger.rules.transfers.Transfer``)."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("court_id", "key"),
                      UniqueConstraint("court_id", "number"), Index("ix_journal_case", "case_id"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str | None] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[TransferKind] = mapped_column(WordColumn(TransferKind))
    key: Mapped[str] = mapped_column(String(200))
    cause: Mapped[str] = mapped_column(String(200))
    ruling: Mapped[str] = mapped_column(String(200), default="")
    reverses: Mapped[str] = mapped_column(String(200), default="")
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_by: Mapped[str] = mapped_column(String(200))

    postings: Mapped[list["JournalPosting"]] = relationship(order_by="JournalPosting.line",
                                                            lazy="selectin")


class JournalPosting(Base):
    """One line of a transfer."""

    __tablename__ = "journal_postings"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)
    unlogged = "written with its transfer, whose leaf holds every line"

    entry_id: Mapped[str] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account: Mapped[AccountKind] = mapped_column(WordColumn(AccountKind))
    case_id: Mapped[str] = mapped_column(String(40), default="")
    court_id: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(80), default="")
    side: Mapped[Side] = mapped_column(WordColumn(Side))
    amount_fen: Mapped[int] = mapped_column(FenColumn)


class AccountBalance(Base):
    """What an account holds now; never below nothing."""

    __tablename__ = "account_balances"
    __table_args__ = (CheckConstraint("balance_fen >= 0", name="never_overdrawn"),
                      Index("ix_account_balances_case", "case_id"))
    unlogged = "moves with every transfer; recounted from the journal"

    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    account: Mapped[AccountKind] = mapped_column(WordColumn(AccountKind))
    case_id: Mapped[str] = mapped_column(String(40), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    balance_fen: Mapped[int] = mapped_column(FenColumn)


append_only(JournalEntry.__table__)
append_only(JournalPosting.__table__)
append_only(BankCredit.__table__)
