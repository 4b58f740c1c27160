"""Wait, close or hold: every border of the rule, a millisecond before, at, and after."""

from datetime import UTC, datetime, timedelta

import pytest

from auction.rules.closing import (
    GRACE,
    LAST_MOMENTS,
    MOST_CLOCK_MS,
    MOST_SILENCE,
    MOST_WAIT,
    Close,
    Fault,
    Hold,
    Mark,
    Outage,
    Wait,
    settled,
    verdict,
    waited_too_long,
)

MS = timedelta(milliseconds=1)
S = timedelta(seconds=1)
WINDOW = timedelta(minutes=5)
END = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)
NOW = END + 2 * S


def mark(low_water_at: datetime, *, clock_off_ms: int = 0, lease_until: datetime = NOW + S) -> Mark:
    return Mark(low_water_at, lease_until, clock_off_ms)


def outage(fault: Fault, from_at: datetime, to_at: datetime) -> Outage:
    return Outage(fault, from_at, to_at, to_at - from_at)


@pytest.mark.parametrize(("now", "found"), [
    (END - MS, Wait()), (END, Wait()), (END + GRACE - MS, Wait()), (END + GRACE, Close()),
    (END + GRACE + MS, Close()), (END + timedelta(days=1), Close())])
def test_a_sale_closes_when_its_end_and_the_grace_have_passed(now: datetime, found: object) -> None:
    assert verdict(END, WINDOW, now) == found


@pytest.mark.parametrize(("now", "found"), [(END - MS, Wait()), (END, Close()), (END + MS, Close())])
def test_without_the_grace_a_bid_may_be_called_late_from_the_end_on(now: datetime, found: object) -> None:
    assert settled(END, WINDOW, now) == found


@pytest.mark.parametrize(("low_water_at", "found"), [
    (END - MS, Wait()), (END, Close()), (END + MS, Close())])
def test_the_close_waits_until_every_process_has_decided_what_came_before_the_end(
        low_water_at: datetime, found: object) -> None:
    assert verdict(END, WINDOW, NOW, [mark(NOW), mark(low_water_at)]) == found


@pytest.mark.parametrize(("now", "found"), [
    (NOW - MS, Wait()), (NOW, Wait()), (NOW + MS, Hold(Fault.LOST))])
def test_a_process_with_a_bid_in_hand_is_waited_for_until_its_lease_runs_out(
        now: datetime, found: object) -> None:
    """Then it is taken for dead: the bid died with it, and its bidder had no time to send it again."""
    assert verdict(END, WINDOW, now, [mark(END - MS, lease_until=NOW)]) == found


@pytest.mark.parametrize(("waited", "found"), [
    (MOST_WAIT - MS, Wait()), (MOST_WAIT, Wait()), (MOST_WAIT + MS, Hold(Fault.WAITED))])
def test_a_bid_in_time_that_waits_too_long_holds_the_sale(waited: timedelta, found: object) -> None:
    received_at = END - 3 * S
    now = received_at + waited
    assert verdict(END, WINDOW, now, [mark(received_at, lease_until=now + S)]) == found


@pytest.mark.parametrize(("off_ms", "found"), [
    (MOST_CLOCK_MS - 1, Close()), (MOST_CLOCK_MS, Close()), (MOST_CLOCK_MS + 1, Hold(Fault.CLOCK)),
    (-MOST_CLOCK_MS, Close()), (-MOST_CLOCK_MS - 1, Hold(Fault.CLOCK))])
def test_a_clock_that_is_off_holds_the_sale(off_ms: int, found: object) -> None:
    assert verdict(END, WINDOW, NOW, [mark(NOW, clock_off_ms=off_ms)]) == found


@pytest.mark.parametrize(("from_at", "to_at", "found"), [
    (END - WINDOW - S, END - WINDOW, Close()), (END - WINDOW - S, END - WINDOW + MS, Hold(Fault.CLOCK)),
    (END - MS, END + S, Hold(Fault.CLOCK)), (END, END + S, Close())])
def test_a_clock_that_was_off_counts_within_the_last_window(from_at: datetime, to_at: datetime,
                                                            found: object) -> None:
    assert verdict(END, WINDOW, NOW, [], [outage(Fault.CLOCK, from_at, to_at)]) == found


@pytest.mark.parametrize(("from_at", "to_at", "found"), [
    (END - MOST_SILENCE - S, END - S + MS, Hold(Fault.SILENCE)), (END - MOST_SILENCE - S, END - S, Close()),
    (END - MOST_SILENCE, END + S, Close()), (END - MOST_SILENCE - MS, END + S, Hold(Fault.SILENCE)),
    (END - 2 * WINDOW, END - WINDOW + MOST_SILENCE, Close()),
    (END - 2 * WINDOW, END - WINDOW + MOST_SILENCE + MS, Hold(Fault.SILENCE)),
    (END - 2 * WINDOW, END - WINDOW - MS, Close()), (END, END + WINDOW, Close()),
    (END - timedelta(days=2), END + timedelta(days=2), Hold(Fault.SILENCE))])
def test_more_than_five_seconds_of_silence_count_within_the_last_window(
        from_at: datetime, to_at: datetime, found: object) -> None:
    assert verdict(END, WINDOW, NOW, [], [outage(Fault.SILENCE, from_at, to_at)]) == found


@pytest.mark.parametrize(("lasted", "found"), [(MOST_SILENCE, Close()),
                                               (MOST_SILENCE + MS, Hold(Fault.SILENCE))])
def test_time_over_which_a_demo_was_walked_is_no_silence(lasted: timedelta, found: object) -> None:
    walked = Outage(Fault.SILENCE, END - timedelta(days=3), END + timedelta(days=3), lasted)
    assert verdict(END, WINDOW, NOW, [], [walked]) == found


@pytest.mark.parametrize(("to_at", "found"), [
    (END - LAST_MOMENTS, Close()), (END - LAST_MOMENTS + MS, Hold(Fault.LOST)),
    (END - MS, Hold(Fault.LOST))])
def test_a_lost_process_counts_only_in_the_last_ten_seconds(to_at: datetime, found: object) -> None:
    assert verdict(END, WINDOW, NOW, [], [outage(Fault.LOST, to_at - 3 * S, to_at)]) == found
    dead = Mark(to_at - 3 * S, to_at)
    assert verdict(END, WINDOW, NOW, [dead, mark(NOW)]) == found


@pytest.mark.parametrize(("low_water_at", "found"), [
    (END - MS, Hold(Fault.LOST)), (END, Close()), (END + MS, Close())])
def test_a_process_that_had_decided_all_before_the_end_may_die(low_water_at: datetime, found: object) -> None:
    assert verdict(END, WINDOW, END + 4 * S, [Mark(low_water_at, END + 4 * S - MS)]) == found


@pytest.mark.parametrize(("waited", "too_long"), [
    (MOST_WAIT - MS, False), (MOST_WAIT, False), (MOST_WAIT + MS, True)])
def test_ten_seconds_are_not_too_long_and_a_millisecond_more_is(waited: timedelta, too_long: bool) -> None:
    assert waited_too_long(END, END + waited) is too_long
