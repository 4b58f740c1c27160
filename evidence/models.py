"""What auditors marked. Findings are evidence: written once, never changed, only added to."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime, append_only


class Finding(Base):
    """A note of an auditor at one leaf of the court's log; ``position`` where the leaf is an attempt's.

    The note stands here alone: its own leaf holds a salted hash of it (``salt``), for a note may name people.
    """

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("note <> ''", name="note"),
        CheckConstraint("(lot_id IS NULL) = (number IS NULL)", name="sale"),
        CheckConstraint("position IS NULL OR lot_id IS NOT NULL", name="attempt"),
        Index("ix_findings_court", "court_id", "written_at"),
        Index("ix_findings_leaf", "log", "leaf_index"),
        Index("ix_findings_sale", "lot_id", "number"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(String(40))
    log: Mapped[str] = mapped_column(String(200))
    leaf_index: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[str | None] = mapped_column(String(40))
    number: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """How the log names it."""
        return f"finding:{self.id}"


append_only(Finding.__table__)
