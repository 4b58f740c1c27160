"""Statutory periods (TIME-1 to TIME-5), with the worked vectors TV-21d to TV-24."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.formats import parse_instant
from kernel.working_days import (
    HolidaysUnknown,
    WorkCalendar,
    after_days,
    after_working_days,
    beijing_day,
    deadline,
    deadline_months,
    earliest_event,
    end_of_day,
    full_days_between_strict,
    is_provisional,
    latest_act,
    months_after,
    next_working_day,
    official,
    read_holidays,
    start_of_day,
)

known_days = st.dates(date(2025, 1, 1), date(2027, 12, 1))


@pytest.mark.parametrize(("start_on", "days", "last_on"), [
    (date(2026, 3, 2), 3, date(2026, 3, 5)),        # TV-21d
    (date(2026, 3, 5), 3, date(2026, 3, 9)),        # TV-21d: 03-08 is a Sunday
    (date(2026, 3, 2), 30, date(2026, 4, 1)),       # TV-22a
    (date(2026, 4, 1), 15, date(2026, 4, 16)),      # TV-22b
    (date(2026, 4, 16), 15, date(2026, 5, 6)),      # TV-22b: 05-01 begins five days off
    (date(2026, 3, 2), 40, date(2026, 4, 13)),      # TV-22c: 04-11 is a Saturday
    (date(2026, 4, 10), 5, date(2026, 4, 15)),      # TV-23
    (date(2026, 4, 25), 5, date(2026, 4, 30)),      # TV-23
    (date(2026, 6, 10), 10, date(2026, 6, 22)),     # TV-19: 06-20 is a Saturday
])
def test_a_deadline_ends_on_the_first_day_that_is_worked(start_on: date, days: int,
                                                         last_on: date) -> None:
    assert deadline(start_on, days) == last_on


def test_the_day_on_which_a_term_starts_is_not_counted() -> None:
    assert after_days(date(2026, 4, 10), 15) == date(2026, 4, 25)
    assert after_days(date(2026, 4, 10), 0) == date(2026, 4, 10)


def test_a_weekend_that_is_worked_instead_is_a_working_day() -> None:
    sunday = date(2026, 1, 4)
    assert not official().is_rest_day(sunday)
    assert next_working_day(sunday) == sunday


def test_working_days_are_counted_one_by_one() -> None:
    assert after_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert after_working_days(date(2026, 9, 30), 0) == date(2026, 9, 30)


@pytest.mark.parametrize(("start_on", "months", "last_on"), [
    (date(2027, 3, 31), 6, date(2027, 9, 30)),      # TV-24
    (date(2027, 8, 31), 6, date(2028, 2, 29)), (date(2026, 8, 31), 6, date(2027, 2, 28)),
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2026, 12, 15), 12, date(2027, 12, 15)),
    (date(2026, 11, 30), 1, date(2026, 12, 30)), (date(2026, 5, 5), 0, date(2026, 5, 5))])
def test_months_end_on_the_same_number_or_at_the_end_of_the_month(
        start_on: date, months: int, last_on: date) -> None:
    assert months_after(start_on, months) == last_on


def test_a_deadline_in_months_rolls_over_holidays_too() -> None:
    assert deadline_months(date(2026, 4, 1), 6) == date(2026, 10, 8)


@pytest.mark.parametrize(("strict", "earliest_on", "latest_on"), [
    (True, date(2026, 4, 2), date(2026, 2, 26)), (False, date(2026, 4, 1), date(2026, 2, 27))])
def test_days_before_are_full_days_in_between_or_a_difference(
        strict: bool, earliest_on: date, latest_on: date) -> None:
    assert earliest_event(date(2026, 3, 2), 30, strict=strict) == earliest_on
    assert latest_act(date(2026, 3, 2), 3, strict=strict) == latest_on


@given(known_days, st.integers(0, 60))
def test_a_wait_counted_forwards_and_backwards_is_the_same(act_on: date, days: int) -> None:
    event_on = earliest_event(act_on, days, strict=True)
    assert latest_act(event_on, days, strict=True) == act_on
    assert full_days_between_strict(act_on, event_on) == days


@given(st.dates(date(2025, 1, 1), date(2026, 10, 1)), st.integers(0, 60))
def test_a_deadline_never_ends_early_nor_on_a_rest_day_nor_later_than_it_must(
        start_on: date, days: int) -> None:
    last_on = deadline(start_on, days)
    raw_on = after_days(start_on, days)
    assert last_on >= raw_on
    assert not official().is_rest_day(last_on)
    assert all(official().is_rest_day(raw_on + timedelta(days=n))
               for n in range((last_on - raw_on).days))


class TestYears:
    def test_of_2027_only_what_the_law_itself_fixes_is_known_and_pages_can_say_so(self) -> None:
        assert is_provisional(2027)
        assert not is_provisional(2026)
        for on in (date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 4, 5),
                   date(2027, 6, 9), date(2027, 9, 15), date(2027, 10, 1), date(2027, 3, 6)):
            assert official().is_rest_day(on)
        for on in (date(2027, 1, 4), date(2027, 2, 4), date(2027, 2, 9), date(2027, 10, 4)):
            assert not official().is_rest_day(on)
        assert deadline(date(2026, 12, 29), 3) == date(2027, 1, 4)

    def test_the_fixed_days_of_2027_are_thirteen_as_the_law_grants(self) -> None:
        assert len(official().entries[2027].rest) == 13

    @pytest.mark.parametrize("year", [2000, 2030])
    def test_a_year_that_nobody_entered_is_refused_and_not_guessed(self, year: int) -> None:
        with pytest.raises(HolidaysUnknown) as refusal:
            deadline(date(year, 3, 3), 1)
        assert refusal.value.details == {"year": year}
        with pytest.raises(HolidaysUnknown):
            is_provisional(year)

    def test_an_announced_entry_beats_the_package_and_the_package_a_provisional_one(self) -> None:
        monday = date(2026, 3, 2)
        assert not chinese_calendar.is_holiday(monday)
        announced = read_holidays("[2026]\nrest = [2026-03-02]\nwork = [2026-03-07]")
        assert announced.is_rest_day(monday)
        assert not announced.is_rest_day(date(2026, 3, 7))
        assert not announced.is_provisional(2026)
        provisional = read_holidays("[2026]\nprovisional = true\nrest = [2026-03-02]\nwork = []")
        assert not provisional.is_rest_day(monday)
        assert not provisional.is_provisional(2026)

    @pytest.mark.parametrize("text", [
        "[2027]\nrest = []", "[2027]\nrest = [2028-01-01]\nwork = []",
        "[2027]\nrest = [2027-01-01]\nwork = [2027-01-01]",
        "[2027]\nrest = []\nwork = []\nguess = true"])
    def test_an_entry_that_does_not_fit_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="2027"):
            read_holidays(text)

    def test_a_calendar_can_be_handed_in(self) -> None:
        calendar: WorkCalendar = read_holidays("[2031]\nrest = [2031-01-01]\nwork = []")
        assert deadline(date(2030, 12, 31), 1, calendar) == date(2031, 1, 2)


class TestBeijing:
    def test_a_day_begins_and_ends_at_midnight_in_beijing(self) -> None:
        day = date(2026, 4, 3)
        assert start_of_day(day) == datetime(2026, 4, 2, 16, tzinfo=UTC)
        assert end_of_day(day) == start_of_day(date(2026, 4, 4))

    @pytest.mark.parametrize(("instant", "day"), [
        ("2026-04-02T15:59:59.999Z", date(2026, 4, 2)), ("2026-04-02T16:00:00Z", date(2026, 4, 3))])
    def test_an_instant_belongs_to_the_day_it_has_in_beijing(self, instant: str, day: date) -> None:
        assert beijing_day(parse_instant(instant)) == day
