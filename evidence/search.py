"""What auditors find of their court's log: leaves by the beginning of their hash."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.orm import Session

from audit import services as audit
from kernel.domain import Hit
from kernel.errors import N_
from kernel.languages import say

LEAST: Final = 6
"""Digits of a hash, below which everything would begin like it."""
MOST: Final = 8


def search(session: Session, court_id: str, pieces: Sequence[str]) -> Iterator[Hit]:
    """Leaves of the court's log, the newest on top."""
    begin = pieces[0] if len(pieces) == 1 else ""
    if len(begin) >= LEAST and set(begin) <= set("0123456789abcdef"):
        for leaf in audit.leaves_hashed(session, court_id, begin, most=MOST):
            yield Hit(N_("日志"), say(leaf.word), f"/desk/audit/leaves/{leaf.log}/{leaf.index}", leaf.hash)
