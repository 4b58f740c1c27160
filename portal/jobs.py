"""What time brings about in the portal: every process follows the demo clock in the database."""

from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.sockets import tell_the_time
from portal.services.clock import stored_offset


def follow_clock() -> None:
    """Take over a jump that another process has recorded."""
    offset = stored_offset(db.session())
    if offset > clock.offset():
        clock.set_offset(offset)
        tell_the_time()


JOBS = (Job("follow the demo clock", 1.0, follow_clock),)
