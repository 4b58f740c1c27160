"""Walking the demo clock: forward only, each jump a leaf, never in production (design: section 3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.domain import WorkItem
from kernel.formats import instant_text
from kernel.ids import new_id
from portal.errors import ClockBackwards, NothingAhead
from portal.models import ClockWalk

A_MOMENT = timedelta(milliseconds=1)


def stored_offset(session: Session) -> timedelta:
    """How far the clock has been walked, as the database knows it."""
    latest = select(ClockWalk.offset_ms).order_by(ClockWalk.to_at.desc()).limit(1)
    return timedelta(milliseconds=session.scalar(latest) or 0)


def next_deadline(items: Iterable[WorkItem], now: datetime) -> WorkItem:
    """The next term that runs out.

    Raises:
        NothingAhead: no term runs.
    """
    ahead = [item for item in items if item.due_at is not None and item.due_at > now]
    if not ahead:
        raise NothingAhead
    return min(ahead, key=lambda item: item.due_at or now)


def walk_to(session: Session, to_at: datetime, *, actor: Actor, now: datetime,
            offset: timedelta) -> timedelta:
    """Record a jump and return the offset to set once it is committed.

    Raises:
        ClockBackwards: ``to_at`` is not after ``now``.
    """
    if to_at <= now:
        raise ClockBackwards(now_at=now)
    ahead = offset + (to_at - now)
    walk = ClockWalk(id=new_id("walk"), from_at=now, to_at=to_at,
                     offset_ms=ahead // A_MOMENT, walked_by=actor.id)
    session.add(walk)
    audit.record(session, court_id="installation", kind=Kind.CLOCK_WALKED, subject="clock",
                 actor=actor, body={"from": instant_text(now), "to": instant_text(to_at)})
    return ahead
