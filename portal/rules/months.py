"""The shape of a month: weeks from Monday, the days on which courts rest, the instants it spans."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from kernel.working_days import HolidaysUnknown, months_after, official, start_of_day

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_WEEK: Final = 7
EARLIEST: Final = 2000
LATEST: Final = 2199


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its first day."""

    first: date

    @property
    def name(self) -> str:
        """As it stands in addresses: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def previous(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def next(self) -> "Month":
        return Month(months_after(self.first, 1))

    @property
    def starts_at(self) -> datetime:
        return start_of_day(self.first)

    @property
    def ends_at(self) -> datetime:
        return start_of_day(self.next.first)

    def days(self) -> Iterator[date]:
        """Every day of the month."""
        on = self.first
        while on < self.next.first:
            yield on
            on += timedelta(days=1)

    def weeks(self) -> list[list[date | None]]:
        """Weeks from Monday; None where the day is of another month."""
        cells: list[date | None] = [None] * self.first.weekday()
        cells += self.days()
        cells += [None] * (-len(cells) % _WEEK)
        return [cells[at:at + _WEEK] for at in range(0, len(cells), _WEEK)]


def month_of(on: date) -> Month:
    return Month(on.replace(day=1))


def read_month(text: str) -> Month | None:
    """A month as it stands in an address; None for what is none, or lies beyond all calendars."""
    found = _MONTH.fullmatch(text)
    if found is None or not EARLIEST <= int(found[1]) <= LATEST:
        return None
    return Month(date(int(found[1]), int(found[2]), 1))


def rests(on: date) -> bool | None:
    """Whether courts rest on a day; None where the holidays of its year are not known yet."""
    try:
        return official().is_rest_day(on)
    except HolidaysUnknown:
        return None
