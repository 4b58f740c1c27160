"""A database as far as bids need one: transactions, row locks, durability, one unique constraint.

What was committed stays, whatever is killed. A commit may succeed while its answer is lost. A
transaction whose client falls silent while it holds a lock is ended by the server, as PostgreSQL's
``idle_in_transaction_session_timeout`` does.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from auction.rules.bidding import BidIn, Decision, Outcome
from auction.rules.closing import Mark, Outage
from auction.rules.engine import SaleState
from tests.simulation.clocks import Clock
from tests.simulation.world import MS, LostConnection, Owner, Task, World

IDLE_MS = 2_000
"""So long the server bears a silent client that holds a lock."""


class DuplicateResult(Exception):
    """The constraint: one result per sale."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log; ``index`` and ``at`` are given by the commit."""

    index: int
    at: datetime
    lot: str
    kind: str
    body: Any
    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class BidRow:
    """A bid as it was judged, and the bytes of its leaf."""

    lot: str
    position: int
    bid: BidIn
    received_at: datetime
    decided_at: datetime
    decision: Decision
    body: bytes
    leaf: int
    by: str
    off_ms: float
    """How far the stamping clock was off when it stamped: known to the simulation only."""


@dataclass(frozen=True, slots=True)
class NewLeaf:
    lot: str
    kind: str
    body: Any
    bid: tuple[int, BidIn, datetime, Decision, float] | None = None


@dataclass(slots=True)
class Writes:
    """What a transaction will leave behind."""

    sales: dict[str, SaleState] = field(default_factory=dict)
    leaves: list[NewLeaf] = field(default_factory=list)
    results: list[tuple[str, Outcome | None]] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    """The version of each row that was decided on: for the invariants, not for the commit."""


class Transaction:
    """Between BEGIN and COMMIT."""

    def __init__(self, database: "Database", owner: Owner, name: str) -> None:
        self.database, self.owner, self.name = database, owner, name
        self.is_open = True
        self.holds: list[str] = []
        self.active_at = database.world.now
        self.writes = Writes()

    def __repr__(self) -> str:
        return self.name


class Lock:
    """``SELECT … FOR UPDATE``."""

    def __init__(self, transaction: Transaction, row: str) -> None:
        self.transaction, self.row = transaction, row
        self.task: Task

    def begin(self, task: Task) -> None:
        self.task = task
        self.transaction.database.lock(self)


class Commit:
    """COMMIT: on its way there, durable, and on its way back."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    def begin(self, task: Task) -> None:
        self.transaction.database.commit(self.transaction, task)


class Database:
    """The only truth.

    Attributes:
        versions: how often the row of a sale was written.
        refusals: commits that the constraint refused.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = Clock(world)
        self.is_up = True
        self.sales: dict[str, SaleState] = {}
        self.versions: dict[str, int] = {}
        self.bids: dict[str, list[BidRow]] = {}
        self.answered: dict[tuple[str, str, str | None], list[BidRow]] = {}
        self.log: list[Leaf] = []
        self.results: dict[str, list[Outcome | None]] = {}
        self.marks: dict[str, Mark] = {}
        self.outages: list[Outage] = []
        self.stale_writes: list[str] = []
        self.unique_results = True
        self.commit_answer_lost = 0.0
        self._holder: dict[str, Transaction] = {}
        self._queues: dict[str, deque[Lock]] = {}

    def begin(self, owner: Owner, name: str) -> Transaction:
        return Transaction(self, owner, name)

    # Locks

    def lock(self, wanted: Lock) -> None:
        transaction = wanted.transaction
        self.check(transaction)
        holder = self._holder.get(wanted.row)
        if holder is None:
            self._grant(wanted)
        else:
            self._queues.setdefault(wanted.row, deque()).append(wanted)

    def _grant(self, wanted: Lock) -> None:
        transaction = wanted.transaction
        self._holder[wanted.row] = transaction
        transaction.holds.append(wanted.row)
        transaction.active_at = self.world.now
        self.world.after(IDLE_MS, self._end_if_idle, transaction)
        self.world.after(1, self.world.go_on, wanted.task)

    def _end_if_idle(self, transaction: Transaction) -> None:
        if not transaction.is_open:
            return
        if transaction.owner.is_paused or self.world.now - transaction.active_at >= IDLE_MS * MS:
            self.world.say(f"database ends idle {transaction}")
            self.end(transaction)
        else:
            self.world.after(IDLE_MS, self._end_if_idle, transaction)

    def check(self, transaction: Transaction) -> None:
        """A statement arrives.

        Raises:
            LostConnection: nobody is there to answer it.
        """
        if not self.is_up or not transaction.is_open or transaction.owner.is_cut_off:
            self.end(transaction)
            raise LostConnection
        transaction.active_at = self.world.now

    def end(self, transaction: Transaction) -> None:
        """Roll back, or let go after the commit."""
        transaction.is_open = False
        for row in transaction.holds:
            self._holder.pop(row, None)
            queue = self._queues.get(row)
            while queue:
                wanted = queue.popleft()
                if wanted.transaction.is_open:
                    self._grant(wanted)
                    break
        transaction.holds = []

    def end_all_of(self, owner: Owner | None) -> None:
        """The sessions of a killed process, or all sessions of a killed database."""
        waiting = [wanted for queue in self._queues.values() for wanted in queue]
        for wanted in waiting:
            if owner is None or wanted.transaction.owner is owner:
                wanted.transaction.is_open = False
                if owner is None:
                    self.world.after(1, self.world.go_on, wanted.task, None, LostConnection())
        for transaction in list(self._holder.values()):
            if owner is None or transaction.owner is owner:
                self.end(transaction)

    # Commit

    def commit(self, transaction: Transaction, task: Task) -> None:
        """Send it: from here on the client cannot take it back."""
        self.check(transaction)
        self.world.after(self.world.between(1, 6), self._arrive, transaction, task)

    def _arrive(self, transaction: Transaction, task: Task) -> None:
        owner = transaction.owner
        cut = owner.is_cut_off
        if not self.is_up or not transaction.is_open or (cut and self.world.chance(0.5)):
            self.end(transaction)
            self.world.after(20, self.world.go_on, task, None, LostConnection())
            return
        writes = transaction.writes
        if self.unique_results and any(self.results.get(lot) for lot, _ in writes.results):
            self.end(transaction)
            self.world.after(1, self.world.go_on, task, None, DuplicateResult())
            return
        stored = self._apply(writes, str(transaction), self.leaf_time(owner))
        self.end(transaction)
        if cut or self.world.chance(self.commit_answer_lost):
            self.world.say(f"answer to the commit of {transaction} is lost")
            self.world.after(self.world.between(100, 400), self.world.go_on, task, None, LostConnection())
        else:
            self.world.after(self.world.between(1, 4), self.world.go_on, task, stored)

    def leaf_time(self, owner: Owner) -> datetime:
        """The database's time, which never goes back."""
        now = self.clock.now()
        return max(now, self.log[-1].at) if self.log else now

    def _apply(self, writes: Writes, by: str, now: datetime) -> list[Leaf]:
        stored = []
        for lot, version in writes.read.items():
            if version != self.versions[lot] and lot in writes.sales:
                self.stale_writes.append(
                    f"{by} decided on version {version} of {lot}, not {self.versions[lot]}")
        for new in writes.leaves:
            body = new.body
            digest = sha256(body if isinstance(body, bytes) else repr(body).encode()).hexdigest()
            leaf = Leaf(len(self.log), now, new.lot, new.kind, body, digest, by)
            self.log.append(leaf)
            stored.append(leaf)
            if new.bid is not None:
                position, bid, received_at, decision, off_ms = new.bid
                row = BidRow(new.lot, position, bid, received_at, now, decision, body, leaf.index, by, off_ms)
                self.bids[new.lot].append(row)
                self.answered.setdefault((new.lot, bid.code, bid.client_bid_id), []).append(row)
        for lot, sale in writes.sales.items():
            self.sales[lot] = sale
            self.versions[lot] += 1
        for lot, result in writes.results:
            self.results.setdefault(lot, []).append(result)
        self.world.say(f"commit {by}: " + ", ".join(f"{leaf.lot} {leaf.kind}" for leaf in stored))
        return stored

    # Faults

    def crash(self) -> None:
        self.is_up = False
        self.end_all_of(None)
        self.world.say("database is killed")

    def restart(self) -> None:
        self.is_up = True
        self.world.say("database is back")
