"""Group commit: what comes together is written together, in its order, and each gets its answer."""

import gc
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from auction.errors import NotQualified
from auction.live.queue import BidQueue, _Waiting
from auction.models import Lot, Registration
from auction.rules.bidding import Reason
from auction.services import bidstore
from auction.services.bidding import BidAnswer, Offer, take_bids
from auction.services.reading import decision_of
from audit import services as audit
from audit.models import SignedCommit
from kernel import arrivals, clock
from kernel.bulk import Bulk
from kernel.database import Base
from kernel.errors import DomainError
from tests.factories.accounts import acting
from tests.factories.auction import (
    A_MOMENT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    attempts,
)
from tests.factories.cases import an_officer

LATER = OPENS_AT + timedelta(hours=1)


def offer(found: Registration, amount_fen: int, name: str, **more: Any) -> Offer:
    return Offer(found.lot_id, found.number, found.person_digest, amount_fen, name,
                 more.pop("received_at", LATER), **more)


def place_of(found: Registration) -> bidstore.Place:
    return found.lot_id, found.number, found.person_digest


@contextmanager
def listening(asked: list[str]) -> Iterator[None]:
    """Note every question for admissions."""
    find = Bulk.find

    def noted(bulk: Bulk, model: type[Base], **more: Any) -> list[tuple[Any, ...]]:
        if model is Registration and more["wanted"]:
            asked.append(model.__tablename__)
        return find(bulk, model, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Bulk, "find", noted)
        yield


def taken(session: Session, offers: Sequence[Offer]) -> list[Any]:
    with acting(session) as s:
        return list(take_bids(s, offers, now=LATER))


class TestABatch:
    pytestmark = pytest.mark.both_databases

    @pytest.fixture
    def lot(self, session: Session) -> Lot:
        return a_lot_on_sale(session)

    @pytest.fixture
    def bidders(self, session: Session, lot: Lot) -> list[Registration]:
        return [a_code(session, lot)[1] for _ in range(3)]

    def test_is_judged_in_the_order_of_receipt_whatever_order_it_is_given_in(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        ascending = [offer(bidders[n % 3], START_FEN + n * STEP_FEN, f"n{n}", order=n,
                           received_at=LATER + A_MOMENT * (n // 2)) for n in range(12)]
        answers = taken(session, ascending[::-1])
        assert [answer.decision.seq for answer in answers] == list(range(12, 0, -1))
        assert [one.position for one in attempts(session, lot)] == list(range(1, 13))

    def test_is_one_commit_with_one_signature_and_a_receipt_for_each(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        before = session.query(SignedCommit).count()
        session.rollback()
        answers = taken(session, [offer(one, START_FEN + n * STEP_FEN, "x", order=n)
                                  for n, one in enumerate(bidders)])
        assert session.query(SignedCommit).count() == before + 1
        receipts = [json.loads(answer.receipt) for answer in answers]
        assert len({one["signature"] for one in receipts}) == 1
        assert [one["index"] for one in receipts] == [1, 2, 3], "after the leaf that opened the sale"
        stored = attempts(session, lot)
        assert [audit.receipt_of(session, one["origin"], row.leaf_index or 0)
                for one, row in zip(receipts, stored, strict=True)] == [one.receipt for one in answers]
        assert set(audit.check_logs(session).values()) == {None}

    def test_of_a_bid_sent_twice_within_it_keeps_one_and_answers_both_alike(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        same = offer(bidders[0], START_FEN, "same")
        first, second, other = taken(session, [same, same, offer(bidders[0], START_FEN + STEP_FEN, "same")])
        assert (first.is_new, second.is_new) == (True, False)
        assert (first.leaf, first.receipt) == (second.leaf, second.receipt)
        assert (first.decision.repeated, second.decision.repeated) == (False, True)
        assert other.decision.reason is Reason.ID_CONFLICT
        assert len(attempts(session, lot)) == 2

    def test_leaves_nothing_behind_that_only_a_look_for_garbage_finds(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        def left_by(count: int, name: str) -> int:
            offers = [offer(bidders[n % 3], START_FEN + n % 7 * STEP_FEN, f"{name}{n}", order=n)
                      for n in range(count)]
            gc.collect()
            gc.disable()
            try:
                assert len(taken(session, offers)) == count
                return gc.collect()
            finally:
                gc.enable()

        left_by(3, "warm")
        assert left_by(90, "many") < 90, "a driver may leave something of a statement, but nothing of a bid"

    def test_an_admission_is_read_with_the_first_bid_and_not_again(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        asked: list[str] = []
        taken(session, [offer(bidders[0], START_FEN, "first")])
        with listening(asked):
            seats = bidstore.lock(Bulk(session), {lot.id}, {place_of(bidders[0])}).seats
            assert asked == []
            assert seats[place_of(bidders[0])].code == bidders[0].code
            more = bidstore.lock(Bulk(session), {lot.id}, {place_of(one) for one in bidders}).seats
            assert len(asked) == 1
        assert {seat.code for seat in more.values()} == {one.code for one in bidders}

    def test_an_admission_that_may_yet_be_taken_back_is_not_remembered(
            self, session: Session, lot: Lot) -> None:
        _, found = a_code(session, lot)
        place = place_of(found)
        found.code = found.admitted_at = None
        session.commit()
        found.code, found.admitted_at = "K0001", LATER
        assert bidstore.lock(Bulk(session), {lot.id}, {place}).seats[place].code == "K0001"
        session.rollback()
        assert bidstore.lock(Bulk(session), {lot.id}, {place}).seats == {}
        found.code, found.admitted_at = "K0002", LATER
        session.commit()
        assert bidstore.lock(Bulk(session), {lot.id}, {place}).seats[place].code == "K0002"

    def test_no_more_admissions_are_remembered_than_there_is_room_for(
            self, session: Session, lot: Lot, bidders: list[Registration], monkeypatch: pytest.MonkeyPatch
            ) -> None:
        monkeypatch.setattr(bidstore, "_MOST_SEATS", 1)
        for one in bidders:
            found = bidstore.lock(Bulk(session), {lot.id}, {place_of(one)}).seats
            assert [seat.code for seat in found.values()] == [one.code]
        assert len(Bulk(session).remembered[Registration]) <= 2

    def test_repeats_of_earlier_bids_stand_beside_new_ones(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        (old,) = taken(session, [offer(bidders[0], START_FEN, "old")])
        again, new = taken(session, [offer(bidders[0], START_FEN, "old"),
                                     offer(bidders[1], START_FEN + STEP_FEN, "new")])
        assert (again.receipt, again.leaf.index, again.leaf.hash, again.is_new) == (
            old.receipt, old.leaf.index, old.leaf.hash, False)
        assert new.decision.seq == 2

    def test_whoever_has_no_code_is_turned_away_and_spoils_none_of_the_others(
            self, session: Session, lot: Lot, bidders: list[Registration]) -> None:
        stranger = Offer(lot.id, 1, "0" * 64, START_FEN, "s", LATER)
        nowhere = Offer("lot-none", 1, bidders[0].person_digest, START_FEN, "n", LATER)
        answers = taken(session, [stranger, offer(bidders[0], START_FEN, "mine"), nowhere])
        assert [getattr(one, "code", "judged") for one in answers] == [
            "not_qualified", "judged", "no_such_lot"]
        assert len(attempts(session, lot)) == 1

    def test_for_many_lots_is_still_one_commit_and_moves_each_by_itself(self, session: Session) -> None:
        officer = an_officer(session)
        lots = [an_exercise(session, officer, start_price_fen=START_FEN + n, opens_at=OPENS_AT,
                            closes_at=OPENS_AT + timedelta(hours=2))[0] for n in range(4)]
        seats = [session.query(Registration).filter_by(lot_id=lot.id, code="K0001").one() for lot in lots]
        answers = taken(session, [offer(one, START_FEN + n, "a") for n, one in enumerate(seats)])
        assert [answer.decision.seq for answer in answers] == [1] * 4
        assert [session.get_one(Lot, lot.id).sale.price_fen for lot in lots] == [
            START_FEN + n for n in range(4)]
        assert len({json.loads(answer.receipt)["signature"] for answer in answers}) == 1
        assert all(decision_of(attempts(session, lot)[0]).accepted for lot in lots)
        assert set(audit.check_logs(session).values()) == {None}


class Book:
    """A store that notes its batches, and waits where a test holds it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate, self.begun = Event(), Event()
        self.gate.set()

    def write(self, offers: Sequence[Offer]) -> list[BidAnswer | DomainError]:
        self.begun.set()
        assert self.gate.wait(10)
        names = [one.client_bid_id for one in offers]
        if "poison" in names:
            raise ZeroDivisionError(names)
        self.batches.append(names)
        return [NotQualified(name=name) for name in names]


def named(name: str, order: int = 0, received_at: datetime = LATER) -> Offer:
    return Offer("lot", 1, "digest", 1, name, received_at, order)


def told(queue: BidQueue, name: str, order: int = 0, received_at: datetime = LATER) -> str:
    with pytest.raises((DomainError, ZeroDivisionError)) as refused:
        queue.take(named(name, order, received_at))
    return str(getattr(refused.value, "details", {"name": "broken"})["name"])


def test_what_comes_while_a_transaction_is_written_goes_into_the_next_one_together() -> None:
    book = Book()
    queue = BidQueue(book.write)
    book.gate.clear()
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(told, queue, "first")
        assert book.begun.wait(10)
        others = [pool.submit(told, queue, f"n{n}") for n in range(8)]
        while len(queue._waiting) < 8:
            pass
        book.gate.set()
        assert first.result(10) == "first"
        assert [one.result(10) for one in others] == [f"n{n}" for n in range(8)]
    assert book.batches[0] == ["first"]
    assert sorted(book.batches[1]) == [f"n{n}" for n in range(8)]
    assert (queue.batches, queue.bids) == (2, 9)


def test_a_bid_that_cannot_be_written_takes_no_other_with_it() -> None:
    book = Book()
    queue = BidQueue(book.write)
    book.gate.clear()
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(told, queue, "first")
        assert book.begun.wait(10)
        others = {name: pool.submit(told, queue, name) for name in ("a", "poison", "b")}
        while len(queue._waiting) < 3:
            pass
        book.gate.set()
        assert first.result(10) == "first"
        assert {name: one.result(10) for name, one in others.items()} == {
            "a": "a", "poison": "broken", "b": "b"}
    assert told(queue, "afterwards") == "afterwards", "the queue goes on"


def test_bids_tried_one_by_one_are_still_tried_in_the_order_of_receipt() -> None:
    book = Book()
    queue = BidQueue(book.write)
    book.gate.clear()
    late = [named(name)._replace(received_at=LATER + place * A_MOMENT)
            for place, name in enumerate(("a", "poison", "b", "c"))]
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(told, queue, "first")
        assert book.begun.wait(10)
        for count, one in enumerate(reversed(late), 1):
            pool.submit(queue.take, one)
            while len(queue._waiting) < count:
                pass
        book.gate.set()
        assert first.result(10) == "first"
    assert book.batches == [["first"], ["a"], ["b"], ["c"]]


@pytest.mark.usefixtures("app")
def test_bids_stay_in_hand_while_the_database_is_away() -> None:
    away = [OperationalError("SELECT 1", {}, psycopg.OperationalError("it has ended"))] * 3
    book = Book()

    def write(offers: Sequence[Offer]) -> list[BidAnswer | DomainError]:
        if away:
            raise away.pop()
        return book.write(offers)

    queue = BidQueue(write)
    assert told(queue, "kept") == "kept"
    assert (away, book.batches) == ([], [["kept"]])


def test_what_fails_for_another_reason_is_not_tried_again() -> None:
    tries: list[int] = []

    def write(offers: Sequence[Offer]) -> list[BidAnswer | DomainError]:
        tries.append(len(offers))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        BidQueue(write).take(named("once"))
    assert tries == [1]


def test_under_many_threads_every_bid_is_written_once_and_answered() -> None:
    book = Book()
    queue = BidQueue(book.write)
    names = [f"{n}-{turn}" for n in range(16) for turn in range(50)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda name: told(queue, name), names)) == names
    assert sorted(name for batch in book.batches for name in batch) == sorted(names)


class TestTheOrderOfReceipt:
    """AUC-20.6: a bid that the kernel had before another one is judged before it."""

    def test_a_bid_waits_for_an_earlier_one_that_is_still_on_its_way(self) -> None:
        book = Book()
        queue = BidQueue(book.write)
        now = clock.now()
        come = Event()

        def handle() -> str:   # as the edge does with a bid that needs a look at who bids
            assert come.wait(10)
            arrivals.settle()
            return told(queue, "earlier", 1, now)

        with ThreadPoolExecutor(2) as pool:
            earlier = pool.submit(arrivals.on_the_way(now, handle))
            later = pool.submit(told, queue, "later", 2, now + A_MOMENT)
            time.sleep(0.05)
            assert book.batches == []
            come.set()
            assert (earlier.result(10), later.result(10)) == ("earlier", "later")
        assert [name for batch in book.batches for name in batch] == ["earlier", "later"]

    def test_it_does_not_wait_for_one_that_was_turned_away(self) -> None:
        now = clock.now()
        arrivals.on_the_way(now, lambda: None)()
        assert told(BidQueue(Book().write), "later", 2, now + A_MOMENT) == "later"

    def test_it_waits_no_longer_than_it_may(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("auction.live.queue.LONGEST_COMING_S", 0.1)
        now = clock.now()
        stands_still = arrivals.on_the_way(now, lambda: None)
        assert told(BidQueue(Book().write), "later", 2, now + A_MOMENT) == "later"
        stands_still()

    def test_what_is_received_while_others_come_in_waits_for_the_next_batch(
            self, monkeypatch: pytest.MonkeyPatch) -> None:
        book = Book()
        queue = BidQueue(book.write)
        sent: list[str] = []

        def take_in(_entered: object) -> None:
            if not sent:   # of two bids that come now the kernel shows the later one first
                sent.append("second")
                queue._enter(_Waiting(named("second", time.time_ns()), lambda _answer: None))

        monkeypatch.setattr("auction.live.queue.take_in", take_in)
        queue._enter(_Waiting(named("first", time.time_ns()), lambda _answer: None))
        assert [one.offer.client_bid_id for one in queue._next()] == ["first"]
        assert [one.offer.client_bid_id for one in queue._next()] == ["second"]

    def test_bids_are_taken_though_the_clock_was_set_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("auction.live.queue.LONGEST_COMING_S", 0.1)
        hour_ahead = time.time_ns() + 3_600_000_000_000
        book = Book()
        assert told(BidQueue(book.write), "ahead", hour_ahead) == "ahead"
