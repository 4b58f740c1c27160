"""Geometry of the rulers that templates draw, and of the ring. Pure; knows no domain.

Horizontal places are percentages of the drawing's width, so that a drawing fits any column
without a script or a style attribute; vertical places are pixels.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from kernel.formats import BEIJING

RING_TICKS: Final = 36


def percent(value: float) -> str:
    """A place on the width: ``38.33%``."""
    return f"{value:.2f}%"


def clamped(value: float) -> float:
    """A place that never leaves the drawing."""
    return min(100.0, max(0.0, value))


# The ring -----------------------------------------------------------------------------------


def ring(digest: str) -> list[tuple[str, str, str, str]]:
    """The 36 ticks of a ring: lengths from the first 36 hexadecimal digits, clockwise from the top.

    Returns:
        ``x1, y1, x2, y2`` of each tick in a box of 40 by 40.

    Raises:
        ValueError: fewer than 36 hexadecimal digits.
    """
    if len(digest) < RING_TICKS:
        raise ValueError("a ring needs 36 hexadecimal digits")
    ticks = []
    for place, digit in enumerate(digest[:RING_TICKS]):
        angle = math.tau * place / RING_TICKS
        x, y = math.sin(angle), -math.cos(angle)
        inner = 18.6 - 2.9 - 0.36 * int(digit, 16)
        ticks.append((f"{20 + inner * x:.1f}", f"{20 + inner * y:.1f}",
                      f"{20 + 18.6 * x:.1f}", f"{20 + 18.6 * y:.1f}"))
    return ticks


# Rulers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tick:
    """One tick of a ruler; a long one may carry a label."""

    at: str
    long: bool
    label: str = ""


@dataclass(frozen=True)
class PriceRuler:
    ticks: list[Tick]
    start: str
    reference: str
    price: str | None
    width: str
    beyond: bool
    """The price lies off the scale; the mark stands at its end."""


def price_ruler(start_fen: int, reference_fen: int, price_fen: int | None = None, *,
                tall: bool = False) -> PriceRuler:
    """Start, reference and price as marks on one scale in percent of the reference price.

    Small rulers share the scale 52 to 112 %, so that columns compare; a tall one looks closer.
    """
    start = 100 * start_fen / reference_fen
    price = None if price_fen is None else 100 * price_fen / reference_fen
    low, high = (65.0, 106.0) if tall else (52.0, 112.0)
    if tall:
        low = min(low, 5 * math.floor(start / 5) - 5)
        high = max(high, 5 * math.ceil((price or 0) / 5) + 6)

    def place(value: float) -> float:
        return clamped(100 * (value - low) / (high - low))

    step = 5 if high - low <= 90 else 10 * math.ceil((high - low) / 200)
    first = step * math.ceil(low / step)
    values = [first + step * n for n in range(int((high - first) // step) + 1)]
    ticks = [Tick(percent(place(value)), long=value % (2 * step) == 0)
             for value in values if low < value < high]
    return PriceRuler(
        ticks=ticks, start=percent(place(start)), reference=percent(place(100)),
        price=None if price is None else percent(place(price)),
        width=percent(max(0.0, place(price) - place(start)) if price is not None else 0.0),
        beyond=price is not None and price > high,
    )


@dataclass(frozen=True)
class TimeRuler:
    ticks: list[Tick]
    now: str
    end: str
    window_from: str
    window_width: str
    extensions: list[str]
    starts_at: datetime
    ends_at: datetime


_STEPS: Final = (
    (1, 5), (5, 15), (10, 60), (60, 300), (300, 1800), (900, 3600), (3600, 21_600),
    (21_600, 86_400), (86_400, 432_000), (604_800, 2_419_200),
)
"""Seconds between short ticks and between long ones."""


def time_ruler(now: datetime, closes_at: datetime, window_seconds: int,
               extensions: Sequence[datetime] = (), *, english: bool = False) -> TimeRuler:
    """Now, the end and the window in which a bid moves it; earlier ends as faint marks.

    Days on its scale are written as ``day_label`` does.
    """
    window = timedelta(seconds=window_seconds)
    first = min([now, closes_at - 4.4 * window, *(end - window for end in extensions)])
    last = max(closes_at, now) + 0.4 * window
    if closes_at - now > 4.4 * window:  # far from the end: the whole way to it
        first, last = now, closes_at + (closes_at - now) * 0.08
    span = (last - first).total_seconds()

    def place(instant: datetime) -> float:
        return clamped(100 * (instant - first).total_seconds() / span)

    left, right = place(closes_at - window), place(closes_at)
    return TimeRuler(
        ticks=_time_ticks(first, last, now, english=english), now=percent(place(now)), end=percent(right),
        window_from=percent(left), window_width=percent(right - left),
        extensions=[percent(place(end)) for end in extensions], starts_at=first, ends_at=last,
    )


_LETTER: Final = 100 * 7.2 / 288
"""Width of a figure, in percent of the narrowest drawing; scripts know the real width (auction/ruler.js)."""


def _time_ticks(first: datetime, last: datetime, now: datetime, most: int = 32, *, english: bool
                ) -> list[Tick]:
    span = (last - first).total_seconds()
    minor, major = next((step for step in _STEPS if span / step[0] <= most), _STEPS[-1])
    midnight = first.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = math.ceil((first - midnight).total_seconds() / minor)
    ticks, free = [], 0.0
    for n in range(begin, begin + int(span // minor) + 1):
        instant = midnight + timedelta(seconds=n * minor)
        if instant > last:
            break
        at = 100 * (instant - first).total_seconds() / span
        long = n * minor % major == 0
        label = _clock_label(instant, major, now, english=english) if long else ""
        half = len(label) * _LETTER / 2
        if at - half < free or at + half > 100:
            label = ""
        if label:
            free = at + half + 2 * _LETTER
        ticks.append(Tick(percent(at), long, label))
    return ticks


def _clock_label(instant: datetime, step: int, now: datetime, *, english: bool) -> str:
    local = instant.astimezone(BEIJING)
    if step < 60:
        return local.strftime("%H:%M:%S")
    if step >= 86_400 or (step >= 21_600 and local.hour == 0):
        return day_label(local, now, english=english)
    return local.strftime("%H:%M")


def day_label(local: datetime, now: datetime, *, english: bool) -> str:
    """A day on an axis: 12-25 or 25 Dec, with its year unless that is the present one."""
    present = local.year == now.astimezone(BEIJING).year
    if english:
        return f"{local.day} {local:%b}" if present else f"{local.day} {local:%b %Y}"
    return local.strftime("%m-%d" if present else "%Y-%m-%d")


@dataclass(frozen=True)
class DayMark:
    at: str
    y: int
    kind: str


@dataclass(frozen=True)
class DayCell:
    at: str
    """The middle of the day."""
    left: str
    on: date
    today: bool
    off: bool
    ticks: list[str]


@dataclass(frozen=True)
class DayRuler:
    days: list[DayCell]
    marks: list[DayMark]
    width: str
    now: str
    left_out: int
    """Marks that fall outside the days shown."""


def day_ruler(today: date, marks: Sequence[Mapping[str, Any]], days: int = 15,
              off: Sequence[date] = ()) -> DayRuler:
    """Two weeks of deadlines, stacked over their days; what is overdue stands at yesterday."""
    first = today - timedelta(days=1)
    step = 100 / days
    heights: dict[int, int] = {}
    placed = []
    beyond = 0
    for mark in marks:
        place = max(0, (mark["on"] - first).days)
        if place >= days:
            beyond += 1
            continue
        level = heights.get(place, 0)
        heights[place] = level + 1
        if level < 4:
            at = percent(step * (place + 0.5))
            placed.append(DayMark(at, 54 - 14 * level, str(mark["kind"])))
        else:
            beyond += 1
    cells = []
    for n in range(days):
        on = first + timedelta(days=n)
        cells.append(DayCell(
            at=percent(step * (n + 0.5)), left=percent(step * n), on=on, today=on == today,
            off=on.weekday() >= 5 if not off else on in off,
            ticks=[percent(step * (n + part)) for part in (0, 0.25, 0.75)],
        ))
    return DayRuler(cells, placed, percent(step), percent(step * 1.5), beyond)
