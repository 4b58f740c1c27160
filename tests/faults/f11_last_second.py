"""F11: two hundred bidders fire around the end of a sale, for many sales."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from auction.models import Attempt, Lot, Result, Sale
from auction.rules.bidding import Reason
from kernel import clock
from kernel.access import Actor
from kernel.database import db
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer
from tests.faults.ground import KINDS, Ground, ground
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.sales import disagreements, late_but_taken, written
from tests.faults.wires import AGAIN_S, NOT_YET, Wire, all_connected, bid, instant_s

TITLE = "a herd in the last second: who came in time is judged on price, and the end is declared soon"

BIDDERS = {Size.SHORT: 30, Size.FULL: 200}
GROUPS = {Size.SHORT: 1, Size.FULL: 20}
"""Of sales that end at the same instant, on each kind of database."""
AT_ONCE = {Size.SHORT: 2, Size.FULL: 5}
WORKERS = {"sqlite": 1, "postgres": 2}
BEFORE_S, AFTER_S, WINDOW_S, BETWEEN_S = 1.0, 0.2, 1, 5.0
START_FEN, STEP_FEN = 1_000_000, 100
LEADS_FEN = START_FEN + 5_000 * STEP_FEN
DECLARED_S, STAMP_S = 2.0, 0.1
PATIENCE_S = 10.0


@dataclass
class Fired:
    """One bid.

    Attributes:
        first: when its bytes were first given to the kernel.
        before, after: the same of the last time, for it is sent again until it is judged.
    """

    lot: str
    code: str
    worker: int
    first: float
    before: float
    after: float
    answer: dict[str, object] = field(default_factory=dict)
    turned_away: int = 0


@dataclass
class Auction:
    """A sale of the herd: in one that rises every bid is worth more, in the others all are too low."""

    lot: str
    keys: list[str]
    rises: bool
    end: float = 0.0


@dataclass
class Found:
    wrong: list[str] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    put_off: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    inversions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    worst_ms: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    between: int = 0
    declared: list[float] = field(default_factory=list)
    judged: int = 0
    late: int = 0
    again: int = 0
    extensions: int = 0


def run(size: Size) -> Outcome:
    found, sales = Found(), 0
    for kind in KINDS:
        with ground(kind) as here:
            made = _made(an_officer(db.session()), size)
            sales += len(made)
            workers = [here.worker() for _ in range(WORKERS[kind])]
            fired = asyncio.run(_herd(here, made, [one.port for one in workers], size))
            _all_closed(len(made))
            for one in made:
                _look(db.session(), one, [shot for shot in fired if shot.lot == one.lot], kind, found)
            found.incidents += [line[:300] for line in here.said().splitlines() if '"incident"' in line]
    return Outcome(
        "F11", f"{BIDDERS[size]} bidders fire from {BEFORE_S:.0f} s before to {AFTER_S} s after the end of "
        f"each sale, {AT_ONCE[size]} sales at the same instant; SQLite, and two workers on PostgreSQL", sales,
        {
            "bids judged": found.judged, "too late": found.late, "sent again": found.again,
            "extensions": found.extensions,
            "declared after the last decision p99 s": percentile(found.declared, 0.99),
            **{f"inversions within a process on {kind}": f"{count} (worst {found.worst_ms[kind]:.2f} ms)"
               for kind, count in found.inversions.items()},
            "inversions in all": found.between}, [
            none_of("bids without an answer", found.unanswered),
            none_of("bids that came in time and were not judged on price", found.turned_away),
            replace(none_of("bids that came in time and were put off until it was too late", found.put_off),
                    timed=True),
            none_of("decisions or ends that nobody recomputes so (C1, C2, C4)", found.wrong),
            none_of("stamps off by more than 100 ms", found.stamps),
            none_of("sales that were not closed", found.still_open),
            none_of("incidents in the logs", found.incidents),
            none_of("later bids judged before earlier ones where one process serves",
                    found.inversions["sqlite"]),
            within("declared after the end and the last decision", max(found.declared, default=60.0),
                   DECLARED_S)],
        "bidders far away, whose bytes arrive later than they were sent; several bids of one socket that the "
        "kernel puts together and stamps with the time of the last; with two workers on PostgreSQL a bid may "
        "still be read after a later one was judged, which is only counted.")


def _made(officer: Actor, size: Size) -> list[Auction]:
    """Sales that open some day; ``_set_ends`` says when."""
    some_day = clock.now() + timedelta(days=1)
    made = []
    for number in range(GROUPS[size] * AT_ONCE[size]):
        lot, seats = an_exercise(
            db.session(), officer, opens_at=some_day, closes_at=some_day + timedelta(minutes=1),
            seats=BIDDERS[size], window_seconds=WINDOW_S, start_price_fen=START_FEN, increment_fen=STEP_FEN)
        made.append(Auction(lot.id, [seat.key for seat in seats], rises=number % 2 == 1))
    return made


def _set_ends(here: Ground, made: list[Auction], size: Size) -> None:
    """The first ones end soon; all opened a minute before their end."""
    first = clock.now() + timedelta(seconds=4)
    until = time.monotonic() + 10
    while True:
        try:
            for number, one in enumerate(made):
                end = first + timedelta(seconds=number // AT_ONCE[size] * BETWEEN_S)
                one.end = end.timestamp()
                db.session.execute(update(Sale).where(Sale.lot_id == one.lot).values(
                    opens_at=end - timedelta(minutes=1), planned_closes_at=end, closes_at=end))
            db.session.commit()
        except OperationalError:   # the worker writes just now, and SQLite waits for nobody
            db.session.rollback()
            if time.monotonic() > until:
                raise
        else:
            break
    here.let_go()


async def _herd(here: Ground, made: list[Auction], ports: list[int], size: Size) -> list[Fired]:
    # A line for each bid: what the kernel has put together it stamps as one.
    rows = [[Wire() for _ in range(BIDDERS[size])] for _ in range(AT_ONCE[size])]
    for place, port in enumerate(ports):
        await all_connected([one for row in rows for one in row[place::len(ports)]], port)
    _set_ends(here, made, size)
    fired = [shot for one in await asyncio.gather(*(
        _charge(one, rows[number % AT_ONCE[size]], len(ports), number)
        for number, one in enumerate(made))) for shot in one]
    for row in rows:
        for wire in row:
            wire.transport.abort()
    return fired


async def _charge(one: Auction, wires: list[Wire], workers: int, number: int) -> list[Fired]:
    """One sale's bids, each at its own moment around the end."""
    chance = Random(number)  # noqa: S311 (the same moments in every run)
    if not one.rises:
        await _until(one.end - 2.5)
        await wires[0].bid(bid(one.lot, one.keys[0], LEADS_FEN))
    moments = sorted((one.end + chance.uniform(-BEFORE_S, AFTER_S), place) for place in range(len(wires)))
    return await asyncio.gather(*(
        _fire(one, wires[place], place, place % workers, moment, START_FEN + turn * STEP_FEN)
        for turn, (moment, place) in enumerate(moments)))


async def _fire(one: Auction, wire: Wire, place: int, worker: int, moment: float, amount_fen: int) -> Fired:
    """A bid at its moment, sent again until it is judged."""
    await _until(moment)
    wish = bid(one.lot, one.keys[place], amount_fen)
    shot = Fired(one.lot, f"K{place + 1:04d}", worker, time.time(), 0.0, 0.0)
    while True:
        shot.before = time.time()
        asked = wire.send("bid", wish)
        shot.after = time.time()
        try:
            shot.answer = await wire.answer_of(asked)
        except (OSError, TimeoutError):
            return shot
        if shot.answer.get("code") not in NOT_YET or shot.before - shot.first > PATIENCE_S:
            return shot
        shot.turned_away += 1
        await asyncio.sleep(AGAIN_S)


async def _until(moment: float) -> None:
    if (rest := moment - time.time()) > 0:
        await asyncio.sleep(rest)


def _all_closed(sales: int) -> None:
    """Wait until everybody's end is declared; who is still open then is found by ``_look``."""
    until = time.monotonic() + PATIENCE_S
    while written(db.session())["results"] < sales and time.monotonic() < until:
        db.session.remove()
        time.sleep(0.1)
    db.session.remove()


def _look(session: Session, one: Auction, shots: list[Fired], kind: str,
          found: Found) -> None:
    """Hold what was answered and what is stored against the clock of the machine that all share."""
    result = session.get(Result, (one.lot, 1))
    if result is None:
        found.still_open.append(one.lot)
        return
    found.wrong += disagreements(session, one.lot) + late_but_taken(session, one.lot)
    closed_s = result.closed_at.timestamp()
    for shot in shots:
        found.again += shot.turned_away
        if not shot.answer:
            found.unanswered.append(shot.code)
            continue
        if _is_called_late(shot):
            found.late += 1
            if shot.first < closed_s - STAMP_S / 100:
                kept = found.put_off if shot.turned_away else found.turned_away
                kept.append(f"{shot.code}, {closed_s - shot.first:.3f} s early, "
                                         f"{shot.turned_away} times not yet: {shot.answer}")
        if shot.answer["ok"]:
            received = instant_s(str(shot.answer["received_at"]))
            if not shot.before - STAMP_S <= received <= shot.after + STAMP_S:
                found.stamps.append(f"{shot.code}: {received - shot.after:.3f} s")
    stored = session.scalars(select(Attempt).where(Attempt.lot_id == one.lot)
                             .order_by(Attempt.position)).all()
    found.judged += len(stored)
    found.extensions += session.get_one(Lot, one.lot).sale.extensions
    drained = max([result.closed_at, *(other.decided_at for other in stored
                                       if other.received_at < result.closed_at)])
    found.declared.append((result.decided_at - drained).total_seconds())
    workers = {shot.code: shot.worker for shot in shots}
    for worker in sorted(set(workers.values())):
        inverted = _inversions([other.received_at for other in stored if workers[other.code] == worker])
        found.inversions[kind] += len(inverted)
        found.worst_ms[kind] = max([found.worst_ms[kind], *inverted])
    found.between += len(_inversions([other.received_at for other in stored]))


def _is_called_late(shot: Fired) -> bool:
    answer = shot.answer
    if not answer["ok"]:
        return True
    decision = answer["decision"]
    return isinstance(decision, dict) and decision["reason"] == Reason.CLOSED


def _inversions(instants: list[datetime]) -> list[float]:
    """Each step back in time, in milliseconds."""
    return [(before - after).total_seconds() * 1000 for before, after in pairwise(instants) if after < before]
