"""A plan on its way into force: served on everyone, objected to in time or not, then final."""

from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import DocumentKind, PartyRole, ServiceWay
from cases.services import Party, Service
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.files import StoredFile
from kernel.ids import new_id
from ledger import services as ledger
from settlement.errors import (
    AlreadyObjected,
    AlreadyServed,
    NotRecipient,
    PlanFixed,
    PlanInForce,
)
from settlement.models import DistributionPlan, PayoutOrder, PlanObjection
from settlement.rules import service as terms
from settlement.rules.claims import read_claims
from settlement.rules.payouts import Destination, payouts_of
from settlement.rules.service import PlanState, Standing
from settlement.rules.waterfall import distribute
from settlement.services.drafting import commitment_of
from settlement.services.plans import get_plan, record

ACCOUNTS: Final = {
    Destination.TREASURY: ledger.AccountKind.EXECUTION_FEE,
    Destination.COST: ledger.AccountKind.COSTS,
    Destination.ADVANCER: ledger.AccountKind.COSTS,
    Destination.CREDITOR: ledger.AccountKind.PAYABLE,
    Destination.FINDER: ledger.AccountKind.PAYABLE,
    Destination.HELD: ledger.AccountKind.HELD,
    Destination.DEBTOR: ledger.AccountKind.SURPLUS,
}


def serve_plan(session: Session, plan_id: str, *, party_id: str, way: ServiceWay,
               served_at: datetime, document_id: str | None = None,
               proof: StoredFile | None = None, actor: Actor, now: datetime) -> Service:
    """Serve an approved plan on one recipient (PLAN-01); the first service fixes the version.

    Args:
        document_id: the plan on paper, kept in the case; the recipient may then open it.
        proof: the stored paper that proves the service.

    Raises:
        PlanFixed: not approved yet, or no longer being served.
        NotRecipient: somebody on whom it is not to be served.
        AlreadyServed: it was.
        InvalidInput: see ``cases.services.serve``; or served before it was approved.
        NotAllowed: not the officer in charge.
    """
    plan = _locked(session, plan_id)
    case = cases.get_case(session, plan.case_id)
    cases.may_handle(actor, case)
    if plan.state not in (PlanState.APPROVED, PlanState.SERVING, PlanState.CONTESTED):
        raise PlanFixed
    if party_id not in {party.id for party in recipients_of(session, plan)}:
        raise NotRecipient
    if any(one.party_id == party_id for one in cases.services_of(session, plan.subject)):
        raise AlreadyServed
    if plan.approved_at is None or beijing_day(served_at) < beijing_day(plan.approved_at):
        raise InvalidInput({"served_at": N_("送达时间不能早于方案获批的日期。")})
    if plan.state is PlanState.APPROVED:
        plan.state, plan.served_at = PlanState.SERVING, now
        record(session, plan, Kind.PLAN_SERVED, actor, {"plan_commitment": commitment_of(plan)})
    kept = None if proof is None else cases.keep_document(
        session, case_id=plan.case_id, subject=plan.subject, title=title_of(plan), stored=proof,
        kind=DocumentKind.SERVICE_PROOF, is_public=False, actor=actor, now=now).id
    return cases.serve(
        session, case_id=plan.case_id, party_id=party_id, subject=plan.subject, way=way,
        title=title_of(plan), served_at=served_at, document_id=document_id,
        proof_document_id=kept, actor=actor, now=now)


def title_of(plan: DistributionPlan) -> str:
    """How the paper is called."""
    return f"财产分配方案（第 {plan.version} 版）"


def recipients_of(session: Session, plan: DistributionPlan) -> list[Party]:
    """The parties a plan is served on: every creditor who filed, and every debtor (PLAN-01)."""
    wanted = set(terms.recipients(read_claims(plan.claims), plan.debtor))
    return [party for party in cases.parties_of(session, plan.case_id)
            if plan.names.get(party.id) in wanted or party.role is PartyRole.RESPONDENT]


def received_on(session: Session, plan: DistributionPlan) -> dict[str, date]:
    """Party -> the day on which it received the plan, or will have by public notice."""
    found: dict[str, date] = {}
    for one in cases.services_of(session, plan.subject):
        on = beijing_day(one.received_at)
        found[one.party_id] = min(on, found.get(one.party_id, on))
    return found


def standing_of(session: Session, plan: DistributionPlan, today: date) -> Standing:
    """How a plan stands on a day: who is unserved, whose term ends when, who objected."""
    return terms.standing(
        [party.id for party in recipients_of(session, plan)], received_on(session, plan),
        [objection.party_id for objection in plan.objections], today,
        accounts.court_law(session, plan.court_id, plan.rule_set))


def object_to(session: Session, plan_id: str, *, party_id: str, raised_on: date, text: str,
              actor: Actor, now: datetime) -> PlanObjection:
    """Record a written objection raised in time; the plan cannot be paid until it is dealt with.

    The party files it with its own account, today; the officer in charge records one on paper.

    Raises:
        NotServed, ObjectionLate: see ``settlement.rules.service.check_objection``.
        PlanFixed, PlanInForce: the plan has not been served, or its terms are over.
        NotRecipient, AlreadyObjected: not a recipient; or this party has objected.
        InvalidInput: raised on a day to come.
        NotAllowed: neither the party nor the officer in charge.
    """
    plan = _locked(session, plan_id)
    party = cases.get_party(session, party_id)
    if party.person_id != actor.id:
        cases.may_handle(actor, cases.get_case(session, plan.case_id))
    elif raised_on != beijing_day(now):
        raise NotAllowed
    if party_id not in {one.id for one in recipients_of(session, plan)}:
        raise NotRecipient
    if raised_on > beijing_day(now):
        raise InvalidInput({"raised_on": N_("提出异议的日期不能晚于今天。")})
    if any(one.party_id == party_id for one in plan.objections):
        raise AlreadyObjected
    if plan.state not in (PlanState.SERVING, PlanState.CONTESTED, PlanState.FINAL):
        raise PlanFixed
    terms.check_objection(received_on(session, plan).get(party_id), raised_on,
                          accounts.court_law(session, plan.court_id, plan.rule_set))
    if plan.final_at is not None:
        raise PlanInForce(final_on=beijing_day(plan.final_at))
    objection = PlanObjection(
        id=new_id("obj"), plan_id=plan_id, court_id=plan.court_id, party_id=party_id,
        raised_on=raised_on, text=text, recorded_by=actor.id, recorded_at=now)
    plan.objections.append(objection)
    plan.state = PlanState.CONTESTED
    session.flush()
    record(session, plan, Kind.PLAN_OBJECTED, actor,
           {"objection": objection.id, "party": party_id, "raised_on": raised_on.isoformat(),
            "text_sha256": sha256(text.encode()).hexdigest()})
    return objection


def finish_term(session: Session, plan_id: str, *, now: datetime) -> bool:
    """Bring a plan into force whose last term ran out without an objection (PLAN-02).

    The case money is then owed to those the plan names, in one balanced transfer.
    """
    plan = _locked(session, plan_id)
    if plan.state is not PlanState.SERVING:
        return False
    if standing_of(session, plan, beijing_day(now)).state is not PlanState.FINAL:
        return False
    plan.state, plan.final_at = PlanState.FINAL, now
    record(session, plan, Kind.PLAN_FINAL, "system", {"plan_commitment": commitment_of(plan)})
    _order_payouts(session, plan)
    ledger.distribute(session, court_id=plan.court_id, case_id=plan.case_id, plan_id=plan.id,
                      shares=[(account_of(order), owner_of(order), order.amount_fen)
                              for order in plan.payouts], actor="system", now=now)
    number = cases.get_case(session, plan.case_id).number
    for party in recipients_of(session, plan):
        if party.person_id is not None:
            accounts.send_message(
                session, person_id=party.person_id, now=now, url=f"/my/cases/{plan.case_id}/plan",
                text=N_("案件 %(number)s 的分配方案无人异议，已经生效，法院将按方案付款。"),
                details={"number": number})
    return True


def _order_payouts(session: Session, plan: DistributionPlan) -> None:
    parties = {name: party_id for party_id, name in plan.names.items()}
    claims = read_claims(plan.claims)
    for position, one in enumerate(payouts_of(claims, distribute(claims), plan.debtor), 1):
        plan.payouts.append(PayoutOrder(
            id=new_id("payout"), court_id=plan.court_id, case_id=plan.case_id, position=position,
            destination=one.destination, item=one.id, payee=one.payee or "",
            party_id=parties.get(one.payee or ""), amount_fen=one.amount_fen))
    session.flush()


def account_of(order: PayoutOrder) -> ledger.AccountKind:
    """The ledger account on which a payout is owed."""
    return ACCOUNTS[order.destination]


def owner_of(order: PayoutOrder) -> str:
    """Whose account it is; the execution fee has one account a case."""
    if order.destination is Destination.TREASURY:
        return ""
    if order.destination is Destination.DEBTOR:
        return "debtor"
    return f"{order.item}/finder" if order.destination is Destination.FINDER else order.item


def _locked(session: Session, plan_id: str) -> DistributionPlan:
    get_plan(session, plan_id)
    return session.get_one(DistributionPlan, plan_id, with_for_update=True, populate_existing=True)
