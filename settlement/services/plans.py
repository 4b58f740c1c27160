"""Finding plans, and their acts in the log."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, of_own_court
from settlement.errors import NoSuchPlan
from settlement.models import DistributionPlan
from settlement.rules.claims import read_claims
from settlement.rules.plan_format import plan_value
from settlement.rules.service import PlanState
from settlement.rules.waterfall import distribute

OPEN = frozenset({PlanState.SERVING, PlanState.CONTESTED, PlanState.FINAL})
"""States of a plan that has been served, so that parties and the public may know of it."""


def get_plan(session: Session, plan_id: str) -> DistributionPlan:
    """One version of a plan.

    Raises:
        NoSuchPlan: there is none.
    """
    plan = session.get(DistributionPlan, plan_id)
    if plan is None:
        raise NoSuchPlan
    return plan


def plan_for_staff(session: Session, plan_id: str, *, actor: Actor) -> DistributionPlan:
    """One version of a plan, for staff of its court.

    Raises:
        NoSuchPlan: there is none.
        NotAllowed: staff of another court.
    """
    plan = get_plan(session, plan_id)
    of_own_court(actor, plan.court_id)
    return plan


def public_plan(session: Session, plan_id: str) -> DistributionPlan:
    """A plan that has been served, for everybody; its names are for nobody but the parties.

    Raises:
        NoSuchPlan: there is none, or it has not been served.
    """
    plan = get_plan(session, plan_id)
    if plan.state not in OPEN:
        raise NoSuchPlan
    return plan


def plans_of(session: Session, case_id: str) -> Sequence[DistributionPlan]:
    """The versions of a case's plan, newest first."""
    return session.scalars(select(DistributionPlan).where(DistributionPlan.case_id == case_id)
                           .order_by(DistributionPlan.version.desc())).all()


def plan_of(session: Session, case_id: str) -> DistributionPlan | None:
    """The version that was served in a case; None before that."""
    return next((plan for plan in plans_of(session, case_id) if plan.state in OPEN), None)


def plans_of_court(session: Session, court_id: str) -> Sequence[DistributionPlan]:
    """The plans of a court that no newer version replaced, newest first."""
    return session.scalars(select(DistributionPlan).where(
        DistributionPlan.court_id == court_id, DistributionPlan.state != PlanState.REPLACED)
        .order_by(DistributionPlan.drafted_at.desc())).all()


def public_plans(session: Session, court_id: str, *, most: int) -> Sequence[DistributionPlan]:
    """The plans of a court that have been served, the latest first."""
    return session.scalars(
        select(DistributionPlan)
        .where(DistributionPlan.court_id == court_id, DistributionPlan.state.in_(OPEN))
        .order_by(DistributionPlan.served_at.desc(), DistributionPlan.id).limit(most)).all()


def in_states(session: Session, *states: PlanState) -> Sequence[DistributionPlan]:
    """All plans of all courts that stand at one of these points, with objections and payouts."""
    return session.scalars(
        select(DistributionPlan).where(DistributionPlan.state.in_(states))
        .options(selectinload(DistributionPlan.objections), selectinload(DistributionPlan.payouts))
        .order_by(DistributionPlan.drafted_at)).all()


def recomputed(plan: DistributionPlan) -> bool:
    """Whether the stored plan is, to the fen, what the rules give for the stored claims."""
    return plan_value(distribute(read_claims(plan.claims))) == plan.result


def record(session: Session, plan: DistributionPlan, kind: Kind, actor: Actor | str,
           body: dict[str, object]) -> None:
    """Note an act upon a plan for the log."""
    audit.record(session, court_id=plan.court_id, kind=kind, subject=plan.subject, actor=actor,
                 case_id=plan.case_id, body=body)
