"""FAULT_HOLD: a sale at whose end the platform failed is held, and two people let it go on (AUC-28).

No winner is declared. The reason is published, the court has five days, and the sale goes on with
at least a whole window, in which everybody can bid again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import NotRunning
from auction.models import Lot, Sale, Suspension
from auction.rules.bidding import Suspension as Span
from auction.rules.closing import FAULT_WORDS, SYSTEM_FAULT, Fault, Mark, Verdict, settled
from auction.rules.engine import CLOSES, OPENS, begin_of_suspension, end_of_suspension, state_resumed
from auction.rules.lifecycle import LotState, Step, next_state
from auction.rules.replay import suspension_members
from auction.services import presence, undecided
from auction.services.bidstore import LockedSale
from auction.services.handling import record
from auction.services.reading import end_in_force, lock_sale, standing_of, terms_of
from auction.services.stops import is_stopped
from audit.kinds import Kind
from kernel.access import SYSTEM, Actor, Role
from kernel.clock import beijing_day
from kernel.errors import N_, Filled
from kernel.formats import canonical, instant_text
from kernel.ids import new_id

RESUME_ACT: Final = "lot.resume"
AGREE: Final = 1
"""How many besides the one who proposes it must agree that a held sale goes on (design: FAULT_HOLD)."""


def judged_end(session: Session, sale: Sale | LockedSale, end: datetime, now: datetime, *,
               in_hand: Iterable[datetime] = ()) -> Verdict:
    """Whether everything that belongs before the end of this sale is decided, and nothing failed.

    Args:
        in_hand: when the bids for it were received that are judged in this very transaction.
    """
    window = timedelta(seconds=sale.extension_window_seconds)
    here = presence.here()
    waiting = undecided.received(sale.lot_id)
    for received_at in in_hand:
        if received_at in waiting:
            waiting.remove(received_at)
    mine = Mark(min([now, *waiting]), now)
    return settled(end, window, now, [mine, *here.marks(session, end - window)],
                   here.outages(session, end - window))


def hold(session: Session, sale: Sale, fault: Fault, *, now: datetime) -> Suspension:
    """Hold a sale instead of declaring a winner; the caller holds its row.

    The hold begins at the end, now if that is still to come, or just after the latest bid judged: what was
    judged stays judged so.
    """
    came_from = LotState(sale.state)
    sale.state = next_state(came_from, Step.SUSPEND, of_round=sale.round)
    from_at = begin_of_suspension(terms_of(sale), standing_of(sale), min(end_in_force(sale), now))
    stop = held_from(sale, came_from, fault, from_at, now)
    session.add(stop)
    record(session, sale, Kind.LOT_SUSPENDED, SYSTEM, hold_members(stop))
    return stop


def live_at(session: Session, court_id: str, now: datetime) -> list[str]:
    """Lots of a court that are being sold, or whose hour has come; exercises are left out."""
    return list(session.scalars(select(Sale.lot_id).join(Lot, Lot.id == Sale.lot_id).where(
        Lot.court_id == court_id, ~Lot.is_exercise,
        Sale.state.in_(CLOSES) | (Sale.state.in_(OPENS) & (Sale.opens_at <= now))).order_by(Sale.lot_id)))


def held_from(sale: Sale | LockedSale, came_from: LotState, fault: Fault, from_at: datetime,
              now: datetime) -> Suspension:
    """The suspension of a held sale. Who holds it is up again, so the five days count from today."""
    return Suspension(
        id=new_id("stop"), lot_id=sale.lot_id, number=sale.number, ground=SYSTEM_FAULT,
        reason=FAULT_WORDS[fault], document_sha256=None, resumes_to=came_from, from_at=from_at,
        cause_ended_on=beijing_day(now), fault=fault)


def hold_members(stop: Suspension) -> dict[str, object]:
    """The body of the leaf of a hold: that of every suspension, and what failed."""
    return {"ground": stop.ground, "reason": stop.reason, "from": instant_text(stop.from_at),
            "document": None, "fault": str(stop.fault)}


def propose_resumption(session: Session, sale: Sale, stop: Suspension, *, actor: Actor,
                       now: datetime) -> None:
    """Ask a judge of the court to agree that a held sale goes on; the actor is the first of the two.

    Raises:
        AlreadyRequested: that waits already.
    """
    accounts.request_approval(
        session, court_id=sale.lot.court_id, case_id=sale.lot.case_id, act=RESUME_ACT,
        subject=sale.subject, digest=_digest(sale, stop), role=Role.JUDGE, rule="AUC-28.4", needed=AGREE,
        url=f"/desk/lots/{sale.lot_id}", summary=N_("系统故障后恢复“%(title)s”的拍卖"),
        details={"title": sale.lot.title, "reason": Filled(stop.reason), "goes_on": Filled(
            N_("批准后立即继续竞价，至少 %(minutes)s 分钟；领先者和已有的出价不变。"),
            minutes=sale.extension_window_seconds // 60)}, actor=actor, now=now)


def asked_at(session: Session, sale: Sale) -> datetime | None:
    """Since when a second person is asked to let a held sale go on; None where nobody is."""
    stop = suspension_now(sale)
    if stop is None or stop.fault is None:
        return None
    asked = accounts.approval_for(session, subject=sale.subject, act=RESUME_ACT)
    if asked is None or asked.state != "pending" or asked.digest != _digest(sale, stop):
        return None
    return asked.requested_at


def held(session: Session) -> list[str]:
    """Lots that the platform holds."""
    return list(session.scalars(select(Suspension.lot_id).where(
        Suspension.fault.is_not(None), Suspension.to_at.is_(None)).order_by(Suspension.lot_id)))


def note_agreed(session: Session, lot_id: str, *, now: datetime) -> bool:
    """Let a held sale go on once two people want it; False where they do not, or an objection stands."""
    sale = lock_sale(session, lot_id)
    stop = suspension_now(sale)
    if stop is None or stop.fault is None or sale.state != LotState.SUSPENDED:
        return False
    asked = accounts.approval_for(session, subject=sale.subject, act=RESUME_ACT)
    if (asked is None or asked.state != "approved" or asked.digest != _digest(sale, stop)
            or is_stopped(session, sale, now)):
        return False
    let_go_on(session, sale, stop, actor=SYSTEM, now=now,
              signed_by=[asked.maker_id, *asked.approver_ids])
    return True


def let_go_on(session: Session, sale: Sale, stop: Suspension | None, *, actor: Actor, now: datetime,
              signed_by: Iterable[str] = ()) -> datetime:
    """End the suspension under which a sale stands still; the end now in force.

    Raises:
        StepNotAllowed: the sale is not suspended.
    """
    came_from = None if stop is None else LotState(stop.resumes_to)
    sale.state = state_resumed(LotState(sale.state), sale.round, came_from, sale.accepted)
    body: dict[str, object] = {"suspension": end_of_stop(sale, stop, now)}
    record(session, sale, Kind.LOT_RESUMED, actor,
           body | {"signed_by": list(signed_by)} if signed_by else body)
    return end_in_force(sale)


def suspension_now(sale: Sale) -> Suspension | None:
    """The suspension under which a sale stands still."""
    return next((one for one in sale.suspensions if one.to_at is None), None)


def end_of_stop(sale: Sale, running: Suspension | None, now: datetime) -> dict[str, str]:
    """End the suspension that lasts, later than every bid refused in it; as the leaf says it.

    Raises:
        NotRunning: none lasts.
    """
    if running is None:
        raise NotRunning(rule="AUC-28.4")
    running.to_at = end_of_suspension(standing_of(sale), running.from_at, now)
    return suspension_members(Span(running.from_at, running.to_at))


def _digest(sale: Sale, stop: Suspension) -> str:
    """SHA-256 of exactly what is agreed to."""
    return sha256(canonical({"subject": sale.subject, "suspension": stop.id,
                             "fault": str(stop.fault), "from": instant_text(stop.from_at)})).hexdigest()
