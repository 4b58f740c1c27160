"""The demo clock: forward only, a leaf each time, and no such thing in production."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from audit import services as audit
from audit.services import body_of
from config.settings import Mode
from kernel import clock
from kernel.access import SYSTEM, Role
from kernel.domain import WorkItem
from kernel.formats import parse_instant
from kernel.sockets import socketio
from portal.errors import ClockBackwards, NothingAhead
from portal.jobs import follow_clock
from portal.services.clock import next_deadline, stored_offset, walk_to
from tests.factories.accounts import a_court, a_person, acting, sign_in


def item(due_in: timedelta | None) -> WorkItem:
    due_at = None if due_in is None else clock.now() + due_in
    return WorkItem(court_id="c", title="t", url="/", rule="REF-1", due_at=due_at)


def test_the_next_deadline_is_the_earliest_that_lies_ahead() -> None:
    near, far = item(timedelta(hours=2)), item(timedelta(days=3))
    assert next_deadline([far, item(timedelta(hours=-1)), item(None), near], clock.now()) is near


def test_without_a_running_term_there_is_nothing_to_walk_to() -> None:
    with pytest.raises(NothingAhead):
        next_deadline([item(timedelta(hours=-1)), item(None)], clock.now())


@pytest.mark.both_databases
def test_a_walk_is_a_leaf_and_is_kept_in_the_database(session: Session) -> None:
    a_court(session)
    now = clock.now()
    with acting(session) as s:
        offset = walk_to(s, now + timedelta(days=5), actor=SYSTEM, now=now, offset=timedelta(0))
    assert offset == timedelta(days=5) == stored_offset(session)
    said = body_of(audit.leaves_of_subject(session, "clock")[-1])
    assert parse_instant(said["to"]) - parse_instant(said["from"]) == timedelta(days=5)


def test_the_clock_does_not_run_back(session: Session) -> None:
    a_court(session)
    now = clock.now()
    with pytest.raises(ClockBackwards), acting(session) as s:
        walk_to(s, now, actor=SYSTEM, now=now, offset=timedelta(0))


def test_somebody_signed_in_walks_a_day_and_the_page_says_where_one_is(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.OFFICER, court))
    before = clock.now()
    answer = client.post("/demo/clock", data={"by": "day", "next": "/desk/"})
    assert (answer.status_code, answer.location) == (302, "/desk/")
    assert clock.now() - before >= timedelta(days=1)


def test_a_stranger_cannot_walk_it(client: FlaskClient, session: Session) -> None:
    a_court(session)
    before = clock.offset()
    assert client.post("/demo/clock", data={"by": "day"}).status_code in (302, 400, 401)
    assert clock.offset() == before


def test_production_has_no_such_clock(app: Flask, client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.OFFICER, court))
    app.extensions["settings"] = replace(app.extensions["settings"], mode=Mode.PRODUCTION)
    before = clock.offset()
    client.post("/demo/clock", data={"by": "day", "next": "/desk/"})
    assert clock.offset() == before


def test_one_is_not_sent_to_another_site_afterwards(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.OFFICER, court))
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = client.post("/demo/clock", data={"by": "hour", "next": elsewhere})
        assert answer.location == "/"


def test_every_open_room_hears_that_the_clock_was_walked(
        app: Flask, client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sockets = [socketio.test_client(app, namespace="/auction", headers={"Origin": "http://localhost"})
               for _ in range(2)]
    sign_in(client, a_person(session, Role.OFFICER, court))
    client.post("/demo/clock", data={"by": "day"})
    for socket in sockets:
        (told,) = [one["args"][0] for one in socket.get_received("/auction") if one["name"] == "clock"]
        assert abs(clock.now() - parse_instant(told["server_now"])) < timedelta(seconds=30)


def test_so_do_the_rooms_of_a_process_that_follows(app: Flask, session: Session) -> None:
    a_court(session)
    socket = socketio.test_client(app, namespace="/auction", headers={"Origin": "http://localhost"})
    now = clock.now()
    with acting(session) as s:
        walk_to(s, now + timedelta(days=5), actor=SYSTEM, now=now, offset=clock.offset())
    follow_clock()
    assert [one["name"] for one in socket.get_received("/auction")] == ["clock"]
    follow_clock()
    assert socket.get_received("/auction") == []
