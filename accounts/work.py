"""What waits in accounts: requests for approval, on the desks of those who may decide."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Approval
from accounts.rules.approvals import ApprovalState
from accounts.rules.messages import unpack
from kernel.domain import WorkItem
from kernel.errors import N_, Filled


def work(session: Session, now: datetime) -> Iterator[WorkItem]:
    """Every request that waits, without a term: nobody's silence approves."""
    waiting = session.scalars(select(Approval).where(Approval.state == ApprovalState.PENDING)
                              .order_by(Approval.requested_at, Approval.id))
    for approval in waiting:
        yield WorkItem(
            court_id=approval.court_id, case_id=approval.case_id, title=N_("待批准：%(summary)s"),
            details={"summary": Filled(approval.summary, **unpack(approval.details))},
            url=f"/desk/approvals#{approval.id}", rule=approval.rule,
            roles=frozenset({approval.role}))
