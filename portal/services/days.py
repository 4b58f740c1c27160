"""The calendar of sales: how many begin and end on each day, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from auction.rules.lifecycle import Group
from kernel.database import UtcDateTime
from kernel.working_days import beijing_day, end_of_day, start_of_day
from portal.models import Entry
from portal.rules.months import Month

NAMED_AT_MOST: Final = 300
"""With more events than this a month shows numbers; the names stand on the pages of its days."""
PAGE: Final = 40

_HEAPS: Final = tuple(group for group in Group if group not in (Group.SUSPENDED, Group.WITHDRAWN))
"""A sale that stands still or was taken back has no day."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many sales begin and end on it, and, where there are few, which."""

    on: date
    opens: int
    closes: int
    opening: Sequence[Entry] = ()
    closing: Sequence[Entry] = ()


def days_of(session: Session, month: Month, court_id: str | None = None) -> list[Day]:
    """Every day of a month."""
    days = list(month.days())
    midnights = [*map(start_of_day, days), end_of_day(days[-1])]
    counts = session.execute(
        _counts(len(days), court_id is not None),
        {f"at_{number}": at for number, at in enumerate(midnights)} | {"court": court_id}).one()
    opens, closes = counts[:len(days)], counts[len(days):]
    named: dict[tuple[str, date], list[Entry]] = {}
    if 0 < sum(counts) <= NAMED_AT_MOST:
        for kind, column in (("opens", Entry.opens_at), ("closes", Entry.closes_at)):
            for entry in _between(session, column, month.starts_at, month.ends_at, court_id, NAMED_AT_MOST):
                named.setdefault((kind, beijing_day(getattr(entry, f"{kind}_at"))), []).append(entry)
    return [Day(on, opened, closed, named.get(("opens", on), ()), named.get(("closes", on), ()))
            for on, opened, closed in zip(days, opens, closes, strict=True)]


@dataclass(frozen=True, slots=True)
class DayPage:
    """One page of what happens on a day, by the hour; ``more``: whether another page follows."""

    events: list[tuple[datetime, str, Entry]]
    more: bool


def day_of(session: Session, on: date, *, page: int = 1) -> DayPage:
    """Sales that begin or end on a day; ``opens`` or ``closes`` says which."""
    from_at, to_at, most = start_of_day(on), end_of_day(on), page * PAGE + 1
    events = [(getattr(entry, f"{kind}_at"), kind, entry)
              for kind, column in (("closes", Entry.closes_at), ("opens", Entry.opens_at))
              for entry in _between(session, column, from_at, to_at, None, most)]
    events.sort(key=lambda one: (one[0], one[1], one[2].slot))
    shown = events[(page - 1) * PAGE:page * PAGE]
    return DayPage(shown, len(events) > page * PAGE)


def ahead(session: Session, now: datetime, court_id: str | None = None, *,
          most: int = 500) -> Sequence[Entry]:
    """What runs or is announced, the next to end first: for calendars of one's own."""
    query = select(Entry).where(or_(Entry.group == Group.LIVE, Entry.group == Group.UPCOMING),
                                Entry.closes_at >= now - timedelta(days=1))
    if court_id is not None:
        query = query.where(Entry.court_id == court_id)
    return session.scalars(query.order_by(Entry.closes_at, Entry.slot).limit(most)).all()


def _within(column: Any, from_at: Any, to_at: Any, court_id: Any) -> list[ColumnElement[bool]]:
    here = [Entry.group.in_(_HEAPS), column >= from_at, column < to_at]
    return here if court_id is None else [*here, Entry.court_id == court_id]


@cache
def _counts(days: int, of_a_court: bool) -> Select[Any]:
    """What begins on each of so many days, then what ends: ``at_0`` is the first midnight, ``court`` whose.

    Written once, since writing sixty queries takes longer than answering them.
    """
    court: Any = bindparam("court") if of_a_court else None
    midnights = [bindparam(f"at_{number}", type_=UtcDateTime()) for number in range(days + 1)]
    count = select(func.count()).select_from(Entry)
    return select(*(
        count.where(*_within(column, from_at, to_at, court)).scalar_subquery()
        for column in (Entry.opens_at, Entry.closes_at) for from_at, to_at in pairwise(midnights)))


def _between(session: Session, column: Any, from_at: datetime, to_at: datetime, court_id: str | None,
             most: int) -> Sequence[Entry]:
    return session.scalars(select(Entry).where(*_within(column, from_at, to_at, court_id))
                           .order_by(column, Entry.slot).limit(most)).all()
