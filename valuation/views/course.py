"""The desk's pages of courses: the list, the beginning, the way, the methods, the parties' term."""

from collections import Counter
from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from accounts import services as accounts
from cases import services as cases
from cases.rules.properties import reference_price_due_at
from kernel import clock
from kernel.access import STAFF, Actor, Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import cite, say
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Valuation
from valuation.rules.appraisal import FAILURES
from valuation.rules.ladder import GROUNDS, METHOD_NAMES, Method, standing_grounds
from valuation.rules.objections import GROUND_NAMES
from valuation.rules.stages import Stage
from valuation.schemas import AgreementIn, MethodOutIn, OpenIn, TermIn
from valuation.views.blueprint import desk, read_valuation, shown, to_course
from valuation.views.way import STAGE_NAMES, Way


@desk.get("")
@access(*STAFF)
def index() -> ResponseReturnValue:
    """The courses of the court by stage, those of the reader first."""
    actor, session = signed_in(), db.session()
    found = services.valuations_of_court(session, actor.court_id or "")
    wanted = request.args.get("stage", "")
    shown_here = [one for one in found if wanted in ("", one.stage)]
    numbers = cases.numbers_of(session, {one.case_id for one in shown_here})
    things = cases.properties_among(session, {one.property_id for one in shown_here})
    rows = [{"valuation": one, "property": things[one.property_id], "number": numbers[one.case_id],
             "stage": say(STAGE_NAMES[one.stage])} for one in shown_here]
    count = Counter(one.stage for one in found)
    return render_template(
        "valuation/list.html", rows=rows, wanted=wanted, total=len(found),
        openable=_openable(session, actor),
        stages=[(stage.value, say(STAGE_NAMES[stage]), count[stage])
                for stage in Stage if count[stage]])


def _openable(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """What may begin, the reader's own cases first, then by the day until which it must."""
    found = services.openable(session, actor.court_id or "")
    names = accounts.names_of(session, {one.case.officer_id for one in found})
    rows = [{"property": one, "case": one.case, "missing": len(services.facts_missing(one)),
             "officer": names.get(one.case.officer_id, ""), "mine": one.case.officer_id == actor.id,
             "due_at": reference_price_due_at(
                 one.seized_on, accounts.court_law(session, one.court_id, one.case.rule_set))}
            for one in found]
    return sorted(rows, key=lambda row: (not row["mine"], row["due_at"]))


@desk.route("/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def new() -> ResponseReturnValue:
    """Begin to find the price of one property: the gate of the five facts."""
    session, actor = db.session(), signed_in()
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"property_id": request.args.get("property", "")})
    found = cases.get_property(session, str(form.values.get("property_id", "")))
    case = cases.get_case(session, found.case_id)
    cases.may_handle(actor, case)
    if request.method == "POST":
        with form.attempt():
            data = form.load(OpenIn())
            with unit_of_work() as work:
                valuation_id = services.open_valuation(work.session, **data, actor=actor,
                                                       now=clock.now()).id
            return to_course(valuation_id, N_("参考价程序已启动，先由当事人议价。"))
    fields = sorted({one.field for one in services.institutions_of(session, case.court_id)
                     if one.is_active})
    return render_template(
        "valuation/new.html", form=form, found=found, case=case,
        missing=shown(services.facts_missing(found)), fields=[(name, say(name)) for name in fields],
        methods=[(method.value, say(METHOD_NAMES[method]))
                 for method in Method if method is not Method.NEGOTIATION]), form.status


@desk.get("/<valuation_id>")
@access(*STAFF)
def show(valuation_id: str) -> ResponseReturnValue:
    """The lawful way of one price."""
    return page(read_valuation(valuation_id))


def page(valuation: Valuation, **forms: Form) -> ResponseReturnValue:
    """The way, with a form shown again where an act was refused."""
    session, actor, now = db.session(), signed_in(), clock.now()
    today = beijing_day(now)
    way = Way(session, valuation, actor, today)
    case = services.case_of(session, valuation)
    report = valuation.reports[-1] if valuation.reports else None
    term = services.law_of(session, valuation).days("reference_price.agreement_days")
    return render_template(
        "valuation/way.html", valuation=valuation, case=case, way=way, steps=way.steps(),
        property=cases.get_property(session, valuation.property_id), today=today,
        officer=accounts.names_of(session, {case.officer_id}).get(case.officer_id, ""),
        stage=say(STAGE_NAMES[valuation.stage]), grounds=_grounds(valuation),
        order=services.order_of(valuation), current=services.current_commission(valuation),
        failures=[(one.value, say(FAILURES[one][0])) for one in services.possible_failures(valuation)],
        failure_names={one.value: say(name) for one, (name, _) in FAILURES.items()},
        objection_names={one.value: say(name) for one, name in GROUND_NAMES.items()},
        report=report, hearings=services.hearings_of(session, valuation) if report else [],
        document=cases.get_document(session, report.document_id) if report else None,
        price=services.price_of(session, valuation.id),
        method_form=forms.get("method") or Form(initial={"on": today}),
        term_form=forms.get("term") or Form(initial={"agree_by_on": today + timedelta(days=term)}),
        failure_form=forms.get("failure") or Form(),
        acceptance_form=forms.get("acceptance") or Form()), max(
            (form.status for form in forms.values()), default=200)


def _grounds(valuation: Valuation) -> list[tuple[str, str, str]]:
    """The grounds that may be recorded now: those that hold already, else what can have happened."""
    if valuation.stage.value not in GROUNDS:
        return []
    method = Method(valuation.stage.value)
    barred = standing_grounds(method, services.situation_of(valuation))
    return [(ground.value, say(rule.name), f"{rule.basis.rule} · {cite(rule.basis.article)}")
            for ground, rule in GROUNDS[method].items()
            if (ground in barred if barred else rule.standing is None)]


@desk.post("/<valuation_id>/methods-out")
@access(Role.OFFICER)
def record_method_out(valuation_id: str) -> ResponseReturnValue:
    """Record that the method whose turn it is gave no price."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(MethodOutIn())
        with unit_of_work() as work:
            services.record_method_out(work.session, valuation_id, **data, actor=signed_in(),
                                       now=clock.now())
        return to_course(valuation_id, N_("已登记。"))
    return page(read_valuation(valuation_id), method=form)


@desk.post("/<valuation_id>/term")
@access(Role.OFFICER)
def ask_parties(valuation_id: str) -> ResponseReturnValue:
    """Set the parties' term to agree on three institutions."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(TermIn())
        with unit_of_work() as work:
            services.ask_parties(work.session, valuation_id, **data, actor=signed_in(),
                                 now=clock.now())
        return to_course(valuation_id, N_("期限已定，有账户的当事人已收到消息。"))
    return page(read_valuation(valuation_id), term=form)


@desk.route("/<valuation_id>/agreement", methods=["GET", "POST"])
@access(Role.OFFICER)
def record_agreement(valuation_id: str) -> ResponseReturnValue:
    """Record on which three the parties agreed."""
    session, actor = db.session(), signed_in()
    valuation = read_valuation(valuation_id)
    cases.may_handle(actor, services.case_of(session, valuation))
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"filed_on": beijing_day(clock.now())})
    if request.method == "POST":
        with form.attempt():
            data = form.load(AgreementIn())
            with unit_of_work() as work:
                services.record_agreement(
                    work.session, valuation_id, filed=_filed(data), filed_on=data["filed_on"],
                    actor=actor, now=clock.now())
            return to_course(valuation_id, N_("三家机构及其次序已经确定，可以委托第一家。"))
    return render_template(
        "valuation/agreement.html", form=form, valuation=valuation,
        case=services.case_of(session, valuation),
        places=services.law_of(session, valuation).integer("reference_price.institutions"),
        listed=[(one.entry, one.entry) for one in services.listed(session, valuation)],
        parties=[(party.id, party.name, say(party.role.word))
                 for party in services.sides_of(session, valuation.case_id)]), form.status


def _filed(data: dict[str, Any]) -> dict[str, list[str]]:
    return dict.fromkeys(data["party_ids"], data["institutions"])
