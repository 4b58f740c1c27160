"""A plan from its draft to its force: computed by pure rules, approved, served, final.

The money is what the ledger holds for the case; the claims are those filed; nothing is typed in.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.services.reading import proceeds_of
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole, ServiceWay
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.commitments import lp
from kernel.errors import N_
from kernel.formats import canonical, instant_text
from kernel.ids import new_id
from ledger import services as ledger
from settlement.errors import AlreadyObjected, MoneyNotReady, NoSuchPlan, PlanFixed
from settlement.models import CaseCost, DistributionPlan, PayoutOrder, PlanObjection
from settlement.rules import service as terms
from settlement.rules.claims import Claims, read_claims
from settlement.rules.costs_of_case import CostKind
from settlement.rules.payouts import Destination, payouts_of
from settlement.rules.plan_format import compute, plan_value
from settlement.rules.service import PlanState, Standing
from settlement.rules.waterfall import distribute

RULE_SET: Final = "civil-online-2017.01"
APPROVAL_ACT: Final = "settlement.plan"

_ACCOUNTS: Final = {
    Destination.TREASURY: ledger.AccountKind.EXECUTION_FEE,
    Destination.COST: ledger.AccountKind.COSTS,
    Destination.ADVANCER: ledger.AccountKind.COSTS,
    Destination.CREDITOR: ledger.AccountKind.PAYABLE,
    Destination.FINDER: ledger.AccountKind.PAYABLE,
    Destination.HELD: ledger.AccountKind.HELD,
    Destination.DEBTOR: ledger.AccountKind.SURPLUS,
}


def record_cost(session: Session, *, case_id: str, kind: CostKind, text: str, amount_fen: int,
                property_id: str | None, advanced_by: str | None, actor: Actor,
                now: datetime) -> CaseCost:
    """Record a cost that the proceeds bear before anyone else (PRI-01)."""
    case = cases.get_case(session, case_id)
    cases.may_handle(actor, case)
    cost = CaseCost(id=new_id("cost"), court_id=case.court_id, case_id=case_id, kind=kind, text=text,
                    amount_fen=amount_fen, property_id=property_id, advanced_by=advanced_by,
                    recorded_by=actor.id, recorded_at=now)
    session.add(cost)
    audit.record(session, court_id=case.court_id, kind=Kind.COST_RECORDED, subject=case.subject,
                 actor=actor, case_id=case_id,
                 body={"cost": cost.id, "kind": kind, "amount_fen": amount_fen})
    return cost


def costs_of(session: Session, case_id: str) -> Sequence[CaseCost]:
    """The costs of a case in the order of recording."""
    return session.scalars(select(CaseCost).where(CaseCost.case_id == case_id)
                           .order_by(CaseCost.recorded_at, CaseCost.id)).all()


def draft_plan(session: Session, case_id: str, *, actor: Actor, now: datetime) -> DistributionPlan:
    """Compute a plan from what was sold, what it cost and what was filed, and ask for approval.

    Raises:
        MoneyNotReady: nothing is sold with title passed, or the ledger holds another sum.
        PlanFixed: a version is being served or in force.
    """
    case = cases.get_case(session, case_id)
    cases.may_handle(actor, case)
    last = next(iter(plans_of(session, case_id)), None)
    if last is not None and last.state not in (PlanState.DRAFT, PlanState.APPROVED):
        raise PlanFixed
    claims = _claims_value(session, case_id)
    result = compute(claims)
    plan = DistributionPlan(
        id=new_id("plan"), court_id=case.court_id, case_id=case_id,
        version=(session.scalar(select(func.max(DistributionPlan.version)).where(
            DistributionPlan.case_id == case_id)) or 0) + 1,
        state=PlanState.DRAFT, rule_set=RULE_SET, claims=claims, result=result,
        digest=digest_of(claims, result), salt=secrets.token_bytes(32), drafted_by=actor.id,
        drafted_at=now)
    session.add(plan)
    session.flush()
    accounts.request_approval(
        session, court_id=case.court_id, case_id=case_id, act=APPROVAL_ACT, subject=plan.subject,
        digest=plan.digest, needed=1, role=Role.JUDGE, rule="PLAN-01", url=f"/desk/plans/{plan.id}",
        summary=N_("案件 %(number)s 的财产分配方案（第 %(version)s 版），可分配 %(total_fen)s 元"),
        details={"number": case.number, "version": plan.version, "total_fen": result["total_fen"]},
        actor=actor, now=now)
    _record(session, plan, Kind.PLAN_DRAFTED, actor,
            {"version": plan.version, "commitment": commitment_of(plan),
             "total_fen": result["total_fen"]})
    return plan


def _claims_value(session: Session, case_id: str) -> dict[str, Any]:
    """The claims/v1 of a case: assets sold, costs, and claims in the order of their filing."""
    case = cases.get_case(session, case_id)
    sold = [one for one in proceeds_of(session, case_id) if one.transferred]
    total = sum(one.price_fen for one in sold)
    if not sold or ledger.case_balance(session, case_id) != total:
        raise MoneyNotReady(sold_fen=total, held_fen=ledger.case_balance(session, case_id))
    assets = {one.property_id for one in sold}
    names = _names(session, case_id)
    return {
        "format": "claims/v1", "regime": str(case.regime),
        "assets": [{"id": one.property_id, "proceeds_fen": one.price_fen} for one in sold],
        "costs": [{"id": cost.id, "kind": str(cost.kind), "amount_fen": cost.amount_fen,
                   "asset": cost.property_id if cost.property_id in assets else None,
                   "advanced_by": names.get(cost.advanced_by or "")}
                  for cost in costs_of(session, case_id)],
        "claims": [_claim_value(claim, names, assets) for claim in cases.claims_of(session, case_id)],
    }


def _claim_value(claim: Any, names: Mapping[str, str], assets: set[str]) -> dict[str, Any]:
    seized = {asset: instant_text(at) for asset, at in claim.seized_at.items() if asset in assets}
    return {
        "id": claim.id, "creditor": names[claim.party_id], "class": str(claim.claim_class),
        "amount_fen": claim.amount_fen, "titled": claim.titled,
        "asset": claim.property_id if claim.property_id in assets else None,
        "registered_at": None if claim.registered_at is None else instant_text(claim.registered_at),
        "cap_fen": claim.cap_fen, "seized_at": seized or None,
        "seizure_lapsed": claim.seizure_lapsed, "unadjudged": claim.unadjudged, "late": claim.late,
        "doubled_interest_fen": claim.doubled_interest_fen, "reward_percent": claim.reward_percent,
    }


def _names(session: Session, case_id: str) -> dict[str, str]:
    """Party -> the name it bears in the plan: its own, numbered where two share one."""
    names: dict[str, str] = {}
    for party in cases.parties_of(session, case_id):
        taken = sum(name.split("（")[0] == party.name for name in names.values())
        names[party.id] = party.name if not taken else f"{party.name}（{taken + 1}）"
    return names


def digest_of(claims: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """What is approved: SHA-256 of claims and plan in canonical JSON."""
    return sha256(canonical({"claims": claims, "plan": result})).hexdigest()


def commitment_of(plan: DistributionPlan) -> str:
    """``plan_commitment`` of contracts.md: binds the log to a plan without naming anyone."""
    return sha256(lp(b"jauc/v1/plan", plan.subject.encode(), plan.salt, canonical(plan.claims),
                     canonical(plan.result))).hexdigest()


def get_plan(session: Session, plan_id: str) -> DistributionPlan:
    """One version of a plan.

    Raises:
        NoSuchPlan: there is none.
    """
    plan = session.get(DistributionPlan, plan_id)
    if plan is None:
        raise NoSuchPlan
    return plan


def plans_of(session: Session, case_id: str) -> Sequence[DistributionPlan]:
    """The versions of a case's plan, newest first."""
    return session.scalars(select(DistributionPlan).where(DistributionPlan.case_id == case_id)
                           .order_by(DistributionPlan.version.desc())).all()


def plans_of_court(session: Session, court_id: str) -> Sequence[DistributionPlan]:
    """All plans of a court, newest first."""
    return session.scalars(select(DistributionPlan).where(DistributionPlan.court_id == court_id)
                           .order_by(DistributionPlan.drafted_at.desc())).all()


def in_state(session: Session, state: PlanState) -> Sequence[DistributionPlan]:
    """All plans that stand at one point."""
    return session.scalars(select(DistributionPlan).where(DistributionPlan.state == state)).all()


def note_approval(session: Session, plan_id: str, *, now: datetime) -> bool:
    """Take over the judge's decision on a draft; False while it waits."""
    plan = get_plan(session, plan_id)
    approval = accounts.approval_for(session, subject=plan.subject, act=APPROVAL_ACT)
    if plan.state is not PlanState.DRAFT or approval is None or approval.state != "approved":
        return False
    if approval.digest != plan.digest:
        return False
    plan.state, plan.approved_at = PlanState.APPROVED, now
    _record(session, plan, Kind.PLAN_APPROVED, "system", {"approved_by": list(approval.approver_ids)})
    return True


def serve_plan(session: Session, plan_id: str, *, party_id: str, way: ServiceWay,
               served_at: datetime, document_id: str | None, proof_document_id: str | None,
               actor: Actor, now: datetime) -> None:
    """Serve an approved plan on one recipient (PLAN-01); the first service fixes the version.

    Raises:
        PlanFixed: not approved yet, or no longer being served.
    """
    plan = get_plan(session, plan_id)
    case = cases.get_case(session, plan.case_id)
    cases.may_handle(actor, case)
    if plan.state not in (PlanState.APPROVED, PlanState.SERVING):
        raise PlanFixed
    if plan.state is PlanState.APPROVED:
        plan.state, plan.served_at = PlanState.SERVING, now
        _record(session, plan, Kind.PLAN_SERVED, actor, {"plan_commitment": commitment_of(plan)})
    cases.serve(session, case_id=plan.case_id, party_id=party_id, subject=plan.subject,
                title=f"财产分配方案（第 {plan.version} 版）", way=way, served_at=served_at,
                document_id=document_id, proof_document_id=proof_document_id, actor=actor, now=now)


def recipients_of(session: Session, plan: DistributionPlan) -> list[Any]:
    """The parties a plan is served on: every creditor who filed, and the debtor (PLAN-01)."""
    wanted = set(terms.recipients(read_claims(plan.claims), _debtor(session, plan.case_id)))
    names = _names(session, plan.case_id)
    return [party for party in cases.parties_of(session, plan.case_id) if names[party.id] in wanted]


def standing_of(session: Session, plan: DistributionPlan, today: date) -> Standing:
    """How a plan stands on a day: who is unserved, whose term ends when, who objected."""
    parties = recipients_of(session, plan)
    received: dict[str, date] = {}
    for one in cases.services_of(session, plan.subject):
        received.setdefault(one.party_id, beijing_day(one.received_at))
    found = terms.standing(
        [party.id for party in parties], {party: on for party, on in received.items() if on <= today},
        [objection.party_id for objection in plan.objections], today,
        accounts.court_law(session, plan.court_id, plan.rule_set))
    return found


def object_to(session: Session, plan_id: str, *, party_id: str, raised_on: date, text: str,
              actor: Actor, now: datetime) -> PlanObjection:
    """Record a written objection raised in time; the plan cannot be paid until it is dealt with.

    Raises:
        NotServed, ObjectionLate: see ``settlement.rules.service.check_objection``.
        AlreadyObjected: this party has objected.
    """
    plan = get_plan(session, plan_id)
    received = {one.party_id: beijing_day(one.received_at)
                for one in cases.services_of(session, plan.subject)}
    if any(one.party_id == party_id for one in plan.objections):
        raise AlreadyObjected
    terms.check_objection(received.get(party_id), raised_on,
                          accounts.court_law(session, plan.court_id, plan.rule_set))
    objection = PlanObjection(id=new_id("obj"), plan_id=plan_id, party_id=party_id,
                              raised_on=raised_on, text=text, recorded_by=actor.id, recorded_at=now)
    plan.objections.append(objection)
    plan.state = PlanState.CONTESTED
    _record(session, plan, Kind.PLAN_OBJECTED, actor,
            {"objection": objection.id, "party": party_id, "raised_on": raised_on.isoformat(),
             "text_sha256": sha256(text.encode()).hexdigest()})
    return objection


def finish_term(session: Session, plan_id: str, *, now: datetime) -> bool:
    """Bring a plan into force whose last term ran out without an objection (PLAN-02).

    The case money is then owed to those the plan names, in one balanced transfer.
    """
    plan = get_plan(session, plan_id)
    if plan.state is not PlanState.SERVING:
        return False
    if standing_of(session, plan, beijing_day(now)).state is not PlanState.FINAL:
        return False
    plan.state, plan.final_at = PlanState.FINAL, now
    _record(session, plan, Kind.PLAN_FINAL, "system", {"digest_commitment": commitment_of(plan)})
    claims = read_claims(plan.claims)
    _order_payouts(session, plan, claims)
    ledger.distribute(session, court_id=plan.court_id, case_id=plan.case_id, plan_id=plan.id,
                      shares=[(account_of(order), owner_of(order), order.amount_fen)
                              for order in plan.payouts], actor="system", now=now)
    return True


def _order_payouts(session: Session, plan: DistributionPlan, claims: Claims) -> None:
    parties = {name: party_id for party_id, name in _names(session, plan.case_id).items()}
    debtor = _debtor(session, plan.case_id)
    for position, one in enumerate(payouts_of(claims, distribute(claims), debtor), 1):
        plan.payouts.append(PayoutOrder(
            id=new_id("payout"), court_id=plan.court_id, case_id=plan.case_id, position=position,
            destination=one.destination, item=one.id, payee=one.payee or "",
            party_id=parties.get(one.payee or ""), amount_fen=one.amount_fen))
    session.flush()


def account_of(order: PayoutOrder) -> ledger.AccountKind:
    """The ledger account on which a payout is owed."""
    return _ACCOUNTS[order.destination]


def owner_of(order: PayoutOrder) -> str:
    """Whose account it is; the execution fee has one account a case."""
    if order.destination is Destination.TREASURY:
        return ""
    if order.destination is Destination.DEBTOR:
        return "debtor"
    return f"{order.item}/finder" if order.destination is Destination.FINDER else order.item


def _debtor(session: Session, case_id: str) -> str:
    names = _names(session, case_id)
    return next(names[party.id] for party in cases.parties_of(session, case_id)
                if party.role is PartyRole.RESPONDENT)


def recompute(plan: DistributionPlan) -> bool:
    """Whether the stored plan is what the rules give for the stored claims."""
    return plan_value(distribute(read_claims(plan.claims))) == plan.result


def _record(session: Session, plan: DistributionPlan, kind: Kind, actor: Actor | str,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=plan.court_id, kind=kind, subject=plan.subject, actor=actor,
                 case_id=plan.case_id, body=body)
