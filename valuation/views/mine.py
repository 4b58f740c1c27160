"""What belongs to institutions and to parties: commissions, reports, objections."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services as cases
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, NotAllowed
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Commission, Valuation
from valuation.rules.appraisal import FAILURES, PART_NAMES, Failure
from valuation.rules.objections import GROUND_NAMES
from valuation.schemas import AcceptanceIn, FailureIn, OwnObjectionIn
from valuation.services import Hearing
from valuation.services.commissions import DECLINABLE
from valuation.views.appraisal import blank_report, hand_in
from valuation.views.blueprint import back, choices, mine
from valuation.views.way import STAGE_NAMES


@mine.get("/commissions")
@access(Role.INSTITUTION)
def commissions() -> ResponseReturnValue:
    """All commissions to the reader's institutions."""
    session = db.session()
    found = services.commissions_of_person(session, signed_in().id)
    return render_template(
        "valuation/my_commissions.html", today=beijing_day(clock.now()),
        institutions=services.institutions_of_person(session, signed_in().id),
        rows=[{"commission": one, **_about(one.valuation)} for one in found],
        failures={one.value: say(name) for one, (name, _) in FAILURES.items()})


@mine.get("/commissions/<commission_id>")
@access(Role.INSTITUTION)
def commission(commission_id: str) -> ResponseReturnValue:
    """One commission: the letter, and what is to do."""
    return _commission_page(services.own_commission(db.session(), commission_id, signed_in().id))


def _commission_page(found: Commission, **forms: Form) -> ResponseReturnValue:
    valuation = found.valuation
    return render_template(
        "valuation/my_commission.html", commission=found, **_about(valuation),
        today=beijing_day(clock.now()), running=services.current_commission(valuation) is found,
        days=services.law_of(db.session(), valuation).days("reference_price.appraisal_days"),
        report=next((one for one in reversed(valuation.reports) if one.commission_id == found.id),
                    None),
        grounds=[(one.value, say(FAILURES[one][0])) for one in DECLINABLE],
        failures={one.value: say(name) for one, (name, _) in FAILURES.items()},
        acceptance_form=forms.get("acceptance") or Form(),
        failure_form=forms.get("failure") or Form()), max(
            (form.status for form in forms.values()), default=200)


def _about(valuation: Valuation) -> dict[str, Any]:
    session = db.session()
    return {"valuation": valuation, "case": services.case_of(session, valuation),
            "property": cases.get_property(session, valuation.property_id),
            "court": accounts.get_court(session, valuation.court_id),
            "stage": say(STAGE_NAMES[valuation.stage])}


@mine.post("/commissions/<commission_id>/acceptance")
@access(Role.INSTITUTION)
def accept(commission_id: str) -> ResponseReturnValue:
    """Accept, with the declaration that there is no interest."""
    found = services.own_commission(db.session(), commission_id, signed_in().id)
    form = Form(request.form)
    with form.attempt():
        data = form.load(AcceptanceIn())
        with unit_of_work() as work:
            services.accept_commission(work.session, found.valuation_id, declared=data["declared"],
                                       actor=signed_in(), now=clock.now())
        return back(f"/my/commissions/{commission_id}", N_("已接受委托，出具报告的期限开始计算。"))
    return _commission_page(
        services.own_commission(db.session(), commission_id, signed_in().id), acceptance=form)


@mine.post("/commissions/<commission_id>/refusal")
@access(Role.INSTITUTION)
def decline(commission_id: str) -> ResponseReturnValue:
    """Say no, on a ground."""
    found = services.own_commission(db.session(), commission_id, signed_in().id)
    form = Form(request.form)
    with form.attempt():
        data = form.load(FailureIn())
        with unit_of_work() as work:
            services.decline_commission(
                work.session, found.valuation_id, failure=Failure(data["failure"]),
                note=data["failure_note"], actor=signed_in(), now=clock.now())
        return back("/my/commissions", N_("已告知法院，由下一顺序的机构接替。"))
    return _commission_page(
        services.own_commission(db.session(), commission_id, signed_in().id), failure=form)


@mine.route("/commissions/<commission_id>/report", methods=["GET", "POST"])
@access(Role.INSTITUTION)
def report(commission_id: str) -> ResponseReturnValue:
    """Hand in the report."""
    found = services.own_commission(db.session(), commission_id, signed_in().id)
    services.may_take_report(db.session(), found.valuation_id, signed_in())
    form = Form(request.form) if request.method == "POST" else blank_report()
    if request.method == "POST":
        with form.attempt():
            hand_in(form, found.valuation_id)
            return back(f"/my/commissions/{commission_id}", N_("报告已提交，法院审查后送达当事人。"))
        found = services.own_commission(db.session(), commission_id, signed_in().id)
    return render_template("valuation/my_report.html", form=form, commission=found,
                           **_about(found.valuation),
                           parts=choices(PART_NAMES)), form.status


@mine.get("/cases/<case_id>/valuations")
@access()
def of_case(case_id: str) -> ResponseReturnValue:
    """The reference prices of a case, for its parties: how far, the report, their own term."""
    session, actor = db.session(), signed_in()
    own = cases.own_case(session, case_id, actor.id)
    found = [one for one in services.valuations_of_case(session, case_id)
             if services.may_see(session, one, actor)]
    return render_template(
        "valuation/my_valuations.html", case=own.case, today=beijing_day(clock.now()),
        rows=[{**_about(one), "mine": _own_hearings(one), "running": services.running_draw(one),
               "order": services.order_of(one), "report": one.reports[-1] if one.reports else None,
               "price": services.price_of(session, one.id),
               "document": _document(one) if _own_hearings(one) else None} for one in found],
        grounds={one.value: say(name) for one, name in GROUND_NAMES.items()})


def _own_hearings(valuation: Valuation) -> list[Hearing]:
    """The reader's own part in the latest report, once it has reached them."""
    if not valuation.reports:
        return []
    now_on = beijing_day(clock.now())
    return [one for one in services.hearings_of(db.session(), valuation)
            if one.party.person_id == signed_in().id
            and one.received_on is not None and one.received_on <= now_on]


def _document(valuation: Valuation) -> Any:
    return cases.get_document(db.session(), valuation.reports[-1].document_id)


@mine.route("/valuations/<valuation_id>/objection", methods=["GET", "POST"])
@access()
def object_to(valuation_id: str) -> ResponseReturnValue:
    """Object to the report, within one's own term."""
    valuation = services.get_valuation(db.session(), valuation_id)
    hearing = next(iter(_own_hearings(valuation)), None)
    if hearing is None:
        raise NotAllowed
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            data = form.load(OwnObjectionIn())
            now = clock.now()
            with unit_of_work() as work:
                services.file_objection(work.session, valuation_id, party_id=hearing.party.id,
                                        **data, filed_on=beijing_day(now), actor=signed_in(),
                                        now=now)
            return back(f"/my/cases/{valuation.case_id}/valuations",
                        N_("异议已提交。处理完毕以前，参考价不生效。"))
        valuation = services.get_valuation(db.session(), valuation_id)
        hearing = _own_hearings(valuation)[0]
    return render_template("valuation/my_objection.html", form=form, hearing=hearing,
                           **_about(valuation), today=beijing_day(clock.now()),
                           grounds=choices(GROUND_NAMES)), form.status
