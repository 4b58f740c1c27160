"""A plan drawn up: from what was sold, what it cost and what was filed; nothing is typed in."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.services.reading import Proceeds, proceeds_of
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole
from cases.services import Case, Claim
from kernel.access import Actor, Role
from kernel.errors import N_
from kernel.formats import canonical, instant_text
from kernel.gates import Obstacle, pass_gate
from kernel.ids import new_id
from kernel.law import CURRENT
from ledger import services as ledger
from settlement.models import DistributionPlan
from settlement.rules.drafting import REDRAWN, DraftFacts, obstacles
from settlement.rules.plan_format import compute, plan_commitment
from settlement.rules.service import PlanState
from settlement.services.costs import costs_of
from settlement.services.plans import plans_of, record

APPROVAL_ACT: Final = "settlement.plan"


def draft_obstacles(session: Session, case_id: str) -> tuple[Obstacle, ...]:
    """What stands in the way of drawing up a plan for this case; nothing if it is free."""
    case = cases.get_case(session, case_id)
    sold = proceeds_of(session, case_id)
    last = next(iter(plans_of(session, case_id)), None)
    return obstacles(DraftFacts(
        sold=len(sold), unpaid=tuple(one.title for one in sold if not one.paid),
        untransferred=tuple(one.title for one in sold if one.paid and not one.transferred),
        sold_fen=sum(one.price_fen for one in sold if one.transferred),
        held_fen=ledger.case_balance(session, case_id), claims=len(case.claims),
        unchecked=sum(claim.checked_at is None for claim in case.claims),
        has_debtor=bool(case.parties_as(PartyRole.RESPONDENT)),
        last=None if last is None else last.state))


def draft_plan(session: Session, case_id: str, *, actor: Actor, now: datetime) -> DistributionPlan:
    """Compute a plan, keep it as a new version and ask a judge to approve it.

    A version that nobody was served with yet gives way to the new one.

    Raises:
        GateClosed: see ``settlement.rules.drafting.obstacles``.
        AlreadyRequested: the newest version is the same and waits already.
        NotAllowed: not the officer in charge.
    """
    case = cases.get_case(session, case_id)
    cases.may_handle(actor, case)
    pass_gate(draft_obstacles(session, case_id))
    names = names_of_parties(case)
    claims = _claims_value(session, case, names)
    result = compute(claims)
    version = (session.scalar(select(func.max(DistributionPlan.version)).where(
        DistributionPlan.case_id == case_id)) or 0) + 1
    plan = DistributionPlan(
        id=new_id("plan"), court_id=case.court_id, case_id=case_id, version=version,
        state=PlanState.DRAFT, rule_set=CURRENT, claims=claims, result=result, names=names,
        debtor=names[case.parties_as(PartyRole.RESPONDENT)[0].id], digest=digest_of(claims, result),
        salt=secrets.token_bytes(32), drafted_by=actor.id, drafted_at=now)
    accounts.request_approval(
        session, court_id=case.court_id, case_id=case_id, act=APPROVAL_ACT, subject=case.subject,
        digest=plan.digest, needed=1, role=Role.JUDGE, rule="PLAN-01", url=f"/desk/plans/{plan.id}",
        summary=N_("案件 %(number)s 的财产分配方案（第 %(version)s 版），可分配 %(total_fen)s 元"),
        details={"number": case.number, "version": version, "total_fen": result["total_fen"]},
        actor=actor, now=now)
    for older in plans_of(session, case_id):
        if older.state in REDRAWN:
            older.state = PlanState.REPLACED
    session.add(plan)
    session.flush()
    record(session, plan, Kind.PLAN_DRAFTED, actor,
           {"version": version, "commitment": commitment_of(plan),
            "total_fen": result["total_fen"]})
    return plan


def _claims_value(session: Session, case: Case, names: Mapping[str, str]) -> dict[str, Any]:
    """The claims/v1 of a case: assets sold, costs, and claims in the order of their filing."""
    sold: Sequence[Proceeds] = proceeds_of(session, case.id)
    assets = {one.property_id for one in sold}
    return {
        "format": "claims/v1", "regime": str(case.regime),
        "assets": [{"id": one.property_id, "proceeds_fen": one.price_fen} for one in sold],
        "costs": [{"id": cost.id, "kind": str(cost.kind), "amount_fen": cost.amount_fen,
                   "asset": cost.property_id if cost.property_id in assets else None,
                   "advanced_by": names.get(cost.advanced_by or "")}
                  for cost in costs_of(session, case.id)],
        "claims": [_claim_value(claim, names, assets)
                   for claim in cases.claims_of(session, case.id)],
    }


def _claim_value(claim: Claim, names: Mapping[str, str], assets: set[str]) -> dict[str, Any]:
    seized = {asset: instant_text(at) for asset, at in claim.seized_at.items() if asset in assets}
    bound = claim.property_id in assets
    return {
        "id": claim.id, "creditor": names[claim.party_id],
        # A right on a thing that was not sold has no priority in the proceeds of another.
        "class": str(claim.claim_class) if bound or claim.property_id is None else "ordinary",
        "amount_fen": claim.amount_fen, "titled": claim.titled,
        "asset": claim.property_id if bound else None,
        "registered_at": None if claim.registered_at is None else instant_text(claim.registered_at),
        "cap_fen": claim.cap_fen, "seized_at": seized or None,
        "seizure_lapsed": claim.seizure_lapsed, "unadjudged": claim.unadjudged, "late": claim.late,
        "doubled_interest_fen": claim.doubled_interest_fen, "reward_percent": claim.reward_percent,
    }


def names_of_parties(case: Case) -> dict[str, str]:
    """Party -> the name it bears in a plan: its own, numbered where two share one."""
    names: dict[str, str] = {}
    for party in case.parties:
        same = sum(other.name == party.name for other in case.parties
                   if other.position < party.position)
        names[party.id] = f"{party.name}（{same + 1}）" if same else party.name
    return names


def digest_of(claims: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """What is approved: SHA-256 of claims and plan in canonical JSON."""
    return sha256(canonical({"claims": claims, "plan": result})).hexdigest()


def commitment_of(plan: DistributionPlan) -> str:
    """``plan_commitment`` of the public contracts: binds the log to a plan without naming anyone."""
    return plan_commitment(subject=plan.subject, salt=plan.salt, claims=plan.claims, plan=plan.result)


def opening_of(plan: DistributionPlan) -> dict[str, Any]:
    """What opens the commitment, for those who may see names."""
    return {"salt": plan.salt.hex(), "claims": plan.claims, "plan": plan.result}


def note_approval(session: Session, plan_id: str, *, now: datetime) -> bool:
    """Take over the judge's decision on a draft; False while it waits."""
    plan = session.get_one(DistributionPlan, plan_id, with_for_update=True, populate_existing=True)
    approval = accounts.approval_for(session, subject=f"case:{plan.case_id}", act=APPROVAL_ACT)
    if plan.state is not PlanState.DRAFT or approval is None or approval.digest != plan.digest:
        return False
    if approval.state == "approved":
        plan.state, plan.approved_at = PlanState.APPROVED, now
        record(session, plan, Kind.PLAN_APPROVED, "system",
               {"approved_by": list(approval.approver_ids)})
    elif approval.state == "refused":
        plan.state = PlanState.SENT_BACK
        record(session, plan, Kind.PLAN_SENT_BACK, "system", {"approval": approval.id})
    else:
        return False
    return True


