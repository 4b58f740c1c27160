"""F2: the process that closes a sale is killed before and after every statement, and around COMMIT."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from auction import jobs
from auction.models import Lot
from auction.rules.lifecycle import LotState
from auction.services.presence import Presence
from kernel.database import db
from tests.factories.cases import an_officer
from tests.faults.failpoints import Failpoints
from tests.faults.ground import KINDS, Ground, ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of, within
from tests.faults.sales import an_ended_sale, disagreements, written, wrong_logs

TITLE = "a process that dies while it closes a sale leaves the close whole or undone, and another finishes it"

DUE_S = 5.0
ONCE = {"results": 1, "leaves": 1, "deliveries": 1}
EVERY = {Size.SHORT: 40, Size.FULL: 1}
"""Of how many places one is tried; those around COMMIT always are."""


@dataclass
class Tried:
    """What was found after one death and the close by another process."""

    place: str
    whole: bool
    closed_once: bool
    took_s: float
    wrong: list[str]


def run(size: Size) -> Outcome:
    """Every place on both databases, each on a copy of the same sale."""
    tried: list[Tried] = []
    places = 0
    facts: dict[str, object] = {}
    for kind in KINDS:
        with ground(kind) as here:
            sale = an_ended_sale(db.session(), an_officer(db.session())).id
            points = Failpoints()
            points.watch(db.engine)
            names = _places(here, points)
            places += len(names)
            facts[f"statements on {kind}"] = len(names) // 2
            tried += _die(here, sale, points, names, EVERY[size])
    facts |= {"failpoints covered": len(tried), "failpoints in all": places,
              "left undone": sum(not one.whole for one in tried),
              "slowest close by another": max(one.took_s for one in tried)}
    return Outcome(
        "F2", "kill -9 before and after each statement of a close and its COMMIT, on SQLite and PostgreSQL",
        len(tried), facts, [
            none_of("closes that were half written", [one.place for one in tried if one.wrong]),
            none_of("sales without exactly one lot.closed leaf and one result",
                    [one.place for one in tried if not one.closed_once]),
            Criterion("a commit that went through stands", str(sum(one.whole for one in tried)),
                      held=all(one.whole == (one.place == "after COMMIT") for one in tried)),
            within("closed by another process after at most 5 s", max(one.took_s for one in tried), DUE_S)],
        "a death of the machine (F3), a death inside the database's own COMMIT, and closes of several lots "
        "in one sweep (F10).")


def _places(here: Ground, points: Failpoints) -> list[str]:
    """The places of a close that nobody disturbs, on a copy."""
    with here.copied(here.url) as url, here.on(url):
        _close(here, points)
        if written(db.session()) != ONCE:
            raise AssertionError(f"the close is {written(db.session())}")
    return points.names


def _close(here: Ground, points: Failpoints) -> None:
    jobs.be_present()
    here.let_go()
    with points.armed():
        jobs.sweep()


def _die(here: Ground, sale: str, points: Failpoints, names: list[str], every: int) -> Iterator[Tried]:
    for place, name in enumerate(names):
        if place % every and not name.endswith("COMMIT"):
            continue
        points.reached = partial(_dies, place)
        with here.copied(here.url) as url, here.on(url):
            yield _die_here(here, sale, name, points)


def _dies(place: int, at: int, _name: str) -> None:
    if at == place:
        os.kill(os.getpid(), signal.SIGKILL)


def _die_here(here: Ground, sale: str, name: str, points: Failpoints) -> Tried:
    if not os.WIFSIGNALED(here.wait(here.fork(lambda: _close(here, points)))):
        raise AssertionError(f"nobody died at {name}: {here.said()}")
    since = time.monotonic()
    left = written(db.session())
    wrong = [] if left in (ONCE, dict.fromkeys(ONCE, 0)) else [f"{name}: {left}"]
    _another(here)
    session = db.session()
    took = time.monotonic() - since
    wrong += wrong_logs(session) + disagreements(session, sale)
    closed_once = written(session) == ONCE and session.get_one(Lot, sale).sale.state == LotState.SOLD
    return Tried(name, left == ONCE, closed_once, took, wrong)


def _another(here: Ground) -> None:
    """This process, which has done nothing so far, sweeps until the sale is closed."""
    here.app.extensions["presence"] = Presence()
    until = time.monotonic() + 2 * DUE_S
    while not written(db.session())["results"] and time.monotonic() < until:
        db.session.remove()
        jobs.be_present()
        jobs.sweep()
        time.sleep(0.05)
