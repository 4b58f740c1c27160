"""Costs, plans, their service and objections, for programs."""

from collections.abc import Sequence
from typing import Any

from cases import services as cases
from kernel import clock
from kernel.access import Role, access, public, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.http import ApiBlueprint
from kernel.languages import say
from kernel.transactions import unit_of_work
from ledger import services as ledger
from settlement import services
from settlement.models import CaseCost, DistributionPlan, PlanObjection
from settlement.schemas import (
    CostIn,
    CostOut,
    ObjectionIn,
    ObjectionOut,
    ObjectionTextIn,
    PlanInFullOut,
    PlanOut,
    PublicPlanOut,
    ReadinessOut,
    ServiceIn,
)
from settlement.services import READERS

api = ApiBlueprint("plans-api", __name__, url_prefix="/plans",
                   description="Costs of a case, distribution plans, service and objections")


def _in_full(plan: DistributionPlan) -> dict[str, Any]:
    names = ("id", "case_id", "version", "state", "rule_set", "digest", "drafted_at", "approved_at",
             "served_at", "final_at", "claims", "result", "objections")
    return {**{name: getattr(plan, name) for name in names},
            "commitment": services.commitment_of(plan),
            "terms": services.terms_of(db.session(), plan, beijing_day(clock.now()))}


def _served(case_id: str) -> tuple[DistributionPlan, str]:
    _, plan, party = services.served_plan(db.session(), case_id, actor=signed_in(), now=clock.now())
    return plan, party.id


@api.get("")
@api.response(200, PlanOut(many=True))
@access(*READERS)
def list_plans() -> Sequence[DistributionPlan]:
    """The plans of the court that no newer version replaced."""
    return services.plans_of_court(db.session(), signed_in().court_id or "")


@api.get("/<plan_id>")
@api.response(200, PlanInFullOut)
@access(*READERS)
def get_plan(plan_id: str) -> dict[str, Any]:
    """One version of a plan with its files, terms and objections."""
    return _in_full(services.plan_for_staff(db.session(), plan_id, actor=signed_in()))


@api.get("/<plan_id>/public")
@api.response(200, PublicPlanOut)
@public
def get_public_plan(plan_id: str) -> dict[str, Any]:
    """A served plan without names."""
    plan = services.public_plan(db.session(), plan_id)
    return {"id": plan.id, "version": plan.version, "state": plan.state,
            "total_fen": plan.result["total_fen"], "surplus_fen": plan.result["surplus_fen"],
            "commitment": services.commitment_of(plan), "steps": services.steps_of(plan)}


@api.get("/cases/<case_id>")
@api.response(200, ReadinessOut)
@access(*READERS)
def readiness(case_id: str) -> dict[str, Any]:
    """What is there to share, and what a plan still lacks."""
    session = db.session()
    cases.may_read(signed_in(), cases.get_case(session, case_id))
    return {"case_money_fen": ledger.case_balance(session, case_id),
            "obstacles": [{"code": one.code, "rule": one.basis.rule, "article": say(one.basis.article),
                           "problem": say(one.problem, one.details),
                           "remedy": say(one.remedy, one.details)}
                          for one in services.draft_obstacles(session, case_id)]}


@api.post("/cases/<case_id>")
@api.response(201, PlanInFullOut)
@access(Role.OFFICER)
def draft_plan(case_id: str) -> dict[str, Any]:
    """Compute a plan and ask a judge to approve it."""
    with unit_of_work() as work:
        plan_id = services.draft_plan(work.session, case_id, actor=signed_in(), now=clock.now()).id
    return _in_full(services.get_plan(db.session(), plan_id))


@api.get("/cases/<case_id>/costs")
@api.response(200, CostOut(many=True))
@access(*READERS)
def list_costs(case_id: str) -> Sequence[CaseCost]:
    """The costs of a case in the order of recording."""
    cases.may_read(signed_in(), cases.get_case(db.session(), case_id))
    return services.costs_of(db.session(), case_id)


@api.post("/cases/<case_id>/costs")
@api.arguments(CostIn)
@api.response(201, CostOut)
@access(Role.OFFICER)
def record_cost(data: dict[str, Any], case_id: str) -> CaseCost:
    """Record a cost of enforcement (PRI-01)."""
    with unit_of_work() as work:
        return services.record_cost(work.session, case_id=case_id, **data, actor=signed_in(),
                                    now=clock.now())


@api.delete("/costs/<cost_id>")
@api.response(204)
@access(Role.OFFICER)
def strike_cost(cost_id: str) -> None:
    """Take back a cost recorded by mistake."""
    with unit_of_work() as work:
        services.strike_cost(work.session, cost_id, actor=signed_in(), now=clock.now())


@api.post("/<plan_id>/services")
@api.arguments(ServiceIn)
@api.response(201, PlanInFullOut)
@access(Role.OFFICER)
def serve_plan(data: dict[str, Any], plan_id: str) -> dict[str, Any]:
    """Serve the plan on one recipient; proof is uploaded to the case."""
    with unit_of_work() as work:
        services.serve_plan(work.session, plan_id, **data, actor=signed_in(), now=clock.now())
    return _in_full(services.get_plan(db.session(), plan_id))


@api.post("/<plan_id>/objections")
@api.arguments(ObjectionIn)
@api.response(201, ObjectionOut)
@access(Role.OFFICER)
def record_objection(data: dict[str, Any], plan_id: str) -> PlanObjection:
    """Enter an objection that came on paper."""
    with unit_of_work() as work:
        return services.object_to(work.session, plan_id, **data, actor=signed_in(), now=clock.now())


@api.get("/mine/<case_id>")
@api.response(200, PlanInFullOut)
@access()
def my_plan(case_id: str) -> dict[str, Any]:
    """The plan served on the reader as a party of this case."""
    return _in_full(_served(case_id)[0])


@api.post("/mine/<case_id>/objections")
@api.arguments(ObjectionTextIn)
@api.response(201, ObjectionOut)
@access()
def object_to_plan(data: dict[str, Any], case_id: str) -> PlanObjection:
    """File an objection to the plan served on the reader, today."""
    plan, party_id = _served(case_id)
    plan_id = plan.id
    with unit_of_work() as work:
        return services.object_to(work.session, plan_id, party_id=party_id, text=data["text"],
                                  raised_on=beijing_day(clock.now()), actor=signed_in(),
                                  now=clock.now())
