"""One sale as a pure function of state, command and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auction.errors import StepNotAllowed
from auction.rules import engine
from auction.rules.bidding import BidIn, LotTerms, Mode, Reason, ends_at
from auction.rules.closing import GRACE, LEASE, Fault, Mark, Outage
from auction.rules.engine import Received, SaleState, act, announced
from auction.rules.lifecycle import LotState, Round
from auction.rules.replay import REORDER_MOST

OPENS = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(minutes=30)
WINDOW = timedelta(minutes=5)
MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)

TERMS = LotTerms(start_price_fen=1_000, increment_fen=100, opens_at=OPENS, closes_at=ENDS, window=WINDOW,
                 selloff_span=timedelta(hours=24), reorder=REORDER_MOST)


def bid(amount_fen: int, at: datetime, code: str = "A", name: str = "1") -> Received:
    return Received(BidIn(code, amount_fen, None, name), at)


def running(*bids: Received) -> SaleState:
    sale, _ = act(announced(TERMS), engine.Open(), OPENS)
    for one in bids:
        sale, _ = act(sale, engine.Take((one,)), one.received_at)
    return sale


def test_it_opens_at_its_hour_and_not_a_millisecond_before() -> None:
    assert act(announced(TERMS), engine.Open(), OPENS - MS) == (announced(TERMS), ())
    sale, events = act(announced(TERMS), engine.Open(), OPENS)
    assert (sale.state, events) == (LotState.BIDDING, (engine.Opened(),))
    assert act(sale, engine.Open(), OPENS) == (sale, ())


def test_a_bid_that_comes_before_the_sweep_opens_the_sale() -> None:
    sale, (opened, judged) = act(announced(TERMS), engine.Take((bid(1_000, OPENS),)), OPENS)
    assert isinstance(opened, engine.Opened)
    assert isinstance(judged, engine.Judged)
    assert judged.decision.accepted
    assert sale.state is LotState.BIDDING


def test_a_bid_before_the_hour_is_refused_and_opens_nothing() -> None:
    sale, (judged,) = act(announced(TERMS), engine.Take((bid(1_000, OPENS - MS),)), OPENS)
    assert isinstance(judged, engine.Judged)
    assert judged.decision.reason is Reason.NOT_OPEN
    assert sale.state is LotState.PUBLISHED


def test_the_first_bid_starts_the_clock_of_a_selloff() -> None:
    sale = announced(replace(TERMS, mode=Mode.SELLOFF), Round.SELLOFF)
    sale, events = act(sale, engine.Take((bid(1_000, OPENS + SECOND),)), OPENS + SECOND)
    assert sale.state is LotState.SELLOFF_BIDDING
    assert ends_at(sale.terms, sale.standing) == OPENS + SECOND + timedelta(hours=24)
    assert isinstance(events[0], engine.Opened)


def test_bids_of_a_batch_are_judged_in_the_order_of_their_receipt() -> None:
    late, early = bid(1_100, OPENS + 2 * SECOND, "B"), bid(1_000, OPENS + SECOND)
    _, events = act(running(), engine.Take((late, early)), OPENS + 2 * SECOND)
    assert [one.received for one in events if isinstance(one, engine.Judged)] == [early, late]


def test_the_same_bid_twice_in_a_batch_is_judged_once() -> None:
    one = bid(1_000, OPENS + SECOND)
    sale, (judged, repeated) = act(running(), engine.Take((one, replace(one, order=1))), OPENS + SECOND)
    assert isinstance(judged, engine.Judged)
    assert isinstance(repeated, engine.Repeated)
    assert repeated.decision == judged.decision
    assert sale.attempts == 1


def test_a_repeat_is_answered_also_after_the_close() -> None:
    one = bid(1_000, OPENS + SECOND)
    sale, (judged,) = act(running(), engine.Take((one,)), OPENS + SECOND)
    assert isinstance(judged, engine.Judged)
    sale, _ = act(sale, engine.Close(), ENDS + GRACE)
    again = engine.Take((bid(1_000, ENDS + SECOND), bid(2_000, ENDS + SECOND, name="2")),
                        (engine.Known(one.bid, judged.decision),))
    after, (repeated, turned_away) = act(sale, again, ENDS + SECOND)
    assert isinstance(repeated, engine.Repeated)
    assert isinstance(turned_away, engine.TurnedAway)
    assert after == sale


@pytest.mark.parametrize(("after_the_end", "closes"),
                         [(GRACE - MS, False), (GRACE, True), (GRACE + MS, True)])
def test_it_closes_after_the_grace_and_not_before(after_the_end: timedelta, closes: bool) -> None:
    sale = running(bid(1_000, OPENS + SECOND))
    after, events = act(sale, engine.Close(), ENDS + after_the_end)
    assert (after.state is LotState.SOLD) is closes
    assert bool(events) is closes


def test_without_a_bid_it_fails_and_closes_once() -> None:
    sale, (closed,) = act(running(), engine.Close(), ENDS + GRACE)
    assert isinstance(closed, engine.Closed)
    assert (sale.state, closed.outcome.winner_code) == (LotState.FAILED, None)
    assert act(sale, engine.Close(), ENDS + SECOND) == (sale, ())


def test_the_close_waits_for_a_process_that_may_hold_an_earlier_bid() -> None:
    now = ENDS + GRACE
    behind, level = Mark(ENDS - MS, now + LEASE), Mark(ENDS, now + LEASE)
    assert act(running(), engine.Close((behind,)), now)[1] == ()
    assert isinstance(act(running(), engine.Close((level,)), now)[1][0], engine.Closed)


def test_nobody_is_told_that_it_is_over_while_an_earlier_bid_may_come_up() -> None:
    late = bid(1_000, ENDS + MS)
    behind = Mark(ENDS - MS, ENDS + LEASE)
    sale, events = act(running(), engine.Take((late,), marks=(behind,)), ENDS + MS)
    assert events == (engine.Confirming(late),)
    assert sale == running()


def test_what_was_called_late_was_late_whatever_turns_up_then() -> None:
    sale, (judged,) = act(running(), engine.Take((bid(1_000, ENDS + MS),)), ENDS + MS)
    assert isinstance(judged, engine.Judged)
    assert judged.decision.reason is Reason.CLOSED
    silence = Outage(Fault.SILENCE, ENDS - 20 * SECOND, ENDS, 20 * SECOND)
    after, (closed,) = act(sale, engine.Close((), (silence,)), ENDS + GRACE)
    assert isinstance(closed, engine.Closed)
    assert after.state is LotState.FAILED


def test_nobody_is_told_that_a_sale_is_over_that_was_never_opened_as_nobody_was_there() -> None:
    """Simulation, seed 4617: opening and end passed while the process stood still; a late bid came first."""
    silence = Outage(Fault.SILENCE, OPENS - SECOND, ENDS + SECOND, ENDS - OPENS + 2 * SECOND)
    late = bid(1_000, ENDS + SECOND)
    sale, events = act(announced(TERMS), engine.Take((late,), outages=(silence,)), ENDS + SECOND)
    assert events == (engine.Confirming(late),)
    sale, _ = act(sale, engine.Open(), ENDS + SECOND)
    sale, (held,) = act(sale, engine.Close((), (silence,)), ENDS + SECOND)
    assert isinstance(held, engine.Suspended)
    assert (held.fault, sale.state) == (Fault.SILENCE, LotState.SUSPENDED)


def test_whoever_was_told_that_it_is_over_makes_nobody_close_early_or_past_another_process() -> None:
    sale, _ = act(running(), engine.Take((bid(1_000, ENDS + MS),)), ENDS + MS)
    assert act(sale, engine.Close(), ENDS + GRACE - MS) == (sale, ())
    behind = Mark(ENDS - MS, ENDS + LEASE)
    assert act(sale, engine.Close((behind,)), ENDS + GRACE) == (sale, ())


def test_a_hold_begins_no_earlier_than_the_suspension_before_it_was_over() -> None:
    """A bid that waited for its turn may have come before the court suspended the sale and let it go on."""
    sale, _ = act(running(), engine.Suspend("postponed"), OPENS + 2 * SECOND)
    sale, _ = act(sale, engine.Resume(), OPENS + 5 * SECOND)
    old = bid(1_000, OPENS + SECOND)
    sale, events = act(sale, engine.Take((old,)), old.received_at + 10 * SECOND + MS)
    assert events[-1] == engine.Waited(old)
    assert [(one.from_at, one.to_at) for one in sale.terms.suspensions] == [
        (OPENS + 2 * SECOND, OPENS + 5 * SECOND), (OPENS + 5 * SECOND, None)]


def test_a_sale_at_whose_end_nobody_could_bid_is_held_at_its_end_and_gets_a_window() -> None:
    silence = Outage(Fault.SILENCE, ENDS - 6 * SECOND, ENDS, 6 * SECOND)
    sale, (held,) = act(running(), engine.Close((), (silence,)), ENDS + GRACE)
    assert isinstance(held, engine.Suspended)
    assert (held.ground, held.from_at, held.fault) == ("system_fault", ENDS, Fault.SILENCE)
    sale, (resumed,) = act(sale, engine.Resume(), ENDS + timedelta(hours=1))
    assert isinstance(resumed, engine.Resumed)
    assert sale.state is LotState.BIDDING
    assert ends_at(sale.terms, sale.standing) == ENDS + timedelta(hours=1) + WINDOW


@pytest.mark.parametrize(("waited", "is_judged"), [(10 * SECOND, True), (10 * SECOND + MS, False)])
def test_a_bid_that_waited_longer_than_ten_seconds_holds_its_sale(waited: timedelta, is_judged: bool) -> None:
    one = bid(1_000, OPENS + SECOND)
    sale, events = act(running(), engine.Take((one,)), one.received_at + waited)
    assert isinstance(events[-1], engine.Judged) is is_judged
    assert (sale.state is LotState.BIDDING) is is_judged
    if not is_judged:
        assert events[-1] == engine.Waited(one)
        assert sale.terms.suspensions[-1].from_at == one.received_at


def test_a_suspension_begins_after_every_bid_that_was_judged() -> None:
    one = bid(1_000, OPENS + 2 * SECOND)
    sale, (suspended,) = act(running(one), engine.Suspend("postponed"), OPENS + SECOND)
    assert isinstance(suspended, engine.Suspended)
    assert suspended.from_at == one.received_at + MS
    _, (judged,) = act(sale, engine.Take((bid(1_100, one.received_at + MS, name="2"),)), OPENS + 3 * SECOND)
    assert isinstance(judged, engine.Judged)
    assert judged.decision.reason is Reason.SUSPENDED


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize(("mode", "of_round", "state"), [
    (Mode.AUCTION, Round.FIRST, LotState.BIDDING),
    (Mode.SELLOFF, Round.SELLOFF, LotState.SELLOFF_BIDDING)])
def test_a_first_bid_that_is_judged_only_while_the_sale_stands_still_is_sold_to(
        mode: Mode, of_round: Round, state: LotState, is_swept: bool) -> None:
    sale = announced(replace(TERMS, mode=mode), of_round)
    first = bid(1_000, OPENS + SECOND)
    course: list[tuple[engine.Command, datetime]] = [
        (engine.Suspend("postponed"), OPENS + 2 * SECOND), (engine.Take((first,)), OPENS + 3 * SECOND),
        (engine.Resume(), OPENS + 5 * SECOND)]
    if is_swept:
        course.insert(0, (engine.Open(), OPENS))
    happened: list[engine.Event] = []
    for command, at in course:
        sale, events = act(sale, command, at)
        happened.extend(events)
    assert [type(one) for one in happened] == [engine.Opened, engine.Suspended, engine.Judged, engine.Resumed]
    assert sale.state is state
    sale, (closed,) = act(sale, engine.Close(), ends_at(sale.terms, sale.standing) + GRACE)
    assert isinstance(closed, engine.Closed)
    assert (sale.state, closed.outcome.winner_code) == (LotState.SOLD, "A")


def test_a_sell_off_in_which_nobody_bid_goes_on_without_a_clock() -> None:
    sale, _ = act(announced(replace(TERMS, mode=Mode.SELLOFF), Round.SELLOFF), engine.Open(), OPENS)
    sale, _ = act(sale, engine.Suspend("postponed"), OPENS + SECOND)
    sale, _ = act(sale, engine.Take((bid(900, OPENS),)), OPENS + 2 * SECOND)
    assert act(sale, engine.Resume(), OPENS + 3 * SECOND)[0].state is LotState.SELLOFF_OPEN


def test_a_sale_suspended_before_its_hour_was_not_open() -> None:
    sale, (suspended,) = act(announced(TERMS), engine.Suspend("postponed"), OPENS - MS)
    assert isinstance(suspended, engine.Suspended)
    assert act(sale, engine.Resume(), OPENS + SECOND)[0].state is LotState.PUBLISHED


def test_after_the_end_nobody_suspends_a_sale() -> None:
    assert act(running(), engine.Suspend("postponed"), ENDS + MS) == (running(), ())


def test_what_is_withdrawn_stays_so() -> None:
    sale, (withdrawn,) = act(announced(TERMS), engine.Withdraw(), OPENS - SECOND)
    assert withdrawn == engine.Withdrawn(None)
    for command in (engine.Suspend("other"), engine.Resume(), engine.Withdraw()):
        with pytest.raises(StepNotAllowed):
            act(sale, command, OPENS)
    assert act(sale, engine.Close(), ENDS + GRACE) == (sale, ())


def test_a_running_sale_is_suspended_before_it_is_ended_for_good() -> None:
    with pytest.raises(StepNotAllowed):
        act(running(), engine.Withdraw(), OPENS + SECOND)
    sale, _ = act(running(), engine.Suspend("stayed"), OPENS + SECOND)
    sale, (withdrawn,) = act(sale, engine.Withdraw(), OPENS + 2 * SECOND)
    assert isinstance(withdrawn, engine.Withdrawn)
    assert sale.state is LotState.CLOSED_NO_SALE
    assert sale.terms.suspensions[-1].to_at == OPENS + 2 * SECOND
