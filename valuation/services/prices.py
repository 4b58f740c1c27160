"""Reference prices in force, for the sales that rest on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.clock import beijing_day
from valuation.models import ReferencePrice


def price_in_force(session: Session, property_id: str, now: datetime) -> ReferencePrice | None:
    """The reference price of a property that is in force; None while there is none.

    Whether it still carries a sale is for ``auction.rules.schedule.price_holds`` (REF-27.2).
    """
    return session.scalars(select(ReferencePrice).where(
        ReferencePrice.property_id == property_id, ReferencePrice.fixed_at <= now)
        .order_by(ReferencePrice.fixed_at.desc()).limit(1)).first()


def prices_of_case(session: Session, case_id: str) -> Sequence[ReferencePrice]:
    """The reference prices of a case, oldest first."""
    return session.scalars(select(ReferencePrice).where(ReferencePrice.case_id == case_id)
                           .order_by(ReferencePrice.fixed_at)).all()


def price_of(session: Session, valuation_id: str) -> ReferencePrice | None:
    """The price that a course gave; None while it gave none."""
    return session.scalars(select(ReferencePrice).where(
        ReferencePrice.valuation_id == valuation_id)).first()


def mark_price_used(session: Session, price_id: str, *, lot_id: str, actor: Actor,
                    now: datetime) -> None:
    """Take note that a sale rests on a price: from then on it is not opened again (REF-25)."""
    price = session.get_one(ReferencePrice, price_id)
    audit.record(session, court_id=price.court_id, kind=Kind.PRICE_USED,
                 subject=f"valuation:{price.valuation_id}", actor=actor, case_id=price.case_id,
                 body={"lot": lot_id, "price": price_id, "on": beijing_day(now).isoformat()})
