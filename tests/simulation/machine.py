"""A server process as a machine: it lives, stands still, dies, has a clock, and says how far it is."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from auction.rules import closing
from auction.rules.bidding import BidIn
from auction.rules.engine import SaleState
from tests.simulation.clocks import Clock
from tests.simulation.database import Lock, Transaction
from tests.simulation.house import Arrival, House
from tests.simulation.world import MS, SECOND, START, LostConnection, Steps, Task

CLOCK_MOST = closing.MOST_CLOCK_MS * MS
CLOCK_JUMP = CLOCK_MOST + 2 * MS
OWN_LEASE = closing.LEASE - SECOND // 2
BEAT_MS = 500
MOST_HIDDEN_MS = 200
"""So long at most the kernel has bytes before it shows them: less than ``closing.GRACE``."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A bid that has reached the machine, with the kernel's stamp."""

    lot: str
    bid: BidIn
    reached_at: datetime
    stamp: datetime
    jumps: int
    """How often the clock had been put until then."""
    shown_at: datetime
    order: int
    answer: Callable[..., None]


class Machine:
    """One worker, without what it does with bids."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.world, self.database = house, house.world, house.database
        self.name = name
        self.life = 0
        self.is_alive = False
        self.is_paused = False
        self.is_cut_off = False
        self.stalled: list[tuple[Task, Any, BaseException | None]] = []
        self.clock = Clock(self.world)
        self.watchers: list[Callable[[dict[str, Any]], None]] = []
        self.kernel: list[Unread] = []
        self._order = count()
        self.forget()

    def forget(self) -> None:
        """What dies with a process."""
        self.queue: list[Arrival] = []
        self.unjudged: list[tuple[Arrival, str]] = []
        self.writing: list[Arrival] = []
        self.is_draining = False
        self.promised: datetime | None = None
        """The low-water mark last given: nothing may be stamped earlier."""
        self.beaten_at: datetime | None = None
        """When the database was asked for the mark that it last took, by the monotonic clock."""
        self.seen: tuple[datetime, datetime] | None = None
        """The last look at the clocks: the one that shows the time, and the one that only counts."""
        self.off = timedelta(0)
        """How far the clock was off the database's then."""
        self.clock_off_from: datetime | None = None

    # Life

    def start(self) -> None:
        self.is_alive = True
        self.life += 1
        self.forget()
        self.world.say(f"{self.name} starts")
        for task in self.tasks():
            self.world.spawn(self, task)

    def tasks(self) -> list[Steps]:
        """What runs as long as the process lives."""
        return [self.beats()]

    def kill(self) -> None:
        self.is_alive = self.is_paused = self.is_cut_off = False
        self.stalled = []
        self.kernel = []
        for arrival in self.queue + self.writing:
            arrival.fate, arrival.ended_at = "died with its process", self.world.now
        self.database.end_all_of(self)
        if self.has_lease():
            self.house.deaths.append((self.world.now, self.name))
        self.world.say(f"{self.name} is killed with {len(self.queue + self.writing)} undecided")

    def pause(self) -> None:
        self.is_paused = True
        self.world.say(f"{self.name} stands still")

    def wake(self) -> None:
        self.is_paused = False
        self.world.say(f"{self.name} goes on")
        stalled, self.stalled = self.stalled, []
        for one in stalled:
            self.world.after(0, self.world.go_on, *one)
        self.world.after(self.world.between(0, 40), self.look)

    def receive(self, lot: str, bid: BidIn, answer: Callable[..., None]) -> None:
        """Bytes reach the machine: its kernel stamps and keeps them until the process looks."""
        if not self.is_alive:
            return
        world = self.world
        hidden = world.between(1, MOST_HIDDEN_MS) if world.chance(0.05) else 0
        self.kernel.append(Unread(lot, bid, world.now, self.clock.now(), self.clock.jumps,
                                  world.now + hidden * MS, next(self._order), answer))
        world.after(hidden + (world.between(5, 400) if world.chance(0.06) else 1), self.look)

    def look(self) -> None:
        """The process reads whatever the kernel shows."""
        if not self.is_alive or self.is_paused:
            return
        shown = [one for one in self.kernel if one.shown_at <= self.world.now]
        self.kernel = [one for one in self.kernel if one.shown_at > self.world.now]
        for one in shown:
            self.take_in(one)

    def looked_at(self) -> datetime:
        """The time, and then a look."""
        at = self.clock.now()
        self.look()
        return at

    def take_in(self, unread: "Unread") -> None:
        """The process sees a bid."""
        raise NotImplementedError

    # Marks, and what failed

    def has_lease(self) -> bool:
        """Others do not wait for one that they hold for dead: it must not take bids."""
        return self.beaten_at is not None and self.world.now - self.beaten_at < OWN_LEASE

    def clock_is_off(self) -> bool:
        """By what was known at the last look, and how far the clock has jumped since."""
        if abs(self.off) > CLOCK_MOST:
            return True
        if self.seen is None:
            return False
        at, counted = self.seen
        return abs(self.clock.now() - at - (self.world.now - counted)) > CLOCK_JUMP

    def evidence(self, lot: str, at: datetime, in_hand: Collection[Arrival] = ()
                 ) -> tuple[tuple[closing.Mark, ...], tuple[closing.Outage, ...]]:
        """What is known of the others, of this process itself, and of what failed."""
        database = self.database
        off_by = self.clock.now() - database.clock.now()
        waiting = [one.received_at for one in self.undecided() if one.lot == lot and one not in in_hand]
        return ((closing.Mark(min([at, *waiting]), at), *(
            closing.Mark(one.low_water_at, one.lease_until + off_by, one.clock_off_ms)
            for name, one in database.marks.items() if name != self.full_name)),
            (*database.outages, *self.since_last(), *self.silence(database.clock.now())))

    def undecided(self) -> list[Arrival]:
        return [*self.queue, *self.writing]

    @property
    def full_name(self) -> str:
        return f"{self.name}.{self.life}"

    def beats(self) -> Steps:
        while True:
            try:
                yield from self.beat()
            except LostConnection:
                self.world.version += 1
            yield BEAT_MS

    def beat(self) -> Steps:
        """Say how far this process has decided, and what it found to have failed."""
        looked_at, asked_at = self.looked_at(), self.world.now
        yield self.world.between(1, 3)
        database = self.database
        if self.is_cut_off or not database.is_up:
            raise LostConnection
        database_now = database.clock.now()
        self.off = self.clock.now() - database_now
        failed = [*self.since_last(), *self.silence(database_now)]
        seen = (self.clock.now(), self.world.now)
        is_off = self.clock_is_off()
        low_water_at = self.mark(looked_at, database_now,
                                 is_off=is_off or looked_at > database_now + CLOCK_MOST)
        self.promised = max(low_water_at, self.promised or low_water_at)
        database.marks[self.full_name] = closing.Mark(
            low_water_at, database_now + closing.LEASE, round(self.off / MS))
        database.outages.extend(failed)
        self.note_clock(database_now, is_off=abs(self.off) > CLOCK_MOST)
        if self.world.chance(database.commit_answer_lost):
            raise LostConnection
        self.beaten_at, self.seen = asked_at, seen
        yield self.world.between(1, 3)

    def mark(self, looked_at: datetime, database_now: datetime, *, is_off: bool) -> datetime:
        """A clock that is off promises nothing."""
        found = min([looked_at - closing.GRACE, *(one.received_at for one in self.undecided())])
        return min(self.promised or database_now - closing.GRACE, found) if is_off else found

    def since_last(self) -> Iterator[closing.Outage]:
        """What must have failed since this process last looked at its clocks."""
        if self.seen is None:
            return
        at, counted_at = self.seen
        now, counted = self.clock.now(), self.world.now - counted_at
        jumped = abs(now - at - counted)
        if jumped > CLOCK_JUMP:
            yield closing.Outage(closing.Fault.CLOCK, min(at, now), max(at, now) + MS, jumped)
        if counted > closing.LEASE:
            yield closing.Outage(closing.Fault.LOST, at, at + counted, counted)

    def silence(self, now: datetime) -> Iterator[closing.Outage]:
        """For how long nobody at all was heard of; whoever announced the sales was there at the start."""
        last = max((mark.lease_until for mark in self.database.marks.values()),
                   default=START + closing.LEASE) - closing.LEASE
        if now - last > closing.MOST_SILENCE:
            yield closing.Outage(closing.Fault.SILENCE, last, now, now - last)

    def note_clock(self, now: datetime, *, is_off: bool) -> None:
        if is_off:
            self.clock_off_from = self.clock_off_from or now - BEAT_MS * MS
        elif self.clock_off_from is not None:
            self.database.outages.append(closing.Outage(
                closing.Fault.CLOCK, self.clock_off_from, now, now - self.clock_off_from))
            self.clock_off_from = None

    # Transactions

    def begin(self, what: str) -> Transaction:
        if self.is_cut_off or not self.database.is_up:
            raise LostConnection
        return self.database.begin(self, f"{self.name} {what}")

    def lock(self, transaction: Transaction, lot: str) -> Steps:
        yield self.world.between(1, 3)
        self.database.check(transaction)
        yield Lock(transaction, lot)

    def read(self, lot: str, transaction: Transaction) -> SaleState:
        """The row, read under its lock."""
        transaction.writes.read[lot] = self.database.versions[lot]
        return self.database.sales[lot]
