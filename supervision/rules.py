"""Which terms ran out, and what a court's figures say. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from kernel.domain import WorkItem


def overdue(items: Iterable[WorkItem], now: datetime) -> list[WorkItem]:
    """Acts whose statutory term has run out, the longest overdue first; what merely waits is not overdue."""
    late = [item for item in items if item.rule
            and item.due_at is not None and item.due_at < now and (item.roles or item.person_id)]
    return sorted(late, key=lambda item: (item.due_at, item.title))


@dataclass(frozen=True, slots=True)
class SaleFigure:
    """What the figures need of one ended sale."""

    sold: bool
    price_fen: int | None
    reference_price_fen: int | None
    accepted: int
    extensions: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a court's sales came to.

    Attributes:
        median_percent: of price to reference price over the sold ones, in whole percent, rounded
            half up; None while nothing is sold.
    """

    ended: int
    sold: int
    turnover_fen: int
    median_percent: int | None
    bids: int
    extensions: int


def figures(sales: Sequence[SaleFigure]) -> Figures:
    """Count the ended sales of a court; exercises are never among them."""
    sold = [sale for sale in sales if sale.sold]
    ratios = sorted(Fraction(100 * (sale.price_fen or 0), sale.reference_price_fen)
                    for sale in sold if sale.reference_price_fen)
    return Figures(
        ended=len(sales), sold=len(sold), turnover_fen=sum(sale.price_fen or 0 for sale in sold),
        median_percent=_median(ratios), bids=sum(sale.accepted for sale in sales),
        extensions=sum(sale.extensions for sale in sales))


def _median(values: Sequence[Fraction]) -> int | None:
    if not values:
        return None
    middle = len(values) // 2
    exact = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
    return int(exact + Fraction(1, 2))
