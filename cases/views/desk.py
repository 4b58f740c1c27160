"""The list of cases and the file of one: registering, correcting, assigning."""

from typing import Any

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services
from cases.models import Case
from cases.rules.registration import LAWFUL_REGIMES, CaseFacts
from cases.rules.words import DebtorKind, PartyRole, Regime
from cases.schemas import AssignIn, CaseIn, ListIn
from cases.views.blueprint import back, choices, handled_case, pages, read_case
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.domain import Domain, WorkItem
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work


@pages.get("")
@access(*STAFF)
def index() -> ResponseReturnValue:
    """The cases of the court, or the reader's own, each with its next deadline."""
    actor = signed_in()
    form = Form(request.args)
    wanted = form.sift(ListIn())
    found = services.cases_of_court(
        db.session(), actor.court_id or "", query=wanted["q"], page=wanted["page"],
        officer_id=actor.id if wanted["mine"] else None)
    return render_template(
        "cases/list.html", form=form, rows=[_row(case, item) for case, item in _with_deadlines(found.cases)],
        total=found.total, wanted=wanted, pages=max(1, -(-found.total // services.PAGE)),
        officers=accounts.names_of(db.session(), {case.officer_id for case in found.cases}),
        may_register=actor.may_act_as(Role.OFFICER)), form.status


def _with_deadlines(cases: Any) -> list[tuple[Case, WorkItem | None]]:
    """Each case with the next term that runs in it, on whatever floor."""
    now = clock.now()
    domains: tuple[Domain, ...] = current_app.extensions["domains"]
    ids = {case.id for case in cases}
    items = sorted((item for domain in domains if domain.work is not None
                    for item in domain.work(db.session(), now)
                    if item.case_id in ids and item.due_at is not None),
                   key=lambda item: item.due_at or now)
    first: dict[str | None, WorkItem] = {}
    for item in items:
        first.setdefault(item.case_id, item)
    return [(case, first.get(case.id)) for case in cases]


def _row(case: Case, item: WorkItem | None) -> dict[str, Any]:
    return {"case": case, "item": item, "light": None if item is None else _light(item),
            "waits_for": "" if item is None else say(item.title, item.details),
            "applicants": case.parties_as(PartyRole.APPLICANT),
            "respondents": case.parties_as(PartyRole.RESPONDENT)}


def _light(item: WorkItem) -> str:
    now = clock.now()
    due_at = item.due_at or now
    if due_at < now:
        return "over"
    if not item.roles:
        return "wait"
    if beijing_day(due_at) == beijing_day(now):
        return "today"
    return "soon" if (due_at - now).days < 3 else "later"


@pages.route("/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def new() -> ResponseReturnValue:
    """Register a case."""
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            facts = CaseFacts(**form.load(CaseIn()))
            with unit_of_work() as work:
                case_id = services.register_case(work.session, facts, actor=signed_in(),
                                                 now=clock.now()).id
            return back(case_id, "parties", N_("案件已登记。接下来登记当事人。"))
    return render_template("cases/case_form.html", form=form, case=None,
                           debtor_kinds=_debtor_kinds(), regimes=choices(Regime)), form.status


def _debtor_kinds() -> list[tuple[str, str, str]]:
    """Each kind of debtor with what the law makes of it."""
    unsaid = N_("法律没有规定清偿方式，由法院决定并写明理由")
    return [(kind, say(kind.word), say(LAWFUL_REGIMES[kind].word if kind in LAWFUL_REGIMES else unsaid))
            for kind in DebtorKind]


@pages.route("/<case_id>/edit", methods=["GET", "POST"])
@access(Role.OFFICER)
def edit(case_id: str) -> ResponseReturnValue:
    """Correct what was registered."""
    case = handled_case(case_id)
    initial = {name: getattr(case, name) for name in CaseIn().fields}
    form = Form(request.form) if request.method == "POST" else Form(initial=initial)
    if request.method == "POST":
        with form.attempt():
            facts = CaseFacts(**form.load(CaseIn()))
            with unit_of_work() as work:
                services.amend_case(work.session, case_id, facts, actor=signed_in(),
                                    now=clock.now())
            return back(case_id, "", N_("已保存。"))
    return render_template("cases/case_form.html", form=form, case=case,
                           debtor_kinds=_debtor_kinds(), regimes=choices(Regime)), form.status


@pages.get("/<case_id>/file")
@access(*STAFF)
def file(case_id: str) -> ResponseReturnValue:
    """The file of one case: parties, claims, property, documents and service."""
    case = read_case(case_id)
    return render_template("cases/file.html", case=case,
                           folder=services.case_folder(db.session(), case, signed_in()))


@pages.route("/<case_id>/assign", methods=["GET", "POST"])
@access(Role.OFFICER, Role.ADMINISTRATOR)
def assign(case_id: str) -> ResponseReturnValue:
    """Hand the case to another officer."""
    case = read_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            data = form.load(AssignIn())
            with unit_of_work() as work:
                services.assign_case(work.session, case_id, data["officer_id"], actor=signed_in(),
                                     now=clock.now())
            return back(case_id, "", N_("案件已移交承办人。"))
    officers = accounts.people_with_role(db.session(), case.court_id, Role.OFFICER)
    return render_template(
        "cases/assign_form.html", form=form, case=case,
        officers=[(one.id, one.shown_name) for one in officers if one.id != case.officer_id],
        names=accounts.names_of(db.session(), {case.officer_id})), form.status


@pages.get("/")
@access(*STAFF)
def index_with_slash() -> ResponseReturnValue:
    return redirect("/desk/cases")
