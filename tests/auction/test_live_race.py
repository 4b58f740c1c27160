"""Twenty bidders at once on one lot: one order, one leader, nothing lost, nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auction.jobs import sweep
from auction.models import Lot, Result
from auction.rules.replay import decision_members, outcome_members, recompute
from auction.services.history import bid_leaves
from auction.services.reading import decision_of, outcome_of, replay_file
from audit import services as audit
from kernel.database import db
from tests.clients import json_of
from tests.factories.auction import OPENS_AT, an_exercise, attempts
from tests.factories.cases import an_officer

pytestmark = [pytest.mark.race, pytest.mark.both_databases, pytest.mark.timeout(300)]

CLIENTS, ROUNDS = 20, 5
START, STEP = 1_000_000, 10_000


@pytest.fixture
def lot(session: Session, at: Callable[[datetime], None]) -> tuple[Lot, list[Any]]:
    at(OPENS_AT + timedelta(seconds=1))
    return an_exercise(session, an_officer(session), seats=CLIENTS, start_price_fen=START,
                       increment_fen=STEP)


def all_at_once(app: Flask, act: Callable[[Any, int], Any]) -> list[Any]:
    """Run ``act(client, n)`` in as many threads as there are clients, started together."""
    gate = Barrier(CLIENTS)

    def one(n: int) -> Any:
        client = FlaskClient(app, app.response_class)
        gate.wait()
        return act(client, n)

    with ThreadPoolExecutor(CLIENTS) as pool:
        # Each thread begins with an empty context, as a server's worker would.
        return [one.result() for one in [pool.submit(Context().run, one, n) for n in range(CLIENTS)]]


def test_twenty_bidders_leave_one_unbroken_ladder(app: Flask, session: Session,
                                                  lot: tuple[Lot, list[Any]]) -> None:
    found, seats = lot
    lot_id = found.id
    keys = [seat.key for seat in seats]
    session.rollback()

    def bids(client: Any, n: int) -> list[dict[str, Any]]:
        told = []
        for turn in range(ROUNDS):
            now = json_of(client.get(f"/api/v1/lots/{lot_id}"))["standing"]["minimum_fen"]
            told.append(json_of(client.post(f"/api/v1/lots/{lot_id}/bids", json={
                "amount_fen": now + (n % 3) * STEP, "client_bid_id": f"{n}-{turn}", "key": keys[n]})))
        return told

    answers = [answer for one in all_at_once(app, bids) for answer in one]
    session.rollback()
    stored = attempts(session, session.get_one(Lot, lot_id))
    assert len(answers) == len(stored) == CLIENTS * ROUNDS
    assert all(answer["ok"] for answer in answers)
    assert [one.position for one in stored] == list(range(1, len(stored) + 1))
    taken = [one for one in stored if one.accepted]
    assert [one.seq for one in taken] == list(range(1, len(taken) + 1))
    assert all(after.amount_fen >= before.amount_fen + STEP for before, after in pairwise(taken))
    sale = session.get_one(Lot, lot_id).sale
    assert (sale.leader_code, sale.price_fen) == (taken[-1].code, taken[-1].amount_fen)
    assert len(bid_leaves(session, sale)) == len(stored)
    assert set(audit.check_logs(session).values()) == {None}
    told = {(answer["code"], answer["amount_fen"], answer["received_at"]): answer["decision"]["seq"]
            for answer in answers}
    assert sorted(seq for seq in told.values() if seq) == list(range(1, len(taken) + 1))


def test_one_bid_sent_twenty_times_is_one_bid(app: Flask, session: Session,
                                              lot: tuple[Lot, list[Any]]) -> None:
    found, seats = lot
    lot_id, key = found.id, seats[0].key
    session.rollback()
    wish = {"amount_fen": START, "client_bid_id": "same", "key": key}

    def bids(client: Any, _n: int) -> Any:
        while True:
            told = json_of(client.post(f"/api/v1/lots/{lot_id}/bids", json=wish))
            if told.get("code") != "too_many_undecided":
                return told

    answers = all_at_once(app, bids)
    session.rollback()
    assert len(attempts(session, session.get_one(Lot, lot_id))) == 1
    assert sum("repeated" not in answer["decision"] for answer in answers) == 1
    assert len({(answer["received_at"], answer["leaf"]["hash"]) for answer in answers}) == 1


def test_closing_in_the_middle_of_bids_ends_the_sale_once(
        app: Flask, session: Session, lot: tuple[Lot, list[Any]],
        at: Callable[[datetime], None]) -> None:
    found, seats = lot
    lot_id = found.id
    keys = [seat.key for seat in seats]
    session.rollback()
    at(OPENS_AT + timedelta(minutes=4, seconds=29))

    def bids_or_sweeps(client: Any, n: int) -> None:
        if n < 4:
            with app.app_context():
                at(OPENS_AT + timedelta(minutes=5, seconds=1)) if n == 0 else None
                sweep()
                db.session.remove()
            return
        client.post(f"/api/v1/lots/{lot_id}/bids", json={
            "amount_fen": START + n * STEP, "client_bid_id": str(n), "key": keys[n]})

    all_at_once(app, bids_or_sweeps)
    at(OPENS_AT + timedelta(minutes=20))
    sweep()
    session.rollback()
    assert session.query(Result).count() == 1
    sale = session.get_one(Lot, lot_id).sale
    outcome = outcome_of(sale)
    told = recompute(replay_file(session, lot_id, 1))
    assert outcome is not None
    assert outcome_members(outcome) == told["outcome"]
    assert [decision_members(decision_of(one)) for one in attempts(session, sale.lot)] == told["decisions"]
