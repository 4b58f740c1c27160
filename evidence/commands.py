"""``flask audit …``: looking back from a terminal, and the way on after a restore."""

from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import AppGroup

from accounts import services as accounts
from accounts.passwords import verify_password
from audit.rules.archive import Unreadable
from audit.rules.notes import BadNote
from audit.rules.outside import Outside
from audit.rules.pinned import pinned
from audit.rules.splits import Split, split_of
from audit.services import Published
from config.settings import Settings, SettingsError
from evidence.errors import NotTwoPeople
from evidence.services import (
    Folder,
    accept_restore,
    account,
    check,
    compare_all,
    compare_seen,
    compare_two,
    export,
    rows_beside_leaves,
    verify,
)
from evidence.services.asking import seen_by
from evidence.witness.command import witness
from kernel import clock
from kernel.database import db, of_one_moment
from kernel.errors import N_, DomainError
from kernel.formats import FormatError, print_json
from kernel.languages import BY_ADDRESS, explain, in_language, say
from kernel.offline import Status, print_value, printable, read_bytes, readable
from kernel.signing import COSIGNS, ED25519
from kernel.transactions import unit_of_work
from kernel.vault import VaultShut

audit_commands = AppGroup("audit", help="Check the log of every court.")
audit_commands.add_command(witness)


@audit_commands.command("check")
@click.pass_context
def check_chains(context: click.Context) -> None:
    """Recompute all chains and signed roots from the database and name the first leaf that does not fit.

    Compares them with the checkpoints that are kept outside of it and that witnesses have seen, and the bids,
    standings and results of all sales with their leaves. Reads only; may run beside the server.
    DATA_DIR or DATABASE_URL says which database, LUOCHUI_CHECKPOINTS where the checkpoints lie.

    Exit status: 0 everything holds, 1 something does not, 2 there is no database to read.
    """
    lies, seen = _outside()
    with readable():
        session = of_one_moment()
        found = check(session)
        beside = [*compare_all(session, lies), *compare_seen(session, seen)]
        differing = list(rows_beside_leaves(session))
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


def _outside() -> tuple[list[Outside], list[Outside]]:
    """What lies in the folder, and what witnesses have seen; asked before the database is read."""
    settings: Settings = current_app.extensions["settings"]
    return Folder(settings.checkpoints)(), seen_by(settings.witnesses.named, settings.origin)


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
            lies, seen = _outside()
            found = [*compare_all(db.session(), lies), *compare_seen(db.session(), seen)]
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
@click.option("--receipt", "receipts", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              multiple=True, help="A tlog-proof as a bidder got it, to stand in the bundle; may be repeated.")
@click.option("--names", is_flag=True, help="Of a plan: with claims and plan, for those who may see names.")
@click.pass_context
def export_bundle(context: click.Context, subject: str, output: Path, earlier: Path | None,
                  receipts: tuple[Path, ...], names: bool) -> None:
    """Write the bundle/v1 of SUBJECT: lot:ID/N, draw:ID or plan:ID.

    Reads only; may run beside the server. The file is there whole or not at all. It names nobody but the
    buyer of a sale, whom the law has published; for that it needs LUOCHUI_VAULT_KEY.

    Exit status: 0 written, 2 it cannot be: there is no such subject, it has not ended, its last leaf is not
    under a checkpoint yet, or the database cannot be read.
    """
    part = output.with_name(f"{output.name}.part")
    try:
        with readable(), part.open("wb") as out:
            made = export(db.session(), subject, out, now=clock.now(),
                          earlier=None if earlier is None else earlier.read_text("utf-8"),
                          receipts=[one.read_bytes() for one in receipts], names=names)
        part.replace(output)
    except DomainError as error:
        with in_language("en"):
            click.echo(explain(error), err=True)
        context.exit(Status.BAD_INPUT)
    except (OSError, UnicodeDecodeError, VaultShut) as error:
        click.echo(f"cannot be read or written: {error}", err=True)
        context.exit(Status.BAD_INPUT)
    finally:
        part.unlink(missing_ok=True)
    proved = made.checkpoint
    click.echo(f"{output}: {made.leaves} leaves of {proved.origin}, proved in a checkpoint of {proved.size}; "
               f"{_cosigned(proved)}", err=True)


def _cosigned(proved: Published) -> str:
    """How many witnesses signed what proves a bundle, and whether that is enough."""
    asked = proved.policy
    if not asked.keys:
        return "this log names no witnesses"
    return (f"cosigned by {len(proved.cosigned_by)} of {len(asked.keys)} witnesses"
            + ("" if proved.has_quorum else f", which is LESS than the {asked.quorum} that the log asks for"))


@audit_commands.command("split")
@click.argument("files", nargs=-1, required=True)
@click.option("--key", "keys", multiple=True, required=True, metavar="KEY",
              help="The key of the log, known from elsewhere, or a file that holds it; repeated: its keys "
                   "before and after a change.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the two as one portable file (split/v1), if they are proof.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
              help="Language of the report for people.")
@click.pass_context
def compare_checkpoints(context: click.Context, files: tuple[str, ...], keys: tuple[str, ...],
                        output: Path | None, lang: str) -> None:
    """Say whether two checkpoints are proof that their log has two histories.

    FILES: one split/v1; or two files, each a checkpoint or what /api/v1/logs/…/consistency answered. Needs
    neither database nor network. The report goes to standard output as JSON, to people on standard error.

    Exit status: 0 this is proof against the log, 1 it is none, 2 a file or key does not fit, or the proof
    cannot be written.
    """
    named = " ".join(files)
    try:
        split = split_of([read_bytes(file) for file in files])
        found = compare_two(split, _vkeys(keys))
    except (Unreadable, FormatError, BadNote, ValueError, OSError) as error:
        _not_checked(context, lang, named, error)
    is_proof = found.verdict.is_proof
    status = Status.DONE if is_proof else Status.FAILS
    with in_language(BY_ADDRESS[lang]):
        click.echo(found.for_people(named), err=True, nl=False)
        if output is not None and not is_proof:
            _tell(N_("不是证据，没有写入 %(file)s"), file=output)
        elif output is not None and not _write_proof(split, output):
            status = Status.BAD_INPUT
    print_value(found.report)
    context.exit(status)


def _not_checked(context: click.Context, lang: str, named: str, error: Exception) -> NoReturn:
    with in_language(BY_ADDRESS[lang]):
        _tell(N_("%(file)s：没有核验，因为文件或密钥读不出来。程序给出的原因（英文）：%(reason)s"),
              file=named, reason=error)
    context.exit(Status.BAD_INPUT)


def _write_proof(split: Split, output: Path) -> bool:
    """Write the two as one file, and say whether that was possible."""
    try:
        output.write_bytes(print_json(split.as_json).encode() + b"\n")
    except OSError as error:
        _tell(N_("这是证据，但写不进 %(file)s：%(reason)s"), file=output, reason=error.strerror)
        return False
    _tell(N_("证据已写入 %(file)s"), file=output)
    return True


def _tell(message: str, **details: object) -> None:
    click.echo(printable(say(message, {name: str(value) for name, value in details.items()})), err=True)


@audit_commands.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "keys", metavar="KEY", required=True, multiple=True,
              help="The key of the log, known from elsewhere, or a file that holds it; may be repeated.")
@click.option("--witness", "witnesses", metavar="VKEY", multiple=True,
              help="A witness that must have cosigned; may be repeated.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
              help="Language of the report for people.")
@click.pass_context
def verify_bundle(context: click.Context, file: Path, keys: tuple[str, ...], witnesses: tuple[str, ...],
                  lang: str) -> None:
    """Check a bundle/v1 FILE by the platform's own rules: every check by its name.

    Needs no database and no network. The report goes to standard output as JSON, to people on standard error.
    The program verifier/verify.py does the same and imports nothing of this.

    Exit status: 0 all holds, 1 a check fails, 2 it is no bundle, or a key is none.
    """
    try:
        of_log = [pinned(vkey, ED25519) for vkey in _vkeys(keys)]
        of_witnesses = [pinned(_vkey(one, COSIGNS), COSIGNS) for one in witnesses]
        with file.open("rb") as raw:
            found = verify(raw, of_log, of_witnesses)
    except (Unreadable, OSError, MemoryError) as error:
        _not_checked(context, lang, str(file), error)
    with in_language(BY_ADDRESS[lang]):
        click.echo(found.for_people(str(file)), err=True, nl=False)
    print_value(found.report)
    context.exit(Status.DONE if found.ok else Status.FAILS)


def _vkeys(given: tuple[str, ...]) -> list[str]:
    """The keys of one log, as they are written."""
    found = [_vkey(one, ED25519) for one in given]
    if len({pinned(vkey, ED25519).name for vkey in found}) > 1:
        raise Unreadable("all --key must be of one name: the keys of one log before and after a rotation")
    return found


def _vkey(given: str, kind: bytes) -> str:
    """A key given as it is, or as the name of a file that holds it."""
    try:
        pinned(given, kind)
    except ValueError:
        pass  # then it is the name of a file
    else:
        return given
    try:
        written = Path(given).read_text("utf-8").removesuffix("\n")
        pinned(written, kind)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{given[:80]!r} is neither a key nor a file that holds one: {error}") from error
    return written
