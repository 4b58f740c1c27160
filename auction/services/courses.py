"""Whole courses of sales, read to be held against the log."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.models import Sale
from auction.services.bidstore import JudgedBid, as_judged, bids_of_sale
from kernel.bulk import Bulk


def announced(session: Session) -> list[tuple[str, int]]:
    """Lot and number of every sale that was ever announced, exercises among them."""
    return [(lot_id, number) for lot_id, number in session.execute(
        select(Sale.lot_id, Sale.number).where(Sale.published_at.is_not(None))
        .order_by(Sale.lot_id, Sale.number))]


def sale_numbered(session: Session, lot_id: str, number: int) -> Sale:
    """One of them.

    Raises:
        NoResultFound: there is none.
    """
    return session.get_one(Sale, (lot_id, number))


def judged_bids(session: Session, lot_id: str, number: int) -> list[JudgedBid]:
    """All bids of a sale in the order in which they were judged, as values: a long course is read fast."""
    return read_bids(stored_bids(session, lot_id, number))


def stored_bids(session: Session, lot_id: str, number: int) -> list[tuple[Any, ...]]:
    """The same as the driver gives them: equal where the same is stored, and read in a third of the time."""
    return bids_of_sale(Bulk(session), lot_id, number)


def read_bids(stored: Iterable[tuple[Any, ...]]) -> list[JudgedBid]:
    """Bids as they were judged, of what is stored."""
    return [as_judged(JudgedBid._make(one)) for one in stored]
