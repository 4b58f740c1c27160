"""Costs of enforcement, which the proceeds bear before anyone else (PRI-01)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.ids import new_id
from settlement.errors import NoSuchCost
from settlement.models import CaseCost
from settlement.rules.costs_of_case import CostKind


def record_cost(session: Session, *, case_id: str, kind: CostKind, text: str, amount_fen: int,
                property_id: str | None, advanced_by: str | None, actor: Actor,
                now: datetime) -> CaseCost:
    """Record a cost.

    Args:
        property_id: the property it was spent on; None for all of them.
        advanced_by: the party who paid it and gets it back.

    Raises:
        InvalidInput: a property or party of another case.
        NotAllowed: not the officer in charge.
    """
    case = cases.get_case(session, case_id)
    cases.may_handle(actor, case)
    if property_id is not None and property_id not in {one.id for one in case.properties}:
        raise InvalidInput({"property_id": N_("请从本案的财产中选择。")})
    if advanced_by is not None and advanced_by not in {one.id for one in case.parties}:
        raise InvalidInput({"advanced_by": N_("请从本案的当事人中选择。")})
    cost = CaseCost(id=new_id("cost"), court_id=case.court_id, case_id=case_id, kind=kind, text=text,
                    amount_fen=amount_fen, property_id=property_id, advanced_by=advanced_by,
                    recorded_by=actor.id, recorded_at=now)
    session.add(cost)
    _record(session, cost, Kind.COST_RECORDED, actor, {"kind": kind, "amount_fen": amount_fen})
    session.flush()
    return cost


def strike_cost(session: Session, cost_id: str, *, actor: Actor, now: datetime) -> CaseCost:
    """Take back a cost recorded by mistake; plans drawn up already keep it.

    Raises:
        NoSuchCost: none, or taken back already.
        NotAllowed: not the officer in charge.
    """
    cost = session.get(CaseCost, cost_id)
    if cost is None or cost.struck_at is not None:
        raise NoSuchCost
    cases.may_handle(actor, cases.get_case(session, cost.case_id))
    cost.struck_by, cost.struck_at = actor.id, now
    _record(session, cost, Kind.COST_STRUCK, actor, {"amount_fen": cost.amount_fen})
    return cost


def costs_of(session: Session, case_id: str) -> Sequence[CaseCost]:
    """The costs of a case in the order of recording, without those taken back."""
    return session.scalars(
        select(CaseCost).where(CaseCost.case_id == case_id, CaseCost.struck_at.is_(None))
        .order_by(CaseCost.recorded_at, CaseCost.id)).all()


def cost_texts(session: Session, case_id: str) -> dict[str, str]:
    """Cost -> what it was for, of every cost ever recorded in the case, for its plans."""
    rows = session.execute(select(CaseCost.id, CaseCost.text).where(CaseCost.case_id == case_id))
    return {row.id: row.text for row in rows}


def cost_words(session: Session, case_id: str) -> dict[str, tuple[str, str]]:
    """Cost -> its kind, a marked text, and what it was for, of every cost ever recorded in the case."""
    rows = session.execute(select(CaseCost.id, CaseCost.kind, CaseCost.text)
                           .where(CaseCost.case_id == case_id))
    return {row.id: (CostKind(row.kind).word, row.text) for row in rows}


def _record(session: Session, cost: CaseCost, kind: Kind, actor: Actor,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=cost.court_id, kind=kind, subject=f"case:{cost.case_id}",
                 actor=actor, case_id=cost.case_id, body={"cost": cost.id, **body})
