"""``flask accounts …``: what must be there before anybody can sign in and act.

A court and its first staff are made from the terminal of the machine, as the installation itself.
On SQLite stop the server meanwhile: it alone writes.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError, ProgrammingError

from accounts import services
from accounts.models import Court
from accounts.passwords import hash_password
from accounts.rules.contact import Contact
from accounts.rules.credentials import password_advice
from accounts.rules.roles import NAMED
from accounts.schemas import ContactIn, CourtIn, StaffIn
from config.settings import Settings, SettingsError
from kernel import clock
from kernel.access import STAFF, SYSTEM, Role
from kernel.database import db
from kernel.errors import DomainError, InvalidInput
from kernel.languages import explain, say
from kernel.offline import Status
from kernel.schemas import load_form
from kernel.transactions import unit_of_work

ROLES: Final = tuple(sorted(role.value for role in NAMED))
MADE_UP_BYTES: Final = 15
"""Of a password that the command makes: 20 characters."""

accounts_commands = AppGroup("accounts", help="Found courts and register those who act for them.")


@contextmanager
def _answering() -> Iterator[None]:
    """End with status 2 and words on standard error where something does not fit; nothing is written."""
    settings: Settings = current_app.extensions["settings"]
    try:
        settings.require_complete()
        yield
    except SettingsError as error:
        _refuse(str(error))
    except (OperationalError, ProgrammingError) as error:
        _refuse(f"the database does not answer as it should: {error.orig} (stop the server; make migrate)")
    except DomainError as error:
        with force_locale("en"):
            fields = error.fields if isinstance(error, InvalidInput) else {}
            lines = [f"{name}: {say(text, error.details)}" for name, text in fields.items()]
            _refuse("\n".join(lines or [explain(error)]))


def _refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    raise click.exceptions.Exit(Status.BAD_INPUT)


@accounts_commands.command("found-court")
@click.argument("slug")
@click.option("--name-zh", required=True, help="Full Chinese name, as on its rulings.")
@click.option("--name-en", required=True, help="English name.")
@click.option("--address", default="", help="Where it is.")
@click.option("--telephone", default="", help="Where bidders ask, with the area code.")
@click.option("--supervision-telephone", default="", help="Where complaints about the court go.")
@click.option("--email", default="", help="Optional.")
@click.option("--office-hours", default="", help="Optional.")
def found_court(slug: str, name_zh: str, name_en: str, **told: str) -> None:
    """Found a court. SLUG names its log for ever: LUOCHUI_ORIGIN/SLUG.

    Without address, telephone and supervision telephone, which an administrator of the court can give
    later at /desk/court, it publishes no auction (AUC-13). Exit status: 0, or 2 where something does not fit.
    """
    with _answering():
        settings: Settings = current_app.extensions["settings"]
        data = load_form(CourtIn(), {"name_zh": name_zh, "name_en": name_en})
        contact = Contact(**load_form(ContactIn(), told)) if any(told.values()) else Contact()
        with unit_of_work() as work:
            court = services.found_court(work.session, slug=slug, **data, origin=settings.origin,
                                         contact=contact, actor=SYSTEM, now=clock.now())
            line = _line(court)
        click.echo(line)


@accounts_commands.command("list-courts")
def list_courts() -> None:
    """The courts of this installation: id, name, log."""
    with _answering():
        for court in services.courts(db.session()):
            click.echo(_line(court))


def _line(court: Court) -> str:
    return f"{court.id}  {court.name_zh}  log {court.origin}"


@accounts_commands.command("register")
@click.argument("login")
@click.option("--name", required=True, help="The name under which this person acts.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(ROLES),
              help="What this person is; may be given several times.")
@click.option("--court", "court_id", help="Id of the court; not needed while there is only one.")
@click.option("--generate-password", is_flag=True, help="Make a password and print it, once.")
def register(login: str, name: str, roles: tuple[str, ...], court_id: str | None,
             generate_password: bool) -> None:
    """Register staff of a court, or the contact of a valuation institution.

    The password is asked for without showing it; it is kept as a hash and never logged.
    Exit status: 0, or 2 where something does not fit.
    """
    with _answering():
        wanted = frozenset(Role(one) for one in roles)
        court = _court_of(court_id) if wanted & STAFF else court_id
        data = load_form(StaffIn(), {"login": login, "name": name})
        password = secrets.token_urlsafe(MADE_UP_BYTES) if generate_password else click.prompt(
            "Password", hide_input=True, confirmation_prompt=True, err=True)
        unfit = password_advice(password, data["login"])
        if unfit is not None:
            raise InvalidInput({"password": unfit})
        password_hash = hash_password(password)
        with unit_of_work() as work:
            person_id = services.register_person(
                work.session, **data, password_hash=password_hash, roles=wanted, court_id=court,
                actor=SYSTEM, now=clock.now()).id
        click.echo(f"{person_id}  {data['login']}  {', '.join(sorted(wanted))}  {court or '-'}")
        if generate_password:
            click.echo(f"password: {password}")


def _court_of(court_id: str | None) -> str:
    """The court that was named, or the only one."""
    known = [court.id for court in services.courts(db.session())]
    if court_id is not None and court_id in known:
        return court_id
    if court_id is None and len(known) == 1:
        return known[0]
    _refuse(f"court: one of {', '.join(known)}" if known
            else "court: none is founded yet; see flask accounts found-court --help")
