"""The door of a process: nothing is taken for which no close would wait, and nothing it took is passed by."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auction import jobs
from auction.live import bids
from auction.live.queue import queue
from auction.live.updates import NAMESPACE
from auction.models import Lot, Registration, Worker
from auction.rules.closing import GRACE, MOST_CLOCK_MS
from auction.rules.lifecycle import LotState
from auction.services import closing, order, presence, undecided
from auction.services.order import MOST_INVERTED
from auction.services.presence import OWN_LEASE_S, Presence
from auction.services.registration import admitted
from kernel import arrivals, clock
from kernel.database import db, is_sqlite
from kernel.dispatch import Event
from kernel.sockets import socketio
from tests.clients import json_of
from tests.factories.accounts import a_token, acting
from tests.factories.auction import (
    A_MOMENT,
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    attempts,
    bid,
)

pytestmark = pytest.mark.both_databases
S = timedelta(seconds=1)
At = Callable[[datetime], None]


class House:
    """A lot on sale, a bidder with a token, and this process as it begins."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.lot: Lot = a_lot_on_sale(session)
        self.person, self.seat = a_code(session, self.lot)
        self.headers = {"Authorization": f"Bearer {a_token(session, self.person)}"}
        self.client: FlaskClient = app.test_client()
        self.begin()

    def begin(self) -> Presence:
        found = self.app.extensions["presence"] = Presence()
        return found

    def post(self, name: str, amount_fen: int = START_FEN, **more: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(f"/api/v1/lots/{self.lot.id}/bids", headers=self.headers, **(more or {
            "json": {"amount_fen": amount_fen, "client_bid_id": name}}))
        return answer.status_code, cast("dict[str, Any]", json_of(answer))

    def went_quickly(self, stamp: datetime) -> bool:
        """Whether a bid of a bidder whom a socket knows goes straight from its frame into the queue."""
        known = bids.KnownBidder(1, self.seat.person_digest, self.seat.id, "zh", None, float("inf"))
        socket: Any = SimpleNamespace(known={(self.lot.id, None): known}, environ={"flask.app": self.app})
        event = Event(socket, NAMESPACE, "sid", "bid", [
            {"lot": self.lot.id, "amount_fen": START_FEN, "client_bid_id": "q"}], "1",
            int((stamp - clock.offset()).timestamp() * 1000) * 1_000_000)
        return bids.quick_bid(event)

    def swept(self) -> LotState:
        jobs.sweep()
        self.session.expire_all()
        return LotState(self.lot.sale.state)

    @property
    def taken(self) -> int:
        self.session.expire_all()
        return len(attempts(self.session, self.lot))


@pytest.fixture
def house(app: Flask, session: Session) -> House:
    found = House(app, session)
    clock.begin(OPENS_AT + S - (clock.now() - clock.offset()))
    return found


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What this process logs of its door and its order."""
    found: list[dict[str, Any]] = []
    told = SimpleNamespace(warning=lambda event, **more: found.append({"event": event} | more),
                           error=lambda event, **more: found.append({"event": event} | more))
    monkeypatch.setattr(order, "log", told)
    monkeypatch.setattr(presence, "log", told)
    return found


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the quick way left in the queue."""
    found: list[Any] = []
    monkeypatch.setattr(queue, "push", lambda _app, offer, answered: found.append(offer))
    return found


def test_no_bid_is_taken_before_the_first_mark_is_committed(house: House, pushed: list[Any]) -> None:
    presence.here()
    status, answer = house.post("a")
    assert (status, answer["code"]) == (503, "not_present")
    assert not house.went_quickly(clock.now())
    assert (house.taken, pushed) == (0, [])
    jobs.be_present()
    status, answer = house.post("a")
    assert (status, answer["decision"]["accepted"]) == (200, True)
    assert house.went_quickly(clock.now())
    assert len(pushed) == 1
    undecided.leave_place(house.lot.id, house.seat.id, pushed[0].received_at)


def test_a_socket_is_told_to_try_again_where_the_process_may_not_take_its_bid(house: House) -> None:
    socket = socketio.test_client(house.app, namespace=NAMESPACE, headers=house.headers | {
        "Origin": "http://localhost"})
    wish = {"lot": house.lot.id, "amount_fen": START_FEN, "client_bid_id": "a"}
    answer = socket.emit("bid", wish, namespace=NAMESPACE, callback=True)
    assert (answer["ok"], answer["code"]) == (False, "not_present")
    assert not arrivals.stamps()


def test_a_mark_whose_commit_failed_gives_no_right_to_take_bids(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(Presence, "write", fails)
        with pytest.raises(ConnectionError):
            jobs.be_present()
    assert house.post("a")[0] == 503


def test_no_bid_is_taken_once_the_lease_has_run_out_until_it_is_renewed(
        house: House, monkeypatch: pytest.MonkeyPatch, pushed: list[Any]) -> None:
    if is_sqlite():
        pytest.skip("there is one process only, which nobody takes for dead")
    jobs.be_present()
    begun = monotonic()
    machine_now = clock.machine_now()

    def later(seconds: float) -> None:
        monkeypatch.setattr(presence, "monotonic", lambda: begun + seconds)
        monkeypatch.setattr(clock, "machine_now", lambda: machine_now + timedelta(seconds=seconds))

    later(OWN_LEASE_S / 2)
    assert house.post("a")[0] == 200
    later(OWN_LEASE_S)
    assert house.post("b", START_FEN + STEP_FEN)[1]["code"] == "not_present"
    assert not house.went_quickly(clock.now())
    monkeypatch.setattr(presence, "_ask_the_time", lambda _session: machine_now + OWN_LEASE_S * S)
    jobs.be_present()
    assert house.post("b", START_FEN + STEP_FEN)[0] == 200


def test_a_bid_older_than_the_mark_that_was_given_is_turned_away_and_noted(
        house: House, pushed: list[Any], logged: list[dict[str, Any]]) -> None:
    jobs.be_present()
    assert not house.went_quickly(clock.now() - GRACE - 2 * S)
    assert [one["event"] for one in logged] == ["bid.behind_mark"]
    assert house.went_quickly(clock.now() - GRACE + 100 * A_MOMENT), "the grace is for what is on its way"
    undecided.leave_place(house.lot.id, house.seat.id, pushed[0].received_at)


def test_a_clock_that_jumps_closes_the_door_at_once_and_the_mark_stands_still(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.be_present()
    (before,) = house.session.query(Worker.low_water_at).one()
    machine_now = clock.machine_now
    for jump in (timedelta(hours=1), -timedelta(hours=1)):
        with monkeypatch.context() as patched:
            patched.setattr(clock, "machine_now", lambda jump=jump: machine_now() + jump)
            patched.setattr(clock, "now", lambda jump=jump: machine_now() + clock.offset() + jump)
            assert house.post("a")[1]["code"] == "clock_off", "before anybody has looked again"
            with acting(house.session) as s:
                here = presence.here()
                sign = here.sign(s)
                here.write(s, sign)
            house.session.expire_all()
            (mark,) = house.session.query(Worker.low_water_at).one()
            assert mark <= before + 10 * A_MOMENT
    assert house.taken == 0


def test_the_first_mark_of_a_process_whose_clock_is_off_is_that_of_the_database(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_sqlite():
        pytest.skip("its clock is the database's")
    machine_now = clock.machine_now
    right = clock.now()
    monkeypatch.setattr(clock, "machine_now", lambda: machine_now() + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: machine_now() + clock.offset() + timedelta(hours=1))
    jobs.be_present()
    (mark,) = house.session.query(Worker.low_water_at).one()
    assert right - GRACE - S < mark < right + S
    assert presence.here().clock_off_ms > MOST_CLOCK_MS


def test_a_bid_holds_the_mark_from_its_stamp_on_while_others_are_asked_who_sent_it(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.be_present()
    marks = []

    def slowly(*args: Any, **kwargs: Any) -> Registration:
        at = clock.now()
        marks.append(undecided.low_water(at + 10 * S) < at)
        marks.append(any(one < at + A_MOMENT for one in undecided.received("another lot")))
        return admitted(*args, **kwargs)

    monkeypatch.setattr(bids, "admitted", slowly)
    assert house.post("a")[0] == 200
    assert marks == [True, True]
    assert not arrivals.stamps()


def test_nothing_stays_on_its_way_when_it_was_refused_or_failed(house: House) -> None:
    jobs.be_present()
    assert house.post("", 0)[0] == 422
    assert house.client.post(f"/api/v1/lots/{house.lot.id}/bids", data=b"{").status_code >= 400

    def fails() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        arrivals.on_the_way(clock.now(), fails)()
    assert not arrivals.stamps()


class Late(BytesIO):
    """A body whose last byte comes after the end of the sale."""

    def __init__(self, data: bytes, at: At) -> None:
        super().__init__(data)
        self._at = at

    def readinto(self, buffer: Any) -> int:
        self._at(CLOSES_AT + 10 * S)
        return super().readinto(buffer)


def test_a_bid_has_come_when_all_of_it_has(house: House, at: At) -> None:
    """Whoever sends headers in time and the sum when the others have bid is not in time."""
    at(CLOSES_AT - A_MOMENT)
    presence.here().takes_until_s = float("inf")
    body = b'{"amount_fen": %d, "client_bid_id": "a"}' % START_FEN
    status, answer = house.post("a", input_stream=Late(body, at), content_length=len(body),
                                content_type="application/json")
    assert (status, answer["received_at"][:19]) == (
        200, clock.beijing(CLOSES_AT + 10 * S).isoformat()[:19])
    assert answer["decision"]["reason"] == "closed"


def test_a_body_that_is_no_bid_is_not_read(house: House) -> None:
    jobs.be_present()
    assert house.post("a", data=b"x" * 20_000, content_type="application/json")[0] == 413


def test_the_sweep_looks_at_the_sockets_first_and_goes_by_the_time_before(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stood still over the end: a bid that came in time lies in the kernel when it wakes."""
    bid(house.session, house.seat, START_FEN, OPENS_AT + S)
    clock.begin(CLOSES_AT + GRACE + 100 * A_MOMENT - (clock.now() - clock.offset()))
    stamp, unread = CLOSES_AT - A_MOMENT, [1]

    def look(_entered: Callable[[], int]) -> None:
        if unread and unread.pop():
            undecided.take_place(house.lot.id, house.seat.id, stamp)

    monkeypatch.setattr(undecided, "take_in", look)
    assert house.swept() == LotState.BIDDING
    assert undecided.low_water() == stamp
    undecided.leave_place(house.lot.id, house.seat.id, stamp)
    assert house.swept() == LotState.SOLD


def test_a_sale_is_not_closed_by_the_time_of_a_clock_that_was_ahead_and_has_been_set_right(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was found to be due, a last bid moved its end, and the clock was an hour ahead at the look."""
    bid(house.session, house.seat, START_FEN, CLOSES_AT - S)
    clock.begin(CLOSES_AT + GRACE + 100 * A_MOMENT - (clock.now() - clock.offset()))
    monkeypatch.setattr(closing, "due_to_close", lambda _session, _now: [house.lot.id])
    monkeypatch.setattr(undecided, "looked_at", lambda: clock.now() + timedelta(hours=1))
    assert house.swept() == LotState.BIDDING
    monkeypatch.undo()
    assert house.swept() == LotState.BIDDING, "its end has been moved"


def test_what_reaches_the_machine_after_the_look_is_not_passed_by(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is made of the time before the look, however long the look took."""
    looked = clock.now()

    def look(_entered: Callable[[], int]) -> None:
        clock.begin(clock.offset() + 10 * S)

    monkeypatch.setattr(undecided, "take_in", look)
    assert undecided.low_water() - looked < S


class TestOrder:
    def test_a_bid_behind_a_later_one_of_another_process_is_an_inversion(self, house: House) -> None:
        at = OPENS_AT + 10 * S
        first = presence.here()
        assert bid(house.session, house.seat, START_FEN, at).decision.accepted
        second = house.begin()
        for place, by in enumerate((A_MOMENT, MOST_INVERTED), 1):
            bid(house.session, house.seat, START_FEN + place * STEP_FEN, at - by)
        assert (second.order.inversions, second.order.alarms, second.order.most_ms) == (2, 0, 250)
        assert first.order.inversions == 0

    def test_one_of_more_than_a_quarter_of_a_second_is_an_alarm(
            self, house: House, logged: list[dict[str, Any]]) -> None:
        at = OPENS_AT + 10 * S
        bid(house.session, house.seat, START_FEN, at)
        second = house.begin()
        for place in (1, 2):
            bid(house.session, house.seat, START_FEN + place * STEP_FEN, at - MOST_INVERTED - A_MOMENT)
        assert second.order.alarms == 2
        assert [(one["event"], one["by_ms"]) for one in logged] == [
            ("bids.out_of_order", 251)], "once a second at most"

    def test_behind_a_bid_of_its_own_is_none(self, house: House) -> None:
        at = OPENS_AT + 10 * S
        bid(house.session, house.seat, START_FEN, at)
        bid(house.session, house.seat, START_FEN + STEP_FEN, at - S)
        assert presence.here().order.inversions == 0

    def test_is_published_with_the_signs_of_life_and_shown_to_operators(self, house: House) -> None:
        at = OPENS_AT + 10 * S
        bid(house.session, house.seat, START_FEN, at)
        house.begin()
        bid(house.session, house.seat, START_FEN + STEP_FEN, at - S)
        runner = house.app.test_cli_runner()
        jobs.be_present()
        told = runner.invoke(args=["auction", "processes"])
        assert f"{presence.here().id}: lives" in told.output
        assert "1 inversions, 1 over 250 ms, at most 1000 ms" in told.output
        assert told.exit_code == 1
        with acting(house.session) as s:
            presence.here().leave(s)
            s.get_one(Worker, presence.here().id).inversion_alarms = 0
        db.session.remove()
        told = runner.invoke(args=["auction", "processes"])
        assert (told.exit_code, ": left" in told.output) == (0, True)
