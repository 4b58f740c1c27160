"""What time brings about: sales open and close, paid bidders are admitted, payments noted.

Each lot has a unit of work of its own: one that fails keeps none of the others waiting.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from auction.live.updates import room_of, standing_message, tell
from auction.services import closing, delivery, drafting, registration
from auction.services.reading import lock_sale
from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.transactions import unit_of_work


def sweep() -> None:
    """Open and close every sale whose time has come."""
    for lot_id in closing.due_to_open(db.session(), clock.now()):
        _in_own_unit(lot_id, lambda session, lot: closing.open_due(session, lot, now=clock.now()))
    for lot_id in closing.due_to_close(db.session(), clock.now()):
        _in_own_unit(lot_id, lambda session, lot: closing.close_due(session, lot, now=clock.now()))


def admit_paid() -> None:
    """Give every bidder whose deposit has come a code (AUC-18.1)."""
    for waiting in [one.id for one in registration.paid_registrations(db.session())]:
        with unit_of_work() as work:
            registration.admit(work.session, waiting, now=clock.now())


def note_payments() -> None:
    """Take note of balances that have come (AUC-25.1)."""
    for lot_id in list(delivery.paid_balances(db.session())):
        with unit_of_work() as work:
            delivery.note_paid(work.session, lot_id, now=clock.now())


def note_panels() -> None:
    """Take over what the panels have decided (AUC-27)."""
    for lot_id in drafting.before_panel(db.session()):
        with unit_of_work() as work:
            drafting.note_panel(work.session, lot_id)


def _in_own_unit(lot_id: str, act: Callable[[Session, str], object]) -> None:
    with unit_of_work() as work:
        if not act(work.session, lot_id):
            return
        sale = lock_sale(work.session, lot_id)
        work.session.flush()
        work.session.expire(sale, ["result"])
        work.after_commit(partial(tell, room_of(sale),
                                  standing_message(work.session, sale, clock.now())))


JOBS = (Job("open and close sales", 0.2, sweep), Job("admit paid bidders", 1.0, admit_paid),
        Job("note paid balances", 1.0, note_payments),
        Job("note panel decisions", 1.0, note_panels))
