"""Statutory periods: how days, months and holidays are counted (rules TIME-1 to TIME-5).

- The day on which a period starts is not counted (民诉法第八十五条第二款, TIME-1).
- If the last day is a statutory holiday or rest day, the period ends on the first day after it
  that is none (民诉法第八十五条第三款, TIME-2). Only deadlines move so. A minimum wait, such as
  the days between an announcement and the auction, is neither moved nor shortened.
- Months end on the day of the same number, or at the end of the month (民法典第二百零二条, TIME-3).
- "N days before": N full days lie between (strict), or the dates differ by N (lenient; TIME-4).
- Hours run from the instant itself, to the millisecond (TIME-5): add a timedelta.

Days are days in Beijing. Holidays come from the package ``chinese-calendar`` and from
``config/holidays.toml``; a year that neither knows is refused, never guessed.
"""

import calendar as months_of_year
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import chinese_calendar

from kernel.errors import N_, DomainError
from kernel.formats import BEIJING

HOLIDAYS_FILE: Final = Path(__file__).resolve().parents[1] / "config" / "holidays.toml"

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class HolidaysUnknown(DomainError):
    """A term reaches a year whose holidays nobody has entered."""

    status = 409
    code = "holidays_unknown"
    message = N_("%(year)s 年的放假安排尚未录入，无法推算期限。请管理员按国务院办公厅的通知录入。")
    rule = "TIME-2"


@dataclass(frozen=True, slots=True)
class YearEntry:
    """What ``config/holidays.toml`` says of one year, weekends aside."""

    rest: frozenset[date]
    work: frozenset[date]
    """Weekend days that are worked instead."""
    provisional: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are rest days.

    An announced entry beats the package, the package beats a provisional entry.
    """

    entries: Mapping[int, YearEntry]

    def is_rest_day(self, on: date) -> bool:
        """Whether ``on`` is a statutory holiday, a day given instead, or a weekend not worked.

        Raises:
            HolidaysUnknown: the year is neither entered nor known to the package.
        """
        entry = self._entry(on.year)
        if entry is None:
            return bool(chinese_calendar.is_holiday(on))
        return on in entry.rest or (on.weekday() >= _SATURDAY and on not in entry.work)

    def is_provisional(self, year: int) -> bool:
        """Whether the year is not announced yet, so that terms touching it may still move."""
        entry = self._entry(year)
        return entry is not None and entry.provisional

    def _entry(self, year: int) -> YearEntry | None:
        entry = self.entries.get(year)
        if entry is not None and not entry.provisional:
            return entry
        if _in_package(year):
            return None
        if entry is None:
            raise HolidaysUnknown(year=year)
        return entry


@cache
def _in_package(year: int) -> bool:
    try:
        chinese_calendar.is_holiday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def read_holidays(text: str) -> WorkCalendar:
    """Read the text of ``config/holidays.toml``.

    Raises:
        ValueError: a day of another year, or a member that is missing or not known.
    """
    entries: dict[int, YearEntry] = {}
    for name, given in tomllib.loads(text).items():
        members = {"provisional": False, "note": "", **given}
        if set(members) != {"rest", "work", "provisional", "note"}:
            raise ValueError(f"holidays of {name}: give rest and work; provisional and note may be")
        entry = YearEntry(frozenset(members["rest"]), frozenset(members["work"]),
                          members["provisional"], members["note"])
        stray = [on for on in entry.rest | entry.work if on.year != int(name)]
        if stray or entry.rest & entry.work:
            raise ValueError(f"holidays of {name}: a day of another year, or rest and work at once")
        entries[int(name)] = entry
    return WorkCalendar(MappingProxyType(entries))


@cache
def official() -> WorkCalendar:
    """The calendar of this installation."""
    return read_holidays(HOLIDAYS_FILE.read_text(encoding="utf-8"))


def is_provisional(year: int) -> bool:
    """Whether the holidays of ``year`` are not announced yet (see ``config/holidays.toml``)."""
    return official().is_provisional(year)


def next_working_day(on: date, calendar: WorkCalendar | None = None) -> date:
    """``on`` itself if it is worked, else the first day after it that is."""
    days = calendar or official()
    while days.is_rest_day(on):
        on += _DAY
    return on


def after_days(start_on: date, days: int) -> date:
    """The last of ``days`` days after ``start_on``, which is not counted; holidays play no part."""
    return start_on + timedelta(days=days)


def deadline(start_on: date, days: int, calendar: WorkCalendar | None = None) -> date:
    """The last day of a term of ``days`` days that starts on ``start_on`` (TIME-1, TIME-2)."""
    return next_working_day(after_days(start_on, days), calendar)


def after_working_days(start_on: date, days: int, calendar: WorkCalendar | None = None) -> date:
    """The ``days``-th working day after ``start_on``."""
    on = start_on
    for _ in range(days):
        on = next_working_day(on + _DAY, calendar)
    return on


def months_after(start_on: date, months: int) -> date:
    """The day of the same number ``months`` later, or the end of that month (TIME-3)."""
    years, month = divmod(start_on.month - 1 + months, 12)
    year, month = start_on.year + years, month + 1
    return date(year, month, min(start_on.day, months_of_year.monthrange(year, month)[1]))


def deadline_months(start_on: date, months: int, calendar: WorkCalendar | None = None) -> date:
    """The last day of a term of ``months`` months that starts on ``start_on`` (TIME-2, TIME-3)."""
    return next_working_day(months_after(start_on, months), calendar)


def full_days_between_strict(act_on: date, event_on: date) -> int:
    """How many whole days lie between the act and the event, counting neither (TIME-4)."""
    return (event_on - act_on).days - 1


def earliest_event(act_on: date, days: int, *, strict: bool) -> date:
    """The first day for an event that an act has to precede by ``days`` days (TIME-4)."""
    return act_on + timedelta(days=days + strict)


def latest_act(event_on: date, days: int, *, strict: bool) -> date:
    """The last day for an act that has to precede the event by ``days`` days (TIME-4)."""
    return event_on - timedelta(days=days + strict)


def beijing_day(instant: datetime) -> date:
    """The day in Beijing to which an instant belongs."""
    return instant.astimezone(BEIJING).date()


def start_of_day(day: date) -> datetime:
    """Midnight in Beijing at which ``day`` begins, as an instant."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant at which ``day`` is over in Beijing: a term that ends on it runs until here."""
    return start_of_day(day + _DAY)
