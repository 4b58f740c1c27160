"""A server process as a machine: it lives, stands still, dies, has a clock, and says how far it is."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from auction.rules import closing
from auction.rules.bidding import BidIn
from auction.rules.engine import SaleState
from tests.simulation.clocks import Clock
from tests.simulation.database import Lock, Transaction
from tests.simulation.house import Arrival, House
from tests.simulation.world import MS, SECOND, LostConnection, Steps, Task

CLOCK_MOST = closing.MOST_CLOCK_MS * MS
BEAT_MS = 500


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
        self.kernel: list[tuple[str, BidIn, datetime, Callable[..., None]]] = []
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
        """When the database last took a mark, by the monotonic clock."""
        self.database_at: datetime | None = None
        """What its clock said then."""
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
        waiting, self.kernel = self.kernel, []
        for lot, bid, reached_at, answer in waiting:
            self.take_in(lot, bid, reached_at, answer)

    def receive(self, lot: str, bid: BidIn, answer: Callable[..., None]) -> None:
        """Bytes reach the machine; while the process stands still, its kernel keeps them."""
        if not self.is_alive:
            return
        if self.is_paused:
            self.kernel.append((lot, bid, self.world.now, answer))
        else:
            self.take_in(lot, bid, self.world.now, answer)

    def take_in(self, lot: str, bid: BidIn, reached_at: datetime, answer: Callable[..., None]) -> None:
        """The process sees a bid."""
        raise NotImplementedError

    # Marks, and what failed

    def has_lease(self) -> bool:
        """Others do not wait for one that they hold for dead: it must not take bids."""
        return self.beaten_at is not None and self.world.now - self.beaten_at < closing.LEASE - SECOND // 2

    def evidence(self) -> tuple[tuple[closing.Mark, ...], tuple[closing.Outage, ...]]:
        return tuple(self.database.marks.values()), tuple(self.database.outages)

    def beats(self) -> Steps:
        while True:
            try:
                yield from self.beat()
            except LostConnection:
                self.world.version += 1
            yield BEAT_MS

    def beat(self) -> Steps:
        """Say how far this process has decided, and what it found to have failed."""
        asked_at = self.world.now
        yield self.world.between(1, 3)
        database = self.database
        if self.is_cut_off or not database.is_up:
            raise LostConnection
        now, database_now = self.clock.now(), database.clock.now()
        off = now - database_now
        is_off = abs(off) > CLOCK_MOST
        low_water_at = self.low_water()
        if is_off and self.promised is not None:
            low_water_at = self.promised   # a clock that is off promises nothing
        elif not is_off:
            self.promised = low_water_at = max(low_water_at, self.promised or low_water_at)
        self.note_silence(database_now)
        database.marks[f"{self.name}.{self.life}"] = closing.Mark(
            low_water_at, database_now + closing.LEASE, round(off / MS))
        self.note_clock(database_now, is_off=is_off)
        self.beaten_at, self.database_at = asked_at, database_now - (self.world.now - asked_at) // 2
        yield self.world.between(1, 3)

    def low_water(self) -> datetime:
        undecided = [one.received_at for one in (*self.queue, *self.writing)]
        return min(undecided, default=self.clock.now())

    def note_silence(self, now: datetime) -> None:
        """Whoever comes first after nobody was heard of for a while."""
        last = max((mark.lease_until for mark in self.database.marks.values()),
                   default=now + closing.LEASE) - closing.LEASE
        if now - last > SECOND:
            self.database.outages.append(closing.Outage(closing.Fault.SILENCE, last, now, now - last))

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
