"""Pages of third parties' objections to a seized property."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services
from cases.rules.third_parties import NEXT, ObjectionFacts
from cases.rules.words import ObjectionRight
from cases.schemas import ThirdPartyObjectionIn, ThirdPartyStepIn
from cases.views.blueprint import back, choices, handled_case, pages, uploaded, within
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.transactions import unit_of_work


@pages.route("/<case_id>/properties/<property_id>/objections/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def file_objection(case_id: str, property_id: str) -> ResponseReturnValue:
    """Record an objection that came in writing."""
    case = handled_case(case_id)
    found = services.get_property(db.session(), property_id)
    within(case, found.case_id)
    today = beijing_day(clock.now())
    form = Form(request.form) if request.method == "POST" else Form(initial={"filed_on": today})
    if request.method == "POST":
        with form.attempt():
            facts = ObjectionFacts(**form.load(ThirdPartyObjectionIn()))
            actor = signed_in()
            stored = services.take_document(db.session(), case_id, uploaded("file") or b"",
                                            field="file", actor=actor)
            with unit_of_work() as work:
                services.file_objection(work.session, property_id=property_id, facts=facts,
                                        stored=stored, actor=actor, now=clock.now())
            return back(case_id, "properties", N_("案外人异议已登记。处理完毕前，标的不能公告或者成交。"))
    law = accounts.court_law(db.session(), case.court_id, case.rule_set)
    return render_template(
        "cases/objection_form.html", form=form, case=case, property=found, today=today,
        rights=choices(ObjectionRight),
        review_days=law.days("objection.third_party_review_days")), form.status


@pages.route("/<case_id>/objections/<objection_id>", methods=["GET", "POST"])
@access(Role.OFFICER)
def decide_objection(case_id: str, objection_id: str) -> ResponseReturnValue:
    """Record what became of an objection."""
    case = handled_case(case_id)
    found = services.get_objection(db.session(), objection_id)
    within(case, found.case_id)
    today = beijing_day(clock.now())
    form = Form(request.form) if request.method == "POST" else Form(initial={"on": today})
    if request.method == "POST":
        with form.attempt():
            data = form.load(ThirdPartyStepIn())
            actor = signed_in()
            stored = services.take_document(db.session(), case_id, uploaded("file") or b"",
                                            field="file", actor=actor)
            with unit_of_work() as work:
                services.decide_objection(work.session, objection_id, **data, stored=stored,
                                          actor=actor, now=clock.now())
            return back(case_id, "properties", N_("处理结果已记录。"))
    law = accounts.court_law(db.session(), case.court_id, case.rule_set)
    return render_template(
        "cases/objection_step_form.html", form=form, case=case, objection=found, today=today,
        states=choices(NEXT[found.state]),
        suit_days=law.days("objection.third_party_suit_days")), form.status
