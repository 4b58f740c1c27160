"""The bidding engine at every border, one fen and one millisecond apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auction.rules.bidding import (
    BidIn,
    Decision,
    FirstAnswer,
    LotTerms,
    Mode,
    Reason,
    Result,
    Standing,
    Suspension,
    ends_at,
    is_suspended,
    judge,
    maximum_bid,
    minimum_bid,
    opening,
    outcome,
)

OPENS = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(hours=24)
MS = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
START = 86_419_753
STEP = 1_000_000

TERMS = LotTerms(start_price_fen=START, increment_fen=STEP, opens_at=OPENS, closes_at=ENDS,
                 window=5 * MINUTE, selloff_span=timedelta(hours=24))


def play(terms: LotTerms, *bids: tuple[str, int, datetime] | tuple[str, int, datetime, int]
         ) -> tuple[list[Decision], Standing]:
    standing = opening(terms)
    decisions = []
    for code, amount, at, *rank in bids:
        bid = BidIn(code, amount, rank[0] if rank else None)
        decision, standing = judge(terms, standing, bid, at)
        decisions.append(decision)
    return decisions, standing


def reasons(decisions: list[Decision]) -> list[Reason | None]:
    return [decision.reason for decision in decisions]


def test_bidding_starts_at_the_opening_and_not_a_millisecond_before() -> None:
    early, at_opening, after = play(
        TERMS, ("A", START, OPENS - MS), ("A", START, OPENS), ("B", START + STEP, OPENS + MS))[0]
    assert early.reason is Reason.NOT_OPEN
    assert at_opening.accepted
    assert after.accepted


@pytest.mark.parametrize(("at", "reason"), [
    (ENDS - MS, None), (ENDS, Reason.CLOSED), (ENDS + MS, Reason.CLOSED)])
def test_the_end_itself_is_too_late(at: datetime, reason: Reason | None) -> None:
    assert reasons(play(TERMS, ("A", START, at))[0]) == [reason]


@pytest.mark.parametrize(("before_end", "moved"), [
    (5 * MINUTE + MS, timedelta(0)), (5 * MINUTE, timedelta(0)), (5 * MINUTE - MS, MS),
    (MS, 5 * MINUTE - MS)])
def test_a_bid_in_the_last_five_minutes_ends_the_sale_five_minutes_after_itself(
        before_end: timedelta, moved: timedelta) -> None:
    _, standing = play(TERMS, ("A", START, ENDS - before_end))
    assert standing.closes_at == ENDS + moved
    assert standing.extensions == (moved > timedelta(0))


@pytest.mark.parametrize(("amount", "reason"), [
    (START - 1, Reason.BELOW_START), (START, None), (START + 1, None)])
def test_the_first_bid_may_be_the_start_price_and_anything_above_it(
        amount: int, reason: Reason | None) -> None:
    assert reasons(play(TERMS, ("A", amount, OPENS))[0]) == [reason]


@pytest.mark.parametrize(("amount", "reason"), [
    (START, Reason.BELOW_MINIMUM), (START + STEP - 1, Reason.BELOW_MINIMUM), (START + STEP, None),
    (START + STEP + 1, None)])
def test_a_later_bid_exceeds_the_price_by_at_least_the_increment(
        amount: int, reason: Reason | None) -> None:
    assert reasons(play(TERMS, ("A", START, OPENS), ("B", amount, OPENS + MS))[0]) == [None, reason]


def test_minimum_and_maximum_follow_the_price() -> None:
    limited = replace(TERMS, max_steps=3)
    standing = opening(limited)
    assert (minimum_bid(limited, standing), maximum_bid(limited, standing)) == (
        START, START + 3 * STEP)
    _, standing = judge(limited, standing, BidIn("A", START + 5), OPENS)
    assert (minimum_bid(limited, standing), maximum_bid(limited, standing)) == (
        START + 5 + STEP, START + 5 + 3 * STEP)
    assert maximum_bid(TERMS, standing) is None


@pytest.mark.parametrize(("amount", "reason"), [
    (START + 3 * STEP - 1, None), (START + 3 * STEP, None),
    (START + 3 * STEP + 1, Reason.STEP_TOO_LARGE)])
def test_max_steps_bounds_a_bid_to_the_fen(amount: int, reason: Reason | None) -> None:
    assert reasons(play(replace(TERMS, max_steps=3), ("A", amount, OPENS))[0]) == [reason]


@pytest.mark.parametrize(("amount", "reason"), [
    (START + 2 * STEP - 1, Reason.NOT_WHOLE_STEP), (START + 2 * STEP, None),
    (START + 2 * STEP + 1, Reason.NOT_WHOLE_STEP)])
def test_whole_steps_are_counted_from_the_start_price(amount: int, reason: Reason | None) -> None:
    assert reasons(play(replace(TERMS, whole_steps=True), ("A", amount, OPENS))[0]) == [reason]


def test_an_earlier_order_matches_a_later_one_and_never_the_other_way_round() -> None:
    decisions, standing = play(
        TERMS, ("A", START, OPENS), ("P2", START, OPENS, 2), ("P1", START, OPENS, 1),
        ("P2", START, OPENS, 2), ("P1", START, OPENS, 1), ("P1b", START, OPENS, 1),
        ("B", START, OPENS))
    assert reasons(decisions) == [None, None, None, Reason.CANNOT_MATCH, Reason.CANNOT_MATCH,
                                  Reason.CANNOT_MATCH, Reason.BELOW_MINIMUM]
    assert (standing.leader_code, standing.price_fen, standing.accepted) == ("P1", START, 3)


def test_a_match_moves_the_end_so_that_others_can_answer() -> None:
    decisions, standing = play(
        TERMS, ("A", START, OPENS), ("P", START, ENDS - MINUTE, 1),
        ("A", START + STEP, ENDS + 4 * MINUTE - MS))
    assert reasons(decisions) == [None, None, None]
    assert standing.leader_code == "A"
    assert standing.extensions == 2


def test_a_match_is_exempt_from_whole_steps_and_from_the_limit() -> None:
    terms = replace(TERMS, whole_steps=True, max_steps=1)
    decisions, _ = play(terms, ("A", START + STEP, OPENS), ("P", START + STEP, OPENS, 1))
    assert reasons(decisions) == [None, None]


def test_a_bid_may_be_older_than_the_latest_one_by_the_reorder_time_and_no_more() -> None:
    terms = replace(TERMS, reorder=timedelta(seconds=10))
    noon = OPENS + timedelta(hours=2)
    decisions, standing = play(
        terms, ("A", START, noon), ("B", START - 1, noon + MINUTE),
        ("B", START + STEP, noon + MINUTE - timedelta(seconds=10) - MS),
        ("B", START + STEP, noon + MINUTE - timedelta(seconds=10)))
    assert reasons(decisions) == [None, Reason.BELOW_START, Reason.OUT_OF_ORDER, None]
    assert standing.latest_at == noon + MINUTE


def test_a_repeat_gets_its_first_answer_after_the_close_too_and_changes_nothing() -> None:
    bid = BidIn("A", START, client_bid_id="x")
    first, standing = judge(TERMS, opening(TERMS), bid, OPENS)
    again, after = judge(TERMS, standing, bid, ENDS + MINUTE, FirstAnswer(START, first))
    assert again == first._replace(repeated=True)
    assert after._replace(latest_at=standing.latest_at) == standing


def test_the_same_id_with_another_amount_is_a_conflict_unless_the_sale_is_over() -> None:
    first, standing = judge(TERMS, opening(TERMS), BidIn("A", START, client_bid_id="x"), OPENS)
    other = BidIn("A", START + STEP, client_bid_id="x")
    conflict, after = judge(TERMS, standing, other, OPENS + MS, FirstAnswer(START, first))
    assert conflict.reason is Reason.ID_CONFLICT
    assert after.price_fen == START
    late, _ = judge(TERMS, standing, other, ENDS, FirstAnswer(START, first))
    assert late.reason is Reason.CLOSED


def test_one_bid_is_enough_and_none_is_a_failure() -> None:
    _, standing = play(TERMS, ("A", START, OPENS))
    sold = outcome(TERMS, standing)
    assert (sold.state, sold.winner_code, sold.price_fen, sold.closed_at) == (
        Result.SOLD, "A", START, ENDS)
    failed = outcome(TERMS, opening(TERMS))
    assert (failed.state, failed.winner_code, failed.price_fen) == (Result.FAILED, None, None)


class TestSuspension:
    FROM = ENDS - 2 * MINUTE
    UNTIL = FROM + timedelta(hours=3)
    ENDED = replace(TERMS, suspensions=(Suspension(FROM, UNTIL),))
    RUNNING = replace(TERMS, suspensions=(Suspension(FROM, None),))

    @pytest.mark.parametrize(("at", "reason"), [
        (FROM - MS, None), (FROM, Reason.SUSPENDED), (UNTIL - MS, Reason.SUSPENDED), (UNTIL, None),
        (UNTIL + 5 * MINUTE - MS, None), (UNTIL + 5 * MINUTE, Reason.CLOSED)])
    def test_bids_are_refused_from_its_first_millisecond_to_its_last(
            self, at: datetime, reason: Reason | None) -> None:
        assert reasons(play(self.ENDED, ("A", START, at))[0]) == [reason]

    def test_while_it_lasts_every_later_bid_is_refused(self) -> None:
        far = ENDS + timedelta(days=30)
        assert reasons(play(self.RUNNING, ("A", START, far))[0]) == [Reason.SUSPENDED]
        assert is_suspended(self.RUNNING, opening(TERMS), far)
        assert not is_suspended(self.RUNNING, opening(TERMS), self.FROM - MS)

    def test_the_time_that_was_left_is_given_back(self) -> None:
        early = Suspension(ENDS - timedelta(hours=3), ENDS + timedelta(hours=1))
        terms = replace(TERMS, suspensions=(early,))
        assert ends_at(terms, opening(terms)) == ENDS + timedelta(hours=4)
        assert outcome(terms, opening(terms)).extensions == 0

    def test_a_bid_of_before_its_end_is_answered_alike_before_and_after_it(self) -> None:
        """Its end may be set while a bid still waits to be judged; the published log knows none."""
        bid, at = BidIn("A", START), self.UNTIL - MS
        while_it_lasts = judge(self.RUNNING, opening(TERMS), bid, at)
        after_it = judge(self.ENDED, opening(TERMS), bid, at)
        assert while_it_lasts == after_it

    @pytest.mark.parametrize(("left", "given"), [
        (5 * MINUTE - MS, 5 * MINUTE), (5 * MINUTE, 5 * MINUTE), (5 * MINUTE + MS, 5 * MINUTE + MS)])
    def test_at_least_a_whole_window_is_given_back(self, left: timedelta, given: timedelta) -> None:
        terms = replace(TERMS, suspensions=(Suspension(ENDS - left, self.UNTIL),))
        assert outcome(terms, opening(terms)).closed_at == self.UNTIL + given

    def test_one_that_begins_at_the_end_counts_and_one_after_it_does_not(self) -> None:
        at_end = replace(TERMS, suspensions=(Suspension(ENDS, self.UNTIL),))
        after = replace(TERMS, suspensions=(Suspension(ENDS + MS, self.UNTIL),))
        assert outcome(at_end, opening(at_end)).closed_at == self.UNTIL + 5 * MINUTE
        assert outcome(after, opening(after)).closed_at == ENDS
        assert reasons(play(after, ("A", START, ENDS + MS))[0]) == [Reason.CLOSED]

    def test_two_in_a_row_both_count_once(self) -> None:
        over_at = OPENS + timedelta(hours=3)
        first = Suspension(OPENS + timedelta(hours=1), OPENS + timedelta(hours=2))
        second = Suspension(OPENS + timedelta(hours=2), over_at)
        terms = replace(TERMS, suspensions=(first, second))
        decisions, standing = play(terms, ("A", START, OPENS), ("B", START + STEP, over_at))
        assert reasons(decisions) == [None, None]
        assert standing.closes_at == ENDS + timedelta(hours=2)
        assert outcome(terms, standing).closed_at == ENDS + timedelta(hours=2)

    def test_the_leader_stays(self) -> None:
        _, standing = play(self.ENDED, ("A", START, OPENS), ("B", START + STEP, self.FROM))
        found = outcome(self.ENDED, standing)
        assert (found.winner_code, found.price_fen) == ("A", START)


class TestSellOff:
    PERIOD_ENDS = OPENS + timedelta(days=60)
    TERMS = replace(TERMS, mode=Mode.SELLOFF, closes_at=PERIOD_ENDS)

    @pytest.mark.parametrize("at", [OPENS, OPENS + timedelta(days=3), PERIOD_ENDS - MS])
    def test_the_first_bid_sets_the_end_to_a_day_later_wherever_it_falls(self, at: datetime) -> None:
        _, standing = play(self.TERMS, ("A", START, at))
        assert standing.closes_at == at + timedelta(hours=24)
        assert standing.extensions == 0

    def test_the_period_itself_is_half_open(self) -> None:
        decisions, _ = play(self.TERMS, ("A", START, self.PERIOD_ENDS))
        assert reasons(decisions) == [Reason.CLOSED]

    def test_a_refused_first_bid_starts_no_clock(self) -> None:
        _, standing = play(self.TERMS, ("A", START - 1, OPENS))
        assert standing.closes_at == self.PERIOD_ENDS

    def test_from_the_second_bid_on_the_five_minute_rule_holds(self) -> None:
        _, standing = play(self.TERMS, ("A", START, OPENS),
                           ("B", START + STEP, ENDS - MS), ("A", START + 2 * STEP, ENDS + MINUTE))
        assert standing.closes_at == ENDS + 6 * MINUTE
        assert standing.extensions == 2
