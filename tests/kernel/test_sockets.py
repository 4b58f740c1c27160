"""The Socket.IO edge: guarded events whose answer, or refusal, is the acknowledgement."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest
import structlog
from flask import Flask, g
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel import clock, sockets
from kernel.access import PUBLIC, Guard, Role
from kernel.errors import InvalidInput, WrongState
from kernel.sockets import check_all_guarded, on_event, refuse_without_origin, socketio
from tests.factories.accounts import a_bidder, a_court, a_person, sign_in

NAMESPACE = "/toys"
ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def toys(app: Flask) -> Iterator[None]:
    """A namespace with an event of every kind."""
    socketio.on_event("connect", refuse_without_origin, namespace=NAMESPACE)

    @on_event("echo", PUBLIC, namespace=NAMESPACE)
    def echo(data: Any = None) -> dict[str, Any]:
        return {"said": data}

    @on_event("silent", PUBLIC, namespace=NAMESPACE)
    def silent() -> None: ...

    @on_event("when", PUBLIC, namespace=NAMESPACE)
    def when() -> dict[str, Any]:
        return {"received_at": g.received_at.isoformat()}

    @on_event("bidders", Guard(is_public=False, roles=frozenset({Role.BIDDER})), namespace=NAMESPACE)
    def bidders() -> dict[str, Any]:
        return {"seen": True}

    @on_event("low", PUBLIC, namespace=NAMESPACE)
    def low() -> NoReturn:
        raise WrongState("至少 %(least_fen)s 元。", code="too_low", rule="AUC-20.2", least_fen=100_00,
                         at=datetime(2026, 1, 1))  # noqa: DTZ001 - no figure: left out of the answer

    @on_event("input", PUBLIC, namespace=NAMESPACE)
    def bad_input() -> NoReturn:
        raise InvalidInput({"amount_fen": "最多 %(most)s。"}, most=7)

    @on_event("fault", PUBLIC, namespace=NAMESPACE)
    def fault() -> NoReturn:
        raise ZeroDivisionError("the account of 王小明")

    yield
    for handlers in (socketio.server.handlers, socketio.server.namespace_handlers):
        handlers.pop(NAMESPACE, None)


@pytest.fixture
def socket(app: Flask, client: FlaskClient, toys: None) -> SocketIOTestClient:
    return connect(app, client)


def connect(app: Flask, client: FlaskClient, headers: dict[str, str] | None = None) -> SocketIOTestClient:
    return socketio.test_client(app, namespace=NAMESPACE, flask_test_client=client,
                                headers=ORIGIN if headers is None else headers)


def ask(socket: SocketIOTestClient, event: str, *data: Any) -> dict[str, Any]:
    answer: dict[str, Any] = socket.emit(event, *data, namespace=NAMESPACE, callback=True)
    return answer


def test_an_answer_says_that_all_is_well(socket: SocketIOTestClient) -> None:
    assert ask(socket, "echo", {"lot": "lot-1"}) == {"ok": True, "said": {"lot": "lot-1"}}
    assert ask(socket, "silent") == {"ok": True}


def test_a_refusal_carries_code_words_rule_and_figures(socket: SocketIOTestClient) -> None:
    assert ask(socket, "low") == {"ok": False, "code": "too_low", "message": "至少 100.00 元。",
                                  "rule": "AUC-20.2", "details": {"least_fen": 10_000}}


def test_bad_input_says_field_and_reason(socket: SocketIOTestClient) -> None:
    assert ask(socket, "input")["fields"] == {"amount_fen": "最多 7。"}


def test_a_fault_gives_a_number_and_hides_its_cause(socket: SocketIOTestClient,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "log", structlog.get_logger())
    with capture_logs() as logs:
        answer = ask(socket, "fault")
    assert (answer["ok"], answer["code"]) == (False, "incident")
    assert "王小明" not in str(answer)
    (entry,) = [one for one in logs if one.get("socket_event") == "fault"]
    assert entry["incident"] == answer["incident"]
    assert answer["incident"] in answer["message"]


def test_the_time_of_entry_is_stamped_before_anything_else(socket: SocketIOTestClient) -> None:
    before = clock.now()
    stamped = datetime.fromisoformat(ask(socket, "when")["received_at"])
    assert before <= stamped <= clock.now() + timedelta(milliseconds=1)


def test_a_guard_stands_before_every_event(app: Flask, toys: None, session: Session) -> None:
    visitor = connect(app, app.test_client())
    assert ask(visitor, "bidders")["code"] == "not_signed_in"
    officer = connect(app, sign_in(app.test_client(), a_person(session, Role.OFFICER, a_court(session))))
    assert ask(officer, "bidders")["code"] == "not_allowed"
    bidder = connect(app, sign_in(app.test_client(), a_bidder(session)))
    assert ask(bidder, "bidders") == {"ok": True, "seen": True}


def test_a_socket_that_does_not_say_where_it_comes_from_is_refused(app: Flask, client: FlaskClient,
                                                                   toys: None) -> None:
    assert connect(app, client).is_connected(NAMESPACE)
    assert not connect(app, client, {}).is_connected(NAMESPACE)


def test_a_start_with_an_event_nobody_decided_about_is_refused(toys: None) -> None:
    check_all_guarded()
    socketio.on_event("bare", lambda: None, namespace=NAMESPACE)
    with pytest.raises(RuntimeError, match="/toys:bare"):
        check_all_guarded()
