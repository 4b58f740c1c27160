"""What time and others bring about: pools frozen, draws held, prices in force.

Each has a unit of work of its own.
"""

from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.transactions import unit_of_work
from valuation import services


def note_freezes() -> None:
    """Take over what second persons have decided on pools."""
    for draw_id in services.freezes_due(db.session(), clock.now()):
        with unit_of_work() as work:
            services.note_freeze(work.session, draw_id, now=clock.now())


def hold_draws() -> None:
    """Do the next step of every draw that is due; nobody presses anything."""
    for draw_id in services.hold_due(db.session(), clock.now()):
        with unit_of_work() as work:
            services.hold_draw(work.session, draw_id, now=clock.now())


def finish_terms() -> None:
    """Bring prices into force whose objection terms have run out (REF-26)."""
    for valuation_id in services.objection_terms_over(db.session(), clock.now()):
        with unit_of_work() as work:
            services.put_in_force(work.session, valuation_id, now=clock.now())


JOBS = (Job("freeze approved pools", 1.0, note_freezes), Job("hold draws", 1.0, hold_draws),
        Job("end objection terms", 1.0, finish_terms))
