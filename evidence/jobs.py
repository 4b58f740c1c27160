"""What time brings about: every log's newest leaves come under a signed checkpoint."""

from typing import Final

import structlog

from audit import services as audit
from kernel.database import db
from kernel.errors import Overtaken
from kernel.jobs import Job
from kernel.sockets import socketio
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


JOBS = (Job("sign checkpoints", SIGN_EVERY_S, sign_checkpoints),)
