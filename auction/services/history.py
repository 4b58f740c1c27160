"""The public history of a lot: the leaves of its sales, in their order, for anyone to recompute."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.models import Attempt, Lot, Sale
from auction.services.bidstore import JudgedBid, LockedSale
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf

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
    """A page of leaves.

    Attributes:
        told: party id -> which of those notified of the lot's sales it is, first to last from 1.
    """

    leaves: Sequence[HistoryLeaf]
    total: int
    pages: int
    told: Mapping[str, int]


def history_of(session: Session, lot: Lot, *, page: int = 1) -> HistoryPage:
    """The leaves of every announced sale of a lot, first to last, a page of them."""
    skip, room = (page - 1) * PAGE, PAGE
    shown: list[HistoryLeaf] = []
    total = 0
    for sale in lot.sales:
        if sale.published_at is None:
            continue
        count = audit.leaf_count(session, sale.subject)
        here = max(0, skip - total)
        if room and here < count:
            found = audit.leaves_of_subject(session, sale.subject, after=here, most=room)
            shown += [_shown(sale, leaf) for leaf in found]
            room -= len(found)
        total += count
    return HistoryPage(shown, total, max(1, -(-total // PAGE)), _told(session, lot))


def _told(session: Session, lot: Lot) -> dict[str, int]:
    told: dict[str, int] = {}
    for sale in lot.sales:
        for leaf in audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_PARTY_NOTIFIED):
            told.setdefault(audit.body_of(leaf)["party"], len(told) + 1)
    return told


def _shown(sale: Sale, leaf: Leaf) -> HistoryLeaf:
    return HistoryLeaf(sale.number, leaf.index, leaf.seq, leaf.kind, leaf.at, leaf.actor, leaf.hash,
                       audit.body_of(leaf), b64encode(leaf.raw).decode())


def publication_leaf(session: Session, sale: Sale) -> HistoryLeaf | None:
    """The leaf that holds the terms under which the sale was announced; the last one counts."""
    found = audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_PUBLISHED)
    return _shown(sale, found[-1]) if found else None


def ending_leaf(session: Session, sale: Sale) -> HistoryLeaf | None:
    """The leaf that says how the sale ended; None while it has not."""
    found = _end(session, sale)
    return None if found is None else _shown(sale, found)


def end_receipt(session: Session, sale: Sale) -> bytes | None:
    """The platform's signed word that the sale has ended: the receipt of that leaf (contracts.md)."""
    found = _end(session, sale)
    return None if found is None else audit.receipt_of(session, found.log, found.index)


def _end(session: Session, sale: Sale) -> Leaf | None:
    if sale.result is None:
        return None
    kind = Kind.LOT_WITHDRAWN if sale.result.outcome == "withdrawn" else Kind.LOT_CLOSED
    found = audit.leaves_of_subject(session, sale.subject, kind=kind)
    return found[-1] if found else None


def receipt_keys(session: Session, sale: Sale) -> list[str]:
    """The public keys that ever signed receipts in the sale's log, each published in the log itself."""
    return audit.receipt_keys(session, sale.lot.court_id, is_exercise=sale.lot.is_exercise)


def log_keys(session: Session, sale: Sale) -> list[str]:
    """The public keys that ever signed checkpoints of the sale's log, each published in the log itself."""
    return audit.checkpoint_keys(session, sale.lot.court_id, is_exercise=sale.lot.is_exercise)


def bid_leaves(session: Session, sale: Sale | LockedSale) -> list[dict[str, Any]]:
    """Place and hash of the leaf of every attempt; the n-th belongs to position n."""
    return [_place(leaf) for leaf in audit.leaves_of_subject(session, sale.subject, kind=Kind.BID)]


def leaf_of_attempt(session: Session, attempt: Attempt | JudgedBid) -> Leaf:
    """The leaf that was written with an attempt."""
    subject = f"lot:{attempt.lot_id}/{attempt.number}"
    if attempt.leaf_index is not None:
        return audit.leaf_at(session, subject, attempt.leaf_index)
    (found,) = audit.leaves_of_subject(session, subject, kind=Kind.BID, after=attempt.position - 1, most=1)
    return found


def _place(leaf: Leaf) -> dict[str, Any]:
    return {"index": leaf.index, "hash": leaf.hash}
