"""What time brings about: every log's newest leaves come under a checkpoint, and witnesses sign that."""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from flask import current_app

from audit import services as audit
from audit.rules.tiles import Broken
from audit.rules.witnesses import Policy, Trouble
from config.settings import Settings
from evidence.services.asking import Behind, ask_all
from kernel import clock
from kernel.database import db
from kernel.errors import Overtaken
from kernel.jobs import Job
from kernel.sockets import socketio
from kernel.transactions import unit_of_work

log = structlog.get_logger()

SIGN_EVERY_S: Final = 2.0
"""A leaf waits so long at most for its turn; ten seconds are promised (design: "The log")."""
ASK_EVERY_S: Final = 1.0
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


JOBS = (Job("sign checkpoints", SIGN_EVERY_S, sign_checkpoints),
        Job("ask witnesses", ASK_EVERY_S, ask_witnesses))
