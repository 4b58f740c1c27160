"""The public lottery of RFC 3797: an order that follows from published numbers alone.

Not the platform's own draw (that is ``draw``): it rests on MD5 and needs numbers that nobody can
foresee. Kept because a court that draws from, say, tomorrow's lottery results can be checked by it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One selection. ``number`` counts the entries of the pool from 1."""

    md5: str
    divisor: int
    remainder: int
    number: int
    name: str


def key_of(sources: Sequence[Sequence[int]]) -> str:
    """The seed text: the numbers of each source in rising order, each source closed by ``/``."""
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in sources)


def select(sources: Sequence[Sequence[int]], pool: Sequence[str], k: int) -> list[Step]:
    """Select ``k`` entries of ``pool`` in order (RFC 3797, section 4).

    Raises:
        ValueError: the pool holds fewer than ``k``.
    """
    if len(pool) < k:
        raise ValueError("the pool holds fewer entries than are to be selected")
    key = key_of(sources).encode("ascii")
    left = list(enumerate(pool, start=1))
    steps = []
    for i in range(k):
        mark = i.to_bytes(2, "big")
        found = hashlib.md5(mark + key + mark, usedforsecurity=False).hexdigest().upper()
        remainder = int(found, 16) % len(left)
        steps.append(Step(found, len(left), remainder, *left[remainder]))
        del left[remainder]
    return steps
