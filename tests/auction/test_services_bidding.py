"""Taking bids under the lock of the sale's row: what is decided, stored, logged and answered."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from auction.errors import NotQualified, NotRunning
from auction.models import Lot, Registration
from auction.rules.bidding import Reason
from auction.rules.lifecycle import LotState
from auction.rules.replay import decision_members, recompute
from auction.services import registration
from auction.services.bidding import CLOCKS_APART, BidAnswer, answer_of, what_became_of
from auction.services.closing import suspend
from auction.services.history import bid_leaves, leaf_of_attempt
from auction.services.reading import replay_file
from audit import services as audit
from audit.kinds import Kind
from kernel.access import SYSTEM
from kernel.errors import InvalidInput
from kernel.languages import say
from kernel.money import MOST_FEN
from tests.factories.accounts import a_bidder, acting
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
    closed,
    paid,
    registered,
)

pytestmark = pytest.mark.both_databases

WINDOW = timedelta(minutes=5)
LATER = OPENS_AT + timedelta(hours=1)


@pytest.fixture
def lot(session: Session) -> Lot:
    return a_lot_on_sale(session)


@pytest.fixture
def first(session: Session, lot: Lot) -> Registration:
    return a_code(session, lot)[1]


@pytest.fixture
def second(session: Session, lot: Lot) -> Registration:
    return a_code(session, lot)[1]


@pytest.mark.parametrize("amount_fen", [-1, 0, MOST_FEN + 1, 2**53 - 1, 2**63])
def test_no_door_lets_in_a_sum_that_a_leaf_could_not_say(
        session: Session, lot: Lot, first: Registration, amount_fen: int) -> None:
    """The leaf of a bid is written without the reader of canonical JSON; nothing behind would refuse it."""
    with pytest.raises(InvalidInput) as refused:
        bid(session, first, amount_fen, LATER)
    assert list(refused.value.fields) == ["amount_fen"]
    assert attempts(session, lot) == []


def words(answer: BidAnswer) -> str:
    assert answer.refusal is not None
    return say(answer.refusal.message, answer.refusal.details)


def test_the_first_bid_may_be_the_start_price_and_opens_the_sale(session: Session, lot: Lot,
                                                                 first: Registration) -> None:
    answer = bid(session, first, START_FEN, OPENS_AT)
    assert decision_members(answer.decision)["accepted"]
    sale = session.get_one(Lot, lot.id).sale
    assert (sale.state, sale.price_fen, sale.leader_code) == (LotState.BIDDING, START_FEN, first.code)
    assert answer.decision.minimum_fen == START_FEN + STEP_FEN


@pytest.mark.parametrize(("at", "reason"), [
    (OPENS_AT - A_MOMENT, Reason.NOT_OPEN), (OPENS_AT, None), (CLOSES_AT - A_MOMENT, None),
    (CLOSES_AT, Reason.CLOSED)], ids=["before", "at the opening", "before the end", "at the end"])
def test_the_window_is_half_open_to_the_millisecond(session: Session, first: Registration, at: object,
                                                    reason: Reason | None) -> None:
    assert bid(session, first, START_FEN, at).decision.reason is reason  # type: ignore[arg-type]


def test_one_fen_under_the_start_price_is_refused_and_told_what_would_do(session: Session,
                                                                         first: Registration) -> None:
    answer = bid(session, first, START_FEN - 1, OPENS_AT)
    assert answer.decision.reason is Reason.BELOW_START
    assert "2,010,000.00 元" in words(answer)
    assert answer.refusal is not None
    assert answer.refusal.rule == "AUC-20.1"


def test_one_fen_under_the_next_step_is_refused_and_the_step_itself_is_not(
        session: Session, first: Registration, second: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT)
    under = bid(session, second, START_FEN + STEP_FEN - 1, LATER)
    assert (under.decision.reason, words(under)) == (
        Reason.BELOW_MINIMUM,
        "当前价为 2,010,000.00 元，增价幅度为 10,000.00 元。请至少出 2,020,000.00 元。")
    assert bid(session, second, START_FEN + STEP_FEN, LATER).decision.accepted


def test_an_equal_bid_needs_a_priority_right_that_goes_before_the_leaders(session: Session, lot: Lot,
                                                                          first: Registration) -> None:
    _, tenant = a_code(session, lot, rank=2)
    _, owner = a_code(session, lot, rank=1)
    bid(session, first, START_FEN, OPENS_AT)
    assert bid(session, owner, START_FEN, LATER).decision.accepted
    refused = bid(session, tenant, START_FEN, LATER)
    assert (refused.decision.reason, refused.refusal and refused.refusal.rule) == (
        Reason.CANNOT_MATCH, "AUC-21.5")


@pytest.mark.parametrize(("terms", "amount_fen", "reason"), [
    ({"whole_steps": True}, START_FEN + STEP_FEN + 1, Reason.NOT_WHOLE_STEP),
    ({"whole_steps": True}, START_FEN + 2 * STEP_FEN, None),
    ({"max_steps": 3}, START_FEN + 3 * STEP_FEN + 1, Reason.STEP_TOO_LARGE),
    ({"max_steps": 3}, START_FEN + 3 * STEP_FEN, None)])
def test_steps_are_held_to_where_the_court_set_them(session: Session, terms: dict[str, Any],
                                                    amount_fen: int, reason: Reason | None) -> None:
    _, bidder = a_code(session, a_lot_on_sale(session, **terms))
    assert bid(session, bidder, amount_fen, OPENS_AT).decision.reason is reason


def test_a_bid_while_the_sale_stands_still_is_refused_and_logged(session: Session, lot: Lot,
                                                                 first: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT)
    with acting(session) as s:
        suspend(s, lot.id, ground="stayed", reason="中止执行。", document_sha256=None,
                actor=SYSTEM, now=LATER)
    answer = bid(session, first, START_FEN + STEP_FEN, LATER + A_MOMENT)
    assert answer.decision.reason is Reason.SUSPENDED
    assert len(bid_leaves(session, answer.sale)) == 2


@pytest.mark.parametrize(("before", "end"), [
    (WINDOW + A_MOMENT, CLOSES_AT), (WINDOW, CLOSES_AT),
    (WINDOW - A_MOMENT, CLOSES_AT + A_MOMENT), (A_MOMENT, CLOSES_AT + WINDOW - A_MOMENT)])
def test_a_bid_in_the_last_five_minutes_gives_everybody_five_more(
        session: Session, first: Registration, before: timedelta, end: object) -> None:
    answer = bid(session, first, START_FEN, CLOSES_AT - before)
    assert answer.decision.closes_at == end
    assert answer.attempt.extended is (end != CLOSES_AT)


def test_a_repeat_gets_the_first_answer_and_changes_nothing(session: Session, lot: Lot,
                                                            first: Registration,
                                                            second: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT)
    told = bid(session, second, START_FEN, LATER, bid_id="again")
    bid(session, first, START_FEN + 5 * STEP_FEN, LATER)
    leaves = len(bid_leaves(session, told.sale))
    repeated = bid(session, second, START_FEN, LATER + timedelta(minutes=1), bid_id="again")
    assert not repeated.is_new
    assert decision_members(repeated.decision) == decision_members(told.decision) | {"repeated": True}
    assert words(repeated) == words(told), "the words speak of the price as it stood then"
    assert repeated.attempt.received_at == LATER
    assert len(bid_leaves(session, told.sale)) == leaves
    assert len(attempts(session, lot)) == 3


def test_another_sum_under_a_used_id_is_refused_and_the_first_answer_stands(
        session: Session, lot: Lot, first: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT, bid_id="one")
    other = bid(session, first, START_FEN + STEP_FEN, LATER, bid_id="one")
    assert other.decision.reason is Reason.ID_CONFLICT
    assert session.get_one(Lot, lot.id).sale.price_fen == START_FEN
    assert bid(session, first, START_FEN, LATER, bid_id="one").decision.accepted


def test_two_bidders_may_use_the_same_id(session: Session, first: Registration,
                                         second: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT, bid_id="one")
    assert bid(session, second, START_FEN + STEP_FEN, LATER, bid_id="one").decision.accepted


def test_a_bid_received_before_its_bidder_was_admitted_is_not_judged(session: Session, lot: Lot) -> None:
    """Simulation, seed 8152: read late, when the deposit had come meanwhile (AUC-17.2)."""
    person = a_bidder(session)
    found = registered(session, lot, person)
    paid(session, found, person)
    with acting(session) as s:
        registration.admit(s, found.id, now=LATER)
    apart = CLOCKS_APART   # by so much the clock of the process that admitted may differ
    with pytest.raises(NotQualified):
        bid(session, found, START_FEN, LATER - apart - A_MOMENT)
    assert attempts(session, lot) == []
    assert bid(session, found, START_FEN, LATER - apart).decision.accepted


def test_after_the_end_only_a_repeat_is_answered(session: Session, lot: Lot,
                                                 first: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT, bid_id="one")
    closed(session, lot)
    assert bid(session, first, START_FEN, CLOSES_AT, bid_id="one").decision.accepted
    with pytest.raises(NotRunning, match="not_running") as refused:
        bid(session, first, START_FEN + STEP_FEN, CLOSES_AT)
    assert refused.value.rule == "AUC-20.5"


def test_every_attempt_has_its_leaf_with_bid_and_decision(session: Session, lot: Lot,
                                                          first: Registration,
                                                          second: Registration) -> None:
    bid(session, first, START_FEN, OPENS_AT, bid_id="a")
    bid(session, second, START_FEN, LATER, bid_id="b")
    sale = session.get_one(Lot, lot.id).sale
    found = audit.leaves_of_subject(session, sale.subject, kind=Kind.BID)
    bodies = [audit.body_of(leaf) for leaf in found]
    assert [leaf.actor for leaf in found] == [f"code:{first.code}", f"code:{second.code}"]
    assert [body["bid"]["id"] for body in bodies] == ["a", "b"]
    assert [body["decision"]["reason"] for body in bodies] == [None, "below_minimum"]
    assert [leaf_of_attempt(session, one).hash for one in attempts(session, lot)] == [
        leaf.hash for leaf in found]
    assert audit.check_logs(session) == dict.fromkeys(audit.check_logs(session))


def test_what_became_of_a_bid_can_be_asked_later(session: Session, first: Registration) -> None:
    told = bid(session, first, START_FEN - 1, OPENS_AT, bid_id="lost")
    found = what_became_of(session, [first], "lost")
    assert found is not None
    assert words(answer_of(session, found)) == words(told)
    assert what_became_of(session, [first], "never") is None


def test_the_published_file_recomputes_to_the_stored_answers(session: Session, lot: Lot,
                                                             first: Registration,
                                                             second: Registration) -> None:
    for n, bidder in enumerate((first, second, first, second, first)):
        bid(session, bidder, START_FEN + (n - n % 2) * STEP_FEN, CLOSES_AT - timedelta(minutes=6 - n))
    sale = closed(session, lot)
    recomputed = recompute(replay_file(session, lot.id, 1))
    stored = [{"accepted": one.accepted, "reason": one.reason, "seq": one.seq,
               "minimum_fen": one.minimum_fen} for one in attempts(session, lot)]
    assert [{name: one[name] for name in stored[0]} for one in recomputed["decisions"]] == stored
    assert sale.result is not None
    assert (recomputed["outcome"]["winner_code"], recomputed["outcome"]["price_fen"]) == (
        sale.result.winner_code, sale.result.price_fen)
