"""Forms of the officer in charge: costs, service on each recipient, objections on paper."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cases import services as cases
from cases.rules.words import ServiceWay
from cases.services import Case
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_
from kernel.files import StoredFile
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from settlement import services
from settlement.errors import NotRecipient
from settlement.rules.costs_of_case import CostKind
from settlement.schemas import CostIn, ObjectionIn, ServiceIn
from settlement.views.blueprint import handled_case, pages, read_plan


@pages.route("/cases/<case_id>/costs/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def new_cost(case_id: str) -> ResponseReturnValue:
    """Record a cost of enforcement."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            data = form.load(CostIn())
            with unit_of_work() as work:
                services.record_cost(work.session, case_id=case_id, **data, actor=signed_in(),
                                     now=clock.now())
            flash(say(N_("费用已登记。")))
            return redirect(f"/desk/plans/cases/{case_id}#costs")
    return render_template(
        "settlement/cost_form.html", form=form, case=case,
        kinds=[(kind.value, say(kind.word)) for kind in CostKind],
        properties=[(found.id, found.title) for found in case.properties],
        parties=[(party.id, party.name) for party in case.parties]), form.status


@pages.post("/costs/<cost_id>/strike")
@access(Role.OFFICER)
def strike_cost(cost_id: str) -> ResponseReturnValue:
    """Take back a cost recorded by mistake."""
    with unit_of_work() as work:
        case_id = services.strike_cost(work.session, cost_id, actor=signed_in(),
                                       now=clock.now()).case_id
    flash(say(N_("费用已撤销。")))
    return redirect(f"/desk/plans/cases/{case_id}#costs")


@pages.route("/<plan_id>/services/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def serve(plan_id: str) -> ResponseReturnValue:
    """Serve the plan on one recipient."""
    plan = read_plan(plan_id)
    case = handled_case(plan.case_id)
    form = Form(request.form) if request.method == "POST" else Form(initial={
        "party_id": request.args.get("party", ""), "served_at": clock.now(),
        "way": ServiceWay.ELECTRONIC})
    if request.method == "POST":
        with form.attempt():
            data = form.load(ServiceIn())
            proof = _proof(plan.case_id)
            with unit_of_work() as work:
                services.serve_plan(work.session, plan_id, **data, proof=proof, actor=signed_in(),
                                    now=clock.now())
            flash(say(N_("送达已记录，此人的异议期从收到之次日起算。")))
            return redirect(f"/desk/plans/{plan_id}#terms")
    unserved = services.standing_of(db.session(), plan, beijing_day(clock.now())).unserved
    return render_template(
        "settlement/serve_form.html", form=form, case=case, plan=plan,
        parties=[(party.id, party.name) for party in services.recipients_of(db.session(), plan)
                 if party.id in unserved or party.id == form.values.get("party_id")],
        ways=[(way.value, say(way.word)) for way in ServiceWay if way is not ServiceWay.WAIVED],
    ), form.status


def _proof(case_id: str) -> StoredFile | None:
    found = request.files.get("proof")
    if found is None or not found.filename:
        return None
    return cases.take_document(db.session(), case_id, found.read(), field="proof",
                               actor=signed_in())


@pages.route("/<plan_id>/objections/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def record_objection(plan_id: str) -> ResponseReturnValue:
    """Enter an objection that came on paper."""
    plan = read_plan(plan_id)
    case = handled_case(plan.case_id)
    today = beijing_day(clock.now())
    form = Form(request.form) if request.method == "POST" else Form(initial={"raised_on": today})
    if request.method == "POST":
        with form.attempt():
            data = form.load(ObjectionIn())
            _of_case(case, data["party_id"])
            with unit_of_work() as work:
                services.object_to(work.session, plan_id, **data, actor=signed_in(),
                                   now=clock.now())
            flash(say(N_("异议已记录，处理完毕前不能付款。")))
            return redirect(f"/desk/plans/{plan_id}#objections")
    standing = services.standing_of(db.session(), plan, today)
    return render_template(
        "settlement/objection_form.html", form=form, case=case, plan=plan,
        parties=[(party.id, party.name) for party in services.recipients_of(db.session(), plan)
                 if party.id in standing.ends_on]), form.status


def _of_case(case: Case, party_id: str) -> None:
    if party_id not in {party.id for party in case.parties}:
        raise NotRecipient
