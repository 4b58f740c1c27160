"""Leaves of nothing in particular, for tests of the log itself."""

from audit import services as audit
from audit.kinds import Kind
from audit.models import Log
from kernel.transactions import unit_of_work


def grow(origin: str, many: int = 1, *, subject: str = "case:1") -> None:
    """So many leaves more in a log, written by one act."""
    with unit_of_work() as work:
        of_log = work.session.get_one(Log, origin)
        for step in range(many):
            audit.record(work.session, court_id=of_log.court_id, kind=Kind.CASE_AMENDED, subject=subject,
                         actor="system", body={"step": step}, is_exercise=of_log.is_exercise)
