"""How a sale went, in figures that compare with those of another. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from auction.rules.bidding import Reason
from evidence.rules.film import Frame

NEAR = timedelta(milliseconds=50)
"""Two attempts received so soon after each other are worth a look at their order."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The course of a sale in figures; a figure that needs more attempts than there were is None.

    Attributes:
        codes: how many codes bid with effect.
        reasons: how often each refusal was given, the most frequent first.
        between: the time between two accepted bids, in the middle; ``shortest``: the least.
        late: how many accepted bids came in the last window before the announced end, or later.
        near: how many attempts came within 50 ms of the one before.
        raise_fen: by how much an accepted bid raised the price, in the middle.
        waited_ms: from the stamp at the door to the verdict, in the middle; ``longest_ms``: the most.
    """

    codes: int
    attempts: int
    accepted: int
    reasons: tuple[tuple[Reason, int], ...]
    extensions: int
    between: timedelta | None
    shortest: timedelta | None
    late: int
    near: int
    raise_fen: int | None
    waited_ms: int | None
    longest_ms: int | None


def near_pairs(frames: Sequence[Frame]) -> int:
    """How many attempts came within a moment of the one before."""
    received = [one.entry.received_at for one in frames]
    return sum(abs(later - earlier) < NEAR for earlier, later in pairwise(received))


def pace(frames: Sequence[Frame], waits_ms: Sequence[int], planned_at: datetime, window: timedelta) -> Pace:
    """The figures of a sale.

    Args:
        waits_ms: of each attempt, in the order of the frames.
    """
    taken = [one for one in frames if one.decision.accepted and not one.decision.repeated]
    between = [later.entry.received_at - earlier.entry.received_at for earlier, later in pairwise(taken)]
    raises = [later.entry.bid.amount_fen - earlier.entry.bid.amount_fen for earlier, later in pairwise(taken)]
    refused = Counter(one.decision.reason for one in frames if one.decision.reason is not None)
    seconds = [one.total_seconds() for one in between]
    return Pace(
        codes=len({one.entry.bid.code for one in taken}), attempts=len(frames), accepted=len(taken),
        reasons=tuple(refused.most_common()),
        extensions=frames[-1].after.extensions if frames else 0,
        between=timedelta(seconds=median(seconds)) if seconds else None,
        shortest=min(between, default=None),
        late=sum(one.entry.received_at >= planned_at - window for one in taken), near=near_pairs(frames),
        raise_fen=round(median(raises)) if raises else None,
        waited_ms=round(median(waits_ms)) if waits_ms else None, longest_ms=max(waits_ms, default=None))
