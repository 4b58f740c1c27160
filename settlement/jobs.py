"""What time and others bring about: approvals taken over, terms that end."""

from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.transactions import unit_of_work
from settlement.rules.service import PlanState
from settlement.services import finish_term, in_states, note_approval


def note_approvals() -> None:
    """Take over what the judges have decided on drafts."""
    for plan_id in [plan.id for plan in in_states(db.session(), PlanState.DRAFT)]:
        with unit_of_work() as work:
            note_approval(work.session, plan_id, now=clock.now())


def finish_terms() -> None:
    """Bring plans into force whose last term ran out without an objection (PLAN-02)."""
    for plan_id in [plan.id for plan in in_states(db.session(), PlanState.SERVING)]:
        with unit_of_work() as work:
            finish_term(work.session, plan_id, now=clock.now())


JOBS = (Job("note approved plans", 1.0, note_approvals), Job("end plan terms", 1.0, finish_terms))
