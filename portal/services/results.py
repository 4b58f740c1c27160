"""How sales ended: the list, and the leaf that proves each end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from portal.models import Entry
from portal.rules.months import Month

PAGE: Final = 20
DEEPEST: Final = 500
"""Pages one can turn to; behind them the filters lead further."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A sale that ended. ``proof``: the hash of the leaf that says so; empty where there is none."""

    entry: Entry
    proof: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    rows: list[Ended]
    more: bool


def results(session: Session, *, court_id: str | None = None, month: Month | None = None,
            outcome: str | None = None, page: int = 1) -> ResultPage:
    """Ended sales, the last one first; of one court, one month, sold or failed only."""
    query = select(Entry).where(Entry.ended_at.is_not(None))
    if court_id is not None:
        query = query.where(Entry.court_id == court_id)
    if month is not None:
        query = query.where(Entry.ended_at >= month.starts_at, Entry.ended_at < month.ends_at)
    if outcome is not None:
        query = query.where(Entry.outcome == outcome)
    found = session.scalars(query.order_by(Entry.ended_at.desc(), Entry.slot)
                            .limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    return ResultPage(with_proofs(session, found[:PAGE]), len(found) > PAGE)


def with_proofs(session: Session, entries: Sequence[Entry]) -> list[Ended]:
    """Each with the fingerprint of the leaf that holds its end."""
    proofs = audit.hashes_of_kinds(session, [_subject(entry) for entry in entries],
                                   (Kind.LOT_CLOSED, Kind.LOT_WITHDRAWN))
    return [Ended(entry, proofs.get(_subject(entry), "")) for entry in entries]


def _subject(entry: Entry) -> str:
    return f"lot:{entry.lot_id}/{entry.number}"


def first_and_last(session: Session) -> tuple[datetime, datetime] | None:
    """When the first and the last sale ended; None before any has."""
    first = session.scalar(select(func.min(Entry.ended_at)))
    last = session.scalar(select(func.max(Entry.ended_at)))
    return None if first is None or last is None else (first, last)
