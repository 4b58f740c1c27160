"""All public addresses, in portions, for feeds and for whoever indexes the site."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from portal.models import Entry
from settlement import services as settlement
from valuation import services as valuation

CHAPTER: Final = 5000
"""Lots in one map. With their results they stay far under the 50,000 addresses that a map may hold."""
OF_A_KIND: Final = 2000
"""Draws, and plans of a court, in the map of pages; the newest ones."""


def announced_last(session: Session, court_id: str | None, *, most: int) -> Sequence[Entry]:
    """The newest announcements."""
    query = select(Entry)
    if court_id is not None:
        query = query.where(Entry.court_id == court_id)
    return session.scalars(query.order_by(Entry.published_at.desc(), Entry.slot).limit(most)).all()


def chapters(session: Session) -> list[tuple[int, datetime]]:
    """The numbers of the maps of lots, and when a lot in each last changed its standing.

    Slots are given once and counted up, so a lot stays in its map.
    """
    number = Entry.slot // CHAPTER
    found = session.execute(
        select(number, func.max(Entry.published_at), func.max(Entry.ended_at))
        .group_by(number).order_by(number))
    return [(chapter, max(published_at, ended_at or published_at))
            for chapter, published_at, ended_at in found]


def lots_in(session: Session, chapter: int) -> list[tuple[str, datetime]]:
    """The addresses of one map of lots: each lot, and its result where there is one."""
    found: list[tuple[str, datetime]] = []
    for lot_id, published_at, ended_at in session.execute(
            select(Entry.lot_id, Entry.published_at, Entry.ended_at)
            .where(Entry.slot >= chapter * CHAPTER, Entry.slot < (chapter + 1) * CHAPTER)
            .order_by(Entry.slot)):
        found.append((f"/lots/{lot_id}", ended_at or published_at))
        if ended_at is not None:
            found.append((f"/lots/{lot_id}/result", ended_at))
    return found


def others_of(session: Session) -> list[tuple[str, datetime | None]]:
    """Courts, draws and served plans."""
    courts = accounts.courts(session)
    found: list[tuple[str, datetime | None]] = [(f"/courts/{court.id}", None) for court in courts]
    found += [(f"/draws/{draw.id}", draw.done_at or draw.frozen_at)
              for draw in valuation.public_draws(session, most=OF_A_KIND)]
    found += [(f"/plans/{plan.id}", plan.served_at) for court in courts
              for plan in settlement.public_plans(session, court.id, most=OF_A_KIND)]
    return found
