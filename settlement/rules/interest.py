"""Interest on a judgment debt that is late: the doubled part and the general interest (INT-01 ff).

Days are walked from payment to payment. Fractions are exact; a figure is rounded half-up once, at
the end, and the general interest also whenever a payment settles it (INT-12).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from kernel.money import half_up

_BEFORE_ALL: Final = 0
"""The ordinal of the day before the calendar's first."""


class Overpaid(Exception):
    """A payment is higher than all that is owed on its day. ``position``: its place in the list."""

    def __init__(self, position: int) -> None:
        super().__init__(f"payment {position} is higher than all that is owed on its day")
        self.position = position


@dataclass(frozen=True, slots=True)
class Payment:
    on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, both ends counted."""

    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class General:
    """General interest as the judgment grants it: simple, by the day (INT-02)."""

    from_on: date
    daily_rate: Fraction


@dataclass(frozen=True, slots=True)
class Debt:
    """A judgment debt and what happened to it until ``ends_on``."""

    principal_fen: int
    due_on: date
    ends_on: date
    count_due_day: bool = False
    payments: tuple[Payment, ...] = ()
    excluded: tuple[Days, ...] = ()
    general: General | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A longest run of days that bore doubled interest on the same principal."""

    from_on: date
    to_on: date
    principal_fen: int
    doubled: Fraction

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still owed at the end, after the payments of that day."""

    principal_fen: int
    general_fen: int
    doubled_fen: int
    segments: tuple[Segment, ...]

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.general_fen + self.doubled_fen


def doubled_days(debt: Debt) -> list[tuple[int, int]]:
    """The days that bear doubled interest, as runs of ordinals, both ends counted (INT-03, -05)."""
    start = debt.due_on.toordinal() + (0 if debt.count_due_day else 1)
    runs: list[tuple[int, int]] = []
    for gap in sorted(debt.excluded, key=lambda days: days.from_on):
        first, last = gap.from_on.toordinal(), gap.to_on.toordinal()
        if first > start:
            runs.append((start, first - 1))
        start = max(start, last + 1)
    runs.append((start, debt.ends_on.toordinal()))
    end = debt.ends_on.toordinal()
    return [(first, min(last, end)) for first, last in runs if first <= min(last, end)]


def owed(debt: Debt, doubled_rate: Fraction) -> Owed:
    """Walk the debt to its end.

    A payment goes to the general interest accrued to its day, then to the principal, then, when
    none is left, to the doubled interest (INT-06, INT-07).

    Raises:
        Overpaid: naming the payment by its place in ``debt.payments``.
    """
    account = _Account(debt, doubled_rate)
    for position, payment in _by_date(debt.payments):
        account.walk_to(payment.on.toordinal())
        if not account.take(payment.amount_fen):
            raise Overpaid(position)
    account.walk_to(debt.ends_on.toordinal())
    return Owed(account.principal_fen, half_up(account.general), half_up(account.doubled),
                tuple(account.segments))


def _by_date(payments: Sequence[Payment]) -> Iterable[tuple[int, Payment]]:
    """Payments with their places in the list, by date; those of one day in the list's order."""
    return sorted(enumerate(payments), key=lambda entry: entry[1].on)


class _Account:
    """A debt on its way through the days; ``day`` is the last one already counted."""

    def __init__(self, debt: Debt, doubled_rate: Fraction) -> None:
        self.principal_fen = debt.principal_fen
        self.general = Fraction(0)
        self.doubled = Fraction(0)
        self.segments: list[Segment] = []
        self._terms = debt.general
        self._rate = doubled_rate
        self._runs = doubled_days(debt)
        self._day = _BEFORE_ALL

    def walk_to(self, day: int) -> None:
        """Let interest accrue on the present principal up to and with this day."""
        if self._terms is not None:
            first = max(self._day + 1, self._terms.from_on.toordinal())
            days = max(0, day - first + 1)
            self.general += self.principal_fen * days * self._terms.daily_rate
        for run_first, run_last in self._runs:
            first, last = max(run_first, self._day + 1), min(run_last, day)
            if first <= last and self.principal_fen > 0:
                self._bear(first, last)
        self._day = day

    def take(self, amount_fen: int) -> bool:
        """Settle what a payment covers; False where it is more than all that is owed today."""
        general_fen = half_up(self.general)
        to_general_fen = min(amount_fen, general_fen)
        self.general = Fraction(general_fen - to_general_fen)
        to_principal_fen = min(amount_fen - to_general_fen, self.principal_fen)
        self.principal_fen -= to_principal_fen
        to_doubled_fen = amount_fen - to_general_fen - to_principal_fen
        if to_doubled_fen > half_up(self.doubled):
            return False
        self.doubled = max(Fraction(0), self.doubled - to_doubled_fen)
        return True

    def _bear(self, first: int, last: int) -> None:
        doubled = self.principal_fen * (last - first + 1) * self._rate
        self.doubled += doubled
        from_on = date.fromordinal(first)
        if self.segments:
            before = self.segments[-1]
            adjoins = before.to_on.toordinal() + 1 == first
            if adjoins and before.principal_fen == self.principal_fen:
                from_on, doubled = before.from_on, before.doubled + doubled
                self.segments.pop()
        self.segments.append(
            Segment(from_on, date.fromordinal(last), self.principal_fen, doubled))
