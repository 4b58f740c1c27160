"""A desk: what waits, sorted by when it is due and by whose act it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit.models import Leaf, Log
from cases import services as cases
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.domain import WorkItem, WorkSource

A_MOMENT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's work, worst first.

    Attributes:
        groups: (name, items) in the order overdue, today, soon, later; only those with items.
        late: what others had to do until now.
        waiting: what the person's cases wait for that others, or time, must bring.
    """

    groups: tuple[tuple[str, tuple[WorkItem, ...]], ...]
    late: tuple[WorkItem, ...]
    waiting: tuple[WorkItem, ...]

    @property
    def mine(self) -> tuple[WorkItem, ...]:
        return tuple(item for _, items in self.groups for item in items)


def collect(sources: Iterable[WorkSource], session: Session, now: datetime) -> list[WorkItem]:
    """Everything that waits anywhere, earliest first; what has no term comes last."""
    items = [item for source in sources for item in source(session, now)]
    return sorted(items, key=lambda item: (item.due_at is None, item.due_at or now, item.title))


def desk_of(items: Sequence[WorkItem], actor: Actor, now: datetime) -> Desk:
    """Sort the work of one court onto one person's desk."""
    seen = [item for item in items if actor.court_id in (None, item.court_id)]
    mine = [item for item in seen if is_for(item, actor)]
    groups: dict[str, list[WorkItem]] = {"overdue": [], "today": [], "soon": [], "later": []}
    for item in mine:
        groups[_group(item, now)].append(item)
    others = [item for item in seen if not is_for(item, actor)] if actor.is_staff else []
    return Desk(tuple((name, tuple(found)) for name, found in groups.items() if found),
                tuple(item for item in others if is_late(item, now)),
                tuple(item for item in others if not is_late(item, now)))


def waiting_in(rooms: Sequence[str], items: Iterable[WorkItem]) -> dict[str, int]:
    """How many of these wait in each room: a thing waits where its page lies."""
    counts: dict[str, int] = {}
    for item in items:
        page = item.url.partition("#")[0].partition("?")[0]
        within = [room for room in rooms if page == room or page.startswith(room + "/")]
        if within:
            nearest = max(within, key=len)
            counts[nearest] = counts.get(nearest, 0) + 1
    return counts


def is_late(item: WorkItem, now: datetime) -> bool:
    """Whether somebody had to act until before now; what time brings about by itself is never late."""
    awaited = bool(item.roles or item.person_id or item.who)
    return awaited and item.due_at is not None and item.due_at < now


@dataclass(frozen=True, slots=True)
class RecentAct:
    """One leaf of the court's log, as a line on a desk."""

    at: datetime
    word: str
    case_id: str
    number: str
    who: str


def latest_acts(session: Session, actor: Actor, most: int) -> list[RecentAct]:
    """What was done last in the cases of the actor's court, the newest first."""
    log = select(Log.origin).where(Log.court_id == actor.court_id, ~Log.is_exercise).scalar_subquery()
    leaves = session.scalars(select(Leaf).where(Leaf.log == log, Leaf.case_id.is_not(None))
                             .order_by(Leaf.index.desc()).limit(most)).all()
    numbers = cases.numbers_of(session, {leaf.case_id for leaf in leaves if leaf.case_id})
    names = accounts.names_of(session, {leaf.actor.removeprefix("person:") for leaf in leaves})
    return [RecentAct(leaf.at, leaf.word, leaf.case_id or "", numbers.get(leaf.case_id or "", ""),
                      names.get(leaf.actor.removeprefix("person:"), "")) for leaf in leaves]


def doers_of(session: Session, items: Iterable[WorkItem]) -> dict[str, str]:
    """The public names of the people whose act some of these is, by their ids."""
    ids = {item.person_id for item in items if item.person_id is not None}
    people = [accounts.person(session, one) for one in sorted(ids)]
    return {one.id: one.public_name for one in people if one.public_name is not None}


def is_for(item: WorkItem, actor: Actor) -> bool:
    """Whether this is the actor's own act."""
    if item.person_id is not None:
        return item.person_id == actor.id
    return bool(item.roles & actor.roles)


def _group(item: WorkItem, now: datetime) -> str:
    if item.due_at is None:
        return "today"
    if item.due_at < now:
        return "overdue"
    if beijing_day(item.due_at - A_MOMENT) <= beijing_day(now):
        return "today"  # midnight belongs to the day that ends there
    return "soon" if item.due_at < now + timedelta(days=3) else "later"
