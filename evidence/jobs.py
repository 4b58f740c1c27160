"""What time brings about: every log's newest leaves come under a signed checkpoint, which is kept outside.

A process that starts, or whose database was restored beneath it, compares every log with what is kept outside
and serves nobody as long as something does not fit (reliability 4h).
"""

from collections.abc import Sequence
from typing import Final

import click
import structlog
from flask import Flask, current_app

from audit import services as audit
from audit.rules.outside import Compared, Verdict
from config.settings import Settings
from evidence.errors import InRecovery
from evidence.services import Folder, account, compare_all, refusal
from kernel import standstill
from kernel.database import db
from kernel.errors import DomainError, Overtaken, Unavailable
from kernel.jobs import Job, run_once
from kernel.sockets import socketio
from kernel.threads import off_loop
from kernel.transactions import unit_of_work

log = structlog.get_logger()

SIGN_EVERY_S: Final = 2.0
"""A leaf waits so long at most for its turn; ten seconds are promised (design: "The log")."""
REST_S: Final = 0.002
"""Between two slices of leaves: bids are taken up meanwhile."""


def sign_checkpoints() -> None:
    """Take up what is new in every log; what comes meanwhile waits for the next turn."""
    for origin in audit.grown_logs(db.session()):
        try:
            sign_news(origin)
        except audit.Refused as error:
            log.error("signer.refused", log=origin, reason=str(error))  # noqa: TRY400 - that says all


def sign_news(origin: str) -> None:
    """Sign a checkpoint over the next leaves of one log; every process tries, one succeeds.

    Raises:
        Refused: what is stored does not fit: nothing is signed until people have looked.
    """
    try:
        if audit.lacks_key(db.session(), origin):
            with unit_of_work() as work:
                audit.publish_key(work.session, origin)
        growth = audit.look_at_news(db.session(), origin, _rest)
        if growth is not None:
            with unit_of_work() as work:
                audit.sign_growth(work.session, growth)
    except Overtaken:
        log.info("signer.overtaken", log=origin)   # another process began this tree in the same moment


def _rest() -> None:
    socketio.sleep(REST_S)


def begin_by_looking(app: Flask) -> None:
    """Serve nobody until the logs were compared with what is kept outside; where that fits, it is at once."""
    with app.app_context():
        standstill.begin(Unavailable())
    run_once(app, KEEPING)


def keep_outside() -> None:
    """Keep the newest checkpoint of every log outside if it continues what lies there; else stand still.

    While this process serves, only logs with news are compared; before it does, all with all sources.
    """
    settings: Settings = current_app.extensions["settings"]
    folder = Folder(settings.checkpoints)
    lies = off_loop(folder)   # before the database is read: so it cannot be newer than that
    session, was = db.session(), standstill.reason(current_app)
    newest = audit.newest_checkpoints(session)
    notes = {one.note for one in newest}
    looked = compare_all(session, lies if was else [one for one in lies if one.note not in notes])
    _stand_still_or_go_on(looked, was)
    if standstill.reason(current_app) is not None:
        return
    beside = {one.outside.origin: one for one in looked}
    kept = {one.note for one in lies}
    for one in newest:
        if one.note not in kept:
            _keep(folder, one.log, one.note, beside.get(one.log), is_first=was is not None)


def _stand_still_or_go_on(looked: Sequence[Compared], was: DomainError | None) -> None:
    wrong = [one for one in looked if not one.verdict.is_fine]
    if wrong and not isinstance(was, InRecovery):
        for one in wrong:
            log.error("recovery.begins", found=account(one))
            click.secho(f"the platform stands still: {account(one)}", err=True)
        click.echo("docs/operations.md, “After a restore”, says what to do; flask audit check looks again",
                   err=True)
    if wrong:
        standstill.begin(refusal(wrong[0]))
    elif was is not None:
        log.info("recovery.ends" if isinstance(was, InRecovery) else "log.whole", compared=len(looked))
        standstill.end()


def _keep(folder: Folder, origin: str, note: str, beside: Compared | None, *, is_first: bool) -> None:
    lay = None if beside is None else beside.outside.note
    if lay is None and is_first:
        log.warning("checkpoint.none_outside", log=origin)   # or a restore could not be told: say so
    try:
        if beside is not None and beside.known is not None and beside.verdict is Verdict.ACCEPTED:
            off_loop(folder.set_aside, beside.outside, beside.known.size)
            lay = None
        off_loop(folder.put, origin, note, over=lay)
    except OSError as error:
        log.error("checkpoint.not_kept", log=origin, reason=str(error))  # noqa: TRY400 - that says all


KEEPING: Final = Job("keep checkpoints outside", SIGN_EVERY_S, keep_outside, at_standstill=True)
JOBS = (Job("sign checkpoints", SIGN_EVERY_S, sign_checkpoints), KEEPING)
