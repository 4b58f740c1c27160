"""What time brings about: new leaves come under a signed checkpoint; witnesses sign it, a folder keeps it.

A process that starts, or whose database was restored beneath it, compares every log with what is kept outside
and serves nobody as long as something does not fit (reliability 4h).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import click
import structlog
from flask import Flask, current_app

from audit import services as audit
from audit.rules.outside import Compared, Verdict
from audit.rules.tiles import Broken
from audit.rules.witnesses import Policy, Trouble
from config.settings import Settings
from evidence.errors import InRecovery
from evidence.services import Folder, account, compare_all, compare_seen, refusal
from evidence.services.asking import Behind, ask_all, seen_by
from kernel import clock, standstill
from kernel.database import db
from kernel.errors import DomainError, Overtaken, Unavailable
from kernel.jobs import Job, run_once
from kernel.sockets import socketio
from kernel.threads import off_loop
from kernel.transactions import unit_of_work

log = structlog.get_logger()

SIGN_EVERY_S: Final = 2.0
"""A leaf waits so long at most for its turn; ten seconds are promised (design: "The log")."""
ASK_EVERY_S: Final = 1.0
LOOK_AT_SIGNER_EVERY_S: Final = 10.0
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


def look_at_signer() -> None:
    """Tell whoever runs the platform that nobody signs: the signer is not there, or refuses."""
    for origin, waits_since in audit.logs_left_unsigned(db.session(), clock.now()):
        log.error("signer.behind", log=origin, first_leaf_waits_since=waits_since.isoformat())


def _rest() -> None:
    socketio.sleep(REST_S)


def ask_witnesses() -> None:
    """Have every log's newest checkpoint signed by its witnesses; say in the log when they are missing.

    Every process asks; what is signed twice is kept once. Nothing of the database is held while a witness is
    waited for.
    """
    settings: Settings = current_app.extensions["settings"]
    wanted = settings.witnesses
    if wanted.beside and not wanted.named:
        return   # those of a demo are still starting
    _name(Policy(wanted.quorum, tuple(one.key for one in wanted.named)))
    if wanted.named:
        _take(_ask({one.key: one.url for one in wanted.named}))
    for origin in audit.changed_alarms(db.session(), clock.now()):
        with unit_of_work() as work:
            audit.record_alarm(work.session, origin, clock.now())


def _name(policy: Policy) -> None:
    for origin in audit.unnamed_logs(db.session(), policy):
        try:
            with unit_of_work() as work:
                audit.name_witnesses(work.session, origin, policy, clock.now())
        except Overtaken:
            log.info("witnesses.overtaken", log=origin)   # another process names the same ones


def _ask(addresses: Mapping[str, str]) -> list[audit.Heard]:
    """Ask those whose turn it is; who has seen another size is asked once more, from there."""
    errands = [one for one in audit.errands(db.session(), clock.now()) if one.key in addresses]
    heard: list[audit.Heard] = []
    again: list[audit.Errand] = []
    for answer in _answers(errands, addresses):
        if isinstance(answer, audit.Heard):
            heard.append(answer)
            continue
        try:
            errand = audit.errand_from(db.session(), answer.errand.origin, answer.errand.key, answer.size)
        except Broken as broken:
            log.error("witnesses.refused", log=answer.errand.origin, reason=str(broken))  # noqa: TRY400
            continue
        if errand is None:
            heard.append(audit.Heard(answer.errand, trouble=Trouble.AHEAD))
        else:
            again.append(errand)
    for answer in _answers(again, addresses):
        if isinstance(answer, audit.Heard):
            heard.append(answer)
        elif answer.size == answer.errand.asked.old:   # it has seen so many leaves, and they were others
            heard.append(audit.Heard(answer.errand, trouble=Trouble.INCONSISTENT))
    return heard


def _answers(errands: Sequence[audit.Errand], addresses: Mapping[str, str]) -> list[audit.Heard | Behind]:
    db.session.rollback()   # no transaction stays open on the way
    return ask_all([(one, addresses[one.key]) for one in errands])


def _take(heard: Sequence[audit.Heard]) -> None:
    for one in heard:
        if one.trouble is not None:
            tell = log.error if one.trouble.is_grave else log.warning
            tell("witness.trouble", log=one.errand.origin, witness=one.errand.key, trouble=str(one.trouble))
    if heard:
        with unit_of_work() as work:
            audit.take_answers(work.session, heard, clock.now())


def begin_by_looking(app: Flask) -> None:
    """Serve nobody until the logs were compared with what is kept outside; where that fits, it is at once."""
    with app.app_context():
        standstill.begin(Unavailable())
    run_once(app, KEEPING)


def keep_outside() -> None:
    """Keep the newest checkpoint of every log outside if it continues what lies there; else stand still.

    While this process serves, only logs with news are compared; before it does, all with all sources: what
    lies in the folder, and what witnesses have seen.
    """
    settings: Settings = current_app.extensions["settings"]
    folder = Folder(settings.checkpoints)
    lies = off_loop(folder)   # before the database is read: so it cannot be newer than that
    was = standstill.reason(current_app)
    seen = seen_by(settings.witnesses.named, settings.origin) if was else []
    session = db.session()
    newest = audit.newest_checkpoints(session)
    notes = {one.note for one in newest}
    looked = compare_all(session, lies if was else [one for one in lies if one.note not in notes])
    _stand_still_or_go_on([*looked, *compare_seen(session, seen)], was)
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
JOBS = (Job("sign checkpoints", SIGN_EVERY_S, sign_checkpoints, of_signer=True), KEEPING,
        Job("ask witnesses", ASK_EVERY_S, ask_witnesses, of_signer=True),
        Job("look at the signer", LOOK_AT_SIGNER_EVERY_S, look_at_signer))
