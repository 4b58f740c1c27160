"""Lawful values for the form of a sale's terms: proposals of ours, which the officer may change.

The law gives bounds; where within them a sale lies is for the panel. The proposals take the least
start price, a deposit of a tenth and steps of about half a percent, in round figures.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from auction.rules.pricing import lawful_deposit, least_start_price
from auction.rules.schedule import earliest_end
from kernel.law import RuleSet
from kernel.money import Fen
from kernel.working_days import beijing_day, start_of_day

DEPOSIT: Final = Fraction(1, 10)
STEP: Final = Fraction(1, 200)
OPENS_AFTER: Final = timedelta(hours=10)
"""Bidding is proposed to begin at ten in the morning."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures and times of a sale's terms."""

    start_price_fen: int
    increment_fen: int
    deposit_fen: int
    opens_at: datetime
    closes_at: datetime


def proposal(price_fen: Fen, open_from_on: date, rules: RuleSet) -> Figures:
    """Terms that the law allows for this reference price and this first day of bidding."""
    start_fen = _round_up(least_start_price(price_fen, rules))
    opens_at = start_of_day(open_from_on) + OPENS_AFTER
    found = Figures(start_fen, _round_down(int(start_fen * STEP), 1),
                    _round_down(int(start_fen * DEPOSIT), 2), opens_at, earliest_end(opens_at, rules))
    return made_lawful(found, price_fen, open_from_on, rules)


def made_lawful(typed: Figures, price_fen: Fen | None, open_from_on: date,
                rules: RuleSet) -> Figures:
    """What was typed, each figure moved to the nearest lawful one where it is none."""
    start_fen = typed.start_price_fen
    if price_fen is not None:
        start_fen = max(start_fen, least_start_price(price_fen, rules))
    deposits = lawful_deposit(Fen(start_fen), rules)
    deposit_fen = min(max(typed.deposit_fen, deposits.least_fen), deposits.most_fen)
    opens_at = typed.opens_at
    if beijing_day(opens_at) < open_from_on:
        opens_at = start_of_day(open_from_on) + OPENS_AFTER
    closes_at = max(typed.closes_at, earliest_end(opens_at, rules))
    return replace(typed, start_price_fen=start_fen, deposit_fen=deposit_fen, opens_at=opens_at,
                   closes_at=closes_at)


def _round_up(amount_fen: int) -> int:
    """To three figures, whole yuan at least: never below the bound, and hardly above it."""
    unit = _place(amount_fen, 3)
    return -(-amount_fen // unit) * unit


def _round_down(amount_fen: int, figures: int) -> int:
    """To so many figures, whole yuan at least."""
    unit = _place(amount_fen, figures)
    return max(unit, amount_fen // unit * unit)


def _place(amount_fen: int, figures: int) -> int:
    return int(max(100, 10 ** (len(str(amount_fen)) - figures)))
