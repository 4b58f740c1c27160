"""Pages of the seized property: description, the five facts, photographs."""

from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cases import services
from cases.models import Case, Property
from cases.rules.properties import PropertyFacts
from cases.rules.words import FactTopic, PropertyCategory, PropertyKind
from cases.schemas import FactIn, PhotographsIn, PropertyIn, area_text
from cases.services import Finding
from cases.views.blueprint import all_uploaded, back, choices, handled_case, pages, within
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.languages import say
from kernel.schemas import load_form
from kernel.transactions import unit_of_work


def _form_page(case: Case, found: Property | None, form: Form) -> ResponseReturnValue:
    return render_template("cases/property_form.html", form=form, case=case, property=found,
                           kinds=choices(PropertyKind), categories=choices(PropertyCategory),
                           ), form.status


def _property(case: Case, property_id: str) -> Property:
    found = services.get_property(db.session(), property_id)
    within(case, found.case_id)
    return found


@pages.route("/<case_id>/properties/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def add_property(case_id: str) -> ResponseReturnValue:
    """Enter a seized property."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            facts = PropertyFacts(**form.load(PropertyIn()))
            with unit_of_work() as work:
                services.add_property(work.session, case_id=case_id, facts=facts,
                                      actor=signed_in(), now=clock.now())
            return back(case_id, "properties", N_("财产已登记。接下来查明现状。"))
    return _form_page(case, None, form)


@pages.route("/<case_id>/properties/<property_id>/edit", methods=["GET", "POST"])
@access(Role.OFFICER)
def edit_property(case_id: str, property_id: str) -> ResponseReturnValue:
    """Correct the description."""
    case = handled_case(case_id)
    found = _property(case, property_id)
    form = Form(request.form) if request.method == "POST" else Form(initial=_initial(found))
    if request.method == "POST":
        with form.attempt():
            facts = PropertyFacts(**form.load(PropertyIn()))
            with unit_of_work() as work:
                services.amend_property(work.session, property_id, facts, actor=signed_in(),
                                        now=clock.now())
            return back(case_id, "properties", N_("已保存。"))
    return _form_page(case, found, form)


def _initial(found: Property) -> dict[str, Any]:
    shown = {name: getattr(found, name) for name in PropertyIn().fields}
    if found.area_hundredths is not None:
        shown["area_hundredths"] = area_text(found.area_hundredths)
    return shown


@pages.route("/<case_id>/properties/<property_id>/facts", methods=["GET", "POST"])
@access(Role.OFFICER)
def facts(case_id: str, property_id: str) -> ResponseReturnValue:
    """Record the five facts; what did not change stays as it was recorded."""
    case = handled_case(case_id)
    found = _property(case, property_id)
    today = beijing_day(clock.now())
    form = Form(request.form) if request.method == "POST" else Form(initial=_known(found, today))
    if request.method == "POST":
        with form.attempt():
            changed = _changed(found, _findings(form))
            with unit_of_work() as work:
                for topic, finding in changed.items():
                    services.record_fact(work.session, property_id=property_id, topic=topic,
                                         finding=finding, actor=signed_in(), now=clock.now())
            return back(case_id, "properties", N_("财产现状已记录。"))
    return render_template("cases/facts_form.html", form=form, case=case, property=found,
                           topics=choices(FactTopic), today=today), form.status


def _known(found: Property, today: date) -> dict[str, Any]:
    shown: dict[str, Any] = {f"{topic}.checked_on": today for topic in FactTopic}
    return shown | {f"{topic}.{name}": getattr(fact, name) for topic, fact in found.facts.items()
                    for name in FactIn().fields}


def _findings(form: Form) -> dict[FactTopic, Finding]:
    """The topics on which something was typed, all of them checked before any is refused."""
    read: dict[FactTopic, Finding] = {}
    wrong: dict[str, str] = {}
    for topic in FactTopic:
        typed = {name: form.values.get(f"{topic}.{name}", "") for name in FactIn().fields}
        if not typed["text"] and not typed["source"]:
            continue
        try:
            read[topic] = Finding(**load_form(FactIn(), typed))
        except InvalidInput as error:
            wrong |= {f"{topic}.{name}": message for name, message in error.fields.items()}
    if wrong:
        raise InvalidInput(wrong)
    return read


def _changed(found: Property, findings: dict[FactTopic, Finding]) -> dict[FactTopic, Finding]:
    known = {topic: Finding(fact.text, fact.source, fact.checked_on)
             for topic, fact in found.facts.items()}
    changed = {topic: finding for topic, finding in findings.items()
               if known.get(topic) != finding}
    if not changed:
        raise InvalidInput({}, N_("没有改动，不需要保存。"))
    return changed


@pages.route("/<case_id>/properties/<property_id>/photographs", methods=["GET", "POST"])
@access(Role.OFFICER)
def photographs(case_id: str, property_id: str) -> ResponseReturnValue:
    """Upload photographs: re-encoded, without place and owner of the camera."""
    case = handled_case(case_id)
    found = _property(case, property_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            data = form.load(PhotographsIn())
            actor, now = signed_in(), clock.now()
            kept = services.take_pictures(db.session(), case_id, all_uploaded("files"),
                                          field="files", actor=actor)
            with unit_of_work() as work:
                services.attach_photographs(
                    work.session, property_id=property_id, kept=kept,
                    title=data["title"] or say(N_("现场照片")), is_public=data["is_public"],
                    actor=actor, now=now)
            return back(case_id, "properties", N_("已保存。"))
    return render_template("cases/photographs_form.html", form=form, case=case, property=found,
                           photographs=services.photographs_of(db.session(), property_id),
                           ), form.status
