"""What became of one fault that was done many times over."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Size(Enum):
    """How often a fault is done: seconds in ``make test``, the issue's counts in ``make faults``."""

    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True)
class Criterion:
    """Something that must be so, and what was found.

    Attributes:
        timed: a bound of time that a busy machine could break: asserted in the full form only.
    """

    says: str
    found: str
    held: bool
    timed: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Attributes:
        fault: its number in the table of faults, such as ``F1``.
        what: how it was done, in a few words.
        tries: how many times; each is independent of the others.
        facts: what was counted.
        not_covered: what this run does not show.
        seconds: how long all of it took; whoever runs it puts it in.
    """

    fault: str
    what: str
    tries: int
    facts: dict[str, object]
    criteria: list[Criterion]
    not_covered: str
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        return self.tries > 0 and all(one.held for one in self.criteria)

    @property
    def bound(self) -> str:
        """How often it may go wrong all the same: no failure in N tries bounds the rate by 3/N (95 %)."""
        return f"< {min(3 / self.tries, 1):.2%}" if self.held else "not held"


def none_of(says: str, found: object) -> Criterion:
    """Something that may not be there: a count or a collection that must be empty."""
    count = found if isinstance(found, int) else len(found) if isinstance(found, Sequence) else -1
    shown = str(count) if isinstance(found, int) or count == 0 else f"{count}: {str(found)[:200]}"
    return Criterion(says, shown, held=count == 0)


def within(says: str, found_s: float, most_s: float) -> Criterion:
    """A time that may not be longer."""
    return Criterion(says, f"{found_s:.2f} s", held=found_s <= most_s, timed=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that ``share`` of all do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
