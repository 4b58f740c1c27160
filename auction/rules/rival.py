"""The companion of an exercise, who bids against whoever practises. Pure.

It opens where nobody does, answers twice, and bids once in the stretch in which a bid moves the
end; then it gives way. So everybody who practises is outbid, sees an extension, and may win.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WAITS_TO_OPEN: Final = timedelta(seconds=25)
THINKS: Final = timedelta(seconds=6)
ANSWERS: Final = 2


@dataclass(frozen=True, slots=True)
class Course:
    """How an exercise stands, as far as the companion looks at it.

    Attributes:
        last_at: when the leading bid came; None before the first.
        answered: how often the companion went over somebody before the last stretch.
        has_extended: whether a bid of the companion has moved the end.
    """

    opens_at: datetime
    closes_at: datetime
    window: timedelta
    last_at: datetime | None
    leads: bool
    answered: int
    has_extended: bool


def wants_to_bid(course: Course, now: datetime) -> bool:
    """Whether the companion offers the least sum now."""
    if not course.opens_at <= now < course.closes_at:
        return False
    if course.last_at is None:
        return now >= course.opens_at + WAITS_TO_OPEN
    if course.leads or now < course.last_at + THINKS:
        return False
    if now >= course.closes_at - course.window:
        return not course.has_extended
    return course.answered < ANSWERS
