"""The court's own lots: the list, a new one, a draft's guided page, the panel, the announcement."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final, cast

from flask import current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from auction.live.updates import promise_standing
from auction.models import Lot
from auction.rules.lifecycle import AFTER_SALE, SEALED, LotState
from auction.rules.priority import HOLDERS
from auction.rules.proposal import Figures
from auction.schemas import CourtListIn, DraftIn, PropertyIn, TermsIn
from auction.services import checklist, drafting, publication
from auction.services.checklist import check_list, first_figures, lawful_figures, ready_properties
from auction.services.drafting import Terms
from auction.services.handling import court_lot
from auction.services.reading import BEFORE_PUBLICATION, lots_of_court
from auction.views.court_blueprint import back, handled_lot, may_handle, pages, read_lot
from auction.views.court_draft import HOUR, draft_context
from auction.views.court_priority import rights_shown
from auction.views.court_sale import sale_page
from auction.views.words import round_name, shown_state
from cases import services as cases
from cases.errors import NoSuchProperty
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.domain import Domain, WorkItem
from kernel.errors import N_, Filled, NotAllowed
from kernel.forms import Form
from kernel.languages import explain, list_obstacles, say
from kernel.languages import gettext as _
from kernel.law import CURRENT, rule_set
from kernel.transactions import unit_of_work
from valuation import services as valuation

_ENDED: Final = "ended"
_GROUPS: Final = {
    "preparing": (N_("准备中"), BEFORE_PUBLICATION),
    "running": (N_("公告和竞价"), SEALED),
    "delivering": (N_("成交后"), AFTER_SALE - {LotState.DISTRIBUTED, LotState.ARCHIVED}),
}


@pages.get("")
@access(*STAFF)
def index() -> ResponseReturnValue:
    """The lots of the court by how far they are, each with its next step."""
    session, actor, now = db.session(), signed_in(), clock.now()
    wanted = Form(request.args).sift(CourtListIn())["group"]
    lots = lots_of_court(session, actor.court_id or "")
    steps = _next_steps(actor.court_id or "")
    groups = [{"name": name, "title": say(title), "lots": [lot for lot in lots if _group(lot) == name]}
              for name, (title, _states) in [*_GROUPS.items(), (_ENDED, (N_("已经结束"), ()))]]
    ready = [one for one in ready_properties(session, now, court_id=actor.court_id)
             if one.officer_id == actor.id]
    numbers = cases.numbers_of(session, {lot.case_id or "" for lot in lots})
    return render_template(
        "auction/court/list.html", groups=groups, wanted=wanted, ready=ready, steps=steps,
        numbers=numbers, rounds={lot.id: round_name(lot.sale) for lot in lots},
        states={lot.id: shown_state(lot.sale, now) for lot in lots}, actor_id=actor.id,
        lights={lot.id: _light(steps.get(lot.id)) for lot in lots},
        step_words={lot_id: say(cast("Filled", item.details["step"]))
                    for lot_id, item in steps.items()})


def _group(lot: Lot) -> str:
    return next((name for name, (_title, states) in _GROUPS.items()
                 if LotState(lot.sale.state) in states), _ENDED)


def _next_steps(court_id: str) -> dict[str, WorkItem]:
    """Lot -> what it waits for."""
    domains: tuple[Domain, ...] = current_app.extensions["domains"]
    source = next(domain.work for domain in domains if domain.name == "auction" and domain.work)
    return {item.url.removeprefix("/desk/lots/"): item for item in source(db.session(), clock.now())
            if item.court_id == court_id and item.url.startswith("/desk/lots/")}


def _light(item: WorkItem | None) -> str:
    now = clock.now()
    if item is None:
        return "none"
    if item.roles and item.due_at is not None and item.due_at < now:
        return "over"
    if not item.roles:
        return "wait"
    return "soon" if item.due_at is not None and (item.due_at - now).days < 3 else "later"


@pages.route("/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def new() -> ResponseReturnValue:
    """Begin a sale of a property whose price is in force."""
    session, actor, now = db.session(), signed_in(), clock.now()
    asked = Form(request.values).sift(PropertyIn())
    chosen = asked["property_id"] or asked["property"]
    ready = [one for one in ready_properties(session, now, court_id=actor.court_id)
             if one.officer_id == actor.id]
    picked = next((one for one in ready if one.property_id == chosen), None)
    hindered = _hindered(chosen) if chosen and picked is None else None
    form = Form(request.form) if request.method == "POST" else Form(
        initial=_proposed(picked.property_id) if picked else {})
    if request.method == "POST" and hindered is None:
        with form.attempt():
            data = form.load(DraftIn())
            with unit_of_work() as work:
                lot_id = drafting.draft_lot(
                    work.session, property_id=data.pop("property_id"), terms=Terms(**data),
                    actor=actor, now=now).id
            return back(lot_id, N_("拍卖草稿已建立，案卷里已有的内容已经填好。"))
    rules = rule_set(CURRENT)
    return render_template(
        "auction/court/new.html", form=form, ready=ready, picked=picked, hindered=hindered,
        least_hours=rules.span("bidding.min_time") // HOUR, percents={
            name: f"{float(rules.fraction(name) * 100):g}"
            for name in ("start_min_ratio", "deposit_min_ratio", "deposit_max_ratio")}
        ), HTTPStatus.CONFLICT if hindered and request.method == "POST" else form.status


def _hindered(property_id: str) -> dict[str, Any]:
    """Why the property that was asked for is not on offer, and where to go on with it."""
    session = db.session()
    try:
        found = checklist.hindrance(session, property_id, actor=signed_in(), now=clock.now())
        title = cases.get_property(session, property_id).title
    except NoSuchProperty as error:
        return {"title": "", "message": explain(error), "rule": "", "article": "", "url": ""}
    assert found is not None  # noqa: S101 - a property without a hindrance is on offer
    places = {"already_on_sale": (f"/desk/lots/{found.about}", _("看这个标的物")),
              "price_not_in_force": (_price_page(property_id), _("去确定参考价"))}
    url, label = places.get(found.code, (f"/desk/cases/{found.about}", _("看案件")))
    return {"title": title, "url": url, "label": label, **list_obstacles([found])[0]}


def _price_page(property_id: str) -> str:
    course = valuation.valuation_of_property(db.session(), property_id)
    return f"/desk/valuations/{course.id}" if course else f"/desk/valuations/new?property={property_id}"


def _proposed(property_id: str) -> dict[str, Any]:
    """What the form of a new lot begins with."""
    session = db.session()
    found = cases.get_property(session, property_id)
    figures = first_figures(session, property_id, clock.now())
    nobody = not any(party.role in HOLDERS for party in cases.parties_of(session, found.case_id))
    return {
        "property_id": property_id, "title": found.title, "disclaims_quality": True,
        "balance_days": rule_set(CURRENT).days("after.balance_days"),
        "priority_decision": "经查询，本标的无承租人、共有人等优先购买权人。" if nobody else "",
        **(asdict(figures) if figures else {})}


@pages.get("/<lot_id>")
@access(*STAFF)
def show(lot_id: str) -> ResponseReturnValue:
    """A lot: before the announcement what it lacks, afterwards its lawful course."""
    lot = read_lot(lot_id)
    if lot.sale.state not in BEFORE_PUBLICATION:
        return sale_page(lot)
    return _draft_page(lot, Form(initial=_terms(lot)))


def _terms(lot: Lot) -> dict[str, Any]:
    shown = {name: getattr(lot.sale, name) for name in TermsIn().fields
             if name not in ("title", "closes_at")}
    return shown | {"title": lot.title, "closes_at": lot.sale.planned_closes_at}


def _draft_page(lot: Lot, form: Form) -> ResponseReturnValue:
    now = clock.now()
    found = check_list(db.session(), lot.sale, now)
    return render_template(
        "auction/court/draft.html", form=form, lot=lot, sale=lot.sale, may_handle=may_handle(lot),
        rights=rights_shown(lot.sale), **draft_context(lot, found, form)), form.status


@pages.post("/<lot_id>/terms")
@access(Role.OFFICER)
def change_terms(lot_id: str) -> ResponseReturnValue:
    """Save the terms; or, asked to, only move what is unlawful to the nearest lawful value."""
    lot = handled_lot(lot_id)
    form = Form(request.form)
    with form.attempt():
        data = form.load(TermsIn())
        if "fill" in request.form:
            return _draft_page(lot, _filled(lot, data))
        with unit_of_work() as work:
            drafting.change_terms(work.session, lot_id, Terms(**data), actor=signed_in())
        return back(lot_id, N_("已保存。"), "terms")
    return _draft_page(read_lot(lot_id), form)


def _filled(lot: Lot, data: dict[str, Any]) -> Form:
    figures = Figures(**{name: data[name] for name in Figures.__slots__})
    lawful = lawful_figures(db.session(), lot.sale, figures, clock.now())
    flash(_("不符合规定的数值已改成最近的合法值，还没有保存，请核对。"))
    return Form(initial=data | asdict(lawful) | {"filled": True})


@pages.post("/<lot_id>/panel")
@access(Role.OFFICER)
def send_to_panel(lot_id: str) -> ResponseReturnValue:
    """Put the figures before the panel."""
    lot = handled_lot(lot_id)
    form = Form(initial=_terms(lot))
    with form.attempt():
        with unit_of_work() as work:
            checklist.send_to_panel(work.session, lot_id, actor=signed_in(), now=clock.now())
        return back(lot_id, N_("已提交合议庭，三名成员分别表决。"), "panel")
    return _draft_page(read_lot(lot_id), form)


@pages.get("/<lot_id>/decision")
@access(*STAFF)
def decision(lot_id: str) -> ResponseReturnValue:
    """Exactly what the panel decides, and how its members stand to it."""
    lot = read_lot(lot_id)
    found = check_list(db.session(), lot.sale, clock.now())
    return render_template(
        "auction/court/decision.html", lot=lot, sale=lot.sale, **draft_context(lot, found, Form()))


@pages.post("/<lot_id>/publish")
@access(Role.OFFICER)
def publish(lot_id: str) -> ResponseReturnValue:
    """Announce the sale, or hear everything that stands in the way."""
    lot = handled_lot(lot_id)
    form = Form(initial=_terms(lot))
    with form.attempt():
        with unit_of_work() as work:
            publication.publish(work.session, lot_id, actor=signed_in(), now=clock.now())
            promise_standing(work, lot_id)
        flash(_("公告已发布，任何人现在都可以看到。"))
        return redirect(f"/desk/lots/{lot_id}")
    lot = court_lot(db.session(), lot_id, signed_in())
    if lot.sale.state not in BEFORE_PUBLICATION:
        raise NotAllowed
    return _draft_page(lot, form)
