"""A sum far above what is needed: what the second press has to say before it is sent. Pure.

No rule forbids such a bid, so the room never refuses it; it asks for one more deliberate act. The
threshold is the platform's own choice: ten steps above the least sum, or a tenth of it, whichever
comes first. One zero too many is always beyond it. ``static/auction/jump.js`` says the same from
the same figures; ``tests/js/jump.test.mjs`` compares the two.
"""

from dataclasses import dataclass
from typing import Final

JUMP_STEPS: Final = 10
JUMP_PERCENT: Final = 10
MISTYPED_TIMES: Final = 5
"""From this multiple of the least sum on, a zero too many is the likely reason."""


@dataclass(frozen=True, slots=True)
class Jump:
    """How far a sum goes beyond the least one.

    Attributes:
        over_fen: above the least sum.
        steps: whole steps above it.
        percent: the sum in percent of the least one, cut.
        looks_mistyped: so far that one should look for a zero too many.
    """

    over_fen: int
    steps: int
    percent: int
    looks_mistyped: bool


def jump_of(amount_fen: int, minimum_fen: int, increment_fen: int) -> Jump | None:
    """The jump of a sum over the least one; None where it is an ordinary bid."""
    over = amount_fen - minimum_fen
    if over < JUMP_STEPS * increment_fen and 100 * amount_fen < (100 + JUMP_PERCENT) * minimum_fen:
        return None
    return Jump(over, over // increment_fen, 100 * amount_fen // minimum_fen,
                amount_fen >= MISTYPED_TIMES * minimum_fen)


def times_text(percent: int) -> str:
    """A percentage as a multiple: 1.04, 10."""
    whole, rest = divmod(percent, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
