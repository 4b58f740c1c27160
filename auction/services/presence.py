"""Which processes take bids, how far each has decided, and when nobody could bid.

Each process of the platform is *present*: every quarter of a second it looks at its clock and says
so. On PostgreSQL it says so in the table ``workers``, where every other process that closes a sale
reads it. On SQLite there is one process only: its memory is enough for itself, and the write lock is
precious, so its row is written once when it begins, and every second while a sale is near its end,
for the process that may come after it and must know for how long nobody could bid.

Instants of the database and of the machine stay apart from those of the platform, which in a demo may
have been walked: time over which the clock was walked is no silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import inf
from time import monotonic
from typing import Any, Final, cast

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from auction.errors import ClockOff, NotPresent
from auction.models import Failure, Sale, Worker
from auction.rules.closing import GRACE, LEASE, MOST_CLOCK_MS, MOST_SILENCE, Fault, Mark, Outage
from auction.rules.lifecycle import SEALED, LotState
from auction.services import undecided
from auction.services.order import Order
from kernel import clock
from kernel.database import is_sqlite
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.memory import of_app

log = structlog.get_logger()

NEAR_THE_END: Final = timedelta(minutes=10)
"""Twice the five minutes of the law: so long before an end the only process writes that it lives."""
WRITTEN_EVERY_S: Final = 1.0
RUNNING: Final = SEALED - {LotState.SUSPENDED}
KEPT: Final = timedelta(days=30)
OWN_LEASE_S: Final = (LEASE - timedelta(milliseconds=500)).total_seconds()
"""So long after its last sign a process takes bids: less than others wait for it, as clocks differ."""
_MS: Final = timedelta(milliseconds=1)
_JUMP: Final = timedelta(milliseconds=MOST_CLOCK_MS)


@dataclass(frozen=True)
class _Look:
    """One look at the clocks: the platform's, the one that only counts, and how far a demo was walked.

    ``unsure`` is how long the look itself took: so much the two may differ without anything being wrong.
    """

    at: datetime
    counted_s: float
    walked: timedelta
    unsure: timedelta

    @cached_property
    def apart_s(self) -> float:
        """The machine's time less the one that only counts, asked with every bid."""
        return (self.at - self.walked).timestamp() - self.counted_s

    @cached_property
    def most_apart_s(self) -> float:
        """By how much these two may be further apart a little later."""
        return (_JUMP + self.unsure + _MS).total_seconds()


@dataclass(frozen=True, slots=True)
class Sign:
    """What one look found; ``is_due`` where it is to be written.

    Attributes:
        looked_at: when all sockets were looked at, before anything else.
        asked_s: when the database was asked for the time: the lease begins no earlier.
    """

    looked_at: datetime
    asked_s: float
    look: _Look
    now_db: datetime
    found: tuple[Outage, ...]
    is_due: bool


class Presence:
    """One process as the others and its own closes see it.

    Attributes:
        clock_off_ms: by how much its clock is known to be off, by the last look that could tell.
        order: the inversions between this process and others.
        lease_s: so long after its last sign this process takes bids.
        takes_until_s: until when, as ``monotonic`` counts.
    """

    def __init__(self) -> None:
        self.id = new_id("worker")
        self.clock_off_ms = 0
        self.order = Order()
        self.lease_s = OWN_LEASE_S
        self.takes_until_s = 0.0
        self._promised: datetime | None = None
        self._started_at, self._started_s = clock.machine_now(), monotonic()
        self._last: _Look | None = None
        self._latest_at: datetime | None = None
        self._walked_at: datetime | None = None
        self._written_s: float | None = None
        self._alarm: str | None = None

    @property
    def clock_is_off(self) -> bool:
        """Whether this process must refuse bids: its stamps would not be those of the platform (T2).

        What it knew at its last look, and how far the clock has jumped since.
        """
        if abs(self.clock_off_ms) > MOST_CLOCK_MS:
            return True
        last = self._last
        if last is None:
            return False
        return abs(clock.machine_now().timestamp() - monotonic() - last.apart_s) > last.most_apart_s

    def why_closed(self, received_at: datetime) -> DomainError | None:
        """Why this process may not take up a bid that was received then; None where it may.

        Others wait for its marks only while its lease lasts, and only for what its marks have not passed.
        """
        if self.clock_is_off or received_at > clock.now():
            return ClockOff()
        if monotonic() >= self.takes_until_s:
            return NotPresent()
        if self._promised is not None and received_at < self._promised:
            log.error("bid.behind_mark", by_ms=(self._promised - received_at) // _MS)
            return NotPresent()
        return None

    def was_walked_over(self, instant: datetime) -> bool:
        """Whether a demo's clock was walked after this instant, so that nothing follows from its age."""
        if self._last is not None and self._last.walked != clock.offset():
            return True
        return self._walked_at is not None and instant < self._walked_at

    def sign(self, session: Session) -> Sign:
        """Look at sockets and clocks: what is to be said now, to be written if it is due, and then kept."""
        looked_at = undecided.looked_at()
        asked_s = monotonic()
        now_db = self._database_now(session)
        look = _look()
        found = (*self._since_last(look), *self._silence(session, now_db))
        is_due = bool(found) or self._is_due(session, look)
        return Sign(looked_at, asked_s, look, now_db, found, is_due)

    def write(self, session: Session, sign: Sign) -> None:
        """Say that this process takes bids and how far it has decided, and write down what failed."""
        now_db, walked = sign.now_db, clock.offset()
        low_water_at = self._low_water(sign, now_db + walked)
        self._promised = max(low_water_at, self._promised or low_water_at)
        row = session.get(Worker, self.id)
        if row is None:
            session.execute(delete(Worker).where(Worker.seen_at < now_db - KEPT))
            session.execute(delete(Failure).where(Failure.to_at < sign.look.at - KEPT))
            row = Worker(id=self.id, started_at=self._started_at)
            session.add(row)
        row.seen_at, row.lease_until, row.low_water_at = now_db, now_db + LEASE, low_water_at
        row.clock_off_ms, row.walked_ms, row.left_at = self.clock_off_ms, walked // _MS, None
        order = self.order
        row.inversions, row.inversion_alarms, row.inversion_most_ms = (
            order.inversions, order.alarms, order.most_ms)
        for one in sign.found:
            session.add(Failure(id=new_id("failure"), worker_id=self.id, fault=one.fault, from_at=one.from_at,
                                to_at=one.to_at, lasted_ms=one.lasted // _MS))
        self._note_clock(session, now_db + walked)

    def keep(self, sign: Sign) -> None:
        """Remember the look once what it found is durable: a look that could not be written was none."""
        look = sign.look
        if sign.is_due:
            self._written_s = look.counted_s
        if is_sqlite():   # the only process: there is nobody who might take it for dead
            self.takes_until_s = inf
        elif sign.is_due:
            self.takes_until_s = sign.asked_s + self.lease_s
        if self._last is not None and self._last.walked != look.walked:
            self._walked_at, self._latest_at = look.at, None
        self._last = look
        self._latest_at = max(look.at, self._latest_at or look.at)
        if is_sqlite():  # its machine's clock is the database's; what can be seen of it is that it went back
            self.clock_off_ms = (look.at - self._latest_at) // _MS

    def outages(self, session: Session, since: datetime) -> list[Outage]:
        """What failed after ``since``, also what nobody has written down yet."""
        kept = [Outage(one.fault, one.from_at, one.to_at, one.lasted_ms * _MS) for one in session.scalars(
            select(Failure).where(Failure.to_at > since).order_by(Failure.from_at, Failure.id))]
        now_db = clock.machine_now() if is_sqlite() else _ask_the_time(session)
        return [*kept, *self._since_last(_look()), *self._silence(session, now_db)]

    def marks(self, session: Session, since: datetime) -> list[Mark]:
        """The marks of the other processes that were alive after ``since``."""
        if is_sqlite():
            return []
        walked = clock.offset()
        off_by = clock.machine_now() - _ask_the_time(session)
        return [Mark(one.low_water_at, one.lease_until + off_by + walked, one.clock_off_ms)
                for one in session.scalars(select(Worker).where(
                    Worker.id != self.id, Worker.left_at.is_(None),
                    Worker.lease_until > since - walked - off_by))]

    def leave(self, session: Session) -> None:
        """Say that this process ends in good order: nobody waits for it, nobody misses it."""
        row = session.get(Worker, self.id)
        if row is not None:
            row.left_at = self._database_now(session)

    def _low_water(self, sign: Sign, now: datetime) -> datetime:
        """The mark to be published ``now``, by the database's time: a clock that is off promises nothing.

        While it is off no bid is taken. So before the first mark nothing can be undecided. It may be right by
        now and have been off when the sockets were looked at.
        """
        if not self.clock_is_off and sign.looked_at <= now + _JUMP:
            return undecided.low_water(sign.looked_at)
        return min([self._promised or now - GRACE, undecided.low_water(sign.looked_at)])

    def _note_clock(self, session: Session, at: datetime) -> None:
        """Write down from when to when this process' clock was off the database's."""
        row = None if self._alarm is None else session.get(Failure, self._alarm)
        if row is not None:
            row.to_at, row.lasted_ms = at, (at - row.from_at) // _MS
        elif self.clock_is_off and not is_sqlite():
            row = Failure(id=new_id("failure"), worker_id=self.id, fault=Fault.CLOCK, from_at=at - LEASE,
                          to_at=at, lasted_ms=LEASE // _MS)
            session.add(row)
        self._alarm = row.id if row is not None and self.clock_is_off else None

    def _since_last(self, look: _Look) -> Iterable[Outage]:
        """What must have failed between the last look and this one, as far as this process can tell."""
        last = self._last
        if last is None or last.walked != look.walked:
            return
        counted = timedelta(seconds=look.counted_s - last.counted_s)
        jumped = abs(look.at - last.at - counted)
        if jumped > _JUMP + last.unsure + look.unsure:
            yield Outage(Fault.CLOCK, min(last.at, look.at), max(last.at, look.at) + _MS, jumped)
        if is_sqlite():
            if counted > MOST_SILENCE:
                yield Outage(Fault.SILENCE, last.at, last.at + counted, counted)
        elif counted > LEASE:
            yield Outage(Fault.LOST, last.at, last.at + counted, counted)

    def _silence(self, session: Session, now_db: datetime) -> Iterable[Outage]:
        """For how long no process at all was heard of, up to now.

        Where none ever was, this one, the first, knows at least for how long it has been silent itself.
        """
        if is_sqlite() and self._last is not None:
            return
        last = session.execute(select(Worker.seen_at, Worker.walked_ms)
                               .order_by(Worker.seen_at.desc()).limit(1)).first()
        walked = clock.offset()
        if last is not None and last.walked_ms != walked // _MS:
            return
        silent_s = monotonic() - self._started_s
        lasted = timedelta(seconds=silent_s) if last is None else now_db - last.seen_at
        if lasted > MOST_SILENCE:
            to_at = clock.machine_now() + walked
            yield Outage(Fault.SILENCE, to_at - lasted, to_at, lasted)

    def _is_due(self, session: Session, look: _Look) -> bool:
        """Whether this look is to be written: always on PostgreSQL, on SQLite only near an end."""
        if self._written_s is None or not is_sqlite():
            return True
        if look.counted_s - self._written_s < WRITTEN_EVERY_S:
            return False
        return session.scalar(select(Sale.lot_id).where(
            Sale.state.in_(RUNNING), Sale.closes_at <= look.at + NEAR_THE_END).limit(1)) is not None

    def _database_now(self, session: Session) -> datetime:
        """The database's time; on the way this process' own clock is compared with it.

        Half of the way there and back is what the comparison cannot know: only what is beyond it is
        counted, and a look that took longer than the limit and shows nothing changes nothing.
        """
        if is_sqlite():
            return clock.machine_now()
        before, counted_s = clock.machine_now(), monotonic()
        now_db = _ask_the_time(session)
        unsure = timedelta(seconds=(monotonic() - counted_s) / 2)
        off_by = before + unsure - now_db
        sure_ms = max(abs(off_by) - unsure, timedelta(0)) // _MS
        if sure_ms > MOST_CLOCK_MS or unsure <= _JUMP:
            self.clock_off_ms = sure_ms if off_by > timedelta(0) else -sure_ms
        return now_db


def _look() -> _Look:
    walked, before_s = clock.offset(), monotonic()
    at = clock.to_millisecond(clock.machine_now() + walked)
    after_s = monotonic()
    return _Look(at, after_s, walked, timedelta(seconds=after_s - before_s) + _MS)


def _ask_the_time(session: Session) -> datetime:
    now: datetime | None = session.scalar(select(func.clock_timestamp()))
    if now is None:
        raise RuntimeError("the database did not say what time it is")
    return now


def here() -> Presence:
    """The presence of this process."""
    return of_app("presence", Presence)


def of(app: Any) -> Presence:
    """The same for whoever stands outside the context of an app that has been asked before."""
    return cast(Presence, app.extensions["presence"])
