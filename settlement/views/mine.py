"""A plan as a party sees it, their own line first; and their objection to it."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases.services import MyCase, Party
from kernel import clock
from kernel.access import access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, NotFound
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from settlement import services
from settlement.models import DistributionPlan
from settlement.rules.service import PlanState
from settlement.schemas import ObjectionTextIn
from settlement.views.blueprint import FILES, file_of
from settlement.views.plans import LIGHTS
from settlement.views.shown import flow_of, groups_of, totals_of

pages = Blueprint("my_plan", __name__, url_prefix="/my/cases")


def served_plan(case_id: str) -> tuple[MyCase, DistributionPlan, Party]:
    """The plan of the reader's own case, once it has reached the reader."""
    return services.served_plan(db.session(), case_id, actor=signed_in(), now=clock.now())


@pages.get("/<case_id>/plan")
@access()
def show(case_id: str) -> ResponseReturnValue:
    """What the reader gets, why, and until when they may object."""
    return _page(case_id, Form())


@pages.post("/<case_id>/plan")
@access()
def object_to(case_id: str) -> ResponseReturnValue:
    """File an objection, today."""
    _, plan, party = served_plan(case_id)
    form, plan_id, party_id = Form(request.form), plan.id, party.id
    with form.attempt():
        data = form.load(ObjectionTextIn())
        with unit_of_work() as work:
            services.object_to(work.session, plan_id, party_id=party_id, text=data["text"],
                               raised_on=beijing_day(clock.now()), actor=signed_in(),
                               now=clock.now())
        flash(say(N_("异议已提出，法院处理完毕前不会付款。")))
        return redirect(f"/my/cases/{case_id}/plan")
    return _page(case_id, form)


def _page(case_id: str, form: Form) -> ResponseReturnValue:
    session = db.session()
    mine, plan, party = served_plan(case_id)
    today = beijing_day(clock.now())
    standing = services.standing_of(session, plan, today)
    name = plan.names.get(party.id, "")
    groups = groups_of(session, plan)
    own = [line for group in groups for line in group["lines"] if line["creditor"] == name]
    own_objection = next((one for one in plan.objections if one.party_id == party.id), None)
    ends_on = standing.ends_on[party.id]
    return render_template(
        "settlement/my_plan.html", mine=mine, case=mine.case, plan=plan, party=party, own=own,
        own_fen=_own_fen(plan, name, own), groups=groups, form=form, today=today,
        flow=flow_of(plan, groups, frozenset({name})), totals=totals_of(plan),
        received_on=services.received_on(session, plan)[party.id], ends_on=ends_on,
        standing=standing, objection=own_objection, states=PlanState, lights=LIGHTS,
        may_object=plan.final_at is None and own_objection is None and today <= ends_on,
        paid=[order for order in plan.payouts if order.party_id == party.id],
        falls=_falls(plan, groups), same=services.recomputed(plan),
        commitment=services.commitment_of(plan),
        officer=accounts.names_of(session, {mine.case.officer_id}).get(mine.case.officer_id, ""),
    ), form.status


def _own_fen(plan: DistributionPlan, name: str, own: list[dict[str, Any]]) -> int:
    surplus: int = plan.result["surplus_fen"] if name == plan.debtor else 0
    return sum(line["paid_fen"] + line["reserved_fen"] for line in own) + surplus


def _falls(plan: DistributionPlan, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What leaves the proceeds step by step, and what remains after each."""
    left, found = plan.result["total_fen"], []
    for group in groups:
        fen = sum(line["paid_fen"] + line["reserved_fen"] for line in group["lines"])
        if fen:
            left -= fen
            found.append({"title": say(group["step"].word), "fen": fen, "left_fen": left,
                          "rule": group["lines"][0]["rule"], "count": len(group["lines"])})
    return found


@pages.get("/<case_id>/plan/<name>.json")
@access()
def file(case_id: str, name: str) -> Response:
    """The plan's files, so that a party recomputes it with their own machine."""
    _, plan, _ = served_plan(case_id)
    if name not in FILES:
        raise NotFound
    return file_of(plan, name)
