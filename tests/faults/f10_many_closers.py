"""F10: eight processes close the same sales at once; one stands still inside its transaction meanwhile."""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from auction import jobs
from auction.models import Lot
from auction.rules.lifecycle import LotState
from kernel.database import db
from tests.factories.cases import an_officer
from tests.faults.failpoints import Failpoints
from tests.faults.ground import ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of
from tests.faults.sales import an_ended_exercise, an_ended_sale, closed_twice, written, wrong_logs

TITLE = "eight processes close the same sales, one stands still inside a close: each is closed once"

CLOSERS = 8
PATIENCE_S = 300.0
COMMIT = "before COMMIT"
LEAVES = 'COPY "leaves"'


@dataclass(frozen=True)
class Round:
    """Sales that end at once, and for how long one closer stands still at which place of a close."""

    sales: int
    exercises: int
    pause_s: float
    place: str


ROUNDS = {
    Size.SHORT: [Round(2, 23, 2.6, COMMIT)],
    Size.FULL: [Round(40, 960, 60.0, COMMIT), *(Round(2, 23, 3.0, place) for place in (
        f"before {LEAVES}", f"after {LEAVES}", "after UPDATE sales", "after INSERT INTO results",
        COMMIT))]}


@dataclass
class Found:
    """What one round left behind."""

    lots: int
    closed_before: int
    twice: list[str]
    wrong: list[str]
    rows: dict[str, int]
    sales: int
    open: int
    refused: list[str]


def run(size: Size) -> Outcome:
    rounds = ROUNDS[size]
    found = [_round(one) for one in rounds]
    lots = sum(one.lots for one in found)
    return Outcome(
        "F10", f"{CLOSERS} closers at once on PostgreSQL, one stopped by SIGSTOP inside a close for "
        f"{max(one.pause_s for one in rounds):.0f} s", lots, {
            "sales": lots, "pauses": len(found), "refused to the one that stood still": sorted(
                {one for round_ in found for one in round_.refused}),
            "closed while it stood still": sum(one.closed_before for one in found)}, [
            none_of("sales closed twice", [one for round_ in found for one in round_.twice]),
            none_of("sales left open", sum(one.open for one in found)),
            Criterion("a result and a lot.closed leaf for each", str([one.rows for one in found]), held=all(
                one.rows == {"results": one.lots, "leaves": one.lots, "deliveries": one.sales}
                for one in found)),
            Criterion("all were closed by others before it went on", str(lots), held=all(
                one.closed_before == one.lots for one in found)),
            Criterion("what stood still was refused", f"{sum(bool(one.refused) for one in found)} of "
                      f"{len(found)}", held=all(one.refused for one in found)),
            none_of("logs that do not chain", [one for round_ in found for one in round_.wrong])],
        "SQLite, where a second process is not served; a machine that stands still with its database.")


def _round(wanted: Round) -> Found:
    with ground("postgres") as here:
        officer = an_officer(db.session())
        for _ in range(wanted.exercises):
            an_ended_exercise(db.session(), officer)
        for _ in range(wanted.sales):
            an_ended_sale(db.session(), officer)
        lots = wanted.exercises + wanted.sales
        points = Failpoints()
        points.watch(db.engine)
        over, told = here.home / "over", here.home / "refused"
        closers = [here.fork(lambda: _stands_still(points, wanted, over, told))]
        _stopped(closers[0])
        since = time.monotonic()
        closers += [here.fork(lambda: _closes(over)) for _ in range(CLOSERS - 1)]
        closed = _all_closed(lots)
        time.sleep(max(0.0, since + wanted.pause_s - time.monotonic()))
        os.kill(closers[0], signal.SIGCONT)
        over.touch()
        ended = [here.wait(one) for one in closers]
        if any(ended):
            raise AssertionError(here.said())
        session = db.session()
        still_open = session.query(Lot).count() - sum(
            lot.sale.state in (LotState.SOLD, LotState.FAILED) for lot in session.query(Lot))
        return Found(lots, closed, closed_twice(session), wrong_logs(session), written(session),
                     wanted.sales, still_open, json.loads(told.read_text(encoding="utf-8")))


def _closes(over: Path) -> None:
    while not over.exists():
        jobs.be_present()
        jobs.sweep()
        time.sleep(0.1)


def _stands_still(points: Failpoints, wanted: Round, over: Path, told: Path) -> None:
    """Sweep, and stand still once at the wanted place of a close that has written."""
    is_done = False

    def reached(place: int, name: str) -> None:
        nonlocal is_done
        wrote = wanted.place != COMMIT or any(one.startswith(f"after {LEAVES}") for one in points.names)
        if not is_done and wrote and name.startswith(wanted.place):
            is_done = True
            os.kill(os.getpid(), signal.SIGSTOP)

    points.reached = reached
    refused: list[str] = []
    jobs.be_present()
    while not over.exists() or not is_done:
        with points.armed():
            jobs.sweep()
        refused += points.refused
    told.write_text(json.dumps(refused), encoding="utf-8")


def _stopped(child: int) -> None:
    """Wait until a process stands still."""
    until = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{child}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "T":
        if time.monotonic() > until:
            raise AssertionError(f"process {child} never came to the place")
        time.sleep(0.01)


def _all_closed(lots: int) -> int:
    """How many are closed once all are, or patience ends."""
    until = time.monotonic() + PATIENCE_S
    while (closed := written(db.session())["results"]) < lots and time.monotonic() < until:
        db.session.remove()
        time.sleep(0.1)
    db.session.remove()
    return closed
