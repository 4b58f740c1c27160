"""What waits for those who watch over the logs: witnesses that object, or are missing."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from audit import services as audit
from kernel.access import Role
from kernel.domain import WorkItem
from kernel.errors import N_

_WATCHERS = frozenset({Role.AUDITOR, Role.SUPERVISOR})


def work(session: Session, now: datetime) -> Iterator[WorkItem]:
    """Every alarm of a log that has not ended, due at once."""
    for trouble in audit.troubled_logs(session):
        yield WorkItem(
            court_id=audit.court_of_log(session, trouble.origin) or "", url="/desk/audit", rule="",
            title=N_("查明见证方为何不认可日志 %(log)s") if trouble.is_contradicted
            else N_("查明日志 %(log)s 的副署为何不足"),
            due_at=trouble.missing_since or now, roles=_WATCHERS, details={"log": trouble.origin})
