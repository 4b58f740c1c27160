"""The desk's pages of the appraisal: commission, report, service, objections."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cases import services as cases
from cases.rules.words import ServiceWay
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_
from kernel.files import the_store
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Valuation
from valuation.rules.appraisal import PART_NAMES, Failure
from valuation.rules.objections import GROUND_NAMES
from valuation.schemas import AcceptanceIn, FailureIn, ObjectionIn, ReportIn, ReportServiceIn
from valuation.views.blueprint import choices, desk, read_valuation, to_course, uploaded
from valuation.views.course import page


def _handled(valuation_id: str) -> Valuation:
    valuation = read_valuation(valuation_id)
    cases.may_handle(signed_in(), services.case_of(db.session(), valuation))
    return valuation


@desk.post("/<valuation_id>/commissions")
@access(Role.OFFICER)
def send_commission(valuation_id: str) -> ResponseReturnValue:
    """Commission the next of the order."""
    with unit_of_work() as work:
        found = services.send_commission(work.session, valuation_id, actor=signed_in(),
                                         now=clock.now())
        name, until_on = found.institution, found.accept_by_on
    return to_course(valuation_id, N_("已委托%(name)s，%(until_on)s 前答复。"), name=name,
                     until_on=until_on)


@desk.post("/<valuation_id>/acceptance")
@access(Role.OFFICER)
def accept_commission(valuation_id: str) -> ResponseReturnValue:
    """Record an acceptance that came on paper."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(AcceptanceIn())
        with unit_of_work() as work:
            services.accept_commission(work.session, valuation_id, declared=data["declared"],
                                       actor=signed_in(), now=clock.now())
        return to_course(valuation_id, N_("接受委托已登记，出具报告的期限开始计算。"))
    return page(read_valuation(valuation_id), acceptance=form)


@desk.post("/<valuation_id>/failure")
@access(Role.OFFICER)
def note_failure(valuation_id: str) -> ResponseReturnValue:
    """Record that the institution did not finish."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(FailureIn())
        with unit_of_work() as work:
            services.note_commission_failed(
                work.session, valuation_id, failure=Failure(data["failure"]),
                note=data["failure_note"], actor=signed_in(), now=clock.now())
        return to_course(valuation_id, N_("已登记，由次序中的下一家接替。"))
    return page(read_valuation(valuation_id), failure=form)


@desk.route("/<valuation_id>/report", methods=["GET", "POST"])
@access(Role.OFFICER)
def take_report(valuation_id: str) -> ResponseReturnValue:
    """Take in a report that came on paper."""
    valuation = _handled(valuation_id)
    form = Form(request.form) if request.method == "POST" else blank_report()
    if request.method == "POST":
        with form.attempt():
            hand_in(form, valuation_id)
            return to_course(valuation_id, N_("评估报告已入卷，请审查。"))
    return render_template("valuation/report.html", form=form, valuation=valuation,
                           case=services.case_of(db.session(), valuation),
                           current=services.current_commission(valuation),
                           parts=choices(PART_NAMES)), form.status


def blank_report() -> Form:
    return Form(initial={"dated_on": beijing_day(clock.now())})


def hand_in(form: Form, valuation_id: str) -> None:
    """Store the file, then enter the report; the form is checked before anything is written."""
    data = form.load(ReportIn())
    actor, now = signed_in(), clock.now()
    services.may_take_report(db.session(), valuation_id, actor)
    stored = the_store().keep_document(uploaded("file") or b"", "file")
    with unit_of_work() as work:
        services.take_report(work.session, valuation_id, stored=stored, actor=actor, now=now, **data)


@desk.post("/<valuation_id>/review")
@access(Role.OFFICER)
def accept_report(valuation_id: str) -> ResponseReturnValue:
    """The court found nothing to correct."""
    with unit_of_work() as work:
        services.accept_report(work.session, valuation_id, actor=signed_in(), now=clock.now())
    return to_course(valuation_id, N_("审查通过，请向每一位收件人送达。"))


@desk.route("/<valuation_id>/services/<party_id>", methods=["GET", "POST"])
@access(Role.OFFICER)
def serve_report(valuation_id: str, party_id: str) -> ResponseReturnValue:
    """Record that the report was served on one party."""
    valuation = _handled(valuation_id)
    party = cases.get_party(db.session(), party_id)
    first_way = ServiceWay.ELECTRONIC if party.person_id else ServiceWay.POST
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"served_at": clock.now(), "way": first_way.value})
    if request.method == "POST":
        with form.attempt():
            data = form.load(ReportServiceIn())
            raw = uploaded("proof")
            proof = None if raw is None else the_store().keep_document(raw, "proof")
            with unit_of_work() as work:
                services.serve_report(work.session, valuation_id, party_id=party_id, proof=proof,
                                      **data, actor=signed_in(), now=clock.now())
            return to_course(valuation_id, N_("送达已记录，这位当事人的异议期限从次日起算。"))
    rules = services.law_of(db.session(), valuation)
    return render_template(
        "valuation/service.html", form=form, valuation=valuation, party=party,
        case=services.case_of(db.session(), valuation),
        ways=[(way.value, say(way.word)) for way in ServiceWay if way is not ServiceWay.WAIVED],
        days=rules.days("reference_price.public_posting_days")), form.status


@desk.route("/<valuation_id>/objections/<party_id>", methods=["GET", "POST"])
@access(Role.OFFICER)
def file_objection(valuation_id: str, party_id: str) -> ResponseReturnValue:
    """Record an objection that came on paper."""
    valuation = _handled(valuation_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"filed_on": beijing_day(clock.now())})
    if request.method == "POST":
        with form.attempt():
            data = form.load(ObjectionIn())
            with unit_of_work() as work:
                services.file_objection(work.session, valuation_id, party_id=party_id, **data,
                                        actor=signed_in(), now=clock.now())
            return to_course(valuation_id, N_("异议已登记，处理完毕以前参考价不生效。"))
    hearings = services.hearings_of(db.session(), valuation) if valuation.reports else []
    return render_template(
        "valuation/objection.html", form=form, valuation=valuation,
        case=services.case_of(db.session(), valuation),
        hearing=next((one for one in hearings if one.party.id == party_id), None),
        party=cases.get_party(db.session(), party_id),
        grounds=choices(GROUND_NAMES)), form.status
