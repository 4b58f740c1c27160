"""``flask audit …``: looking back from a terminal, and the way on after a restore."""

from hashlib import sha256
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from accounts import services as accounts
from accounts.passwords import verify_password
from config.settings import Settings, SettingsError
from evidence.errors import NotTwoPeople
from evidence.services import (
    Folder,
    accept_restore,
    account,
    check,
    compare_all,
    export,
    rows_beside_leaves,
)
from kernel import clock
from kernel.database import db
from kernel.errors import DomainError
from kernel.languages import explain, in_language
from kernel.offline import Status, readable
from kernel.transactions import unit_of_work

audit_commands = AppGroup("audit", help="Check the log of every court.")


@audit_commands.command("check")
@click.pass_context
def check_chains(context: click.Context) -> None:
    """Recompute all chains and signed roots from the database and name the first leaf that does not fit.

    Compares them with the checkpoints that are kept outside of it, and the bids, standings and results of
    all sales with their leaves. Reads only; may run beside the server.
    DATA_DIR or DATABASE_URL says which database, LUOCHUI_CHECKPOINTS where the checkpoints lie.

    Exit status: 0 everything holds, 1 something does not, 2 there is no database to read.
    """
    lies = _folder()()
    with readable():
        found = check(db.session())
        beside = compare_all(db.session(), lies)
        differing = list(rows_beside_leaves(db.session()))
    for origin, problem in found.items():
        click.echo(f"{'holds' if problem is None else 'BROKEN'}  {origin}"
                   f"{'' if problem is None else '  ' + problem}")
    if not found:
        click.echo("no log in this database", err=True)
    for one in beside:
        click.echo(account(one))
    for problem in differing:
        click.echo(f"DIFFERS  {problem}")
    holds = not any(found.values()) and not differing and all(one.verdict.is_fine for one in beside)
    context.exit(Status.DONE if holds else Status.FAILS)


def _folder() -> Folder:
    settings: Settings = current_app.extensions["settings"]
    return Folder(settings.checkpoints)


@audit_commands.command("accept-restore")
@click.option("--administrator", required=True, help="Login of an administrator of the court.")
@click.option("--judge", required=True, help="Login of a judge of the same court.")
@click.option("--minutes", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="The signed record that says why there is no newer backup; its SHA-256 goes into the log.")
@click.pass_context
def accept_lost_acts(context: click.Context, administrator: str, judge: str, minutes: Path) -> None:
    """Let the platform go on after a restore, though acts that were signed are lost for ever.

    Only where no newer backup exists. Both people type their passwords. The court's logs and that of the
    platform get a leaf system.restored, and every live sale of the court is held. Processes that stand still
    go on by themselves.

    Exit status: 0 written, 2 it cannot be.
    """
    settings: Settings = current_app.extensions["settings"]
    try:
        settings.require_complete()
        digest = sha256(minutes.read_bytes()).hexdigest()
        with readable():
            people = [_proved(login) for login in (administrator, judge)]
            found = compare_all(db.session(), _folder()())
            with unit_of_work() as work:
                done = accept_restore(
                    work.session, found, administrator_id=people[0], judge_id=people[1],
                    minutes_sha256=digest, now=clock.now())
    except SettingsError as error:
        click.echo(str(error), err=True)
        context.exit(Status.BAD_INPUT)
    except DomainError as error:
        with in_language("en"):
            click.echo(explain(error), err=True)
        context.exit(Status.BAD_INPUT)
    for origin in done.logs:
        click.echo(f"accepted  {origin}")
    for subject in done.held:
        click.echo(f"held      {subject}")


def _proved(login: str) -> str:
    """Who types the password of this login."""
    password = click.prompt(f"Password of {login}", hide_input=True, err=True)
    found = accounts.credentials(db.session(), login)
    db.session.rollback()
    if not verify_password(found[1] if found else None, password) or found is None:
        raise NotTwoPeople
    return found[0]


@audit_commands.command("export")
@click.argument("subject")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The file to write.")
@click.option("--earlier", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="A checkpoint of the same log that is known outside.")
@click.pass_context
def export_bundle(context: click.Context, subject: str, output: Path, earlier: Path | None) -> None:
    """Write the bundle/v1 of SUBJECT: lot:ID/N, draw:ID or plan:ID.

    Reads only; may run beside the server. The file is there whole or not at all.

    Exit status: 0 written, 2 it cannot be: there is no such subject, it has not ended, its last leaf is not
    under a checkpoint yet, or the database cannot be read.
    """
    part = output.with_name(f"{output.name}.part")
    try:
        with readable(), part.open("wb") as out:
            made = export(db.session(), subject, out,
                          earlier=None if earlier is None else earlier.read_text("utf-8"))
        part.replace(output)
    except DomainError as error:
        with in_language("en"):
            click.echo(explain(error), err=True)
        context.exit(Status.BAD_INPUT)
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"cannot be read or written: {error}", err=True)
        context.exit(Status.BAD_INPUT)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{output}: {made.leaves} leaves of {made.origin}, proved in a checkpoint of {made.size}",
               err=True)
