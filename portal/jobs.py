"""What time brings about in the portal: every process follows the demo clock in the database."""

from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.sockets import tell_the_time
from kernel.transactions import unit_of_work
from portal.services import catalogue, following
from portal.services.clock import stored_offset


def follow_clock() -> None:
    """Take over a jump that another process has recorded."""
    offset = stored_offset(db.session())
    if offset > clock.offset():
        clock.set_offset(offset)
        tell_the_time()


def follow_log() -> None:
    """Bring the catalogue up to the last leaf, and this process's sieve up to the catalogue."""
    mine = True
    while mine and following.has_news(db.session()):
        with unit_of_work() as work:
            mine = following.follow(work.session)
    catalogue.warm(db.session())


JOBS = (Job("follow the demo clock", 1.0, follow_clock), Job("follow the log", 1.0, follow_log))
