"""Dates of an auction: the worked vectors TV-08 to TV-11, TV-18, TV-19, TV-24, and their borders."""

from datetime import UTC, date, datetime, timedelta

import pytest

from auction.rules.lifecycle import Round
from auction.rules.schedule import (
    AssetClass,
    balance_due_on,
    deemed_notified_from,
    earliest_end,
    earliest_opening,
    earliest_publication,
    equity_wait_ends_on,
    handover_due_on,
    latest_auction,
    latest_notice,
    latest_publication,
    price_holds,
    refund_alarm_at,
    refund_due_at,
    resume_due_on,
    ruling_due_on,
    second_auction,
    sell_off,
    sell_off_period_ends_at,
)
from kernel.formats import parse_instant
from kernel.law import rule_set

STRICT = rule_set("civil-online-2017.01")
LENIENT = STRICT.with_settings({"lead_count": "lenient"})


@pytest.mark.parametrize(("of_round", "asset", "strict", "lenient"), [
    (Round.FIRST, AssetClass.MOVABLE, date(2026, 3, 18), date(2026, 3, 17)),
    (Round.FIRST, AssetClass.IMMOVABLE, date(2026, 4, 2), date(2026, 4, 1)),
    (Round.FIRST, AssetClass.RIGHT, date(2026, 4, 2), date(2026, 4, 1)),
    (Round.FIRST, AssetClass.EQUITY, date(2026, 4, 2), date(2026, 4, 1)),
    (Round.SECOND, AssetClass.MOVABLE, date(2026, 3, 10), date(2026, 3, 9)),
    (Round.SECOND, AssetClass.IMMOVABLE, date(2026, 3, 18), date(2026, 3, 17))])
def test_tv_08_the_days_between_announcement_and_auction(
        of_round: Round, asset: AssetClass, strict: date, lenient: date) -> None:
    published = date(2026, 3, 2)
    assert earliest_opening(published, of_round, asset, STRICT) == strict
    assert earliest_opening(published, of_round, asset, LENIENT) == lenient
    assert latest_publication(strict, of_round, asset, STRICT) == published
    assert latest_publication(lenient, of_round, asset, LENIENT) == published


def test_tv_09_notice_to_the_parties_and_to_those_who_cannot_be_reached() -> None:
    published = date(2026, 3, 2)
    assert latest_notice(published, STRICT) == date(2026, 2, 26)
    assert latest_notice(published, LENIENT) == date(2026, 2, 27)
    assert earliest_publication(date(2026, 2, 26), STRICT) == published
    assert deemed_notified_from(published, STRICT) == date(2026, 3, 8)


def test_tv_10_a_second_auction_is_worked_back_from_its_thirty_days() -> None:
    strict = second_auction(date(2026, 5, 11), AssetClass.IMMOVABLE, STRICT)
    assert (strict.open_by_on, strict.publish_by_on, strict.notify_by_on) == (
        date(2026, 6, 10), date(2026, 5, 25), date(2026, 5, 21))
    lenient = second_auction(date(2026, 5, 11), AssetClass.IMMOVABLE, LENIENT)
    assert lenient.publish_by_on == date(2026, 5, 26)


def test_tv_11_the_shareholders_twentieth_day_is_the_auction_day_itself() -> None:
    assert equity_wait_ends_on(date(2026, 5, 21), STRICT) == date(2026, 6, 10)


def test_tv_18_deposits_go_back_a_day_after_the_end_as_extended() -> None:
    closed = parse_instant("2026-04-03T10:07:29.999+08:00")
    assert refund_due_at(closed, STRICT) == parse_instant("2026-04-04T10:07:29.999+08:00")
    assert refund_alarm_at(closed, STRICT) == closed + timedelta(hours=20)


def test_tv_19_the_calendar_of_a_sell_off() -> None:
    dates = sell_off(date(2026, 6, 10), STRICT)
    assert (dates.ask_creditors_by_on, dates.publish_by_on) == (date(2026, 6, 22),
                                                                date(2026, 6, 25))
    opens = earliest_opening(date(2026, 6, 22), Round.SELLOFF, AssetClass.IMMOVABLE, STRICT)
    assert opens == date(2026, 7, 8)
    assert sell_off_period_ends_at(parse_instant("2026-07-08T10:00:00+08:00"), STRICT) == (
        parse_instant("2026-09-06T10:00:00+08:00"))


@pytest.mark.parametrize(("announced", "auctioned", "holds"), [
    (date(2027, 3, 30), date(2027, 9, 29), True),
    (date(2027, 3, 31), date(2027, 9, 30), True),
    (date(2027, 3, 31), date(2027, 10, 1), False),
    (date(2027, 4, 1), date(2027, 9, 1), False)])
def test_tv_24_a_price_is_used_within_its_validity_and_six_months_after(
        announced: date, auctioned: date, holds: bool) -> None:
    assert price_holds(date(2027, 3, 31), announced, auctioned, STRICT) is holds


def test_six_months_after_the_end_of_august_is_the_end_of_february() -> None:
    assert latest_auction(date(2027, 8, 31), STRICT) == date(2028, 2, 29)


def test_bidding_lasts_a_day_to_the_millisecond() -> None:
    opens = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
    assert earliest_end(opens, STRICT) == opens + timedelta(hours=24)


def test_terms_after_a_sale_end_on_working_days() -> None:
    assert ruling_due_on(date(2026, 9, 24), STRICT) == date(2026, 10, 8)  # 10-04 is in the week off
    assert handover_due_on(date(2026, 4, 17), STRICT) == date(2026, 5, 6)
    assert resume_due_on(date(2026, 9, 28), STRICT) == date(2026, 10, 8)
    assert balance_due_on(date(2026, 4, 24), 7) == date(2026, 5, 6)
