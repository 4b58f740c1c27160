"""Mistakes that somebody might make, one each, and the invariant that has to notice it.

A mutant is the simulated house with one part replaced. Only its own invariant is armed while it is
hunted: another one that would have noticed it too proves nothing about this one.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from auction.rules import closing, engine
from auction.rules.bidding import BidIn, minimum_bid
from auction.rules.engine import SaleState
from auction.rules.lifecycle import LotState
from kernel.money import MAX_FEN
from tests.simulation.clients import Bidder, Watcher
from tests.simulation.database import BidRow, Database, Leaf, Transaction, Writes
from tests.simulation.faults import Nemesis
from tests.simulation.house import Arrival
from tests.simulation.process import Process, Said
from tests.simulation.run import Parts
from tests.simulation.world import Owner, Steps, World

Acted = tuple[SaleState, tuple[engine.Event, ...]]


class _Takes(Process):
    """One that hands the rules another bid, or another sale, than came in."""

    def act(self, sale: SaleState, command: engine.Command, at: datetime) -> Acted:
        if not isinstance(command, engine.Take):
            return super().act(sale, command, at)
        shown = self.sale_shown(sale)
        changed = {self.bid_shown(sale, one): one for one in command.bids}
        after, events = super().act(shown, replace(command, bids=tuple(changed)), at)
        after = self.sale_kept(sale, shown, after)
        return after, tuple(replace(one, received=changed[one.received])
                            if isinstance(one, engine.Judged | engine.Repeated | engine.TurnedAway
                                          | engine.Waited | engine.Confirming) else one for one in events)

    def sale_shown(self, sale: SaleState) -> SaleState:
        return sale

    def sale_kept(self, sale: SaleState, shown: SaleState, after: SaleState) -> SaleState:
        return after

    def bid_shown(self, sale: SaleState, one: engine.Received) -> engine.Received:
        return one


class CountsRefusals(Process):
    def act(self, sale: SaleState, command: engine.Command, at: datetime) -> Acted:
        after, events = super().act(sale, command, at)
        return after, tuple(
            replace(one, decision=one.decision._replace(seq=one.position))
            if isinstance(one, engine.Judged) and one.decision.accepted else one for one in events)


class StartsAnywhere(_Takes):
    def bid_shown(self, sale: SaleState, one: engine.Received) -> engine.Received:
        amount = max(one.bid.amount_fen, sale.terms.start_price_fen)
        return replace(one, bid=one.bid._replace(amount_fen=amount))


class TakesHalfSteps(_Takes):
    def bid_shown(self, sale: SaleState, one: engine.Received) -> engine.Received:
        price = sale.standing.price_fen
        if price is None or one.bid.amount_fen <= price:
            return one
        amount = max(one.bid.amount_fen, minimum_bid(sale.terms, sale.standing))
        return replace(one, bid=one.bid._replace(amount_fen=amount))


class IgnoresOrderOfRanks(Process):
    def bid_of(self, arrival: Arrival) -> BidIn:
        bid = super().bid_of(arrival)
        leads = self.database.sales[arrival.lot].standing.leader_rank
        return bid if bid.priority_rank is None or leads is None else bid._replace(priority_rank=leads - 1)


class IgnoresWholeSteps(_Takes):
    def sale_shown(self, sale: SaleState) -> SaleState:
        return replace(sale, terms=replace(sale.terms, whole_steps=False, max_steps=None))

    def sale_kept(self, sale: SaleState, shown: SaleState, after: SaleState) -> SaleState:
        terms = replace(after.terms, whole_steps=sale.terms.whole_steps, max_steps=sale.terms.max_steps)
        return replace(after, terms=terms)


class KeepsLeaderAtMatch(_Takes):
    def sale_kept(self, sale: SaleState, shown: SaleState, after: SaleState) -> SaleState:
        before = sale.standing
        if before.leader_code is None or after.standing.price_fen != before.price_fen:
            return after
        return replace(after, standing=after.standing._replace(leader_code=before.leader_code))


class _SpeaksBeforeCommit(Process):
    speaks_of_acceptance = True

    def before_commit(self, said: Said, transaction: Transaction) -> None:
        for arrival, decision, place in said:
            if place is not None and decision.accepted is self.speaks_of_acceptance:
                body = transaction.writes.leaves[place].body
                self.send_answer(arrival, decision, None, sha256(body).hexdigest())


class AcceptsBeforeCommit(_SpeaksBeforeCommit):
    pass


class RefusesBeforeCommit(_SpeaksBeforeCommit):
    speaks_of_acceptance = False


class AdmitsAnybody(Process):
    def is_admitted(self, arrival: Arrival) -> bool:
        return True


class ForgetsIds(Process):
    def known(self, lot: str, batch: list[Arrival]) -> tuple[engine.Known, ...]:
        return ()


class LosesLastCommit(Database):
    """One that says "durable" before it is."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._before: Callable[[], None] = lambda: None

    def _apply(self, writes: Writes, by: str, now: datetime) -> list[Leaf]:
        kept = (dict(self.sales), dict(self.versions), {lot: copy(rows) for lot, rows in self.bids.items()},
                {key: copy(rows) for key, rows in self.answered.items()}, copy(self.log),
                {lot: copy(rows) for lot, rows in self.results.items()})

        def go_back() -> None:
            self.sales, self.versions, self.bids, self.answered, self.log, self.results = kept
            self.versions = {lot: version + 1 for lot, version in self.versions.items()}

        self._before = go_back
        return super()._apply(writes, by, now)

    def crash(self) -> None:
        self._before()
        self._before = lambda: None
        super().crash()


class TakesWhileSuspended(_Takes):
    def sale_shown(self, sale: SaleState) -> SaleState:
        if sale.state is not LotState.SUSPENDED or sale.came_from is None:
            return sale
        over = tuple(one for one in sale.terms.suspensions if one.to_at is not None)
        return replace(sale, state=sale.came_from, terms=replace(sale.terms, suspensions=over))

    def sale_kept(self, sale: SaleState, shown: SaleState, after: SaleState) -> SaleState:
        if shown is sale:
            return after
        return replace(after, state=sale.state, terms=sale.terms)


class TakesAnyNumber(Process):
    def is_well_formed(self, bid: BidIn) -> bool:
        return True


class OffersTheMoon(Bidder):
    """Now and then, more than any program can hold exactly."""

    def amount(self) -> int:
        return MAX_FEN + 1 if self.world.chance(0.1) else super().amount()


class ExtendsFromDecision(_Takes):
    def bid_shown(self, sale: SaleState, one: engine.Received) -> engine.Received:
        return replace(one, received_at=self.clock.now())


class TakesAMomentLater(_Takes):
    def bid_shown(self, sale: SaleState, one: engine.Received) -> engine.Received:
        return replace(one, received_at=one.received_at - timedelta(milliseconds=200))


class WaitsForNobody(Process):
    def evidence(self, lot: str, at: datetime, in_hand: Collection[Arrival] = ()
                 ) -> tuple[tuple[closing.Mark, ...], tuple[closing.Outage, ...]]:
        return (), super().evidence(lot, at, in_hand)[1]


class DropsWhatItCouldNotWrite(Process):
    def after_lost_write(self) -> None:
        for one in self.writing:
            one.fate, one.ended_at = "dropped", self.world.now


class NamesFirstBidder(Process):
    def act(self, sale: SaleState, command: engine.Command, at: datetime) -> Acted:
        after, events = super().act(sale, command, at)
        first = next((row.bid.code for rows in self.database.bids.values() for row in rows
                      if row.decision.accepted and self.database.sales[row.lot] is sale), None)
        return after, tuple(replace(one, outcome=replace(one.outcome, winner_code=first))
                            if isinstance(one, engine.Closed) and first else one for one in events)


class ReadsBeforeLock(Process):
    """A zombie's way: what it knew before it stood still is still so."""

    def lock(self, transaction: Transaction, lot: str) -> Steps:
        self.early = getattr(self, "early", {})
        self.early[transaction, lot] = (self.database.sales[lot], self.database.versions[lot])
        yield from super().lock(transaction, lot)

    def read(self, lot: str, transaction: Transaction) -> SaleState:
        sale, version = self.early[transaction, lot]
        transaction.writes.read[lot] = version
        return sale


class WithoutConstraint(Database):
    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.unique_results = False


class TimerOfOwn(Process):
    """Its timer is lost when it is restarted."""

    def sweeps(self) -> Steps:
        if self.life == 1:
            yield from super().sweeps()


class OnePersonIsEnough(Nemesis):
    def may_approve(self, maker: str, checker: str) -> bool:
        return True


class TimeOfWorker(Database):
    def leaf_time(self, owner: Owner) -> datetime:
        return owner.clock.now()


class TrustsItsClock(Process):
    def clock_is_off(self) -> bool:
        return False


class SkipsRanges(Watcher):
    def adjoins(self, message: dict[str, Any], bids: list[tuple[int, str, int]], last: int) -> bool:
        return True


class EndsByItsClock(Watcher):
    def look_at_clock(self) -> None:
        if self.closes_at is not None and self.world.now + self._clock_off >= self.closes_at:
            self.ended = "时间到"


class BelievesAnybody(Watcher):
    def is_signed(self, receipt: str | None) -> bool:
        return receipt is not None


class PassesHintsOn(Process):
    def hear(self, hint: dict[str, Any]) -> None:
        super().hear(hint)
        if self.is_alive and "ended" in hint:
            self.broadcast({"from": 1, "to": 0, "bids": [], "closes_at": None} | hint)


class BelievesHints(Process):
    def hear(self, hint: dict[str, Any]) -> None:
        super().hear(hint)
        self.believed: set[str] = getattr(self, "believed", set())
        if hint.get("state") is LotState.SOLD:
            self.believed.add(hint["lot"])

    def closed_door(self, arrival: Arrival) -> str | None:
        return "not running" if arrival.lot in getattr(self, "believed", ()) else super().closed_door(arrival)


class WritesBatchBackwards(Process):
    def act(self, sale: SaleState, command: engine.Command, at: datetime) -> Acted:
        after, events = super().act(sale, command, at)
        return after, events[::-1]


class ChangesBids(Database):
    """One in which somebody puts a bid right afterwards."""

    def _apply(self, writes: Writes, by: str, now: datetime) -> list[Leaf]:
        stored = super()._apply(writes, by, now)
        for rows in self.bids.values():
            if len(rows) > 2:
                first: BidRow = rows[0]
                rows[0] = replace(first, bid=first.bid._replace(amount_fen=first.bid.amount_fen + 1))
        return stored


class TakesWithoutLease(Process):
    def has_lease(self) -> bool:
        return True


class NeverLooks(Process):
    """Its marks and its closes are those of the clock alone, whatever lies in the kernel."""

    def looked_at(self) -> datetime:
        return self.clock.now()


class LooksThenReadsTheClock(Process):
    """What came in between is passed by: here it stood still there for a moment, as a process may."""

    def looked_at(self) -> datetime:
        since = self.world.now - timedelta(milliseconds=400)
        unseen = [one for one in self.kernel if one.reached_at > since]
        self.kernel = [one for one in self.kernel if one.reached_at <= since]
        at = super().looked_at()
        self.kernel += unseen
        return at


class GivesNoGrace(Process):
    def mark(self, looked_at: datetime, database_now: datetime, *, is_off: bool) -> datetime:
        return super().mark(looked_at + closing.GRACE, database_now, is_off=is_off)


class PromisesByAWrongClock(Process):
    def mark(self, looked_at: datetime, database_now: datetime, *, is_off: bool) -> datetime:
        return super().mark(looked_at, database_now, is_off=False)


class TakesWhatItPromisedNotTo(Process):
    """And promises by the clock alone: what it then finds in the kernel it judges all the same."""

    def looked_at(self) -> datetime:
        return self.clock.now()

    def closed_door(self, arrival: Arrival) -> str | None:
        found = super().closed_door(arrival)
        return None if found == "behind mark" else found


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake; ``patched`` is a rule that is replaced.

    ``from_seed`` is where the hunt begins: near a seed that is known to show it.
    """

    name: str
    invariant: str
    parts: Parts = field(default_factory=Parts)
    patched: tuple[Any, str, Any] | None = None
    from_seed: int = 0

    @contextmanager
    def at_work(self) -> Iterator[Parts]:
        if self.patched is None:
            yield self.parts
        else:
            module, name, value = self.patched
            with patch.object(module, name, value):
                yield self.parts


def _process(name: str, invariant: str, process: type[Process], from_seed: int = 0, **others: Any) -> Mutant:
    return Mutant(name, invariant, Parts(process=process, **others), from_seed=from_seed)


MUTANTS = (
    _process("the number of a bid counts refusals too", "B1", CountsRefusals),
    _process("the start price is not asked for", "B2", StartsAnywhere, 24),
    _process("half a step is enough", "B3", TakesHalfSteps),
    _process("any holder of a priority right may match, whatever the order", "B3", IgnoresOrderOfRanks),
    _process("whole and largest steps are not looked at", "B4", IgnoresWholeSteps),
    _process("a match does not take the lead", "B5", KeepsLeaderAtMatch),
    _process("a bid is acknowledged before the commit", "B6", AcceptsBeforeCommit),
    Mutant("the database says durable before it is", "B6", Parts(database=LosesLastCommit), from_seed=39),
    _process("the deposit is not asked for", "B7", AdmitsAnybody),
    _process("what was answered under an id is forgotten", "B8", ForgetsIds),
    _process("a refusal is said before the commit", "B9", RefusesBeforeCommit),
    Mutant("a bid may wait as long as it likes", "B10", patched=(
        closing, "waited_too_long", lambda received_at, now: False), from_seed=141),
    Mutant("a stored bid is changed", "B11", Parts(database=ChangesBids)),
    _process("a suspended sale takes bids", "B12", TakesWhileSuspended, 23),
    _process("a sum beyond 2^53 is taken", "B14", TakesAnyNumber, bidder=OffersTheMoon),
    _process("the end moves from the decision, not from the receipt", "C1", ExtendsFromDecision),
    _process("a bid may be 200 ms late", "C2", TakesAMomentLater, 68),
    _process("the close waits for no mark", "C3", WaitsForNobody, 117),
    _process("bids that could not be written are dropped", "C3", DropsWhatItCouldNotWrite, 155),
    _process("a process takes bids without a lease", "C3", TakesWithoutLease),
    _process("marks and closes go by the clock alone, whatever the kernel holds", "C3", NeverLooks, 3),
    _process("the clock is read after the look at the sockets", "C3", LooksThenReadsTheClock),
    _process("a mark leaves no time for the kernel", "C3", GivesNoGrace),
    _process("a clock that is off raises the mark", "C3", PromisesByAWrongClock, 22),
    _process("a bid behind the mark is judged", "C3", TakesWhatItPromisedNotTo, 3),
    _process("the first bidder wins", "C4", NamesFirstBidder),
    _process("two close at once, on rows read before the lock, and no constraint", "C4", ReadsBeforeLock,
             30, database=WithoutConstraint),
    _process("the same, by the results", "C5", ReadsBeforeLock, 30, database=WithoutConstraint),
    Mutant("nobody asks whether one could bid at the end", "C7", patched=(
        closing, "_faults", lambda *given: iter(()))),
    Mutant("one person lets a held sale go on", "C8", Parts(nemesis=OnePersonIsEnough)),
    _process("the close is a timer of the process", "C9", TimerOfOwn),
    Mutant("the log takes the time of the process that writes", "T1", Parts(database=TimeOfWorker),
           from_seed=38),
    _process("a process trusts its clock", "T2", TrustsItsClock),
    Mutant("a page takes any range for the next one", "T3", Parts(watcher=SkipsRanges), from_seed=25),
    Mutant("a page says that it is over by its own clock", "T4", Parts(watcher=EndsByItsClock)),
    _process("a page believes an unsigned word", "T4", PassesHintsOn, watcher=BelievesAnybody),
    _process("a process believes a hint that it is over", "T5", BelievesHints),
    _process("a decision is made on a row read before the lock", "T5", ReadsBeforeLock),
    _process("a batch stands backwards in the log", "F17", WritesBatchBackwards, 81),
)
