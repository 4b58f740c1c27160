"""The auditor's desk over a log of 100,000 leaves: turning pages, finding leaves, a sale as a film.

Every question goes through the whole application, signed in. Held against what one writes first: LIKE over
the bytes of all leaves, the newest of them by counting from the end.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Executable, String, cast, func, select
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Registration
from auction.services.bidding import Offer, take_bids
from audit.models import Leaf, Log
from benchmarks.databases import KINDS, founded
from benchmarks.figures import Figure
from benchmarks.search import milliseconds, p95
from config.garbage import look_seldom
from kernel import clock
from kernel.access import Actor, Role
from kernel.database import db, is_sqlite
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_person, sign_in
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer

SALES, BIDS, CODES, A_COMMIT = 10, 10_000, 20, 500
LEAVES: Final = SALES * BIDS
ROUNDS, ASKED, FILMS = 3, 60, 3
START_FEN, STEP_FEN = 100_000_000, 500_000
DESK: Final = "/desk/audit"


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        with founded(kind) as app:
            client, lots = _many_bids(app)
            look_seldom()   # as a process that serves
            for name, addresses in (("pages", _pages), ("search", _searches)):
                rounds = [p95([_asked(client, one) for one in addresses(lots, Random(turn))])  # noqa: S311
                          for turn in range(ROUNDS)]
                yield Figure(f"desk.{kind}.{name}.p95", "ms", rounds, _naive(app, lots))
            first, again = [], []
            for turn in range(ROUNDS):
                some = lots[turn * FILMS:(turn + 1) * FILMS]
                first.append(p95([_asked(client, _look(lot, 1)) for lot in some]))
                again.append(p95([_asked(client, _look(lot, place)) for lot in some
                                  for place in (1, BIDS // 2, BIDS)]))
            naive = _naive_film(app, lots)
            yield Figure(f"desk.{kind}.film.first.p95", "ms", first, naive)
            yield Figure(f"desk.{kind}.film.again.p95", "ms", again, naive)


def _look(lot: str, place: int) -> str:
    return f"{DESK}/lots/{lot}/1?at={place}"


def _many_bids(app: Flask) -> tuple[FlaskClient, list[str]]:
    """Exercises with ten thousand bids each, in the log of exercises; somebody who may look at it."""
    with app.app_context():
        session = db.session()
        court = session.scalars(select(Court).order_by(Court.id)).first()
        officer = an_officer(session, court)
        lots = [_bid_on(session, officer) for _ in range(SALES)]
        client = sign_in(app.test_client(), a_person(session, Role.AUDITOR, court))
        db.session.remove()
    _asked(client, f"{DESK}/leaves?log=exercise")   # compiles the templates
    return client, lots


def _bid_on(session: Session, officer: Actor) -> str:
    opens_at = clock.now() - timedelta(minutes=1)
    lot, _ = an_exercise(session, officer, opens_at=opens_at, closes_at=opens_at + timedelta(hours=6),
                         seats=CODES)
    lot_id = lot.id
    digests = [one.person_digest for one in session.scalars(
        select(Registration).where(Registration.lot_id == lot_id).order_by(Registration.code))]
    session.rollback()
    for begin in range(0, BIDS, A_COMMIT):
        now = clock.now()
        with unit_of_work() as work:
            take_bids(work.session, [
                Offer(lot_id, 1, digests[n % CODES], START_FEN + n * STEP_FEN, f"n{n}", now, n)
                for n in range(begin, begin + A_COMMIT)], now=now)
    return lot_id


def _pages(_lots: list[str], luck: Random) -> list[str]:
    """The newest page, and pages deep in the log."""
    return [f"{DESK}/leaves?log=exercise",
            *(f"{DESK}/leaves?log=exercise&before={luck.randrange(LEAVES)}" for _ in range(ASKED - 1))]


def _searches(lots: list[str], luck: Random) -> list[str]:
    """By lot, code, kind, actor and time, and by several of them; what is common, rare, and not there."""
    wishes = [
        lambda: f"lot={luck.choice(lots)}",
        lambda: f"lot={luck.choice(lots)}&code=K{luck.randrange(1, 21):04d}",
        lambda: "kind=bid", lambda: "kind=lot.published", lambda: "kind=lot.closed",
        lambda: f"actor=code:K{luck.randrange(1, 21):04d}", lambda: "actor=code:K9999",
        lambda: f"lot={luck.choice(lots)}&kind=bid&before={luck.randrange(LEAVES)}",
        lambda: "from_at=2020-01-01T00:00&to_at=2020-01-02T00:00",
        lambda: f"lot={luck.choice(lots)}&code=K9999"]
    return [f"{DESK}/leaves?log=exercise&{wishes[n % len(wishes)]()}" for n in range(ASKED)]


def _asked(client: FlaskClient, address: str) -> float:
    """Milliseconds of an answer."""
    return milliseconds(lambda: _ask(client, address))


def _ask(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")


def _naive(app: Flask, lots: list[str]) -> list[float]:
    with app.app_context():
        log = db.session.scalars(select(Log.origin).where(Log.is_exercise).order_by(Log.size.desc())).first()
        text = cast(Leaf.raw, String) if is_sqlite() else func.convert_from(Leaf.raw, "UTF8")
        found = [milliseconds(partial(_all, select(Leaf.index, Leaf.raw).where(
            Leaf.log == log, text.like(f"%{word}%")).order_by(Leaf.index.desc()).limit(50).offset(1000)))
            for word in (lots[0], "K0001", "K9999")]
        db.session.remove()
    return found


def _naive_film(app: Flask, lots: list[str]) -> list[float]:
    """Reading all leaves of the sale for each look at it."""
    with app.app_context():
        found = [milliseconds(lambda: [json.loads(raw) for raw, in _all(
            select(Leaf.raw).where(Leaf.subject == f"lot:{lots[0]}/1").order_by(Leaf.seq))])
            for _ in range(ROUNDS)]
        db.session.remove()
    return found


def _all(question: Executable) -> Sequence[Any]:
    return db.session.execute(question).all()
