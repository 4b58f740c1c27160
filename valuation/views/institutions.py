"""The sub-lists of institutions, kept by administrators and draw clerks."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.transactions import unit_of_work
from valuation import services
from valuation.schemas import AccountIn, ActivityIn, InstitutionIn
from valuation.views.blueprint import back, institution_desk

_HERE = "/desk/institutions"


@institution_desk.get("")
@access(*STAFF)
def index() -> ResponseReturnValue:
    """The sub-lists of the court by field."""
    session, actor = db.session(), signed_in()
    found = services.institutions_of(session, actor.court_id or "")
    people = {one.person_id for one in found if one.person_id}
    return render_template(
        "valuation/institutions.html", institutions=found,
        fields=list(dict.fromkeys(one.field for one in found)),
        logins={person: accounts.person(session, person).login for person in people},
        may_keep=actor.may_act_as(Role.ADMINISTRATOR, Role.DRAW_CLERK))


@institution_desk.route("/new", methods=["GET", "POST"])
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def new() -> ResponseReturnValue:
    """Enter an institution."""
    form, actor = Form(request.form), signed_in()
    if request.method == "POST":
        with form.attempt():
            data = form.load(InstitutionIn())
            with unit_of_work() as work:
                services.list_institution(work.session, court_id=actor.court_id or "", **data,
                                          actor=actor, now=clock.now())
            return back(_HERE, N_("“%(name)s”已列入名单。"), name=data["name"])
    return render_template("valuation/institution_form.html", form=form), form.status


@institution_desk.route("/<institution_id>/account", methods=["GET", "POST"])
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def link(institution_id: str) -> ResponseReturnValue:
    """Give an institution the account through which it answers."""
    actor, found = signed_in(), services.get_institution(db.session(), institution_id)
    services.may_keep(actor, found.court_id)
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            data = form.load(AccountIn())
            with unit_of_work() as work:
                services.link_institution(work.session, institution_id, **data, actor=actor,
                                          now=clock.now())
            return back(_HERE, N_("账号已关联。"))
    return render_template("valuation/institution_link.html", form=form,
                           institution=found), form.status


@institution_desk.post("/<institution_id>/activity")
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def set_active(institution_id: str) -> ResponseReturnValue:
    """Take an institution out of the pools to come, or back in."""
    data = Form(request.form).load(ActivityIn())
    with unit_of_work() as work:
        services.set_institution_active(work.session, institution_id, **data, actor=signed_in(),
                                        now=clock.now())
    return back(_HERE, N_("名单已更新。"))
