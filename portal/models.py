"""What the portal keeps of its own: how far the demo clock was walked, and the catalogue of lots.

The catalogue holds nothing that is not written elsewhere: ``flask portal reindex`` makes it anew.
"""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from auction.rules.lifecycle import Group, LotState, Round
from cases.rules.words import PropertyCategory
from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only, companion

_COPY = "follows the log; made anew from what the leaves are about"


class ClockWalk(Base):
    """One jump of the demo clock; the latest row's offset is in force."""

    __tablename__ = "clock_walks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    offset_ms: Mapped[int] = mapped_column(BigInteger)
    walked_by: Mapped[str] = mapped_column(String(40))


append_only(ClockWalk.__table__)


class Entry(Base):
    """A lot as lists, cards and the calendar show it: its latest announced sale, never an exercise.

    Attributes:
        slot: a small number of its own, given once: its bit in the sieve, its row among the words.
        version: the turn in which the row last changed.
        words_version: the turn in which its words last changed.
        price_fen: what stands large: the price reached, else the start price.
        bid_fen: the price reached; None before the first bid.
        ended_at: when it closed; None while it has not.
        outcome: ``sold``, ``failed`` or ``withdrawn`` once it has ended.
        text: what it is found by, one line a member.
    """

    __tablename__ = "catalogue"
    __table_args__ = (
        Index("ix_catalogue_closes", "heap", "closes_at"),
        Index("ix_catalogue_opens", "heap", "opens_at"),
        Index("ix_catalogue_court", "court_id", "ended_at"),
    )
    unlogged = _COPY

    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    lot_id: Mapped[str] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column(BigInteger, index=True)
    words_version: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    court_id: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[str] = mapped_column(String(40), index=True)
    case_number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    category: Mapped[PropertyCategory] = mapped_column(WordColumn(PropertyCategory))
    region: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    rooms: Mapped[str] = mapped_column(String(40))
    floors: Mapped[int | None] = mapped_column(Integer)
    floor: Mapped[int | None] = mapped_column(Integer)
    area_hundredths: Mapped[int | None] = mapped_column(BigInteger)
    photo_url: Mapped[str | None] = mapped_column(String(200))
    round: Mapped[Round] = mapped_column(WordColumn(Round, 12))
    state: Mapped[LotState] = mapped_column(WordColumn(LotState, 24))
    group: Mapped[Group] = mapped_column("heap", WordColumn(Group, 12))
    price_fen: Mapped[int] = mapped_column(FenColumn)
    start_price_fen: Mapped[int] = mapped_column(FenColumn)
    reference_price_fen: Mapped[int | None] = mapped_column(FenColumn)
    deposit_fen: Mapped[int] = mapped_column(FenColumn)
    bid_fen: Mapped[int | None] = mapped_column(FenColumn)
    accepted: Mapped[int] = mapped_column(Integer)
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str | None] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)


class CatalogueState(Base):
    """The one row that says how far the catalogue has come; who writes the catalogue holds its lock.

    Attributes:
        epoch: changes when the catalogue is made anew; whoever remembers another one forgets all.
        version: counts the turns that changed something.
        filled_to: the last lot taken while it is made anew; None once it is whole.
        cursors: log -> index of the next leaf to be read.
    """

    __tablename__ = "catalogue_state"
    unlogged = _COPY

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    epoch: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(BigInteger)
    filled_to: Mapped[str | None] = mapped_column(String(40))
    cursors: Mapped[dict[str, int]] = mapped_column(JSON)


def words_ddl(dialect: str) -> list[str]:
    """The index of words: FTS5 without content on SQLite, tsvector under GIN on PostgreSQL."""
    if dialect == "sqlite":
        return ["CREATE VIRTUAL TABLE entry_words USING fts5(words, content='', contentless_delete=1, "
                "tokenize='unicode61 remove_diacritics 0')"]
    return ["CREATE TABLE entry_words (slot integer PRIMARY KEY "
            "REFERENCES catalogue (slot) ON DELETE CASCADE, words tsvector NOT NULL)",
            "CREATE INDEX ix_entry_words_words ON entry_words USING gin (words)"]


companion(Entry.__table__, "entry_words", words_ddl)
