"""How one's own court is reached: shown to its staff, set by its administrator (AUC-13, item 10)."""

from dataclasses import asdict

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from accounts import services
from accounts.rules.contact import TELEPHONE, Contact
from accounts.schemas import ContactIn
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work

pages = Blueprint("court", __name__, url_prefix="/desk/court")


def setup(app: Flask) -> None:
    app.jinja_env.filters["dialled"] = dialled


def dialled(text: str) -> Markup:
    """A text whose telephone numbers can be rung by a touch."""
    found, end = Markup(), 0
    for match in TELEPHONE.finditer(text):
        number = match.group()
        found += escape(text[end:match.start()]) + Markup('<a href="tel:{}">{}</a>').format(
            number.replace("-", ""), number)
        end = match.end()
    return found + escape(text[end:])


@pages.get("")
@access(*STAFF)
def show() -> ResponseReturnValue:
    court = services.get_court(db.session(), signed_in().court_id or "")
    return _page(Form(initial=asdict(court.contact)))


@pages.post("")
@access(Role.ADMINISTRATOR)
def change() -> ResponseReturnValue:
    """Set it; what is announced already keeps its words."""
    form, actor = Form(request.form), signed_in()
    with form.attempt():
        contact = Contact(**form.load(ContactIn()))
        with unit_of_work() as work:
            services.set_contact(work.session, actor.court_id or "", contact, actor=actor)
        flash(say(N_("联系方式已保存，以后起草的公告都会写上。")))
        return redirect(url_for("court.show"))
    return _page(form)


def _page(form: Form) -> ResponseReturnValue:
    actor = signed_in()
    court = services.get_court(db.session(), actor.court_id or "")
    return render_template("accounts/court.html", form=form, court=court,
                           may_set=actor.may_act_as(Role.ADMINISTRATOR)), form.status
