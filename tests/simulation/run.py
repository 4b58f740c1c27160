"""One run: a house with its bidders and watchers, faults by the seed, every invariant after every step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auction.rules import engine
from auction.rules.bidding import LotTerms, Mode, ends_at
from auction.rules.closing import LEASE
from auction.rules.lifecycle import Round
from auction.rules.replay import REORDER_MOST, bid_body, decision_json
from tests.simulation.clients import Bidder, Watcher
from tests.simulation.clocks import Clock
from tests.simulation.database import BidRow, Database, Leaf
from tests.simulation.faults import Nemesis
from tests.simulation.house import Arrival, House, Seat
from tests.simulation.network import Network, Quality
from tests.simulation.process import Process
from tests.simulation.world import MS, SECOND, START, World

MOST_TIME = timedelta(minutes=25)
WINDOW = 30 * SECOND
LAST_MOMENTS = 10 * SECOND
CLOCKS_APART = 90 * MS


@dataclass
class Parts:
    """Which classes a run is made of; a mutant puts its own in one place."""

    process: type[Process] = Process
    bidder: type[Bidder] = Bidder
    watcher: type[Watcher] = Watcher
    nemesis: type[Nemesis] = Nemesis
    database: type[Database] = Database


@dataclass
class Run:
    """Everything of one seed."""

    seed: int
    parts: Parts = field(default_factory=Parts)

    def __post_init__(self) -> None:
        self.world = World(self.seed)
        world, chance = self.world, self.world.random
        self.database = self.parts.database(world)
        self.network = Network(world, Quality(
            loss=chance.choice((0, 0.05, 0.25)), doubling=chance.choice((0, 0.1, 0.4)), least_ms=2,
            most_ms=chance.choice((20, 120, 900))))
        self.house = House(world, self.database, self.network)
        self.lots = ["lot-1", "lot-2"][:2 if world.chance(0.25) else 1]
        for lot in self.lots:
            self._announce(lot)
        self.house.processes = [self.parts.process(self.house, f"P{number + 1}")
                                for number in range(chance.choice((1, 2, 2, 3)))]
        for process in self.house.processes:
            process.clock = Clock(world, offset_ms=world.between(-25, 25),
                                  drift=chance.choice((0, 0, 1e-4, -1e-4)))
            process.start()
        self.bidders = [bidder for lot in self.lots for bidder in self._bidders(lot)]
        self.watchers = [self.parts.watcher(self.house, chance.choice(self.lots), process)
                         for process in self.house.processes]
        for watcher in self.watchers:
            world.spawn(None, watcher.polls())
        nemesis = self.parts.nemesis(self.house)
        world.spawn(None, nemesis.court())
        world.spawn(None, nemesis.faults(chance.choice((0, 1, 2, 3, 4, 6))))
        self.remembered: dict[str, list[BidRow]] = {}
        self.excused: set[int] = set()
        self.is_over = False
        self.healthy_since: datetime | None = None
        self._gap_from: datetime | None = world.now
        self.gaps: list[tuple[datetime, datetime]] = []

    def _announce(self, lot: str) -> None:
        world, chance = self.world, self.world.random
        is_selloff = world.chance(0.15)
        opens_at = START + world.between(1_000, 4_000) * MS
        terms = LotTerms(
            start_price_fen=1_000_000, increment_fen=10_000, opens_at=opens_at,
            closes_at=opens_at + world.between(12_000, 60_000) * MS, window=WINDOW, selloff_span=60 * SECOND,
            mode=Mode.SELLOFF if is_selloff else Mode.AUCTION, max_steps=chance.choice((None, None, 3)),
            whole_steps=world.chance(0.4), reorder=REORDER_MOST)
        of_round = Round.SELLOFF if is_selloff else Round.FIRST
        self.database.sales[lot] = engine.announced(terms, of_round)
        self.database.versions[lot] = 0
        self.database.bids[lot] = []
        self.house.seats[lot] = {}

    def _bidders(self, lot: str) -> list[Bidder]:
        world, chance = self.world, self.world.random
        found = []
        ranks = [None, None, 1, 2, 2]
        for number in range(world.between(2, 5)):
            code = f"B{number + 1}"
            late = world.between(500, 40_000) * MS if world.chance(0.15) else timedelta(0)
            if not world.chance(0.05):
                self.house.seats[lot][code] = Seat(code, chance.choice(ranks), START + late)
            bidder = self.parts.bidder(self.house, lot, code, is_patient=world.chance(0.7))
            planned = self.database.sales[lot].terms
            span = (planned.closes_at - START) // MS
            moments = [None if world.chance(0.7) else START + world.between(0, span + 2_000) * MS
                       for _ in range(world.between(1, 5))]
            world.spawn(None, bidder.bids(sorted(moments, key=lambda one: (one is None, one or START))))
            found.append(bidder)
        return found

    # What invariants ask

    def shown_end(self, lot: str) -> datetime:
        sale = self.database.sales[lot]
        return ends_at(sale.terms, sale.standing)

    def row_of(self, leaf: Leaf) -> BidRow:
        return next(row for row in reversed(self.database.bids[leaf.lot]) if row.leaf == leaf.index)

    def body_of(self, row: BidRow) -> bytes:
        return bid_body(row.bid, row.received_at, decision_json(row.decision))

    def longest_gap(self, from_at: datetime, to_at: datetime) -> timedelta:
        """How long at most nobody could bid within a time."""
        return max((min(end, to_at) - max(begin, from_at) for begin, end in self.gaps), default=timedelta(0))

    def is_forgotten(self, arrival: Arrival, end: datetime) -> bool:
        """Whether a bid that came before the end is undecided after the close, without excuse."""
        if arrival.fate in ("judged", "clock alarm", "confirming") or id(arrival) in self.excused:
            return False
        if arrival.fate == "waited too long":
            return not any(leaf.lot == arrival.lot and leaf.kind == "lot.suspended"
                           for leaf in self.database.log)
        rows = self.database.answered.get((arrival.lot, arrival.bid.code, arrival.bid.client_bid_id), ())
        if any(row.bid.amount_fen == arrival.bid.amount_fen for row in rows):
            return False
        process = next(one for one in self.house.processes if one.name == arrival.by)
        gone_at = arrival.ended_at if arrival.fate == "died with its process" else (
            None if process.beaten_at is None else process.beaten_at + LEASE)
        if gone_at is not None and arrival.reached_at <= gone_at <= end - LAST_MOMENTS + SECOND // 10:
            self.excused.add(id(arrival))
            return False
        return True

    # Going on

    def step(self) -> bool:
        """One event; False when the run is over."""
        world = self.world
        if world.now > START + MOST_TIME or not world.step():
            self.is_over = True
        healthy = self.database.is_up and self._can_bid_somewhere()
        if healthy and self.healthy_since is None:
            self.healthy_since = world.now
            if self._gap_from is not None:
                self.gaps.append((self._gap_from, world.now))
        elif not healthy and self.healthy_since is not None:
            self.healthy_since, self._gap_from = None, world.now
        if self._is_settled():
            self.is_over = True
        return not self.is_over

    def _can_bid_somewhere(self) -> bool:
        """Asked after every step, so without a word too many."""
        now = self.database.clock.now()
        for one in self.house.processes:
            if (one.is_alive and not one.is_paused and not one.is_cut_off and one.has_lease()
                    and -CLOCKS_APART < one.clock.now() - now < CLOCKS_APART):
                return True
        return False

    def _is_settled(self) -> bool:
        """All sales are over, all bidders know, all watchers have seen it, or had ample time."""
        database = self.database
        for sale in database.sales.values():
            if sale.state in engine.TAKES_BIDS:
                return False
        if max((leaf.at for leaf in database.log), default=START) + 60 * SECOND < self.world.now:
            return True
        answered = all(wish.is_answered or wish.is_given_up
                       for bidder in self.bidders for wish in bidder.wishes)
        return answered and all(
            len(watcher.shown) == database.sales[watcher.lot].standing.accepted and watcher.ended is not None
            for watcher in self.watchers)
