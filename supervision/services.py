"""Reading every floor below for the supervisor; changes none."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from auction.services import reading
from kernel.domain import WorkItem, WorkSource
from ledger import services as ledger
from supervision.rules import Figures, SaleFigure, figures, overdue


def overdue_of_court(sources: Iterable[WorkSource], session: Session, court_id: str,
                     now: datetime) -> list[WorkItem]:
    """Everything of a court that somebody should have done by now."""
    items = (item for source in sources for item in source(session, now) if item.court_id == court_id)
    return overdue(items, now)


def figures_of_court(session: Session, court_id: str) -> Figures:
    """What the court's ended sales came to."""
    ended = [sale for lot in reading.lots_of_court(session, court_id) for sale in lot.sales
             if sale.result is not None]
    return figures([SaleFigure(sale.result.outcome == "sold", sale.result.price_fen,
                               sale.reference_price_fen, sale.result.accepted, sale.result.extensions)
                    for sale in ended if sale.result is not None])


def books_of_court(session: Session, court_id: str) -> list[str]:
    """What differs between the balances and the journal; empty as long as the books hold."""
    return ledger.check_books(session, court_id)
