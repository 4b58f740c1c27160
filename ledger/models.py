"""The books: transfers and postings that nobody can change, and what each account holds.

Balances are rows of their own so that an account can be locked and never fall below nothing;
``ledger.services.check_books`` recounts them from the journal alone.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only
from ledger.rules.accounts import AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.kinds import TransferKind
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
    """One credit as the bank shows it, and what the machine made of it; the payer is sealed."""

    __tablename__ = "bank_credits"
    __table_args__ = (UniqueConstraint("court_id", "bank_line"),
                      CheckConstraint("amount_fen > 0", name="amount"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    book: Mapped[Book] = mapped_column(WordColumn(Book))
    bank_line: Mapped[str] = mapped_column(String(60))
    remark: Mapped[str] = mapped_column(String(200))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    payer_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(ForeignKey("expected_payments.reference"), index=True)
    booked_by: Mapped[str] = mapped_column(String(40))


class JournalEntry(Base):
    """One transfer as booked (see ``ledger.rules.transfers.Transfer``)."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("court_id", "key"), Index("ix_journal_case", "case_id"))

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
