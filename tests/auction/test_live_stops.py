"""Two open rooms hear at once that a sale was stopped, goes on, or was taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.jobs import stop_objected, sweep
from auction.live.updates import NAMESPACE
from cases import services as cases
from cases.rules.third_parties import ObjectionFacts
from cases.rules.words import ObjectionRight
from kernel import clock
from kernel.clock import beijing_day
from kernel.sockets import socketio
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_token, sign_in
from tests.factories.cases import a_stored_file
from tests.factories.lots import Sitting, a_published_lot, the_person

Walk = Callable[[datetime], None]
Do = Callable[[str, dict[str, str]], int]
STOP = {"ground": "postponed", "reason": "被执行人提供了担保。"}
END = {"ground": "settlement", "reason": "双方已经和解。"}


@pytest.fixture
def sitting(app: Flask, session: Session, at: Walk) -> Sitting:
    """A sale whose bidding has begun."""
    found = a_published_lot(session, at)
    at(found.sale(session).opens_at + timedelta(minutes=1))
    session.rollback()
    sweep()
    return found


@pytest.fixture
def rooms(app: Flask, sitting: Sitting) -> list[SocketIOTestClient]:
    """Two who watch, in processes of their own for all the server knows."""
    sockets = [socketio.test_client(app, namespace=NAMESPACE, headers={"Origin": "http://localhost"})
               for _ in range(2)]
    for socket in sockets:
        assert socket.emit("watch", {"lot": sitting.lot_id}, namespace=NAMESPACE, callback=True)["ok"]
    return sockets


@pytest.fixture(params=["page", "program"])
def do(request: pytest.FixtureRequest, app: Flask, session: Session, sitting: Sitting) -> Do:
    """The officer's acts, on the desk's pages and by a program."""
    if request.param == "page":
        desk = sign_in(app.test_client(), the_person(session, sitting.officer))
        return lambda act, data: desk.post(f"/desk/lots/{sitting.lot_id}/{act}", data=data).status_code
    bearer = {"Authorization": f"Bearer {a_token(session, accounts.person(session, sitting.officer.id))}"}
    ways = {"suspend": ("post", "suspension"), "resume": ("delete", "suspension"),
            "withdraw": ("post", "withdrawal")}

    def call(act: str, data: dict[str, str]) -> int:
        method, name = ways[act]
        client: FlaskClient = app.test_client()
        answer: Any = getattr(client, method)(f"/api/v1/lots/{sitting.lot_id}/{name}",
                                              json=data or None, headers=bearer)
        return int(answer.status_code)

    return call


def heard(rooms: list[SocketIOTestClient]) -> str:
    """The one state that every room was told since it was last asked."""
    told = [[one["args"][0]["state"] for one in room.get_received(NAMESPACE) if one["name"] == "update"]
            for room in rooms]
    assert told[0] == told[1]
    (state,) = told[0]
    return str(state)


def test_a_stop_its_end_and_a_withdrawal_reach_every_room(
        rooms: list[SocketIOTestClient], do: Do) -> None:
    assert do("suspend", STOP) in (201, 302)
    assert heard(rooms) == "suspended"
    assert do("resume", {}) in (200, 302)
    assert heard(rooms) == "bidding"
    assert do("suspend", STOP) in (201, 302)
    assert heard(rooms) == "suspended"
    assert do("withdraw", END) in (200, 302)
    assert heard(rooms) == "closed_no_sale"


def test_a_refused_act_is_told_to_nobody(rooms: list[SocketIOTestClient], do: Do) -> None:
    assert do("suspend", {"ground": "postponed"}) == 422
    assert do("resume", {}) == 409
    assert all(room.get_received(NAMESPACE) == [] for room in rooms)


def test_an_objection_that_stops_the_sale_by_itself_reaches_every_room(
        sitting: Sitting, rooms: list[SocketIOTestClient]) -> None:
    stored = a_stored_file("异议书")
    with unit_of_work() as work:
        cases.file_objection(
            work.session, property_id=sitting.scene.flat.id, stored=stored, actor=sitting.officer,
            facts=ObjectionFacts("彭晓岚", ObjectionRight.CO_OWNERSHIP, "婚后共同出资购买。",
                                 beijing_day(clock.now())), now=clock.now())
    stop_objected()
    assert heard(rooms) == "suspended"
