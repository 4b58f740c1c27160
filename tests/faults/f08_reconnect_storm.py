"""F8: a thousand sockets are dropped at once and come back, while others bid."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from kernel import clock
from kernel.database import db
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer
from tests.faults.ground import ground
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.wires import Wire, all_connected, bid

TITLE = "a thousand dropped sockets come back and miss nothing, and bids are answered meanwhile"

SOCKETS = {Size.SHORT: 150, Size.FULL: 1_000}
STORMS = {Size.SHORT: 1, Size.FULL: 5}
BIDDERS, BETWEEN_S = 20, 0.4
START_FEN, STEP_FEN = 1_000_000, 100
DELAY_S, MOST_DELAY_S, JITTER = 0.5, 3.0, 0.5
"""How the page waits before it comes back: static/auction/connection.js; the jitter is Socket.IO's own."""
RESUMED_S, ACK_S, PATIENCE_S = 30.0, 1.0, 60.0


@dataclass
class Storm:
    """What was measured.

    Attributes:
        resumed: of each socket, how long after the drop it was told all that it had missed.
        acks: of each bid that was sent while not all were back.
    """

    resumed: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    tries: int = 0
    behind: int = 0
    gaps: list[str] = field(default_factory=list)


def run(size: Size) -> Outcome:
    storm = Storm()
    with ground("sqlite") as here:
        now = clock.now()
        lot, seats = an_exercise(
            db.session(), an_officer(db.session()), opens_at=now - timedelta(minutes=1), seats=BIDDERS,
            closes_at=now + timedelta(hours=2), start_price_fen=START_FEN, increment_fen=STEP_FEN)
        lot_id, keys = lot.id, [seat.key for seat in seats]
        worker = here.worker()
        asyncio.run(_storms(storm, worker.port, lot_id, keys, SOCKETS[size], STORMS[size]))
        incidents = here.said().count("incident")
    count = SOCKETS[size] * STORMS[size]
    return Outcome(
        "F8", f"{SOCKETS[size]:,} sockets reset at once, {STORMS[size]} times, back with the page's jittered "
        f"delays; {BIDDERS} bidders meanwhile; SQLite", count, {
            "resumed": len(storm.resumed), "resumed p50 s": percentile(storm.resumed, 0.5),
            "resumed last s": max(storm.resumed, default=0.0), "connections tried": storm.tries,
            "bids meanwhile": len(storm.acks), "ack p50 s": percentile(storm.acks, 0.5),
            "ack p99 s": percentile(storm.acks, 0.99)}, [
            none_of("sockets that did not come back", count - len(storm.resumed)),
            none_of("gaps in what a watcher was told", storm.gaps),
            none_of("watchers that never heard of the last bid", storm.behind),
            none_of("bids that were not answered with a decision", storm.refused),
            none_of("incidents in the server's log", incidents),
            within("all resumed", max(storm.resumed, default=PATIENCE_S), RESUMED_S),
            within("ack p99 meanwhile", percentile(storm.acks, 0.99), ACK_S)],
        "TLS handshakes at nginx, networks that drop packets, browsers themselves; load and server share "
        "two cores.")


async def _storms(storm: Storm, port: int, lot: str, keys: list[str], sockets: int, storms: int) -> None:
    bidders = [Wire() for _ in keys]
    watchers = [Wire() for _ in range(sockets)]
    await all_connected(bidders, port)
    await all_connected(watchers, port)
    await asyncio.gather(*(one.watch(lot) for one in watchers))
    over = asyncio.Event()
    ladder = Ladder(storm, lot)
    bidding = [asyncio.create_task(ladder.climb(one, key, place, over))
               for place, (one, key) in enumerate(zip(bidders, keys, strict=True))]
    for turn in range(storms):
        await asyncio.sleep(1.0)
        ladder.counts = True
        watchers = await _dropped(storm, watchers, port, lot, Random(turn))  # noqa: S311 (delays)
        ladder.counts = False
    over.set()
    await asyncio.gather(*bidding)
    until = time.monotonic() + PATIENCE_S
    while any(one.heard.told != ladder.accepted for one in watchers) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    storm.behind = sum(one.heard.told != ladder.accepted for one in watchers)
    storm.gaps = [gap for one in watchers for gap in one.heard.gaps]
    for one in (*watchers, *bidders):
        one.transport.abort()


class Ladder:
    """Everybody bids the next step again and again.

    Attributes:
        accepted: how many bids the platform said that it took.
        counts: whether answers are counted now.
    """

    def __init__(self, storm: Storm, lot: str) -> None:
        self._storm, self._lot = storm, lot
        self._price = START_FEN
        self.accepted = 0
        self.counts = False

    async def climb(self, wire: Wire, key: str, place: int, over: asyncio.Event) -> None:
        await asyncio.sleep(place * BETWEEN_S / BIDDERS)
        while not over.is_set():
            self._price += STEP_FEN
            counts, sent = self.counts, time.monotonic()
            try:
                told = await wire.bid(bid(self._lot, key, self._price))
            except (OSError, TimeoutError) as error:
                self._storm.refused.append(f"bidder {place}: {error!r}")
                return
            if counts:
                self._storm.acks.append(time.monotonic() - sent)
            if not told["ok"]:
                self._storm.refused.append(str(told))
            elif told["decision"]["accepted"]:
                self.accepted += 1
            await asyncio.sleep(BETWEEN_S)


async def _dropped(storm: Storm, watchers: list[Wire], port: int, lot: str, chance: Random) -> list[Wire]:
    """All are gone at once; those that came back."""
    for one in watchers:
        one.vanish()
    since = time.monotonic()
    return await asyncio.gather(*(_comes_back(storm, one, port, lot, since, chance) for one in watchers))


async def _comes_back(storm: Storm, gone: Wire, port: int, lot: str, since: float, chance: Random) -> Wire:
    """Wait as the page does, try, and wait longer."""
    delay = DELAY_S
    while True:
        await asyncio.sleep(delay * (1 + JITTER * (2 * chance.random() - 1)))
        delay = min(MOST_DELAY_S, 2 * delay)
        storm.tries += 1
        wire = Wire(gone.heard)
        try:
            await wire.connect(port)
            await wire.watch(lot)
        except (OSError, TimeoutError):
            if time.monotonic() - since > PATIENCE_S:
                return wire
            continue
        storm.resumed.append(time.monotonic() - since)
        return wire
