"""What time brings about: sales open and close, paid bidders are admitted, payments noted.

Each lot has a unit of work of its own: one that fails keeps none of the others waiting.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from auction.live.audience import COUNT_EVERY
from auction.live.bids import LOOK_AT_SIGN_INS_EVERY, look_at_sign_ins
from auction.live.rooms import LOOK_EVERY
from auction.live.updates import count_watchers, look_around, promise_standing, tell_of_bids
from auction.rules.closing import MARK_EVERY
from auction.services import (
    closing,
    delivery,
    drafting,
    exercises,
    holding,
    presence,
    priority,
    registration,
    undecided,
)
from kernel import clock
from kernel.database import db
from kernel.jobs import Job
from kernel.transactions import UnitOfWork, unit_of_work

log = structlog.get_logger()


class _WrongClock(Exception):
    """The clock by which something was done is off, or has been set back since."""


def _refuse_wrong_clock(now: datetime) -> None:
    if clock.now() < now or presence.here().clock_is_off:
        raise _WrongClock


def be_present() -> None:
    """Say that this process takes bids and how far it has decided; other processes' closes wait for that."""
    here = presence.here()
    sign = here.sign(db.session())
    if sign.is_due:
        with unit_of_work() as work:
            here.write(work.session, sign)
    here.keep(sign)


def sweep() -> None:
    """Open, close or hold every sale whose time has come, and tell its room.

    A process whose clock is off does not know whose time has come: it leaves that to the others.
    """
    now = clock.now()   # before the clock is doubted: it may jump between the two
    if presence.here().clock_is_off:
        return
    _each(closing.due_to_open(db.session(), now), _open)
    _each(closing.due_to_close(db.session(), now), _close)


def _open(work: UnitOfWork, lot_id: str, now: datetime) -> None:
    if closing.open_due(work.session, lot_id, now=now):
        promise_standing(work, lot_id)


def _close(work: UnitOfWork, lot_id: str, now: datetime) -> None:
    if closing.close_due(work.session, lot_id, now=now):
        promise_standing(work, lot_id)


def stop_objected() -> None:
    """Suspend every running sale that a third party's objection forbids (AUC-36.2)."""
    _each(closing.due_to_stop(db.session(), clock.now()), _stop)


def _stop(work: UnitOfWork, lot_id: str, now: datetime) -> None:
    if closing.stop_objected(work.session, lot_id, now=now):
        promise_standing(work, lot_id)


def resume_agreed() -> None:
    """Let every held sale go on that two people want to go on (AUC-28.4)."""
    _each(holding.held(db.session()), _resume)


def _resume(work: UnitOfWork, lot_id: str, now: datetime) -> None:
    if holding.note_agreed(work.session, lot_id, now=now):
        promise_standing(work, lot_id)


def admit_paid() -> None:
    """Give every bidder whose deposit has come a code (AUC-18.1)."""
    _each([one.id for one in registration.paid_registrations(db.session())],
          lambda work, one, now: registration.admit(work.session, one, now=now))


def note_payments() -> None:
    """Take note of balances that have come (AUC-25.1)."""
    _each(delivery.paid_balances(db.session()),
          lambda work, lot_id, now: delivery.note_paid(work.session, lot_id, now=now))


def note_panels() -> None:
    """Take over what the panels have decided, on figures (AUC-27) and on priority rights (AUC-19.1)."""
    _each(drafting.before_panel(db.session()),
          lambda work, lot_id, _now: drafting.note_panel(work.session, lot_id))
    _each(priority.before_panel(db.session()),
          lambda work, lot_id, now: priority.note_decided(work.session, lot_id, now=now))


def let_rivals_bid() -> None:
    """Let the companions of exercises answer, so that nobody has to practise alone."""
    _each(exercises.rival_turns(db.session(), clock.now()), _answer)


def _answer(work: UnitOfWork, lot_id: str, _now: datetime) -> None:
    answer = exercises.take_rival_turn(work.session, lot_id, now=clock.now())
    if answer is not None:
        tell_of_bids(work, [answer])


def _each(ids: Iterable[str], act: Callable[[UnitOfWork, str, datetime], object]) -> None:
    """Do it for each in a unit of work of its own; one that fails is logged, the others go on.

    Before each the sockets are looked at, and it is done by the time before that look: however long this
    process stood still, a bid that had reached the machine by then has its place. And everybody else has
    a turn: a thousand sales that end at once stop no bid. Where the clock was ahead then, nothing is done,
    whether it has been set right since or not: what looked as if it were over may not be.
    """
    for one in ids:
        now = undecided.looked_at()
        try:
            with unit_of_work() as work:
                act(work, one, now)
                _refuse_wrong_clock(now)
        except _WrongClock:
            log.warning("clock.wrong", subject=one)
        except Exception:
            log.exception("incident", subject=one, incident=secrets.token_hex(4))


JOBS = (Job("be present", MARK_EVERY.total_seconds(), be_present),
        Job("resume held sales", 1.0, resume_agreed),
        Job("stop sales under objection", 1.0, stop_objected),
        Job("open and close sales", 0.2, sweep), Job("admit paid bidders", 1.0, admit_paid),
        Job("note paid balances", 1.0, note_payments),
        Job("note panel decisions", 1.0, note_panels),
        Job("let companions bid", 1.0, let_rivals_bid),
        Job("look at the rooms", LOOK_EVERY, look_around),
        Job("look at the sign-ins of bidders", LOOK_AT_SIGN_INS_EVERY, look_at_sign_ins),
        Job("count watchers", COUNT_EVERY, count_watchers))
