"""Geometry of the charts that templates draw: step lines, dots, the flow of money. Pure.

Places as in ``kernel.rulers``; the step line itself lives in a box of 100 by the height that
stretches with the drawing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.formats import BEIJING
from kernel.rulers import Tick, clamped, day_label, percent


@dataclass(frozen=True)
class Dot:
    at: str
    y: str
    own: bool = False


@dataclass(frozen=True)
class Level:
    y: str
    amount_fen: int


@dataclass(frozen=True)
class StepChart:
    line: str
    area: str
    dots: list[Dot]
    levels: list[Level]
    ticks: list[Tick]
    base: int


def price_steps(bids: Sequence[Mapping[str, Any]], opens_at: datetime, closes_at: datetime,
                own: Sequence[str] = (), now: datetime | None = None,
                height: int = 186, *, english: bool = False) -> StepChart:
    """The price as a step line.

    Args:
        bids: the accepted ones, oldest first, each with ``amount_fen, received_at, code``.
        opens_at: left edge.
        closes_at: the end now in force, right edge.
        own: codes whose dots are filled.
        now: where the line ends; None draws it to the end.
        height: pixels, axis included.
        english: how its days are written.
    """
    base = height - 26
    until = min(now or closes_at, closes_at)
    span = max(1.0, (closes_at - opens_at).total_seconds())
    amounts = [int(bid["amount_fen"]) for bid in bids]
    low, high = (min(amounts), max(amounts)) if amounts else (0, 1)
    step = nice((high - low) / 3 or max(1, high // 20))
    floor = step * (low // step) - step // 3
    ceiling = max(step * -(-high // step), high + step // 4)

    def x(instant: datetime) -> float:
        return clamped(100 * (instant - opens_at).total_seconds() / span)

    def y(amount: float) -> float:
        return base - (base - 14) * (amount - floor) / max(1, ceiling - floor)

    path, dots = "", []
    for place, bid in enumerate(bids):
        across, up = x(bid["received_at"]), y(int(bid["amount_fen"]))
        path += f"H{across:.2f}V{up:.1f}" if place else f"M{across:.2f} {up:.1f}"
        dots.append(Dot(percent(across), f"{up:.1f}", bid["code"] in own))
    if bids:
        path += f"H{x(until):.2f}"
    area = f"{path}V{base}H{x(bids[0]['received_at']):.2f}z" if bids else ""
    values = range(step * -(-floor // step), ceiling + 1, step)
    levels = [Level(f"{y(value):.1f}", value) for value in values if 12 < y(value) < base - 4]
    ticks = _quarters(opens_at, timedelta(seconds=span), now or closes_at, english=english)
    return StepChart(path, area, dots, levels, ticks, base)


def nice(value: float) -> int:
    """The least of 1, 2, 5 times a power of ten that is not under ``value``."""
    power = 10 ** max(0, math.floor(math.log10(max(1.0, value))))
    return next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= value)


def _quarters(first: datetime, span: timedelta, now: datetime, *, english: bool) -> list[Tick]:
    this_year = now.astimezone(BEIJING).year

    def label(local: datetime) -> str:
        if span >= timedelta(days=2):
            day = day_label(local, now, english=english)
            return f"{day} {local:%H:%M}" if local.year == this_year else day
        return local.strftime("%H:%M" if span >= timedelta(minutes=5) else "%H:%M:%S")

    local = first.astimezone(BEIJING)
    return [Tick(percent(25 * n), long=True, label=label(local + span * n / 4)) for n in range(5)]


def dot_ruler(values: Sequence[float], low: float, high: float, bins: int = 54) -> list[Dot]:
    """A dot for each value, stacked over its place; what is off the scale stands at its end."""
    heights: dict[int, int] = {}
    dots = []
    for value in sorted(values):
        place = round(clamped(100 * (float(value) - low) / (high - low)) / 100 * bins)
        level = heights.get(place, 0)
        heights[place] = level + 1
        dots.append(Dot(percent(100 * place / bins), str(141 - 9 * level)))
    return dots


# The flow of money --------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """One part of the money: a bar, and the words beside it."""

    y: float
    height: float
    text_y: float
    amount_fen: int
    title: str
    note: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Ribbon:
    path: str
    mine: bool


@dataclass(frozen=True)
class Flow:
    total: Block
    groups: list[Block]
    parts: list[Block]
    ribbons: list[Ribbon]
    height: int
    columns: tuple[int, int, int] = (118, 400, 650)
    bar: int = 12


_ROW = 40  # two lines of text
_GAP = 14


def flow(groups: Sequence[Mapping[str, Any]], title: str) -> Flow:
    """Proceeds on their way: one bar, its groups, their recipients; heights say the amounts.

    Args:
        groups: in the order of rank, each with ``title``, ``note`` (optional) and ``parts``;
            a part has ``title``, ``fen``, ``note`` and ``mine`` (optional).
        title: what the first bar is.
    """
    sums = [sum(int(part["fen"]) for part in group["parts"]) for group in groups]
    total = sum(sums)
    count = sum(len(group["parts"]) for group in groups)
    room = max(300, _ROW * count)
    scale = room * 0.62 / total if total else 0.0
    parts: list[Block] = []
    heads: list[Block] = []
    bars: list[tuple[float, float]] = []
    y = 12.0
    for group, amount in zip(groups, sums, strict=True):
        begin = y
        for part in group["parts"]:
            fen = int(part["fen"])
            height = max(2.0, fen * scale)
            slot = max(height, _ROW - 6)
            parts.append(Block(y + (slot - height) / 2, height, y + slot / 2, fen,
                               str(part["title"]), str(part.get("note", "")),
                               bool(part.get("mine"))))
            y += slot + 6
        bars.append((begin, y - 6))
        height = max(2.0, amount * scale)
        middle = (begin + y - 6) / 2
        heads.append(Block(middle - height / 2, height, middle, amount,
                           str(group["title"]), str(group.get("note", ""))))
        y += _GAP
    end = y - _GAP
    whole = max(2.0, total * scale)
    first = Block((12 + end - whole) / 2, whole, (12 + end) / 2, total, title)
    drawn = Flow(first, heads, parts, [], math.ceil(end + 12))
    drawn.ribbons.extend(_ribbons(drawn, [len(group["parts"]) for group in groups]))
    return drawn


def _ribbons(drawn: Flow, counts: Sequence[int]) -> list[Ribbon]:
    left, middle, right = drawn.columns
    ribbons = []
    leaves = drawn.total.y
    place = 0
    for head, count in zip(drawn.groups, counts, strict=True):
        ribbons.append(_ribbon(left + drawn.bar, leaves, middle, head.y, head.height, mine=False))
        leaves += head.height
        inner = head.y
        for part in drawn.parts[place:place + count]:
            ribbons.append(_ribbon(middle + drawn.bar, inner, right, part.y, part.height,
                                   mine=part.mine))
            inner += part.height
        place += count
    return ribbons


def _ribbon(x0: float, y0: float, x1: float, y1: float, height: float, *, mine: bool) -> Ribbon:
    bend = (x0 + x1) / 2
    return Ribbon(
        f"M{x0:.0f} {y0:.1f}C{bend:.0f} {y0:.1f} {bend:.0f} {y1:.1f} {x1:.0f} {y1:.1f}"
        f"v{height:.1f}C{bend:.0f} {y1 + height:.1f} {bend:.0f} {y0 + height:.1f} "
        f"{x0:.0f} {y0 + height:.1f}z", mine)
