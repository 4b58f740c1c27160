"""Paying out a plan in force: prepared, approved and executed by three different people (FUND-01)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from auction.services import delivery
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor, of_own_court
from kernel.clock import beijing_day
from kernel.errors import N_, DomainError
from ledger import services as ledger
from settlement.errors import BankLinePaid, NoSuchPayout
from settlement.models import DistributionPlan, PayoutOrder
from settlement.rules.payouts import Act, Destination, check_act, pay_by
from settlement.rules.service import check_payable
from settlement.services.serving import account_of, owner_of


def payouts_of_court(session: Session, court_id: str) -> Sequence[PayoutOrder]:
    """The payouts of a court, open ones first."""
    return session.scalars(
        select(PayoutOrder).where(PayoutOrder.court_id == court_id,
                                  PayoutOrder.destination != Destination.HELD)
        .options(selectinload(PayoutOrder.plan))
        .order_by(PayoutOrder.executed_at.is_not(None), PayoutOrder.case_id,
                  PayoutOrder.position)).all()


def get_payout(session: Session, payout_id: str, *, actor: Actor) -> PayoutOrder:
    """One payout of the actor's court; money that is held back is none.

    Raises:
        NoSuchPayout: there is none.
        NotAllowed: staff of another court.
    """
    order = session.get(PayoutOrder, payout_id)
    if order is None or order.destination is Destination.HELD:
        raise NoSuchPayout
    of_own_court(actor, order.court_id)
    return order


def next_act(order: PayoutOrder) -> Act | None:
    """The step that is due; None once it is paid."""
    return next((act for act in Act if act not in done_by(order)), None)


def hindrance(session: Session, order: PayoutOrder, actor: Actor) -> DomainError | None:
    """Why the actor may not do the next step; None if they may, or none is left."""
    act = next_act(order)
    if act is None:
        return None
    try:
        check_payable(order.plan.state)
        check_act(act, actor.id, done_by(order),
                  accounts.court_law(session, order.court_id, order.plan.rule_set))
    except DomainError as error:
        return error
    return None


def due_on(session: Session, plan: DistributionPlan) -> date | None:
    """Until when a plan in force is to be paid (FUND-08); None before it is in force."""
    if plan.final_at is None:
        return None
    return pay_by(beijing_day(plan.final_at),
                  accounts.court_law(session, plan.court_id, plan.rule_set))


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
    """Book that the bank has paid (付款), and tell the payee (FUND-14).

    Raises:
        BankLinePaid: another payout bears this line of the bank.
        PlanNotFinal, PlanContested, PayoutOutOfOrder, SamePerson: as ``prepare_payout``.
    """
    order = _next(session, payout_id, Act.EXECUTE, actor)
    if session.scalar(select(PayoutOrder.id).where(PayoutOrder.court_id == order.court_id,
                                                   PayoutOrder.bank_line == bank_line)):
        raise BankLinePaid({"bank_line": BankLinePaid.message})
    order.executed_by, order.executed_at, order.bank_line = actor.id, now, bank_line
    ledger.pay_out(session, court_id=order.court_id, case_id=order.case_id,
                   account=account_of(order), owner=owner_of(order), amount_fen=order.amount_fen,
                   payout_id=order.id, actor=actor, now=now)
    _record(session, order, Kind.PAYOUT_EXECUTED, actor,
            {"amount_fen": order.amount_fen, "bank_line": bank_line})
    _tell_payee(session, order, now)
    if all(one.executed_at is not None for one in order.plan.payouts
           if one.destination is not Destination.HELD):
        delivery.note_distributed(session, order.case_id)
    return order


def _tell_payee(session: Session, order: PayoutOrder, now: datetime) -> None:
    person_id = None if order.party_id is None else cases.get_party(session, order.party_id).person_id
    if person_id is not None:
        accounts.send_message(
            session, person_id=person_id, now=now, url=f"/my/cases/{order.case_id}/plan",
            text=N_("案件 %(number)s 的案款 %(amount_fen)s 元已付给您，请查收。"),
            details={"number": cases.get_case(session, order.case_id).number,
                     "amount_fen": order.amount_fen})


def _next(session: Session, payout_id: str, act: Act, actor: Actor) -> PayoutOrder:
    get_payout(session, payout_id, actor=actor)
    order = session.scalars(select(PayoutOrder).where(PayoutOrder.id == payout_id)
                            .with_for_update().execution_options(populate_existing=True)).one()
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
