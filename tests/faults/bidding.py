"""A sale in which everybody bids while something goes wrong, and repeats a bid until it is judged."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from socketio.exceptions import SocketIOError

from auction.commands.client import Platform
from kernel import clock
from kernel.access import Actor
from kernel.database import db
from tests.deploy.clients import GONE, START_FEN, STEP_FEN, Bidder, Line, Sale, open_sale
from tests.deploy.province import Province
from tests.factories.auction import an_exercise
from tests.faults.outcome import percentile
from tests.faults.places import staff

LONGEST_S = 60.0
"""After so long a bidder may think that nobody will ever answer."""
AGAIN_S = 0.1


@dataclass
class Judged:
    """A bid that was judged, as its bidder was told.

    Attributes:
        asked_s, told_s: by the clock that only counts: first asked, and answered.
        times: how often it was asked.
    """

    code: str
    client_bid_id: str
    answer: dict[str, Any]
    asked_s: float
    told_s: float
    times: int

    @property
    def took_s(self) -> float:
        return self.told_s - self.asked_s


@dataclass
class Steadfast(Bidder):
    """A bidder who repeats a bid under its id, to whom he can, until somebody says what became of it.

    Attributes:
        rest_s: how long he thinks between two bids.
        refusals: what was answered instead of a judgement, by its code.
        unanswered: how often no answer came.
    """

    rest_s: float = 0.15
    judged: list[Judged] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    lowest_fen: int = START_FEN
    is_told_over: bool = False
    gave_up: list[str] = field(default_factory=list)

    def hear(self, message: dict[str, Any]) -> None:
        """The room says what the next bid has to reach."""
        standing = message.get("standing") or message
        self.lowest_fen = max(self.lowest_fen, standing.get("minimum_fen") or 0)

    def keep_bidding(self, is_over: Callable[[], bool]) -> None:
        """Bid, and rest, until it is over or the sale has ended."""
        while not is_over() and not self.is_told_over and not self.gave_up:
            self.bid_once()
            time.sleep(self.rest_s * random.uniform(0.5, 1.5))   # noqa: S311

    def bid_once(self) -> None:
        """One bid, until it is judged; nothing where the sale has ended without it."""
        self.turn += 1
        name = f"{self.code}-{self.turn}"
        amount_fen = self.lowest_fen + random.randrange(3) * STEP_FEN   # noqa: S311
        wish = {"lot": self.lot, "amount_fen": amount_fen, "client_bid_id": name}
        if self.key is not None:
            wish["key"] = self.key
        asked_s = time.monotonic()
        for times in range(1, 10_000):
            answer = self._asked(wish)
            if answer is not GONE and answer["ok"]:
                decision = answer["decision"]
                self.lowest_fen = max(self.lowest_fen, decision["minimum_fen"] or 0)
                self.judged.append(Judged(self.code, name, answer, asked_s, time.monotonic(), times))
                return
            if answer is GONE:
                self.unanswered += 1
            else:
                self.refusals[answer["code"]] += 1
                if answer["code"] == "not_running" and "确认" not in answer["message"]:
                    self.is_told_over = True
                    return
                time.sleep(AGAIN_S)
            if time.monotonic() - asked_s > LONGEST_S:
                self.gave_up.append(name)
                return

    def _asked(self, wish: dict[str, Any]) -> dict[str, Any]:
        """The answer of whoever answers; without one another address is tried next."""
        try:
            answer = self._present_line().ask("bid", wish)
        except (SocketIOError, OSError):
            answer = GONE
            time.sleep(AGAIN_S)
        if answer is GONE:
            self.leave()
            self.place += 1
            self.moves += 1
        return answer

    def _present_line(self) -> Line:
        """Unlike ``on_line``, one try: what waits meanwhile is a bid."""
        if self.line is None or self.line.is_gone:
            self.leave()
            url = self.urls[self.place % len(self.urls)]
            self.line = Line(url, self.lot, self.key, self.hear, self.token)
        return self.line


def an_hour_on_sale(officer: Actor, seats: int) -> Sale:
    """An exercise written into the database of this process: it opens in a second and lasts for an hour."""
    opens_at = clock.now() + timedelta(seconds=1)
    lot, given = an_exercise(db.session(), officer, opens_at=opens_at, seats=seats,
                             closes_at=opens_at + timedelta(hours=1))
    nobody = Platform("http://127.0.0.1")
    return Sale(nobody, nobody, lot.id, opens_at, {one.code: one.key for one in given})


@dataclass
class Course:
    """What everybody did and was told in one sale."""

    sale: Sale
    bidders: list[Steadfast]

    @property
    def judged(self) -> list[Judged]:
        return [one for bidder in self.bidders for one in bidder.judged]

    @property
    def refusals(self) -> Counter[str]:
        return sum((bidder.refusals for bidder in self.bidders), Counter())

    @property
    def gave_up(self) -> list[str]:
        return [name for bidder in self.bidders for name in bidder.gave_up]

    def all_answered_since(self, moment_s: float) -> bool:
        """Whether everybody has been answered a bid that he made or repeated after a moment."""
        return all(bidder.is_told_over or (bidder.judged and bidder.judged[-1].told_s > moment_s)
                   for bidder in self.bidders)

    def recovery_s(self, moment_s: float) -> float:
        """How long after a moment the last of those who bid had an answer again; 0 where nobody had."""
        return max((told_s - moment_s for bidder in self.bidders if (told_s := next(
            (one.told_s for one in bidder.judged if one.told_s > moment_s), 0.0))), default=0.0)

    def wait_for_answers_since(self, moment_s: float, most_s: float = LONGEST_S) -> bool:
        """Return when everybody is served again; False if that took longer than ``most_s``."""
        deadline = time.monotonic() + most_s
        while not self.all_answered_since(moment_s):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


def exercise(province: Province, *, seats: int, lasts_s: float, window_s: int = 2) -> Sale:
    """A sale with play money, that opens in two seconds."""
    return open_sale(staff("officer"), staff("auditor"), seats=seats, lasts_s=lasts_s, window_s=window_s)


def everybody(sale: Sale, urls: Sequence[str], *, rest_s: float = 0.15) -> list[Steadfast]:
    """Bidders for all seats, spread over the addresses, on a line."""
    bidders = [Steadfast(urls, sale.lot, key, place=place, code=code, rest_s=rest_s)
               for place, (code, key) in enumerate(sale.seats.items())]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Bidder.on_line, bidders))
    return bidders


def bid_while(sale: Sale, bidders: list[Steadfast], act: Callable[[Course], None], *,
              most_s: float) -> Course:
    """Let everybody bid until what is done meanwhile is done, or for ``most_s``; then all hang up."""
    course = Course(sale, bidders)
    wait = sale.opens_at.timestamp() - time.time() + 0.1
    time.sleep(max(0.0, wait))
    is_done: list[bool] = []
    last_s = time.monotonic() + most_s

    def is_over() -> bool:
        return bool(is_done) or time.monotonic() > last_s

    with ThreadPoolExecutor(len(bidders)) as pool:
        running: list[Future[None]] = [pool.submit(one.keep_bidding, is_over) for one in bidders]
        try:
            course.wait_for_answers_since(0.0)
            act(course)
        finally:
            is_done.append(True)
    for one in running:
        one.result()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Bidder.leave, bidders))
    return course


def times_of(found: Sequence[float]) -> dict[str, object]:
    """Median, 99th percentile and longest, for a table."""
    return {"p50": f"{percentile(found, 0.5):.2f} s", "p99": f"{percentile(found, 0.99):.2f} s",
            "longest": f"{max(found, default=0):.2f} s"}


def counted(found: Mapping[str, int]) -> str:
    """What was found how often, for a table."""
    return "; ".join(f"{what} ({count})" for what, count in sorted(found.items())) or "none"
