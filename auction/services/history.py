"""The public history of a lot: the leaves of its sales, in their order, for anyone to recompute."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.models import Attempt, Lot, Sale
from audit import services as audit
from audit.kinds import Kind

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class HistoryLeaf:
    """One leaf as the public sees it. ``raw`` is what is hashed: SHA-256(0x00 || raw)."""

    number: int
    index: int
    seq: int
    kind: str
    at: datetime
    actor: str
    hash: str
    body: dict[str, Any]
    raw: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    leaves: Sequence[HistoryLeaf]
    total: int
    pages: int


def history_of(session: Session, lot: Lot, *, page: int = 1) -> HistoryPage:
    """The leaves of every announced sale of a lot, first to last, a page of them."""
    found = [(sale.number, leaf) for sale in lot.sales if sale.published_at is not None
             for leaf in audit.leaves_of_subject(session, sale.subject)]
    shown = found[(page - 1) * PAGE:page * PAGE]
    return HistoryPage(
        [HistoryLeaf(number, leaf.index, leaf.seq, leaf.kind, leaf.at, leaf.actor, leaf.hash,
                     audit.body_of(leaf), b64encode(leaf.raw).decode()) for number, leaf in shown],
        len(found), max(1, -(-len(found) // PAGE)))


def bid_leaves(session: Session, sale: Sale) -> list[dict[str, Any]]:
    """Place and hash of the leaf of every attempt; the n-th belongs to position n."""
    return [{"index": leaf.index, "hash": leaf.hash}
            for leaf in audit.leaves_of_subject(session, sale.subject) if leaf.kind == Kind.BID]


def leaf_of_attempt(session: Session, attempt: Attempt) -> dict[str, Any]:
    """Place and hash of the leaf that was written with an attempt."""
    sale = session.get_one(Sale, (attempt.lot_id, attempt.number))
    return bid_leaves(session, sale)[attempt.position - 1]
