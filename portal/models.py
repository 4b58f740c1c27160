"""What the portal keeps of its own: how far the demo clock was walked."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UtcDateTime, append_only


class ClockWalk(Base):
    """One jump of the demo clock; the latest row's offset is in force."""

    __tablename__ = "clock_walks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    offset_ms: Mapped[int] = mapped_column(BigInteger)
    walked_by: Mapped[str] = mapped_column(String(40))


append_only(ClockWalk.__table__)
