"""Whole courses of sales, read to be held against the log."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.models import Attempt, Sale
from auction.services.bidstore import JudgedBid


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
    return [JudgedBid._make(row) for row in session.execute(
        select(*(getattr(Attempt, name) for name in JudgedBid._fields))
        .where(Attempt.lot_id == lot_id, Attempt.number == number).order_by(Attempt.position))]
