"""A server process as it is built: a queue of bids, a drainer, a sweep.

It decides nothing itself: ``auction.rules.engine`` does, under the lock of the sale's row. What is
written here is the order of things: stamp, queue, lock, read, judge, write, commit, only then
answer. Each of the small methods is where a mutant may go wrong (``mutants``).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from auction.errors import StepNotAllowed
from auction.rules import engine
from auction.rules.bidding import BidIn, Decision, ends_at
from auction.rules.closing import GRACE
from auction.rules.engine import SaleState
from auction.rules.replay import bid_body, decision_json
from kernel.money import MOST_FEN
from tests.simulation.database import Commit, DuplicateResult, Leaf, NewLeaf, Transaction
from tests.simulation.house import Answer, Arrival, Door
from tests.simulation.machine import CLOCK_MOST, Unread
from tests.simulation.rooms import Rooms
from tests.simulation.world import MS, LostConnection, Steps

MOST_AT_ONCE = 8
SWEEP_MS = 400

Said = list[tuple[Arrival, Decision, int | None]]
"""What became of each bid, and the place of its leaf among those of the transaction."""


class Process(Rooms):
    """One worker."""

    def tasks(self) -> list[Steps]:
        return [*super().tasks(), self.sweeps()]

    # A bid comes in

    def take_in(self, unread: Unread) -> None:
        off_ms = (unread.stamp - unread.reached_at - self.database.clock.error()) / MS
        if unread.jumps != self.clock.jumps:
            off_ms = 0.0   # put wrong and right again while the bytes lay unread: nobody can know
        lot, bid = unread.lot, unread.bid
        arrival = Arrival(lot, bid, self.name, unread.reached_at, unread.stamp, off_ms, unread.order,
                          unread.answer)
        if (self.promised is not None and unread.stamp < self.promised
                and unread.jumps == self.clock.jumps and abs(off_ms) <= CLOCK_MOST / MS):
            self.house.given_up.append(
                f"{lot}: {bid.code} {bid.amount_fen} came {self.promised - unread.stamp} behind the mark")
        why = self.closed_door(arrival)
        if why is not None:
            self.refuse_at_door(arrival, why)
            return
        mark = self.database.marks.get(self.full_name)
        if mark is None or mark.lease_until < self.database.clock.now():
            self.house.given_up.append(f"{lot}: {bid.code} {bid.amount_fen} was taken while nobody waits")
        self.house.arrivals.append(arrival)
        self.queue.append(arrival)
        self.world.say(f"{self.name} takes in {bid.code} {bid.amount_fen} id {bid.client_bid_id} for {lot}")
        if not self.is_draining:
            self.is_draining = True
            self.world.spawn(self, self.drain())

    def closed_door(self, arrival: Arrival) -> str | None:
        """Why this process may not take up a bid now."""
        if not self.is_well_formed(arrival.bid):
            return "malformed"
        if not self.is_admitted(arrival):
            return "not qualified"
        if self.clock_is_off() or arrival.received_at > self.clock.now():
            return "clock alarm"
        if not self.has_lease():
            return "no lease"
        if self.promised is not None and arrival.received_at < self.promised:
            return "behind mark"
        return None

    def is_well_formed(self, bid: BidIn) -> bool:
        return type(bid.amount_fen) is int and 0 < bid.amount_fen <= MOST_FEN

    def is_admitted(self, arrival: Arrival) -> bool:
        seat = self.house.seats[arrival.lot].get(arrival.bid.code)
        return seat is not None and seat.confirmed_at <= arrival.received_at + CLOCK_MOST

    def refuse_at_door(self, arrival: Arrival, why: str) -> None:
        arrival.fate, arrival.ended_at = why, self.world.now
        if why == "not running":
            self.house.doors.append(Door(arrival.lot, why, self.database.sales[arrival.lot].state))
        self.world.say(f"{self.name} turns away {arrival.bid.code} {arrival.bid.amount_fen}: {why}")
        self.house.network.send(arrival.answer, Answer(arrival.lot, arrival.bid, None, None, None, why))

    # Group commit

    def drain(self) -> Steps:
        """Batch after batch, until the queue is empty; what could not be written is tried again."""
        try:
            while self.queue:
                self.queue.sort(key=lambda one: (one.received_at, one.order))
                self.writing, self.queue = self.queue[:MOST_AT_ONCE], self.queue[MOST_AT_ONCE:]
                try:
                    yield from self.write(self.writing)
                except LostConnection:
                    self.world.say(f"{self.name} lost the database while writing")
                    self.after_lost_write()
                    yield 200
                self.writing = []
        finally:
            self.is_draining = False

    def after_lost_write(self) -> None:
        """Nobody knows what became of them: they wait on, and their ids make the next try safe."""
        self.queue = self.writing + self.queue

    def write(self, batch: list[Arrival]) -> Steps:
        transaction = self.begin("bids")
        writes = transaction.writes
        for lot in sorted({one.lot for one in batch}):
            yield from self.lock(transaction, lot)
        yield self.world.between(1, 5)
        self.database.check(transaction)
        if self.clock_is_off():
            self.database.end(transaction)
            self.turn_away_for_clock(batch)
            return
        self.unjudged = []
        said: Said = []
        for lot in sorted({one.lot for one in batch}):
            said += self.judge(lot, [one for one in batch if one.lot == lot], transaction)
        yield self.world.between(1, 5)
        self.database.check(transaction)
        self.before_commit(said, transaction)
        stored: list[Leaf] = []
        if writes.leaves:
            stored = yield Commit(transaction)
        else:
            self.database.end(transaction)
        self.writing = []
        for arrival, why in self.unjudged:
            self.refuse_at_door(arrival, why)
        for arrival, decision, place in said:
            self.acknowledge(arrival, decision, None if place is None else stored[place])
        for lot in sorted(writes.sales):
            self.hint(lot)

    def turn_away_for_clock(self, batch: list[Arrival]) -> None:
        self.writing = []
        for one in batch:
            self.refuse_at_door(one, "clock alarm")

    def judge(self, lot: str, batch: list[Arrival], transaction: Transaction
              ) -> Said:
        """What becomes of each, and the place of its leaf among those of the transaction."""
        sale = self.read(lot, transaction)
        received = {}
        for one in batch:
            received[engine.Received(self.bid_of(one), one.received_at, one.order)] = one
        now = self.clock.now()
        after, events = self.act(sale, engine.Take(
            tuple(received), self.known(lot, batch), *self.evidence(lot, now, batch)), now)
        said: Said = []
        leaves = transaction.writes.leaves
        for event in events:
            match event:
                case engine.Judged(taken, decision, position, _):
                    said.append((received[taken], decision, len(leaves)))
                    leaves.append(NewLeaf(lot, "bid", bid_body(
                        taken.bid, taken.received_at, decision_json(decision)), (
                        position, taken.bid, taken.received_at, decision, received[taken].off_ms)))
                case engine.Repeated(taken, decision):
                    said.append((received[taken], decision, None))
                case engine.TurnedAway(taken):
                    self.unjudged.append((received[taken], "not running"))
                case engine.Waited(taken):
                    self.unjudged.append((received[taken], "waited too long"))
                case engine.Confirming(taken):
                    self.unjudged.append((received[taken], "confirming"))
                case _:
                    self.write_act(lot, event, transaction, None)
        if after is not sale:
            transaction.writes.sales[lot] = after
        return said

    def act(self, sale: SaleState, command: engine.Command, at: datetime
            ) -> tuple[SaleState, tuple[engine.Event, ...]]:
        return engine.act(sale, command, at)

    def bid_of(self, arrival: Arrival) -> BidIn:
        """With the rank that stands behind the code, whatever the message said."""
        seat = self.house.seats[arrival.lot].get(arrival.bid.code)
        rank = None if seat is None else seat.rank
        return BidIn(arrival.bid.code, arrival.bid.amount_fen, rank, arrival.bid.client_bid_id)

    def known(self, lot: str, batch: list[Arrival]) -> tuple[engine.Known, ...]:
        """What was answered before under the ids that come now."""
        keys = {(lot, one.bid.code, one.bid.client_bid_id) for one in batch}
        return tuple(engine.Known(row.bid, row.decision) for key in sorted(keys, key=str)
                     for row in self.database.answered.get(key, ()))

    def before_commit(self, said: Said, transaction: Transaction) -> None:
        """Nothing is said before it is durable."""

    def acknowledge(self, arrival: Arrival, decision: Decision, leaf: Leaf | None) -> None:
        if leaf is None:
            row = next(one for one in self.database.answered[
                arrival.lot, arrival.bid.code, arrival.bid.client_bid_id]
                if one.bid.amount_fen == arrival.bid.amount_fen)
            leaf = self.database.log[row.leaf]
        arrival.fate, arrival.ended_at = "judged", self.world.now
        self.send_answer(arrival, decision, leaf.index, leaf.digest)

    def send_answer(self, arrival: Arrival, decision: Decision, leaf: int | None, digest: str | None) -> None:
        self.house.network.send(arrival.answer, Answer(
            arrival.lot, arrival.bid, decision, leaf, digest))

    # Sweep

    def sweeps(self) -> Steps:
        while True:
            yield self.world.between(SWEEP_MS // 2, SWEEP_MS)
            for lot in self.due():
                try:
                    yield from self.decide(lot, self.next_command)
                except (LostConnection, DuplicateResult) as error:
                    self.world.say(f"{self.name} could not sweep {lot}: {type(error).__name__}")

    def due(self) -> list[str]:
        """As ``SELECT`` without a lock finds them."""
        if self.is_cut_off or not self.database.is_up or self.clock_is_off():
            return []
        now = self.clock.now()
        return [lot for lot, sale in self.database.sales.items() if self.is_due(sale, now)]

    def is_due(self, sale: SaleState, now: datetime) -> bool:
        if sale.state in engine.OPENS:
            return sale.terms.opens_at <= now
        return sale.state in engine.CLOSES and ends_at(sale.terms, sale.standing) + GRACE <= now

    def next_command(self, lot: str, sale: SaleState, at: datetime) -> engine.Command:
        return engine.Open() if sale.state in engine.OPENS else engine.Close(*self.evidence(lot, at))

    def decide(self, lot: str, command_for: Callable[[str, SaleState, datetime], engine.Command],
               note: Any = None) -> Steps:
        """One act that is no bid, in a transaction of its own, by the time before a look at the sockets."""
        at = self.looked_at()
        transaction = self.begin("act")
        yield from self.lock(transaction, lot)
        sale = self.read(lot, transaction)
        command = command_for(lot, sale, at)
        yield self.world.between(1, 4)
        self.database.check(transaction)
        try:
            after, events = self.act(sale, command, at)
        except StepNotAllowed:
            after, events = sale, ()
        for event in events:
            self.write_act(lot, event, transaction, note)
        if not events:
            self.database.end(transaction)
            return
        transaction.writes.sales[lot] = after
        yield Commit(transaction)
        self.hint(lot)

    def write_act(self, lot: str, event: engine.Event, transaction: Transaction, note: Any) -> None:
        writes = transaction.writes
        match event:
            case engine.Opened():
                writes.leaves.append(NewLeaf(lot, "lot.opened", None))
            case engine.Closed(found):
                writes.leaves.append(NewLeaf(lot, "lot.closed", (found, tuple(self.database.marks.values()))))
                writes.results.append((lot, found))
            case engine.Suspended(ground, from_at, fault):
                writes.leaves.append(NewLeaf(lot, "lot.suspended", (ground, from_at, fault)))
            case engine.Resumed(suspension):
                writes.leaves.append(NewLeaf(lot, "lot.resumed", (suspension, note)))
            case engine.Withdrawn(suspension):
                writes.leaves.append(NewLeaf(lot, "lot.withdrawn", (suspension,)))
                writes.results.append((lot, None))
