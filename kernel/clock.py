"""The platform's clock. Everything that counts as "now" comes from here, to the millisecond.

In demo mode the clock may be walked: an offset, kept in the database and only ever raised
(``portal`` owns the page, ``kernel.models.ClockOffset`` the row). Outside demo mode the
offset is zero and nothing can move it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from kernel.formats import BEIJING
from kernel.working_days import beijing_day, end_of_day, start_of_day

__all__ = ["beijing", "beijing_day", "end_of_day", "machine_now", "now", "offset",
           "reset_for_tests", "set_offset", "start_of_day"]

_MICROSECOND: Final = timedelta(microseconds=1)
_offset = timedelta(0)


def now() -> datetime:
    """The present instant in UTC, cut to the millisecond as every public format prints it."""
    return to_millisecond(datetime.now(UTC) + _offset)


def of_stamp(stamp_ns: int) -> datetime:
    """A stamp of the hardware's clock, in nanoseconds since 1970, as the platform's clock shows it."""
    return datetime.fromtimestamp(stamp_ns // 1_000_000 / 1000, UTC) + _offset  # floats tell µs apart


def to_millisecond(instant: datetime) -> datetime:
    """An instant cut to the millisecond, never rounded up."""
    return instant - instant.microsecond % 1000 * _MICROSECOND   # half of the time of ``replace``


def machine_now() -> datetime:
    """The hardware's time, however far the demo clock was walked: for sessions and tokens only."""
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far the demo clock has been walked; zero in production."""
    return _offset


def begin(value: timedelta) -> None:
    """Let a new demo's time begin elsewhere, before anything is recorded under it."""
    global _offset  # noqa: PLW0603 - as below
    _offset = value


def set_offset(value: timedelta) -> None:
    """Take over the offset read from the database.

    Raises:
        ValueError: it would run backwards.
    """
    global _offset  # noqa: PLW0603 - one clock per process, as the hardware has one
    if value < _offset:
        raise ValueError("the clock only moves forward")
    _offset = value


def reset_for_tests() -> None:
    """Set the hands back to the real time; nothing but a test's fixture may call this."""
    global _offset  # noqa: PLW0603 - as above
    _offset = timedelta(0)


def beijing(instant: datetime) -> datetime:
    """The wall time in Beijing (UTC+8, no summer time) of an instant."""
    return instant.astimezone(BEIJING)
