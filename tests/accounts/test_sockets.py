"""Who is behind a socket event is asked with every event, not once at the connect."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import Person
from kernel import clock
from kernel.access import SYSTEM, Guard, Role, signed_in
from kernel.sockets import on_event, socketio
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_token, sign_in

NAMESPACE = "/who"


@pytest.fixture
def who(app: Flask) -> Iterator[None]:
    """A guarded event that answers who asks."""
    @on_event("who", Guard(is_public=False, roles=frozenset({Role.BIDDER})), namespace=NAMESPACE)
    def answer() -> dict[str, Any]:
        return {"id": signed_in().id}

    yield
    for handlers in (socketio.server.handlers, socketio.server.namespace_handlers):
        handlers.pop(NAMESPACE, None)


@pytest.fixture
def bidder(session: Session) -> Person:
    return a_bidder(session)


def connect(app: Flask, client: FlaskClient, headers: dict[str, str] | None = None) -> SocketIOTestClient:
    return socketio.test_client(app, namespace=NAMESPACE, flask_test_client=client, headers=headers)


def ask(socket: SocketIOTestClient) -> dict[str, Any]:
    answer: dict[str, Any] = socket.emit("who", namespace=NAMESPACE, callback=True)
    return answer


@pytest.mark.usefixtures("who")
def test_a_signed_in_browser_is_known_in_its_events(app: Flask, client: FlaskClient, bidder: Person) -> None:
    assert ask(connect(app, sign_in(client, bidder))) == {"ok": True, "id": bidder.id}


@pytest.mark.usefixtures("who")
def test_a_visitor_is_refused_in_words(app: Flask, client: FlaskClient) -> None:
    answer = ask(connect(app, client))
    assert (answer["ok"], answer["code"], answer["message"]) == (False, "not_signed_in", "请先登录。")


@pytest.mark.usefixtures("who")
def test_after_the_log_out_an_open_socket_is_refused(app: Flask, client: FlaskClient, bidder: Person) -> None:
    socket = connect(app, sign_in(client, bidder))
    assert ask(socket)["ok"]
    client.post("/logout")
    assert ask(socket)["code"] == "not_signed_in"


@pytest.mark.usefixtures("who")
def test_a_role_taken_away_is_gone_from_an_open_socket(app: Flask, client: FlaskClient,
                                                       bidder: Person) -> None:
    socket = connect(app, sign_in(client, bidder))
    assert ask(socket)["ok"]
    with unit_of_work() as work:
        services.revoke_role(work.session, bidder.id, Role.BIDDER, actor=SYSTEM, now=clock.now())
    assert ask(socket)["code"] == "not_allowed"


@pytest.mark.usefixtures("who")
def test_a_program_is_known_by_its_token_until_it_is_revoked(app: Flask, client: FlaskClient,
                                                             session: Session, bidder: Person) -> None:
    header = {"Authorization": f"Bearer {a_token(session, bidder)}"}
    socket = connect(app, client, header)
    assert ask(socket) == {"ok": True, "id": bidder.id}
    (token,) = json_of(client.get("/api/v1/tokens", headers=header))
    client.delete(f"/api/v1/tokens/{token['id']}", headers=header)
    assert ask(socket)["code"] == "not_signed_in"
