"""Who sits at the other end: bidders who ask again until they know, and watchers of a room.

A bidder knows only what it was told. One keeps its ``client_bid_id`` until it has an answer; another
loses patience and bids anew; two may by chance use the same ids; some mistype.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from auction.rules.bidding import BidIn, minimum_bid
from auction.rules.engine import TAKES_BIDS
from kernel.money import MOST_FEN
from tests.simulation.house import Answer, House
from tests.simulation.process import Process
from tests.simulation.world import MS, Steps

ANSWER_WITHIN_MS = (600, 2_000)
MOST_TRIES = 60
DEFINITE = ("not running", "not qualified", "malformed")
"""Answers at the door after which nobody asks again."""


@dataclass(slots=True)
class Wish:
    """A bid as its bidder means it, and what it was told about it."""

    lot: str
    bid: BidIn
    tries: int = 0
    answers: list[Answer] = field(default_factory=list)
    is_given_up: bool = False

    @property
    def is_answered(self) -> bool:
        return any(one.decision is not None or one.door in DEFINITE
                   for one in self.answers)


class Bidder:
    """One code in one sale."""

    def __init__(self, house: House, lot: str, code: str, *, is_patient: bool) -> None:
        self.house, self.world = house, house.world
        self.lot, self.code, self.is_patient = lot, code, is_patient
        self.wishes: list[Wish] = []

    def bids(self, moments: list[datetime | None]) -> Steps:
        """At given times, or just around whatever end is shown then."""
        world = self.world
        for moment in moments:
            if moment is None:
                sale = self.house.database.sales[self.lot]
                moment = sale.standing.closes_at + world.between(-2_500, 400) * MS  # noqa: PLW2901
            yield max(0, (moment - world.now) // MS)
            if self.house.database.sales[self.lot].state in TAKES_BIDS or world.chance(0.2):
                self.bid()

    def bid(self) -> None:
        world = self.world
        ids = f"id-{len(self.wishes)}" if world.chance(0.9) or not self.wishes else "id-0"
        wish = Wish(self.lot, BidIn(self.code, self.amount(), None, ids))
        self.wishes.append(wish)
        world.spawn(None, self.insist(wish))

    def amount(self) -> int:
        """Mostly what the page asks for; sometimes more, or something that cannot be right."""
        world = self.world
        sale = self.house.database.sales[self.lot]
        terms, standing = sale.terms, sale.standing
        least, step = minimum_bid(terms, standing), terms.increment_fen
        draw = world.random.random()
        if draw < 0.55:
            return least
        if draw < 0.75:
            return least + step * world.between(1, 4)
        if draw < 0.87:
            return standing.price_fen or terms.start_price_fen
        return world.random.choice((least + step // 2, least - 1, terms.start_price_fen - 1,
                                    least + 1_000 * step, 1, MOST_FEN + 1))

    def insist(self, wish: Wish) -> Steps:
        """Send, wait, send again under the same id; the impatient bids anew instead."""
        world = self.world
        while not wish.is_answered and wish.tries < MOST_TRIES:
            wish.tries += 1
            server = world.random.choice(self.house.processes)
            self.house.network.send(server.receive, wish.lot, wish.bid, partial(self.hear, wish))
            yield world.between(*ANSWER_WITHIN_MS)
            if not self.is_patient and not wish.is_answered and wish.tries == 1 and world.chance(0.5):
                wish.is_given_up = True
                self.bid()
                return
        world.version += 1

    def hear(self, wish: Wish, answer: Answer) -> None:
        wish.answers.append(answer)
        self.world.version += 1


class Watcher:
    """A page that shows one lot.

    Attributes:
        shown: the ladder as it was built up, bid by bid.
        ended: the receipt on whose word the page says that the sale is over.
    """

    def __init__(self, house: House, lot: str, server: Process) -> None:
        self.house, self.world, self.lot = house, house.world, lot
        self.shown: list[tuple[int, str, int]] = []
        self.ended: str | None = None
        self.closes_at: datetime | None = None
        self._clock_off = house.world.between(-3_000, 3_000) * MS
        self._asking = False
        server.watchers.append(self.take)

    def take(self, message: dict[str, Any]) -> None:
        """An update: new bids if it adjoins what is shown; if something is missing, ask for it."""
        if message["lot"] != self.lot:
            return
        last = len(self.shown)
        if message["to"] > last:
            bids = [one for one in message["bids"] if one[0] > last]
            if self.adjoins(message, bids, last):
                self.shown += bids
            else:
                self.ask()
        self.closes_at = message["closes_at"]
        if self.is_signed(message["ended"]):
            self.ended = message["ended"]
        self.world.version += 1

    def adjoins(self, message: dict[str, Any], bids: list[tuple[int, str, int]], last: int) -> bool:
        return message["from"] <= last + 1 and len(bids) == message["to"] - last

    def is_signed(self, receipt: str | None) -> bool:
        """Whether this is the server's receipt for an end: a signature cannot be forged."""
        return receipt is not None and any(
            leaf.digest == receipt and leaf.lot == self.lot and leaf.kind in ("lot.closed", "lot.withdrawn")
            for leaf in self.house.database.log)

    def ask(self) -> None:
        if not self._asking:
            self._asking = True
            self.world.spawn(None, self._fetch())

    def _fetch(self) -> Steps:
        server = self.world.random.choice(self.house.processes)
        self.house.network.send(server.answer_events, self.lot, len(self.shown), self.take)
        yield 500
        self._asking = False

    def polls(self) -> Steps:
        while True:
            yield self.world.between(1_500, 3_000)
            self.look_at_clock()
            self.ask()

    def look_at_clock(self) -> None:
        """At zero the page says that the result is being confirmed, and nothing else."""
