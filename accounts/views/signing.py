"""Pages on which somebody comes in: log-in, log-out, registration, language, light or dark."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.login import sign_in
from accounts.login.registration import TERMS, add_bidder
from accounts.rules.addresses import own_page
from accounts.schemas import BidderIn, SignInIn
from config.settings import Mode, Settings
from kernel.access import Actor, access, current_actor, public
from kernel.errors import NotFound
from kernel.forms import Form
from kernel.languages import COOKIE, LANGUAGES
from kernel.pages import THEME_COOKIE, THEMES

pages = Blueprint("signing", __name__)

A_YEAR = 365 * 86_400


@pages.get("/login")
@public
def login() -> ResponseReturnValue:
    """The log-in form; ``login`` fills in a name, ``next`` says where to go afterwards."""
    actor = current_actor()
    if actor is not None:
        return redirect(_after(actor))
    return _login_page(Form(initial={"login": request.args.get("login", "")}))


@pages.post("/login")
@public
def log_in() -> ResponseReturnValue:
    form = Form(request.form)
    with form.attempt():
        wish = form.load(SignInIn())
        person_id = sign_in.check_password(wish["login"], wish["password"], act="sign_in")
        return redirect(_after(sign_in.begin(person_id)))
    return _login_page(form)


def _login_page(form: Form) -> ResponseReturnValue:
    settings: Settings = current_app.extensions["settings"]
    shown = settings.mode is not Mode.PRODUCTION
    demo: list[dict[str, Any]] = current_app.extensions.get("demo_accounts", []) if shown else []
    return render_template("accounts/login.html", form=form, wanted=_wanted(),
                           demo_accounts=demo), form.status


def _wanted() -> str:
    return own_page(request.values.get("next"), "")


def _after(actor: Actor) -> str:
    return _wanted() or ("/desk" if actor.is_staff else url_for("account.account"))


@pages.post("/logout")
@access()
def logout() -> ResponseReturnValue:
    """Sign out; ``next`` leads on, for instance to the log-in of somebody else."""
    sign_in.end()
    return redirect(_wanted() or "/")


@pages.get("/register")
@public
def registration() -> ResponseReturnValue:
    return _registration_page(Form())


@pages.post("/register")
@public
def register() -> ResponseReturnValue:
    """Register to bid, and be signed in at once."""
    form = Form(request.form)
    with form.attempt():
        person_id = add_bidder(form.load(BidderIn()))
        return redirect(_after(sign_in.begin(person_id)))
    return _registration_page(form)


def _registration_page(form: Form) -> ResponseReturnValue:
    return render_template("accounts/register.html", form=form, wanted=_wanted(),
                           terms=TERMS), form.status


@pages.get("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Choose the language of all pages, and go back to where one was."""
    if code not in LANGUAGES:
        raise NotFound
    response = redirect(own_page(request.args.get("next"), "/"))
    response.set_cookie(COOKIE, code, max_age=A_YEAR, httponly=True, samesite="Lax",
                        secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response


@pages.get("/theme/<name>")
@public
def theme(name: str) -> ResponseReturnValue:
    """Choose light or dark pages, or leave it to the device (``auto``)."""
    if name not in (*THEMES, "auto"):
        raise NotFound
    response = redirect(own_page(request.args.get("next"), "/"))
    if name == "auto":
        response.delete_cookie(THEME_COOKIE)
    else:
        response.set_cookie(THEME_COOKIE, name, max_age=A_YEAR, httponly=True, samesite="Lax",
                            secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response
