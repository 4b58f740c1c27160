"""The companion of an exercise: it lets everybody be outbid and see an extension, and then gives way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auction.rules.rival import Course, wants_to_bid

OPENS_AT = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
CLOSES_AT = OPENS_AT + timedelta(minutes=5)
SECOND = timedelta(seconds=1)
FRESH = Course(OPENS_AT, CLOSES_AT, timedelta(seconds=30), None, leads=False, answered=0, has_extended=False)


def test_it_opens_only_where_nobody_does() -> None:
    assert not wants_to_bid(FRESH, OPENS_AT + 24 * SECOND)
    assert wants_to_bid(FRESH, OPENS_AT + 25 * SECOND)


def test_it_answers_twice_after_a_moment_of_thought() -> None:
    course = replace(FRESH, last_at=OPENS_AT + 40 * SECOND)
    assert not wants_to_bid(course, OPENS_AT + 45 * SECOND)
    assert wants_to_bid(course, OPENS_AT + 46 * SECOND)
    assert wants_to_bid(replace(course, answered=1), OPENS_AT + 46 * SECOND)
    assert not wants_to_bid(replace(course, answered=2), OPENS_AT + 46 * SECOND)


def test_it_never_goes_over_itself_nor_beyond_the_time() -> None:
    course = replace(FRESH, last_at=OPENS_AT, leads=True)
    assert not wants_to_bid(course, OPENS_AT + 60 * SECOND)
    assert not wants_to_bid(replace(course, leads=False), CLOSES_AT)
    assert not wants_to_bid(FRESH, OPENS_AT - SECOND)


def test_it_moves_the_end_once_and_then_gives_way() -> None:
    course = replace(FRESH, last_at=CLOSES_AT - 40 * SECOND, answered=2)
    assert not wants_to_bid(course, CLOSES_AT - 31 * SECOND)
    assert wants_to_bid(course, CLOSES_AT - 30 * SECOND)
    assert not wants_to_bid(replace(course, has_extended=True), CLOSES_AT - 10 * SECOND)
