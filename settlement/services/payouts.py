"""Paying out a plan in force: prepared, approved and executed by three different people (FUND-01)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, of_own_court
from ledger import services as ledger
from settlement.errors import NoSuchPayout
from settlement.models import PayoutOrder
from settlement.rules.payouts import Act, Destination, check_act
from settlement.rules.service import check_payable
from settlement.services.plans import account_of, owner_of


def payouts_of_court(session: Session, court_id: str) -> Sequence[PayoutOrder]:
    """The payouts of a court, open ones first."""
    return session.scalars(
        select(PayoutOrder).where(PayoutOrder.court_id == court_id,
                                  PayoutOrder.destination != Destination.HELD)
        .order_by(PayoutOrder.executed_at.is_not(None), PayoutOrder.case_id,
                  PayoutOrder.position)).all()


def prepare_payout(session: Session, payout_id: str, *, actor: Actor, now: datetime) -> PayoutOrder:
    """Prepare a payout (制单).

    Raises:
        PlanNotFinal, PlanContested: the plan is not in force.
        PayoutOutOfOrder, SamePerson: see ``settlement.rules.payouts.check_act``.
    """
    order = _next(session, payout_id, Act.PREPARE, actor)
    order.prepared_by, order.prepared_at = actor.id, now
    _record(session, order, Kind.PAYOUT_PREPARED, actor, {"amount_fen": order.amount_fen})
    return order


def approve_payout(session: Session, payout_id: str, *, actor: Actor, now: datetime) -> PayoutOrder:
    """Approve a prepared payout (审批); errors as ``prepare_payout``."""
    order = _next(session, payout_id, Act.APPROVE, actor)
    order.approved_by, order.approved_at = actor.id, now
    _record(session, order, Kind.PAYOUT_APPROVED, actor, {"amount_fen": order.amount_fen})
    return order


def execute_payout(session: Session, payout_id: str, *, bank_line: str, actor: Actor,
                   now: datetime) -> PayoutOrder:
    """Book that the bank has paid (付款); errors as ``prepare_payout``."""
    order = _next(session, payout_id, Act.EXECUTE, actor)
    order.executed_by, order.executed_at, order.bank_line = actor.id, now, bank_line
    ledger.pay_out(session, court_id=order.court_id, case_id=order.case_id,
                   account=account_of(order), owner=owner_of(order), amount_fen=order.amount_fen,
                   payout_id=order.id, actor=actor, now=now)
    _record(session, order, Kind.PAYOUT_EXECUTED, actor,
            {"amount_fen": order.amount_fen, "bank_line": bank_line})
    return order


def _next(session: Session, payout_id: str, act: Act, actor: Actor) -> PayoutOrder:
    order = session.scalars(select(PayoutOrder).where(PayoutOrder.id == payout_id)
                            .with_for_update().execution_options(populate_existing=True)).one_or_none()
    if order is None:
        raise NoSuchPayout
    of_own_court(actor, order.court_id)
    check_payable(order.plan.state)
    check_act(act, actor.id, done_by(order), accounts.court_law(session, order.court_id,
                                                               order.plan.rule_set))
    return order


def done_by(order: PayoutOrder) -> dict[Act, str]:
    """Who did which step so far."""
    found = {Act.PREPARE: order.prepared_by, Act.APPROVE: order.approved_by,
             Act.EXECUTE: order.executed_by}
    return {act: person for act, person in found.items() if person is not None}


def _record(session: Session, order: PayoutOrder, kind: Kind, actor: Actor,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=order.court_id, kind=kind, subject=order.subject, actor=actor,
                 case_id=order.case_id, body=body | {"plan": order.plan_id})
