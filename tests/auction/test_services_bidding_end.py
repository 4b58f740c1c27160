"""How a sale ends: by itself, once, and with every deposit where it belongs."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import NotRunning, StepNotAllowed
from auction.models import Lot, Registration, Result
from auction.rules.closing import GRACE
from auction.rules.lifecycle import LotState, Round
from auction.rules.replay import recompute
from auction.services import bidding, closing, delivery, registration, undecided
from auction.services.reading import end_in_force, replay_file
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PropertyStatus
from kernel.access import Actor
from ledger import services as ledger
from tests.factories.accounts import a_bidder, acting
from tests.factories.auction import (
    A_MOMENT,
    CLOSES_AT,
    DEPOSIT_FEN,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    attempts,
    bid,
    closed,
    pay,
    registered,
)
from tests.factories.cases import an_officer

pytestmark = pytest.mark.both_databases

WINDOW = timedelta(minutes=5)
LATER = OPENS_AT + timedelta(hours=1)


@pytest.fixture
def officer(session: Session) -> Actor:
    return an_officer(session)


@pytest.fixture
def lot(session: Session, officer: Actor) -> Lot:
    court = accounts.get_court(session, officer.court_id or "")
    return a_lot_on_sale(session, court, officer=officer)


def state_of(session: Session, found: Registration) -> str:
    return str(ledger.payment(session, found.reference or "").state)


def close(session: Session, lot: Lot, now: object) -> object:
    with acting(session) as s:
        return closing.close_due(s, lot.id, now=now)  # type: ignore[arg-type]


def suspended(session: Session, lot: Lot, officer: Actor, at: object) -> None:
    with acting(session) as s:
        closing.suspend(s, lot.id, ground="stayed", reason="案外人提出异议。", document_sha256=None,
                        actor=officer, now=at)  # type: ignore[arg-type]


def resumed(session: Session, lot: Lot, officer: Actor, at: object) -> object:
    with acting(session) as s:
        return closing.resume(s, lot.id, actor=officer, now=at)  # type: ignore[arg-type]


def test_a_sale_ends_once_and_not_before_its_end(session: Session, lot: Lot) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    assert close(session, lot, CLOSES_AT - A_MOMENT) is None
    assert close(session, lot, CLOSES_AT + GRACE - A_MOMENT) is None
    assert close(session, lot, CLOSES_AT + GRACE) is not None
    assert close(session, lot, CLOSES_AT + GRACE) is None
    assert len(session.scalars(select(Result)).all()) == 1
    sale = session.get_one(Lot, lot.id).sale
    assert len(audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_CLOSED)) == 1


def test_the_end_waits_for_a_bid_that_came_in_time(session: Session, lot: Lot) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    late = CLOSES_AT + timedelta(seconds=3)
    with undecided.waiting(lot.id, bidder.id, CLOSES_AT - A_MOMENT):
        assert close(session, lot, late) is None
    with undecided.waiting(lot.id, bidder.id, CLOSES_AT):
        assert close(session, lot, late) is not None, "what came at the end came too late"


def test_a_sold_lot_names_its_buyer_and_asks_for_the_balance(session: Session, lot: Lot) -> None:
    buyer, winner = a_code(session, lot, a_bidder(session, name="林知远"))
    _, loser = a_code(session, lot)
    bid(session, loser, START_FEN, OPENS_AT)
    bid(session, winner, START_FEN + STEP_FEN, LATER)
    sale = closed(session, lot)
    found = sale.delivery
    assert found is not None
    assert (sale.state, found.buyer_name, found.buyer_person_id) == (LotState.SOLD, "林知远", buyer.id)
    assert "*" in found.buyer_masked_number
    assert found.balance_fen == START_FEN + STEP_FEN - DEPOSIT_FEN
    assert ledger.payment(session, found.balance_reference or "").amount_fen == found.balance_fen
    assert found.balance_due_on == date(2026, 6, 22), "the tenth day is a Sunday: the term rolls on"
    assert (state_of(session, winner), state_of(session, loser)) == ("moved_to_price", "released")


def test_without_a_bid_the_sale_fails_and_every_deposit_goes_back(session: Session, lot: Lot) -> None:
    _, paid = a_code(session, lot)
    unpaid = registered(session, lot)
    sale = closed(session, lot)
    assert (sale.state, sale.result and sale.result.outcome) == (LotState.FAILED, "failed")
    assert (state_of(session, paid), state_of(session, unpaid)) == ("released", "lapsed")
    assert cases.get_property(session, lot.property_id or "").status is PropertyStatus.PRICED
    assert sale.delivery is None


def test_a_suspended_sale_keeps_leader_and_deposits_and_gives_back_the_time(
        session: Session, lot: Lot, officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    suspended(session, lot, officer, LATER)
    assert close(session, lot, CLOSES_AT + timedelta(days=1)) is None
    assert state_of(session, bidder) == "received"
    over = LATER + timedelta(days=2)
    assert resumed(session, lot, officer, over) == over + (CLOSES_AT - LATER)
    sale = session.get_one(Lot, lot.id).sale
    assert (sale.state, sale.leader_code) == (LotState.BIDDING, bidder.code)
    assert close(session, lot, CLOSES_AT + timedelta(seconds=5)) is None
    assert closed(session, lot).state == LotState.SOLD


def test_a_resumed_sale_runs_at_least_five_more_minutes(session: Session, lot: Lot,
                                                        officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    suspended(session, lot, officer, CLOSES_AT - timedelta(seconds=1))
    over = CLOSES_AT + timedelta(hours=1)
    assert resumed(session, lot, officer, over) == over + WINDOW


def test_a_stop_at_the_very_end_counts_and_one_later_does_not(session: Session, lot: Lot,
                                                              officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    with pytest.raises(NotRunning):
        suspended(session, lot, officer, CLOSES_AT + A_MOMENT)
    suspended(session, lot, officer, CLOSES_AT)
    assert close(session, lot, CLOSES_AT + timedelta(minutes=1)) is None


def test_a_stop_begins_later_than_every_bid_judged(session: Session, lot: Lot,
                                                   officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, LATER + timedelta(seconds=2))
    suspended(session, lot, officer, LATER)
    stop = session.get_one(Lot, lot.id).sale.suspensions[0]
    assert stop.from_at == LATER + timedelta(seconds=2) + A_MOMENT


def test_a_bid_of_the_stop_judged_after_it_is_answered_as_the_file_will_show(
        session: Session, lot: Lot, officer: Actor) -> None:
    _, one = a_code(session, lot)
    _, two = a_code(session, lot)
    bid(session, one, START_FEN, CLOSES_AT - timedelta(minutes=10))
    suspended(session, lot, officer, CLOSES_AT - timedelta(minutes=9))
    resumed(session, lot, officer, CLOSES_AT + timedelta(hours=2))
    bid(session, two, START_FEN + STEP_FEN, CLOSES_AT + timedelta(hours=1))
    bid(session, two, START_FEN + STEP_FEN, CLOSES_AT + timedelta(hours=2, minutes=8))
    sale = closed(session, lot)
    told = recompute(replay_file(session, lot.id, 1))
    assert [one.reason for one in attempts(session, lot)] == [None, "suspended", None]
    assert [one["reason"] for one in told["decisions"]] == [None, "suspended", None]
    assert told["outcome"]["closed_at"].startswith("2026-06-11T12:13:00")
    assert sale.result is not None
    assert sale.result.closed_at == end_in_force(sale)


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize(("of_round", "announced", "goes_on"), [
    (Round.FIRST, LotState.PUBLISHED, LotState.BIDDING),
    (Round.SELLOFF, LotState.SELLOFF_PUBLISHED, LotState.SELLOFF_BIDDING)])
def test_a_first_bid_that_is_judged_only_while_the_sale_stands_still_is_sold_to(
        session: Session, lot: Lot, officer: Actor, of_round: Round, announced: LotState, goes_on: LotState,
        is_swept: bool) -> None:
    """It came before the stop and waited for its turn, whether a sweep had opened the sale by then or not."""
    _, bidder = a_code(session, lot)
    with acting(session) as s:
        sale = s.get_one(Lot, lot.id).sale
        sale.round, sale.state = of_round, announced
        audit.record(s, court_id=lot.court_id, kind=Kind.LOT_PUBLISHED, subject="test", actor="system",
                     body={})
    if is_swept:
        with acting(session) as s:
            assert closing.open_due(s, lot.id, now=OPENS_AT)
    suspended(session, lot, officer, LATER)
    with acting(session) as s:
        answer = bidding.place_bid(
            s, registration=s.get_one(Registration, bidder.id), amount_fen=START_FEN, client_bid_id="first",
            received_at=LATER - A_MOMENT, now=LATER + timedelta(seconds=3))
    assert answer.decision.accepted
    resumed(session, lot, officer, LATER + timedelta(hours=1))
    sale = session.get_one(Lot, lot.id).sale
    assert sale.state == goes_on
    course = [Kind.LOT_OPENED, Kind.LOT_SUSPENDED, Kind.BID, Kind.LOT_RESUMED]
    leaves = audit.leaves_of_subject(session, sale.subject)
    assert [leaf.kind for leaf in leaves if leaf.kind in course] == course
    assert closed(session, lot).state == LotState.SOLD


def test_a_lot_taken_back_before_the_bidding_gives_the_deposits_back(session: Session, lot: Lot,
                                                                     officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    with acting(session) as s:
        closing.withdraw(s, lot.id, ground="settlement", reason="当事人达成和解。", actor=officer,
                         now=OPENS_AT - timedelta(hours=1))
    sale = session.get_one(Lot, lot.id).sale
    assert (sale.state, sale.result and sale.result.reason) == (LotState.WITHDRAWN, "当事人达成和解。")
    assert state_of(session, bidder) == "released"
    assert cases.get_property(session, lot.property_id or "").status is PropertyStatus.PRICED


def test_a_running_sale_must_be_stopped_before_it_can_be_taken_back(session: Session, lot: Lot,
                                                                    officer: Actor) -> None:
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    with pytest.raises(StepNotAllowed), acting(session) as s:
        closing.withdraw(s, lot.id, ground="debt_paid", reason="已清偿。", actor=officer, now=LATER)
    suspended(session, lot, officer, LATER)
    with acting(session) as s:
        closing.withdraw(s, lot.id, ground="debt_paid", reason="已清偿。", actor=officer,
                         now=LATER + timedelta(hours=3))
    sale = session.get_one(Lot, lot.id).sale
    assert (sale.state, state_of(session, bidder)) == (LotState.CLOSED_NO_SALE, "released")
    (leaf,) = audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_WITHDRAWN)
    assert audit.body_of(leaf)["suspension"]["to"].startswith("2026-06-10T14:00:00")


def test_money_that_comes_after_the_end_admits_nobody(session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    late = registered(session, lot, person)
    pay(session, lot.court_id, late.reference or "", DEPOSIT_FEN, person, now=CLOSES_AT,
        book=ledger.Book.DEPOSITS)
    with acting(session) as s:
        assert registration.admit(s, late.id, now=CLOSES_AT) is None
    closed(session, lot)
    assert state_of(session, late) == "released"


def test_the_balance_moves_the_sale_on_and_title_passes_with_the_service(
        session: Session, lot: Lot, officer: Actor) -> None:
    buyer, winner = a_code(session, lot)
    bid(session, winner, START_FEN, OPENS_AT)
    sale = closed(session, lot)
    assert sale.delivery is not None
    assert delivery.paid_balances(session) == []
    pay(session, lot.court_id, sale.delivery.balance_reference or "", sale.delivery.balance_fen, buyer,
        now=CLOSES_AT + timedelta(days=3), book=ledger.Book.CASE_MONEY)
    assert list(delivery.paid_balances(session)) == [lot.id]
    with acting(session) as s:
        assert delivery.note_paid(s, lot.id, now=CLOSES_AT + timedelta(days=3))
        assert not delivery.note_paid(s, lot.id, now=CLOSES_AT + timedelta(days=3))
    sale = session.get_one(Lot, lot.id).sale
    assert (sale.state, delivery.ruling_due_on(sale)) == (LotState.PAID, date(2026, 6, 24))
