"""A sale drawn: price over time, its refusals, and what its clock did. Pure.

Places as in ``kernel.charts``. A sale is quiet for a day and decided in minutes, so the time axis has up to
three scales: the long first part, the last stretch before the announced end and all that came after it, and
the time in which the clock stood still, which is drawn narrow however long it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from evidence.rules.film import Frame
from kernel.charts import Level, nice
from kernel.formats import BEIJING
from kernel.rulers import clamped, percent

HEIGHT: Final = 300
BASE: Final = HEIGHT - 30
_TOP: Final = 30
_TAIL: Final = 62.0
"""Share of the width that the last stretch gets where it is looked at closely."""
_STILL: Final = 5.0
"""Share of the width of one suspension."""
_STILL_MOST: Final = 40.0
"""Share of the width of all of them together."""
_CLOSE: Final = 0.35
"""The last stretch is drawn closer where it is a smaller part of the time than this."""
_LABEL: Final = 7.0
"""Width of a label, in percent of the drawing."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the clock stood still; ``to_at`` None while it does."""

    from_at: datetime
    to_at: datetime | None
    is_fault: bool


@dataclass(frozen=True, slots=True)
class Course:
    """All of a sale that is drawn.

    Attributes:
        planned_at: the end as announced.
        ends_at: the end in force at last.
        faults: when something of the platform failed.
    """

    opens_at: datetime
    planned_at: datetime
    ends_at: datetime
    window: timedelta
    start_price_fen: int
    frames: Sequence[Frame]
    stops: Sequence[Stop] = ()
    faults: Sequence[datetime] = ()


class Spot(NamedTuple):
    """One attempt or one mark in the drawing."""

    x: str
    y: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    x: str
    width: str
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class AxisMark:
    at: str
    label: str = ""
    anchor: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Reel:
    """The drawing.

    Attributes:
        line: the step line, in a box of 100 by ``BASE`` that stretches.
        ends: each end that a bid set, as it was extended; ``planned``: the announced one.
        close: the stretch that is drawn closer; None where all has one scale.
        places: where each frame stands, in their order; ``invalid``: how many of them were refused.
    """

    line: str
    accepted: list[Spot]
    refused: list[Spot]
    levels: list[Level]
    ends: list[Spot]
    planned: str
    stops: list[Band]
    faults: list[Spot]
    close: Band | None
    ticks: list[AxisMark]
    places: list[Spot]
    invalid: int
    height: int = HEIGHT
    base: int = BASE


@dataclass(slots=True)
class _Axis:
    """Time to percent, piece by piece."""

    pieces: list[tuple[datetime, datetime, float]] = field(default_factory=list)
    close_from: datetime | None = None

    def x(self, instant: datetime) -> float:
        begun = 0.0
        for from_at, to_at, width in self.pieces:
            if instant < to_at:
                return clamped(begun + max(0.0, width * ((instant - from_at) / (to_at - from_at))))
            begun += width
        return 100.0


def reel(course: Course) -> Reel:
    """Draw a sale as far as it has gone."""
    axis = _axis(course)
    y, levels = _heights(course)
    drawn = [(axis.x(one.entry.received_at), y(one.entry.bid.amount_fen)) for one in course.frames]
    steps = [f"H{across:.2f}V{up:.1f}" for one, (across, up) in zip(course.frames, drawn, strict=True)
             if one.decision.accepted and not one.decision.repeated]
    path = ""
    if steps:   # the line begins where the first bid stands
        path = "M" + steps[0][1:].replace("V", " ") + "".join(steps[1:]) + f"H{axis.x(course.ends_at):.2f}"
    places = [Spot(percent(across), f"{up:.1f}") for across, up in drawn]
    pairs = list(zip(course.frames, places, strict=True))
    return Reel(
        path, accepted=_once(spot for one, spot in pairs if one.decision.accepted),
        refused=_once(spot for one, spot in pairs if not one.decision.accepted), levels=levels,
        ends=_once(Spot(percent(axis.x(one.after.closes_at))) for one in course.frames
                   if one.after.extensions > one.before.extensions),
        planned=percent(axis.x(course.planned_at)),
        stops=[_band(axis, one.from_at, one.to_at or course.ends_at, is_fault=one.is_fault)
               for one in course.stops],
        faults=_once(Spot(percent(axis.x(at))) for at in course.faults),
        close=None if axis.close_from is None else _band(axis, axis.close_from, _last(course)),
        ticks=_ticks(course, axis), places=places,
        invalid=sum(not one.decision.accepted for one in course.frames))


def _band(axis: _Axis, from_at: datetime, to_at: datetime, *, is_fault: bool = False) -> Band:
    left, right = axis.x(from_at), axis.x(to_at)
    return Band(percent(left), percent(max(0.3, right - left)), is_fault)


def _once(spots: Iterable[Spot]) -> list[Spot]:
    """Spots that fall together are drawn once."""
    return list(dict.fromkeys(spots))


def _last(course: Course) -> datetime:
    """The right edge: a little behind whatever came last."""
    came = [one.entry.received_at for one in course.frames]
    stopped = [one.to_at or one.from_at for one in course.stops]
    return max([course.ends_at, course.planned_at, *came, *stopped]) + course.window / 10


def _axis(course: Course) -> _Axis:
    first = min([course.opens_at, *(one.entry.received_at for one in course.frames)])
    last = _last(course)
    still = [(max(one.from_at, first), min(one.to_at or last, last)) for one in course.stops]
    still = [span for span in still if span[0] < span[1]]
    close_from = course.planned_at - 2 * course.window
    is_close = (close_from > first and (last - close_from) < _CLOSE * (last - first)
                and not any(begin <= close_from < end for begin, end in still))
    cuts = sorted({first, last, *(end for span in still for end in span),
                   *([close_from] if is_close else [])})
    spans = list(pairwise(cuts))

    def part(from_at: datetime) -> int:
        if any(begin <= from_at < end for begin, end in still):
            return 0
        return 2 if is_close and from_at >= close_from else 1

    narrow = min(_STILL * len(still), _STILL_MOST)
    room = 100.0 - narrow
    tail = room * _TAIL / 100 if is_close else 0.0
    shares = {0: narrow, 1: room - tail, 2: tail}
    lengths = dict.fromkeys(shares, timedelta(0))
    for from_at, to_at in spans:
        lengths[part(from_at)] += to_at - from_at
    whole = sum(share for kind, share in shares.items() if lengths[kind])
    scale = {kind: 100 / whole * share for kind, share in shares.items()}
    pieces = [(from_at, to_at, scale[part(from_at)] * ((to_at - from_at) / lengths[part(from_at)]))
              for from_at, to_at in spans]
    return _Axis(pieces, close_from if is_close else None)


class _Heights:
    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, max(high, low + 1)

    def __call__(self, amount_fen: float) -> float:
        up = BASE - (BASE - _TOP) * (amount_fen - self.low) / (self.high - self.low)
        return min(float(BASE - 6), max(float(_TOP - 8), up))


def _heights(course: Course) -> tuple[_Heights, list[Level]]:
    """Prices to pixels: the accepted ones fill the drawing; one off the scale stands at its edge."""
    amounts = [course.start_price_fen, *(one.entry.bid.amount_fen for one in course.frames
                                         if one.decision.accepted)]
    low, high = min(amounts), max(amounts)
    step = nice((high - low) / 4 or max(1, high // 20))
    floor = step * (low // step) - step // 3
    heights = _Heights(floor, max(step * -(-high // step), high + step // 4))
    values = range(step * -(-floor // step), high + step, step)
    return heights, [Level(f"{heights(value):.1f}", value) for value in values
                     if _TOP - 8 < heights(value) < BASE - 6]


def _ticks(course: Course, axis: _Axis) -> list[AxisMark]:
    """The instants that matter first, then even ones where there is room for them."""
    first, last = axis.pieces[0][0], axis.pieces[-1][1]
    named = [(first, True), (course.planned_at, True), (course.ends_at, True)]
    named += [(one.from_at, False) for one in course.stops]
    named += [(one.to_at, False) for one in course.stops if one.to_at is not None]
    if axis.close_from is not None:
        named.append((axis.close_from, False))
    for from_at, to_at, width in axis.pieces:
        count = max(1, int(width // (1.4 * _LABEL)))
        named += [(_rounded(from_at + (to_at - from_at) * n / count, (to_at - from_at) / count), False)
                  for n in range(1, count)]
    placed: list[tuple[float, AxisMark]] = []
    for at, strong in named:
        x = axis.x(at)
        anchor = "start" if x < _LABEL / 2 else "end" if x > 100 - _LABEL / 2 else "middle"
        middle = x + {"start": _LABEL / 2, "end": -_LABEL / 2, "middle": 0.0}[anchor]
        if first <= at <= last and all(abs(middle - other) > _LABEL for other, _ in placed):
            local = at.astimezone(BEIJING)
            label = local.strftime("%H:%M" if course.window >= timedelta(minutes=2) else "%H:%M:%S")
            placed.append((middle, AxisMark(percent(x), label, anchor, strong)))
    return [mark for _, mark in sorted(placed, key=lambda one: one[0])]


def _rounded(at: datetime, apart: timedelta) -> datetime:
    """An even time nearby, by how far the marks are apart."""
    step = next((one for one in (21_600, 3600, 1800, 600, 300, 60, 10) if one <= apart.total_seconds()), 1)
    midnight = at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(seconds=step * round((at - midnight).total_seconds() / step))
