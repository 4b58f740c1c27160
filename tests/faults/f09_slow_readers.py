"""F9: a hundred of a thousand sockets stop reading; nobody else may notice."""

import asyncio
import statistics
import subprocess
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kernel import clock
from kernel.database import db
from kernel.websocket import LONGEST_LAG_S
from tests.deploy.province import Worker
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer
from tests.faults.ground import ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of, percentile
from tests.faults.wires import Wire, all_connected, bid

TITLE = "sockets that stop reading are cut, cost little memory, and slow nobody else down"

SOCKETS = {Size.SHORT: 60, Size.FULL: 1_000}
SLOW = {Size.SHORT: 6, Size.FULL: 100}
ROUNDS = {Size.SHORT: 1, Size.FULL: 5}
ROOMS = {Size.SHORT: 12, Size.FULL: 1}
"""Rooms that the slow ones are in: in many, 200 frames have gathered before ten seconds are over."""
SECONDS = {Size.SHORT: 4.0, Size.FULL: 16.0}
BETWEEN_S = 0.1
START_FEN, STEP_FEN = 1_000_000, 100
SMALL = 4_096
"""Bytes that the kernel takes for a socket that does not read; otherwise it would take megabytes."""
MOST_RSS = 64 * 2**20
MOST_RATIO = 2.0
PATIENCE_S = 2 * LONGEST_LAG_S


@dataclass
class Room:
    lot: str
    key: str


@dataclass
class Told:
    """One run.

    Attributes:
        p99_s: of the updates of those that read, from the server's look at its clock to their arrival.
        cut: slow sockets that the server had ended.
        lost: others that it had.
        grown: how much memory the worker had taken at most since the beginning.
    """

    p99_s: float
    updates: int
    cut: int
    lost: int
    grown: int
    gaps: int


def run(size: Size) -> Outcome:
    with ground("sqlite") as here:
        officer, now = an_officer(db.session()), clock.now()
        rooms = []
        for _ in range(ROOMS[size]):
            lot, seats = an_exercise(
                db.session(), officer, opens_at=now - timedelta(minutes=1), seats=1,
                closes_at=now + timedelta(hours=2), start_price_fen=START_FEN, increment_fen=STEP_FEN)
            rooms.append(Room(lot.id, seats[0].key))
        ladder = _Ladder(rooms)
        worker = here.worker()
        pairs = [[asyncio.run(_round(worker, ladder, size, slow)) for slow in (0, SLOW[size])]
                 for _ in range(ROUNDS[size])]
        said = here.said()
    without, with_slow = [one[0] for one in pairs], [one[1] for one in pairs]
    ratio = statistics.median(two.p99_s / one.p99_s for one, two in pairs)
    slow = SLOW[size] * ROUNDS[size]
    grown = max(one.grown for one in with_slow)
    cut = sum(one.cut for one in with_slow)
    return Outcome(
        "F9", f"{SLOW[size]} of {SOCKETS[size]:,} sockets stop reading for {SECONDS[size]:.0f} s, "
        f"{ROUNDS[size]} times, and as often none; SQLite", slow, {
            "cut": cut, "for the count of frames or bytes": said.count("too far behind"),
            f"for {LONGEST_LAG_S:.0f} s": said.count("read nothing"),
            "updates": sum(one.updates for one in (*without, *with_slow)),
            "p99 s without slow ones": statistics.median(one.p99_s for one in without),
            "p99 s with them": statistics.median(one.p99_s for one in with_slow),
            "most memory grown MB": grown / 2**20}, [
            none_of("slow sockets that were not cut", slow - cut),
            none_of("others that were", sum(one.lost for one in (*without, *with_slow))),
            none_of("gaps in what the others were told", sum(one.gaps for one in (*without, *with_slow))),
            Criterion("memory grown by at most 64 MB", f"{grown / 2**20:.1f} MB", held=grown <= MOST_RSS),
            Criterion(f"p99 of the others, median of {ROUNDS[size]}, at most twice that without slow ones",
                      f"{ratio:.2f}", held=ratio <= MOST_RATIO, timed=True),
            none_of("bids that were not accepted", ladder.refused),
            none_of("incidents in the server's log", said.count("incident"))],
        "a reader behind nginx, which reads for it; readers that take a byte now and then; load and server "
        "share two cores.")


class _Ladder:
    """A bidder in every room, over all runs.

    Attributes:
        refused: what was not accepted; nothing should be.
    """

    def __init__(self, rooms: list[Room]) -> None:
        self.rooms = rooms
        self.refused: list[str] = []
        self._price = START_FEN

    async def climb(self, wires: list[Wire], over: asyncio.Event) -> None:
        """A bid in every room, again and again."""
        while not over.is_set():
            self._price += STEP_FEN
            began = time.monotonic()
            for told in await asyncio.gather(*(
                    wire.bid(bid(room.lot, room.key, self._price))
                    for wire, room in zip(wires, self.rooms, strict=True))):
                if not (told["ok"] and told["decision"]["accepted"]):
                    self.refused.append(str(told))
            await asyncio.sleep(max(0.0, began + BETWEEN_S - time.monotonic()))


async def _round(worker: Worker, ladder: _Ladder, size: Size, slow: int) -> Told:
    hot, *others = ladder.rooms
    bidders = [Wire() for _ in ladder.rooms]
    reading = [Wire() for _ in range(SOCKETS[size] - slow)]
    idle = [Wire() for _ in range(slow)]
    await all_connected([*bidders, *reading], worker.port)
    await all_connected(idle, worker.port, receive_buffer=SMALL)
    await asyncio.gather(*(one.watch(hot.lot) for one in (*reading, *idle)))
    for one in idle:
        for room in others:
            await one.watch(room.lot, more=True)
    over = asyncio.Event()
    bidding = asyncio.create_task(ladder.climb(bidders, over))
    await asyncio.sleep(1.0)
    for one in reading:
        one.lags.clear()
    process = _served_by(worker)
    first = most = _resident(process)
    before = _cut(worker)
    for one in idle:
        one.transport.pause_reading()
    until = time.monotonic() + SECONDS[size]
    while time.monotonic() < until:
        await asyncio.sleep(0.2)
        most = max(most, _resident(process))
    until = time.monotonic() + PATIENCE_S
    while _cut(worker) - before < slow and time.monotonic() < until:   # a busy machine sends fewer frames
        await asyncio.sleep(0.2)
        most = max(most, _resident(process))
    over.set()
    await bidding
    lost = sum(one.lost.is_set() for one in (*bidders, *reading))
    lags = [lag for one in reading for lag in one.lags]
    for one in idle:
        one.transport.resume_reading()
    await asyncio.sleep(1.0)
    told = Told(percentile(lags, 0.99), len(lags), sum(one.lost.is_set() for one in idle), lost, most - first,
                sum(len(one.heard.gaps) for one in reading))
    for one in (*bidders, *reading, *idle):
        one.transport.abort()
    await asyncio.sleep(1.0)   # the server sees them off before the next run
    return told


def _served_by(worker: Worker) -> str:
    """The process that serves, beneath the one that started it."""
    assert worker.process is not None
    return subprocess.run(["pgrep", "-P", str(worker.process.pid)], capture_output=True, text=True,
                          check=True).stdout.split()[0]


def _cut(worker: Worker) -> int:
    """How many sockets the server says that it has cut so far."""
    return worker.said().count('"socket.cut"')


def _resident(process: str) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
