"""What a room costs as it fills, and what a bid costs as the sales become many; draws both.

An update should cost in proportion to those who hear it, and a bid the same on one lot as on a thousand.
"""

import os
from collections.abc import Iterator, Sequence
from math import log10
from pathlib import Path
from statistics import median

from benchmarks.fanout import spreads_of_ours
from benchmarks.figures import Figure
from benchmarks.place import OTHERS, ROOT, crowd, standing

WATCHERS = (1, 10, 100, 1_000, 10_000)
LOTS = (1, 10, 100, 1_000)
BIDDERS, MOST_A_LOT = 1_000, 200
PICTURES = ROOT / "docs" / "img"
_WIDE, _HIGH, _LEFT, _TOP, _RIGHT, _BOTTOM = 640, 320, 64, 40, 616, 270


def measure() -> Iterator[Figure]:
    os.sched_setaffinity(0, OTHERS)
    spreads = {watchers: median(spreads_of_ours(watchers)[0]) for watchers in WATCHERS}
    for watchers, spread in spreads.items():   # held against growth in proportion
        in_proportion = spreads[WATCHERS[-1]] * watchers / WATCHERS[-1]
        yield Figure(f"curves.update.{watchers}", "ms", [spread], [in_proportion])
    draw(PICTURES / "bids-watchers.svg", "One update: ms from the first who hears it to the last", "watchers",
         list(spreads.items())[1:], by_tens=True)   # one watcher is the first and the last
    costs = {}
    for lots in LOTS:
        costs[lots] = cost_of_a_bid(lots)
        yield Figure(f"curves.bid.{lots}", "us of processor", [costs[lots]], [costs[LOTS[0]]])
    draw(PICTURES / "bids-lots.svg", "One bid: µs of the server's processor", "lots",
         list(costs.items()))


def cost_of_a_bid(lots: int) -> float:
    """Microseconds of the server's processor, everything counted that it did meanwhile."""
    bidders = min(BIDDERS, MOST_A_LOT * lots)
    with standing("sqlite", bidders, lots) as (server, place):
        told = crowd(server.port, place.seats, bidders, processor_of=server.worker)
    return 1_000_000 * float(told["processor_s"]) / int(told["answered"])


def draw(path: Path, title: str, along: str, points: Sequence[tuple[int, float]], *, by_tens: bool = False
         ) -> None:
    """A curve over powers of ten, with every point's figure beside it.

    Args:
        by_tens: upwards in powers of ten too, so that growth in proportion is a straight line at one slope.
    """
    height = log10 if by_tens else float
    least, most = (height(choose(value for _, value in points)) for choose in (min, max))
    least = least - (most - least) / 8 if by_tens else 0.0
    first, last = log10(points[0][0]), log10(points[-1][0])

    def place(count: int, value: float) -> tuple[float, float]:
        return (_LEFT + (_RIGHT - _LEFT) * (log10(count) - first) / (last - first),
                _BOTTOM - (_BOTTOM - _TOP) * (height(value) - least) / (most - least))

    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in (place(*point) for point in points))
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/><text x="{x - 8:.0f}" y="{y - 8:.0f}" text-anchor="end">'
        f'{value:.3g}</text><text x="{x:.0f}" y="{_BOTTOM + 20}" text-anchor="middle">{count:,}</text>'
        for (count, value), (x, y) in ((point, place(*point)) for point in points))
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" font-family="sans-serif" '
        f'font-size="13" fill="#1d2b3a" role="img"><title>{title}</title>'
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>'
        f'<text x="16" y="22" font-weight="bold">{title}</text>'
        f'<path d="M{_LEFT} {_BOTTOM}H{_RIGHT}" stroke="#9aa5b1"/><polyline points="{line}" fill="none" '
        f'stroke="#1f5fa8" stroke-width="2"/>{marks}<text x="{_RIGHT}" y="{_BOTTOM + 40}" '
        f'text-anchor="end">{along}</text></svg>\n')
