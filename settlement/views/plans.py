"""The list of plans, the page of a case's money, and the page of one plan."""

from typing import Any

from flask import Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from auction.services.reading import proceeds_of
from cases import services as cases
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, NotFound
from kernel.forms import Form
from kernel.gates import Obstacle
from kernel.languages import say
from kernel.transactions import unit_of_work
from ledger import services as ledger
from settlement import services
from settlement.rules.service import PlanState
from settlement.views.blueprint import (
    FILES,
    file_of,
    handled_case,
    is_in_charge,
    pages,
    read_case,
    read_plan,
)
from settlement.views.shown import flow_of, groups_of, totals_of

LIGHTS = {PlanState.DRAFT: "wait", PlanState.SENT_BACK: "today", PlanState.REPLACED: "later",
          PlanState.APPROVED: "today", PlanState.SERVING: "wait", PlanState.CONTESTED: "block",
          PlanState.FINAL: "done"}


@pages.get("")
@access(*services.READERS)
def index() -> ResponseReturnValue:
    """The plans of the court, and the cases whose money waits for one."""
    session, court_id = db.session(), signed_in().court_id or ""
    plans = services.plans_of_court(session, court_id)
    planned = {plan.case_id for plan in plans}
    held = {case_id: fen for case_id, fen in ledger.cases_with_money(session, court_id).items()
            if case_id not in planned}
    today = beijing_day(clock.now())
    return render_template(
        "settlement/plans.html", plans=plans, held=held, lights=LIGHTS,
        numbers=cases.numbers_of(session, planned | set(held)),
        standings={plan.id: services.standing_of(session, plan, today) for plan in plans
                   if plan.state in (PlanState.SERVING, PlanState.CONTESTED)})


@pages.get("/cases/<case_id>")
@access(*services.READERS)
def case_money(case_id: str) -> ResponseReturnValue:
    """What is there to share in a case, what it cost, and what a plan still lacks."""
    return _case_page(case_id, Form())


def _case_page(case_id: str, form: Form) -> ResponseReturnValue:
    session, case = db.session(), read_case(case_id)
    return render_template(
        "settlement/case.html", case=case, form=form, in_charge=is_in_charge(case),
        missing=[shown_obstacle(one, case_id) for one in services.draft_obstacles(session, case_id)],
        proceeds=proceeds_of(session, case_id), costs=services.costs_of(session, case_id),
        money_fen=ledger.case_balance(session, case_id), plans=services.plans_of(session, case_id),
        parties={party.id: party.name for party in case.parties},
        properties={found.id: found.title for found in case.properties}, lights=LIGHTS), form.status


def shown_obstacle(one: Obstacle, case_id: str) -> dict[str, Any]:
    """An obstacle for the panel beside the button."""
    urls = {"no_claims": "#claims", "claims_unchecked": "#claims", "no_debtor": "#parties"}
    at = urls.get(one.code)
    return {"text": say(one.problem, one.details), "remedy": say(one.remedy, one.details),
            "rule": one.basis.rule, "url": f"/desk/cases/{case_id}/file{at}" if at else ""}


@pages.post("/cases/<case_id>/draft")
@access(Role.OFFICER)
def draft(case_id: str) -> ResponseReturnValue:
    """Compute a plan and ask a judge to approve it."""
    handled_case(case_id)
    form = Form()
    with form.attempt():
        with unit_of_work() as work:
            plan_id = services.draft_plan(work.session, case_id, actor=signed_in(),
                                          now=clock.now()).id
        flash(say(N_("方案已算好，提请合议庭成员审批。")))
        return redirect(f"/desk/plans/{plan_id}")
    return _case_page(case_id, form)


@pages.get("/<plan_id>")
@access(*services.READERS)
def show(plan_id: str) -> ResponseReturnValue:
    """One version of a plan, line by line."""
    session, plan = db.session(), read_plan(plan_id)
    case = read_case(plan.case_id)
    today = beijing_day(clock.now())
    groups = groups_of(session, plan)
    approval = accounts.approval_for(session, subject=case.subject, act=services.APPROVAL_ACT)
    if approval is not None and approval.digest != plan.digest:
        approval = None
    people = set() if approval is None else {one.person_id for one in approval.decisions}
    return render_template(
        "settlement/plan.html", plan=plan, case=case, groups=groups, flow=flow_of(plan, groups),
        totals=totals_of(plan), terms=services.terms_of(session, plan, today), today=today,
        standing=services.standing_of(session, plan, today), approval=approval,
        names=accounts.names_of(session, people | {plan.drafted_by}),
        versions=services.plans_of(session, plan.case_id), lights=LIGHTS, states=PlanState,
        state_text=_state_text(plan.state), commitment=services.commitment_of(plan),
        same=services.recomputed(plan), in_charge=is_in_charge(case),
        parties={party.id: party.name for party in case.parties},
        due_on=services.due_on(session, plan))


def _state_text(state: PlanState) -> str:
    return say({
        PlanState.DRAFT: N_("合议庭成员审批后才能送达。"),
        PlanState.SENT_BACK: N_("请按审批意见更正债权或费用，再拟定新的一版。"),
        PlanState.REPLACED: N_("这一版没有送达，已由新的一版代替。"),
        PlanState.APPROVED: N_("请送达每一位债权人和被执行人。第一次送达后，方案不能再改。"),
        PlanState.SERVING: N_("每人的异议期从自己收到之次日起算，全部届满无人异议即生效。"),
        PlanState.CONTESTED: N_("有人在期限内提出异议，处理完毕前不能付款。"),
        PlanState.FINAL: N_("期限届满无人异议，可以付款。"),
    }[state])


@pages.get("/<plan_id>/<name>.json")
@access(*services.READERS)
def file(plan_id: str, name: str) -> Response:
    """A plan as a file: its claims, its result, or both with the salt of the commitment."""
    plan = read_plan(plan_id)
    if name not in FILES:
        raise NotFound
    return file_of(plan, name)
