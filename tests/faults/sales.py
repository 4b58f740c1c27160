"""Sales whose end has just passed, and what stands in the database once somebody has closed them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Attempt, Delivery, Lot, Result
from auction.rules.replay import decision_members, outcome_members, recompute
from auction.services.reading import attempts_of, decision_of, outcome_of, replay_file
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from kernel import clock
from kernel.access import Actor
from tests.factories.auction import START_FEN, STEP_FEN, a_code, a_lot_on_sale, an_exercise, bid

HOUR = timedelta(hours=1)


def an_ended_sale(session: Session, officer: Actor, *, ended: timedelta = timedelta(seconds=3)) -> Lot:
    """A flat with two bidders and three bids, whose end has passed and which nobody has closed."""
    end = clock.now() - ended
    court = accounts.get_court(session, officer.court_id or "")
    lot = a_lot_on_sale(session, court, officer=officer, opens_at=end - 24 * HOUR, closes_at=end)
    seats = [a_code(session, lot)[1] for _ in range(2)]
    for turn in range(3):
        bid(session, seats[turn % 2], START_FEN + turn * STEP_FEN, end - 20 * HOUR + turn * HOUR,
            bid_id=f"bid-{turn}")
    return session.get_one(Lot, lot.id)


def an_ended_exercise(session: Session, officer: Actor, *, ended: timedelta = timedelta(seconds=3)) -> Lot:
    """The same with play money: quicker to make by the thousand."""
    end = clock.now() - ended
    lot, _ = an_exercise(session, officer, opens_at=end - HOUR, closes_at=end, seats=1)
    return lot


def written(session: Session) -> dict[str, int]:
    """How many rows there are of what a close writes at most once for a sale."""
    def count(rows: Any) -> int:
        return session.scalar(select(func.count()).select_from(rows)) or 0

    closed = select(Leaf).where(Leaf.kind == str(Kind.LOT_CLOSED)).subquery()
    return {"results": count(Result), "leaves": count(closed), "deliveries": count(Delivery)}


def closed_twice(session: Session) -> list[str]:
    """Sales with more than one leaf of a close."""
    return list(session.scalars(select(Leaf.subject).where(Leaf.kind == str(Kind.LOT_CLOSED))
                                .group_by(Leaf.subject).having(func.count() > 1)))


def wrong_logs(session: Session) -> list[str]:
    """Logs whose leaves do not chain."""
    return [f"{name}: {fault}" for name, fault in audit.check_logs(session).items() if fault is not None]


def disagreements(session: Session, lot_id: str) -> list[str]:
    """Where the stored decisions and the outcome are not what anybody recomputes from the bids."""
    lot = session.get_one(Lot, lot_id)
    told = recompute(replay_file(session, lot_id, lot.sale.number))
    stored = [decision_members(decision_of(one)) for one in attempts_of(session, lot_id, lot.sale.number)]
    found = [f"{lot_id}: bid {place} is {one}, recomputed {other}"
             for place, (one, other) in enumerate(zip(stored, told["decisions"], strict=True), 1)
             if one != other]
    ended = outcome_of(lot.sale)
    if ended is not None and outcome_members(ended) != told["outcome"]:
        found.append(f"{lot_id}: ended as {outcome_members(ended)}, recomputed {told['outcome']}")
    return found


def late_but_taken(session: Session, lot_id: str) -> list[str]:
    """Bids that were accepted though they came at or after the end in force before them (C2)."""
    lot = session.get_one(Lot, lot_id)
    end: datetime = lot.sale.planned_closes_at
    found = []
    for one in session.scalars(select(Attempt).where(Attempt.lot_id == lot_id).order_by(Attempt.position)):
        if one.accepted and one.received_at >= end:
            found.append(f"{lot_id}: {one.code} at {one.received_at}, end {end}")
        end = one.closes_at
    return found
