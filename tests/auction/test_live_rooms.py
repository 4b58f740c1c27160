"""What reaches the watchers of a sale: one run of ranges, whoever took the bids, whatever hint was lost."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.jobs import sweep
from auction.live import updates
from auction.live.rooms import Message, Room, Stand
from auction.live.updates import NAMESPACE, Truth, count_watchers, look_around, standing_message
from auction.models import Lot, Registration
from auction.rules.lifecycle import LotState
from auction.rules.watching import shown_watchers
from auction.services import closing
from auction.services.bidding import Offer, take_bids
from auction.services.reading import MOST_EVENTS, SHOWN_BIDS, announced_sale
from kernel import clock
from kernel.access import SYSTEM
from kernel.database import db
from kernel.sockets import socketio
from tests.factories.accounts import acting
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    attempts,
)
from tests.factories.cases import an_officer
from tests.factories.watchers import KEY, Book, Course, Process

At = Callable[[datetime], None]
LATER = OPENS_AT + timedelta(hours=1)


class TestAnyCourse:
    """T3: whatever happens in whatever order, what a watcher was told is one run, equal to the ladder."""

    STEPS = st.lists(st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 60)), st.tuples(st.just("stand"), st.just(0)),
        st.tuples(st.just("own"), st.integers(0, 200)), st.tuples(st.just("late"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["mark", "mark_twice", "look", "crash"]), st.integers(0, 1)),
        st.tuples(st.sampled_from(["join", "read", "leave"]), st.integers(0, 3))), max_size=60)

    @settings(max_examples=200, deadline=None)
    @given(steps=STEPS)
    def test_is_told_without_a_gap_and_ends_at_the_ladder(self, steps: list[tuple[str, int]]) -> None:
        book = Book()
        course = Course(
            book, KEY, commit=book.commit, stand=book.change, answer=book.message,
            ladder=lambda: (dict(enumerate(book.bids, 1)), book.state))
        course.take(steps)
        course.check()

    @pytest.mark.both_databases
    def test_holds_on_the_database_too(self, session: Session, at: At) -> None:
        at(LATER)
        lot = a_lot_on_sale(session)
        bidders = [a_code(session, lot)[1] for _ in range(2)]
        numbers = count()

        def stand(_n: int) -> None:
            at(clock.now() + timedelta(seconds=1))
            session.rollback()
            stops = announced_sale(session, lot.id).state == LotState.SUSPENDED
            with acting(session) as s:
                if stops:
                    closing.resume(s, lot.id, actor=SYSTEM, now=clock.now())
                else:
                    closing.suspend(s, lot.id, ground="stayed", reason="案外人提出异议。",
                                    document_sha256=None, actor=SYSTEM, now=clock.now())

        def answer(after: int) -> Message:
            session.rollback()
            return standing_message(session, announced_sale(session, lot.id), clock.now(), after)

        def ladder() -> tuple[dict[int, int], str]:
            session.rollback()
            return ({one.seq or 0: one.amount_fen for one in attempts(session, lot) if one.accepted},
                    str(announced_sale(session, lot.id).state))

        course = Course(
            Truth(), (lot.id, 1), stand=stand, answer=answer, ladder=ladder,
            commit=lambda n: bids(session, bidders, [next(numbers) for _ in range(n)]))
        chance = random.Random(4)  # noqa: S311 - a course that is the same in every run
        kinds = chance.choices(["commit", "commit", "mark", "mark_twice", "look", "join", "read", "leave",
                                "crash", "stand"], k=100)
        course.take([("commit", 1)])
        course.take([(kind, chance.randrange(40 if kind == "commit" else 4)) for kind in kinds])
        course.check()


def bids(session: Session, bidders: Sequence[Registration], numbers: Sequence[int]) -> None:
    """Bids in one commit that mark nothing: as another process takes them."""
    chosen = [(n, bidders[n % len(bidders)]) for n in numbers]
    offers = [Offer(who.lot_id, who.number, who.person_digest, START_FEN + n * STEP_FEN, f"n{n}",
                    clock.now(), n) for n, who in chosen]
    with acting(session) as s:
        take_bids(s, offers, now=clock.now())


@pytest.mark.both_databases
class TestTheDatabase:
    @pytest.fixture
    def lot(self, session: Session, at: At) -> Lot:
        at(LATER)
        return a_lot_on_sale(session)

    @pytest.fixture
    def bidders(self, session: Session, lot: Lot) -> list[Registration]:
        return [a_code(session, lot)[1] for _ in range(3)]

    def test_tells_one_range_with_its_newest_twenty_and_counts_all_codes(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        process = Process(Truth(), (lot.id, 1))
        process.rooms.enter(lot.id, 1)
        bids(session, bidders[:1], range(10))
        bids(session, bidders[1:2], range(10, 40))
        process.rooms.mark(lot.id)
        (update,) = process.sent
        assert (update["from"], update["to"], update["accepted"], update["codes"]) == (1, 40, 40, 2)
        assert [one["seq"] for one in update["bids"]] == list(range(40, 20, -1))
        assert (update["price_fen"], update["leader"]) == (START_FEN + 39 * STEP_FEN, bidders[1].code)
        assert update["bids"][0] == {
            "seq": 40, "code": bidders[1].code, "amount_fen": START_FEN + 39 * STEP_FEN,
            "at": "2026-06-10T11:00:00.000+08:00", "match": None, "extended_to": None}
        process.rooms.mark(lot.id)
        assert len(process.sent) == 1, "nothing new is nothing told"

    def test_looks_at_all_lots_with_one_statement(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        officer = an_officer(session, accounts.get_court(session, lot.court_id))
        others = [an_exercise(session, officer)[0].id for _ in range(3)]
        process = Process(Truth(), (lot.id, 1))
        process.watchers[0].is_here = process.watchers[0].has_read = True
        for lot_id in (lot.id, *others):
            process.rooms.enter(lot_id, 1)
        session.rollback()
        said: list[str] = []
        note = lambda *given: said.append(given[2])  # noqa: E731 - removed by the same name
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            process.rooms.look_around()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        assert [one.split()[0] for one in said if one.startswith("SELECT")] == ["SELECT"]
        bids(session, bidders, range(2))
        process.rooms.look_around()
        assert [(one["lot"], one["from"], one["to"]) for one in process.sent] == [(lot.id, 1, 2)]

    def test_tells_a_stop_and_the_end_with_its_result(
            self, session: Session, lot: Lot, bidders: list[Registration], at: At) -> None:
        process = Process(Truth(), (lot.id, 1))
        process.watchers[0].is_here = process.watchers[0].has_read = True
        process.rooms.enter(lot.id, 1)
        bids(session, bidders, range(1))
        with acting(session) as s:
            closing.suspend(s, lot.id, ground="stayed", reason="案外人提出异议。", document_sha256=None,
                            actor=SYSTEM, now=LATER)
        process.rooms.look_around()
        (stopped,) = process.sent
        assert (stopped["state"], stopped["suspension"]["ground"]) == ("suspended", "stayed")
        at(LATER + timedelta(minutes=1))
        with acting(session) as s:
            closing.resume(s, lot.id, actor=SYSTEM, now=clock.now())
        process.rooms.look_around()
        assert (process.sent[-1]["state"], process.sent[-1]["suspension"]) == ("bidding", None)
        at(CLOSES_AT + timedelta(hours=2))
        session.rollback()
        sweep()
        process.rooms.look_around()
        assert process.sent[-1]["result"]["price_fen"] == START_FEN
        assert (process.sent[-1]["from"], process.sent[-1]["to"]) == (2, 1)


class TestTheSocket:
    @pytest.fixture
    def lot(self, session: Session, at: At) -> Lot:
        at(LATER)
        return a_lot_on_sale(session)

    @pytest.fixture
    def bidders(self, session: Session, lot: Lot) -> list[Registration]:
        return [a_code(session, lot)[1] for _ in range(3)]

    def test_who_comes_back_is_told_what_it_missed(
            self, app: Flask, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        bids(session, bidders, range(MOST_EVENTS))
        for after in (0, 1, MOST_EVENTS - 1, MOST_EVENTS):
            told = watch(app, lot, after=after)[1]
            assert (told["from"], told["to"]) == (after + 1, MOST_EVENTS)
            assert [one["seq"] for one in told["bids"]] == list(range(MOST_EVENTS, after, -1))
        newcomer = watch(app, lot)[1]
        assert (newcomer["from"], newcomer["to"], len(newcomer["bids"])) == (
            MOST_EVENTS - SHOWN_BIDS + 1, MOST_EVENTS, SHOWN_BIDS)
        bids(session, bidders, [MOST_EVENTS])
        far = watch(app, lot, after=0)[1]
        assert (far["from"], far["to"], len(far["bids"])) == (1, MOST_EVENTS + 1, SHOWN_BIDS), (
            "too many: the newest, and the range they stand for")
        ahead = watch(app, lot, after=MOST_EVENTS + 2)[1]
        assert len(ahead["bids"]) == SHOWN_BIDS, "nobody can have more than there is"

    @pytest.mark.parametrize("after", [-1, 1.5, "1", 2**31, True])
    def test_a_number_that_cannot_be_is_refused_by_its_field(self, app: Flask, lot: Lot, after: Any) -> None:
        assert list(watch(app, lot, after=after)[1]["fields"]) == ["after"]

    def test_bids_of_another_process_reach_a_socket_by_the_look_alone(
            self, app: Flask, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        socket, told = watch(app, lot)
        bids(session, bidders, range(30))
        assert updates_of(socket) == []
        look_around()
        (update,) = updates_of(socket)
        assert (told["to"], update["from"], update["to"], len(update["bids"])) == (0, 1, 30, SHOWN_BIDS)

    def test_a_room_is_forgotten_when_the_last_watcher_has_left(self, app: Flask, lot: Lot) -> None:
        socket, _told = watch(app, lot)
        look_around()
        assert updates.rooms.room(lot.id, 1) is not None
        socket.disconnect(NAMESPACE)
        look_around()
        assert updates.rooms.room(lot.id, 1) is None

    def test_ten_watchers_are_said_to_be_ten_or_more_and_not_said_again(self, app: Flask, lot: Lot) -> None:
        sockets = [watch(app, lot)[0] for _ in range(9)]
        count_watchers()
        assert said_to_watch(sockets[0]) == []
        sockets.append(watch(app, lot)[0])
        assert said_to_watch(sockets[0]) == [], "joining is no news by itself"
        count_watchers()
        count_watchers()
        for socket in sockets:
            assert said_to_watch(socket) == [10]
        assert watch(app, lot)[1]["watchers"] == shown_watchers(10)
        sockets.pop().disconnect(NAMESPACE)
        sockets.pop().disconnect(NAMESPACE)
        sockets.pop().disconnect(NAMESPACE)
        count_watchers()
        assert said_to_watch(sockets[0]) == [0]


def watch(app: Flask, lot: Lot, **more: Any) -> tuple[SocketIOTestClient, dict[str, Any]]:
    socket = socketio.test_client(app, namespace=NAMESPACE, headers={"Origin": "http://localhost"})
    told: dict[str, Any] = socket.emit("watch", {"lot": lot.id, **more}, namespace=NAMESPACE, callback=True)
    return socket, told


def updates_of(socket: SocketIOTestClient) -> list[dict[str, Any]]:
    return [one["args"][0] for one in socket.get_received(NAMESPACE) if one["name"] == "update"]


def said_to_watch(socket: SocketIOTestClient) -> list[int]:
    return [one["args"][0]["watchers"] for one in socket.get_received(NAMESPACE) if one["name"] == "watchers"]


class TestWhoeverEnters:
    """A newcomer is told from what was read for another one, as long as the room was told nothing since."""

    def entered(self) -> Room:
        room = Room(KEY, Stand(5, ("running",)))
        room.standing = (room.told, {"from": 3, "to": 5, "bids": [{"seq": seq} for seq in (5, 4, 3)]})
        return room

    def test_is_told_the_whole_standing_without_a_read(self) -> None:
        room = self.entered()
        assert room.standing is not None
        assert room.answer(None) == room.standing[1]

    @pytest.mark.parametrize(("after", "told"), [(2, [5, 4, 3]), (4, [5]), (5, [])])
    def test_is_told_what_it_has_missed(self, after: int, told: list[int]) -> None:
        message = self.entered().answer(after)
        assert message is not None
        assert (message["from"], message["to"]) == (after + 1, 5)
        assert [bid["seq"] for bid in message["bids"]] == told

    @pytest.mark.parametrize("after", [0, 1, 6, -1])
    def test_is_read_for_anew_where_more_is_missing_or_what_it_has_cannot_be(self, after: int) -> None:
        assert self.entered().answer(after) is None

    def test_is_read_for_anew_after_an_update(self) -> None:
        room = self.entered()
        room.told = Stand(6, ("running",))
        assert room.answer(None) is None
