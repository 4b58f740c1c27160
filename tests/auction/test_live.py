"""The live room: who may enter and bid, what is acknowledged, what the others hear."""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court
from auction.jobs import sweep
from auction.live import updates
from auction.live.updates import NAMESPACE, promise_standing
from auction.models import Lot, Sale
from auction.rules.closing import GRACE
from auction.services import closing, undecided
from auction.services.reading import announced_sale
from audit import services as audit
from audit.kinds import Kind
from kernel import clock
from kernel.access import SYSTEM, Role
from kernel.formats import canonical, parse_json
from kernel.money import MOST_FEN
from kernel.sockets import socketio
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_person, a_token, acting, sign_in, with_csrf
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    attempts,
    publish_by_hand,
    registered,
)
from tests.factories.cases import an_officer

ORIGIN = {"Origin": "http://localhost"}
MONTH = timedelta(days=30)
At = Callable[[datetime], None]


@pytest.fixture
def lot(session: Session, at: At) -> Lot:
    at(OPENS_AT)
    return a_lot_on_sale(session)


def connect(app: Flask, client: FlaskClient | None = None,
            headers: dict[str, str] | None = None) -> SocketIOTestClient:
    return socketio.test_client(app, namespace=NAMESPACE, flask_test_client=client,
                                headers=headers or ORIGIN)


def send(socket: SocketIOTestClient, event: str, **data: Any) -> dict[str, Any]:
    answer: dict[str, Any] = socket.emit(event, data, namespace=NAMESPACE, callback=True)
    return answer


def heard(socket: SocketIOTestClient) -> list[dict[str, Any]]:
    return [one["args"][0] for one in socket.get_received(NAMESPACE) if one["name"] == "update"]


def bid(socket: SocketIOTestClient, lot: str, amount_fen: int, name: str, **more: Any) -> dict[str, Any]:
    return send(socket, "bid", lot=lot, amount_fen=amount_fen, client_bid_id=name, **more)


@pytest.fixture
def two(app: Flask, session: Session, lot: Lot) -> tuple[SocketIOTestClient, SocketIOTestClient]:
    """Two admitted bidders who watch the lot in browsers of their own."""
    sockets = []
    for _ in range(2):
        person, _found = a_code(session, lot)
        socket = connect(app, sign_in(app.test_client(), person))
        send(socket, "watch", lot=lot.id)
        sockets.append(socket)
    return sockets[0], sockets[1]


def test_a_socket_that_does_not_say_where_its_page_came_from_is_refused(app: Flask) -> None:
    socket = socketio.test_client(app, namespace=NAMESPACE)
    assert not socket.is_connected(NAMESPACE)
    assert connect(app).is_connected(NAMESPACE)


def test_anyone_may_watch_and_sees_the_whole_standing(app: Flask, lot: Lot) -> None:
    answer = send(connect(app), "watch", lot=lot.id)
    assert answer["ok"]
    assert (answer["price_fen"], answer["leader"], answer["minimum_fen"]) == (None, None, START_FEN)
    assert (answer["from"], answer["to"], answer["bids"], answer["me"]) == (0, 0, [], None)
    assert answer["closes_at"] == "2026-06-11T10:00:00.000+08:00"
    assert answer["server_now"] == "2026-06-10T10:00:00.000+08:00"


def test_which_sale_newcomers_watch_is_read_once_and_anew_when_the_lot_has_changed(
        session: Session, lot: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(1, 9))
    monkeypatch.setattr(updates, "announced_number", lambda _session, _lot_id: next(numbers))
    assert [updates.number_now(session, lot.id) for _ in range(3)] == [1, 1, 1]
    updates.say_changed(lot.id)
    assert updates.number_now(session, lot.id) == 2
    monkeypatch.setattr(updates, "monotonic", lambda: time.monotonic() + 1.001)
    assert updates.number_now(session, lot.id) == 3, "another process may have announced one"


def test_an_unknown_lot_and_a_malformed_wish_are_refused_in_words(app: Flask) -> None:
    socket = connect(app)
    assert send(socket, "watch", lot="lot-none")["code"] == "no_such_lot"
    refused = send(socket, "watch", lot=5, wish="more")
    assert (refused["ok"], refused["code"], sorted(refused["fields"])) == (
        False, "invalid_input", ["lot", "wish"])


def test_a_bid_is_acknowledged_with_its_leaf_and_everybody_hears_of_it(
        lot: Lot, two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    one, other = two
    told = bid(one, lot.id, START_FEN, "a")
    assert told["ok"]
    assert told["decision"] == {"accepted": True, "reason": None, "seq": 1,
                                "closes_at": "2026-06-11T10:00:00.000+08:00",
                                "minimum_fen": START_FEN + STEP_FEN}
    assert told["refusal"] is None
    assert len(told["leaf"]["hash"]) == 64
    for socket in two:
        (update,) = heard(socket)
        assert (update["leader"], update["price_fen"], update["from"], update["to"]) == (
            told["code"], START_FEN, 1, 1)
    del other


def test_ranges_of_updates_adjoin_and_the_gap_can_be_fetched(
        lot: Lot, client: FlaskClient, two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    for n in range(6):
        bid(two[n % 2], lot.id, START_FEN + n * STEP_FEN, f"bid-{n}")
    updates = heard(two[0])
    assert [(one["from"], one["to"]) for one in updates] == [(n, n) for n in range(1, 7)]
    assert [bid["seq"] for one in updates for bid in one["bids"]] == list(range(1, 7))
    missed = json_of(client.get(f"/api/v1/lots/{lot.id}/events?after=3"))
    assert [one["seq"] for one in missed["bids"]] == [4, 5, 6]
    assert missed["more"] is False
    whole = json_of(client.get(f"/api/v1/lots/{lot.id}"))["standing"]
    assert (whole["from"], whole["to"], whole["accepted"], whole["codes"]) == (1, 6, 6, 2)


def test_a_refused_bid_says_why_what_would_do_and_the_rule_and_nobody_else_hears(
        lot: Lot, two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    bid(two[0], lot.id, START_FEN, "a")
    heard(two[0])
    told = bid(two[1], lot.id, START_FEN + STEP_FEN - 1, "b")
    assert (told["ok"], told["decision"]["accepted"]) == (True, False)
    assert told["refusal"] == {
        "message": "当前价为 2,010,000.00 元，增价幅度为 10,000.00 元。请至少出 2,020,000.00 元。",
        "rule": "AUC-20.2", "article": "网络司法拍卖规定第二十条第一款"}
    assert heard(two[0]) == []


@pytest.mark.parametrize(("wish", "field"), [
    ({"amount_fen": 100.0}, "amount_fen"), ({"amount_fen": "100"}, "amount_fen"),
    ({"amount_fen": 0}, "amount_fen"), ({"amount_fen": 2**53}, "amount_fen"),
    ({"amount_fen": 2**53 - 1}, "amount_fen"), ({"amount_fen": MOST_FEN + 1}, "amount_fen"),
    ({"amount_fen": True}, "amount_fen"), ({"client_bid_id": "空 格"}, "client_bid_id"),
    ({"client_bid_id": "x" * 129}, "client_bid_id"), ({"price": 1}, "price")])
def test_what_does_not_fit_is_refused_at_the_door_by_its_field(
        session: Session, lot: Lot, two: tuple[SocketIOTestClient, SocketIOTestClient],
        wish: dict[str, Any], field: str) -> None:
    told = send(two[0], "bid", **{"lot": lot.id, "amount_fen": START_FEN, "client_bid_id": "a", **wish})
    assert (told["code"], list(told["fields"])) == ("invalid_input", [field])
    assert attempts(session, lot) == []


def test_after_the_highest_bid_that_may_be_entered_the_log_is_still_one_that_everybody_can_read(
        session: Session, lot: Lot, two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    told = bid(two[0], lot.id, MOST_FEN, "a")
    assert (told["decision"]["accepted"], told["decision"]["minimum_fen"]) == (True, MOST_FEN + STEP_FEN)
    bid(two[1], lot.id, START_FEN, "b")
    for leaf in audit.leaves_of_subject(session, lot.sale.subject, kind=Kind.BID):
        assert canonical(parse_json(leaf.raw)) == leaf.raw


def test_without_a_code_nobody_bids_and_no_trace_is_left(app: Flask, session: Session, lot: Lot) -> None:
    waiting = a_bidder(session)
    registered(session, lot, waiting)
    officer = a_person(session, Role.OFFICER, accounts.get_court(session, lot.court_id))
    for who in (None, waiting, a_bidder(session), officer):
        client = app.test_client()
        told = bid(connect(app, sign_in(client, who) if who else client), lot.id, START_FEN, "a")
        assert (told["code"], told["rule"]) == ("not_qualified", "AUC-17.2")
    assert attempts(session, lot) == []


def test_after_the_log_out_the_open_socket_bids_no_more(app: Flask, session: Session, lot: Lot) -> None:
    person, _found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    socket = connect(app, client)
    assert send(socket, "watch", lot=lot.id)["me"]
    client.post("/logout")
    assert bid(socket, lot.id, START_FEN, "a")["code"] == "not_qualified"


def test_a_bid_over_http_is_the_same_bid(app: Flask, session: Session, lot: Lot) -> None:
    person, _found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    socket = connect(app, client)
    told = bid(socket, lot.id, START_FEN, "same")
    answer = json_of(client.post(f"/api/v1/lots/{lot.id}/bids",
                                 json={"amount_fen": START_FEN, "client_bid_id": "same"}))
    assert answer == told | {"decision": told["decision"] | {"repeated": True}}
    assert json_of(client.get(f"/api/v1/lots/{lot.id}/bids/same")) == told
    assert client.get(f"/api/v1/lots/{lot.id}/bids/other").status_code == 404
    assert len(attempts(session, lot)) == 1


def put_up_again(session: Session, lot: Lot) -> None:
    """The next sale of this lot, announced on the same terms."""
    kept = {one.key: getattr(lot.sale, one.key) for one in inspect(Sale).column_attrs}
    with acting(session) as s:
        again = Sale(**kept | {
            "number": 2, "price_fen": None, "leader_code": None, "leader_rank": None, "latest_at": None,
            "accepted": 0, "attempts": 0, "extensions": 0, "opens_at": OPENS_AT + MONTH,
            "closes_at": CLOSES_AT + MONTH, "planned_closes_at": CLOSES_AT + MONTH})
        s.add(again)
        s.flush()
        publish_by_hand(s, again, an_officer(s, s.get_one(Court, lot.court_id)), CLOSES_AT + GRACE)
    session.expire_all()


@pytest.mark.parametrize("has_a_code_again", [True, False])
def test_what_became_of_a_bid_is_said_also_when_the_lot_is_sold_again(
        app: Flask, session: Session, lot: Lot, at: At, has_a_code_again: bool) -> None:
    person, _found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    told = bid(connect(app, client), lot.id, START_FEN, "first")
    at(CLOSES_AT + GRACE)
    sweep()
    put_up_again(session, lot)
    at(OPENS_AT + MONTH)
    if has_a_code_again:
        a_code(session, lot, person)
    address = f"/api/v1/lots/{lot.id}/bids"
    assert json_of(client.get(f"{address}/first")) == told
    assert client.get(f"{address}/other").status_code == 404
    socket = connect(app, client)
    again = [bid(socket, lot.id, START_FEN, "first") for _ in range(2)]
    if not has_a_code_again:
        assert [one["code"] for one in again] == ["not_qualified"] * 2
        return
    assert again == [told | {"decision": told["decision"] | {"repeated": True}}] * 2
    assert len(attempts(session, lot)) == 1, "nothing was bid in the second sale"
    other = bid(socket, lot.id, START_FEN, "second")
    assert (other["decision"]["seq"], len(attempts(session, lot))) == (1, 2)
    stranger = sign_in(app.test_client(), a_code(session, lot)[0])
    assert stranger.get(f"{address}/first").status_code == 404


def test_a_refusal_asked_for_again_is_the_same_to_the_byte(app: Flask, session: Session, lot: Lot) -> None:
    clients = [sign_in(app.test_client(), a_code(session, lot)[0]) for _ in range(2)]
    address = f"/api/v1/lots/{lot.id}/bids"
    clients[0].post(address, json={"amount_fen": START_FEN, "client_bid_id": "a"})
    wish = {"amount_fen": START_FEN, "client_bid_id": "b"}
    first = clients[1].post(address, json=wish)
    clients[0].post(address, json={"amount_fen": START_FEN + 9 * STEP_FEN, "client_bid_id": "c"})
    second, third = (clients[1].post(address, json=wish).data for _ in range(2))
    assert second == third
    again = json.loads(second)
    assert again["decision"].pop("repeated") is True
    assert again == json_of(first)


def test_a_program_bids_with_its_token(client: FlaskClient, session: Session, lot: Lot) -> None:
    person, found = a_code(session, lot)
    answer = client.post(f"/api/v1/lots/{lot.id}/bids", json={"amount_fen": START_FEN, "client_bid_id": "a"},
                         headers={"Authorization": f"Bearer {a_token(session, person)}"})
    assert json_of(answer)["code"] == found.code


def test_another_sites_page_cannot_bid_with_a_browsers_cookie(app: Flask, session: Session, lot: Lot) -> None:
    person, _found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    answer = client.post(f"/api/v1/lots/{lot.id}/bids", json={"amount_fen": START_FEN, "client_bid_id": "a"})
    assert (answer.status_code, json_of(answer)["code"]) == (400, "csrf")


def test_one_bidder_has_at_most_four_undecided_bids(session: Session, lot: Lot,
                                                    app: Flask) -> None:
    person, found = a_code(session, lot)
    socket = connect(app, sign_in(app.test_client(), person))
    places = [undecided.waiting(lot.id, found.id, clock.now()) for _ in range(undecided.MOST)]
    for place in places:
        place.__enter__()
    assert bid(socket, lot.id, START_FEN, "a")["code"] == "too_many_undecided"
    for place in places:
        place.__exit__(None, None, None)
    assert bid(socket, lot.id, START_FEN, "a")["decision"]["accepted"]
    assert not undecided.received(lot.id)


def test_the_room_hears_the_end_from_the_server_alone(
        lot: Lot, at: At, two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    told = bid(two[0], lot.id, START_FEN, "a")
    heard(two[1])
    at(CLOSES_AT)
    sweep()
    assert heard(two[1]) == [], "at the end itself nothing is said yet"
    at(CLOSES_AT + GRACE)
    sweep()
    (update,) = heard(two[1])
    receipt = update["result"].pop("receipt")
    assert update["result"] == {
        "outcome": "sold", "winner": told["code"], "price_fen": START_FEN, "accepted": 1,
        "closed_at": "2026-06-11T10:00:00.000+08:00", "extensions": 0, "reason": None}
    leaf = json.loads(b64decode(receipt["leaf"]))
    assert (leaf["kind"], leaf["subject"]) == ("lot.closed", f"lot:{lot.id}/1"), "its own signed word"
    assert bid(two[1], lot.id, START_FEN + STEP_FEN, "b")["code"] == "not_running"
    sweep()
    assert heard(two[1]) == []


def test_an_opening_and_a_stop_are_told_too(session: Session, lot: Lot, at: At,
                                            two: tuple[SocketIOTestClient, SocketIOTestClient]) -> None:
    sweep()
    assert [one["state"] for one in heard(two[0])] == ["bidding"]
    later = OPENS_AT + timedelta(hours=1)
    at(later)
    with unit_of_work() as work:
        closing.suspend(work.session, lot.id, ground="stayed", reason="案外人提出异议。",
                        document_sha256=None, actor=SYSTEM, now=later)
        promise_standing(work, lot.id)
    (update,) = heard(two[0])
    assert (update["state"], update["suspension"]["ground"]) == ("suspended", "stayed")
    assert bid(two[0], lot.id, START_FEN, "a")["decision"]["reason"] == "suspended"


def test_one_lot_that_cannot_close_keeps_no_other_waiting(session: Session, lot: Lot, at: At,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    other = a_lot_on_sale(session, accounts.get_court(session, lot.court_id))
    ids = [lot.id, other.id]
    real = closing.close_due

    def fails_for_one(s: Session, lot_id: str, *, now: datetime) -> object:
        if lot_id == min(ids):
            raise RuntimeError("broken")
        return real(s, lot_id, now=now)

    monkeypatch.setattr(closing, "close_due", fails_for_one)
    at(CLOSES_AT + timedelta(seconds=1))
    sweep()
    session.rollback()
    assert announced_sale(session, max(ids)).result is not None
    assert announced_sale(session, min(ids)).result is None


def test_two_seats_of_an_exercise_bid_against_each_other(app: Flask, session: Session, at: At) -> None:
    at(OPENS_AT)
    lot, seats = an_exercise(session, an_officer(session))
    sockets = [connect(app) for _ in seats]
    for socket, seat in zip(sockets, seats, strict=True):
        assert send(socket, "watch", lot=lot.id, key=seat.key)["me"] == seat.code
    assert bid(sockets[0], lot.id, 100_000_000, "a", key=seats[0].key)["decision"]["accepted"]
    assert bid(sockets[1], lot.id, 100_500_000, "a", key=seats[1].key)["decision"]["accepted"]
    assert [one["leader"] for one in heard(sockets[0])] == [seats[0].code, seats[1].code]
    assert bid(sockets[1], lot.id, 101_000_000, "b", key="stolen")["code"] == "not_qualified"


def test_an_officer_opens_an_exercise_by_program_and_anyone_takes_a_seat(
        app: Flask, client: FlaskClient, session: Session, at: At) -> None:
    at(OPENS_AT)
    lot, _ = an_exercise(session, an_officer(session))
    officer = a_person(session, Role.OFFICER, accounts.get_court(session, lot.court_id))
    made = sign_in(app.test_client(), officer).post("/api/v1/exercises", json={
        "title": "演练", "start_price_fen": 100, "increment_fen": 1, "codes": ["K1", "K2"],
        "opens_at": "2026-06-10T10:00:00+08:00", "closes_at": "2026-06-10T10:01:00+08:00",
        "extension_window_seconds": 5})
    assert made.status_code == 201
    assert [seat["code"] for seat in json_of(made)["seats"]] == ["K1", "K2"]
    running = json_of(client.get("/api/v1/exercises"))["lots"]
    assert json_of(made)["lot"] in [one["id"] for one in running]
    assert with_csrf(client).post(f"/api/v1/exercises/{json_of(made)['lot']}/seats").status_code == 201
    assert client.post("/api/v1/exercises", json={}).status_code == 401
