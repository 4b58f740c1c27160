"""What the public sees first: the lots of all courts, sorted by what one can do with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.rules.lifecycle import LotState
from auction.services import reading
from cases import services as cases
from valuation import services as valuation

RUNNING = frozenset({LotState.BIDDING, LotState.SUSPENDED, LotState.SELLOFF_OPEN,
                     LotState.SELLOFF_BIDDING})
COMING = frozenset({LotState.PUBLISHED, LotState.SELLOFF_PUBLISHED})


@dataclass(frozen=True, slots=True)
class Shown:
    """One lot as a card needs it; ``found`` is the seized property behind it."""

    sale: Any
    found: Any
    court: Any
    photo_url: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that the home page shows."""

    running: list[Shown]
    coming: list[Shown]
    ended: list[Shown]
    draws: Sequence[Any]
    now: datetime


def shelf(session: Session, now: datetime) -> Shelf:
    """Sort the announced lots: ending first, opening first, ended last."""
    courts = {court.id: court for court in accounts.courts(session)}
    lots = [_shown(session, sale, courts) for sale in reading.all_announced(session)]
    running = sorted((one for one in lots if one.sale.state in RUNNING),
                     key=lambda one: one.sale.closes_at)
    coming = sorted((one for one in lots if one.sale.state in COMING),
                    key=lambda one: one.sale.opens_at)
    ended = [one for one in lots if one.sale.state not in RUNNING | COMING]
    return Shelf(running, coming, ended[:6], valuation.public_draws(session)[:5], now)


def _shown(session: Session, sale: Any, courts: dict[str, Any]) -> Shown:
    lot = sale.lot
    found = cases.get_property(session, lot.property_id)
    photos = cases.photographs_of(session, lot.property_id)
    return Shown(sale, found, courts[lot.court_id], photos[0].url if photos else None)
