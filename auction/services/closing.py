"""The end of a sale: nobody presses anything; suspended, withdrawn, failed or sold, it says so.

Closing is a fact in the database, not a timer: a sweep in every process finds the sales whose end has
passed, waits until no process has an earlier bid undecided, and closes under the lock of the sale's
row, or holds the sale where not everybody could bid (``auction.services.holding``). The row is the
fence: whoever comes second finds its state changed. One result per sale is guaranteed by its key.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import NotRunning, ObjectionStands
from auction.models import Delivery, Registration, Result, Sale, Suspension
from auction.rules import schedule
from auction.rules.bidding import Outcome, outcome
from auction.rules.bidding import Result as Ended
from auction.rules.closing import GRACE, OBJECTED, Fault, Hold, Wait
from auction.rules.engine import CLOSES, OPENS, begin_of_suspension
from auction.rules.lifecycle import SEALED, LotState, Step, next_state
from auction.rules.replay import outcome_members
from auction.services.bidding import open_sale
from auction.services.drafting import PANEL_ACT
from auction.services.handling import handled_sale, record
from auction.services.holding import (
    RESUME_ACT,
    end_of_stop,
    hold,
    judged_end,
    let_go_on,
    live_at,
    propose_resumption,
    suspension_now,
)
from auction.services.reading import (
    end_in_force,
    lock_sale,
    registrations_of,
    standing_of,
    terms_of,
)
from auction.services.registration import person_behind
from auction.services.stops import is_stopped, running_but_stopped
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PropertyStatus
from kernel.access import SYSTEM, Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput
from kernel.formats import instant_text
from kernel.ids import new_id
from kernel.law import rule_set
from ledger import services as ledger

RUNNING: Final = tuple(SEALED - {LotState.SUSPENDED})


def due_to_open(session: Session, now: datetime) -> list[str]:
    """Lots whose bidding should have begun by now."""
    return list(session.scalars(select(Sale.lot_id).where(
        Sale.state.in_(OPENS), Sale.opens_at <= now).order_by(Sale.opens_at)))


def open_due(session: Session, lot_id: str, *, now: datetime) -> bool:
    """Begin the bidding; False if somebody else has, or its hour was moved."""
    sale = lock_sale(session, lot_id)
    if sale.state not in OPENS or sale.opens_at > now or is_stopped(session, sale, now):
        return False
    open_sale(session, sale)
    return True


def due_to_close(session: Session, now: datetime) -> list[str]:
    """Lots whose announced or extended end has passed; a suspension may still have moved it."""
    return list(session.scalars(select(Sale.lot_id).where(
        Sale.state.in_(CLOSES), Sale.closes_at <= now - GRACE).order_by(Sale.closes_at)))


def close_due(session: Session, lot_id: str, *, now: datetime) -> Outcome | Suspension | None:
    """Close a sale whose end has passed, once for all, or hold it after a fault of the platform.

    None where it is not over, is closed already, a bid that came in time is still undecided, or a
    third party's objection forbids to sell: then ``stop_objected`` suspends it. An exercise sells
    nothing and is never held, as nobody would let it go on.
    """
    sale = lock_sale(session, lot_id)
    found = outcome(terms_of(sale), standing_of(sale))
    if sale.state not in CLOSES or found.closed_at + GRACE > now or is_stopped(session, sale, now):
        return None
    ruled = judged_end(session, sale, found.closed_at, now)
    if isinstance(ruled, Wait):
        return None
    # Whoever was told that the sale is over was told so because nothing had failed: it stays so.
    is_said = sale.latest_at is not None and sale.latest_at >= found.closed_at
    if isinstance(ruled, Hold) and not is_said and not sale.lot.is_exercise:
        return hold(session, sale, ruled.fault, now=now)
    step = Step.CLOSE_SOLD if found.state is Ended.SOLD else Step.CLOSE_FAILED
    sale.state = next_state(LotState(sale.state), step, of_round=sale.round)
    sale.closes_at = found.closed_at
    sale.suspensions_over = len(sale.suspensions)
    session.add(Result(
        lot_id=sale.lot_id, number=sale.number, outcome=found.state, winner_code=found.winner_code,
        price_fen=found.price_fen, closed_at=found.closed_at, decided_at=now,
        accepted=found.accepted, extensions=found.extensions))
    record(session, sale, Kind.LOT_CLOSED, "system", {"outcome": outcome_members(found)})
    if not sale.lot.is_exercise:
        winner = _confirm(session, sale, found, now) if found.state is Ended.SOLD else None
        end_deposits(session, sale, winner=winner, reason=str(found.state), now=now)
        if winner is None and sale.lot.property_id:
            cases.set_property_status(session, sale.lot.property_id, PropertyStatus.PRICED,
                                      actor=SYSTEM, now=now)
    return found


def hold_restored(session: Session, court_id: str, *, now: datetime) -> list[str]:
    """Hold every live sale of a court after a restore that lost acts: bids may be among them.

    Returns:
        The subjects of the sales.
    """
    subjects = []
    for lot_id in live_at(session, court_id, now):
        sale = lock_sale(session, lot_id)
        if sale.state in OPENS:
            if is_stopped(session, sale, now):
                continue
            open_sale(session, sale)
        hold(session, sale, Fault.RESTORED, now=now)
        subjects.append(sale.subject)
    return subjects


def _confirm(session: Session, sale: Sale, found: Outcome, now: datetime) -> Registration:
    """AUC-22.1: the confirmation names the buyer, from the moment the sale has ended."""
    winner = next(one for one in registrations_of(session, sale) if one.code == found.winner_code)
    person_id = person_behind(winner)
    identity = accounts.identity_of(session, person_id, reason=f"sale.confirmed {sale.subject}",
                                    actor=SYSTEM, now=now)
    price = found.price_fen or 0
    ledger.move_deposit_to_price(session, winner.reference or "", case_id=sale.lot.case_id or "",
                                 actor="system", now=now)
    balance = price - winner.deposit_fen
    delivery = Delivery(
        lot_id=sale.lot_id, number=sale.number, buyer_person_id=person_id, buyer_name=identity.name,
        buyer_masked_number=identity.masked_number, price_fen=price, balance_fen=balance,
        balance_due_on=schedule.balance_due_on(beijing_day(found.closed_at), sale.balance_days))
    if balance > 0:
        delivery.balance_reference = ledger.expect_payment(
            session, court_id=sale.lot.court_id, case_id=sale.lot.case_id,
            purpose=ledger.Purpose.BALANCE, subject=sale.subject, amount_fen=balance,
            payer_person_id=person_id, due_on=delivery.balance_due_on, actor="system",
            now=now).reference
    session.add(delivery)
    record(session, sale, Kind.SALE_CONFIRMED, "system", {
        "code": winner.code, "price_fen": price, "deposit_fen": winner.deposit_fen,
        "balance_fen": balance, "balance_due_on": delivery.balance_due_on.isoformat()})
    accounts.send_message(
        session, person_id=person_id, now=now, url=f"/my/bids/{sale.lot_id}",
        text=N_("您以 %(price_fen)s 元竞得“%(title)s”。请在 %(due_on)s 前缴纳余款 %(balance_fen)s 元。"),
        details={"title": sale.lot.title, "price_fen": price, "balance_fen": balance,
                 "due_on": delivery.balance_due_on.isoformat()})
    return winner


def end_deposits(session: Session, sale: Sale, *, winner: Registration | None, reason: str,
                 now: datetime) -> None:
    """Give back every deposit but the buyer's, at once; the law allows 24 hours (AUC-23.2)."""
    released = 0
    for one in registrations_of(session, sale):
        if one.deposit_ended_at is not None:
            continue
        one.deposit_ended_at = now
        if winner is not None and one.id == winner.id:
            continue
        if ledger.is_received(session, one.reference or ""):
            ledger.release_deposit(session, one.reference or "", reason=reason, actor="system",
                                   now=now)
            released += 1
            accounts.send_message(
                session, person_id=person_behind(one), now=now, url="/my/bids",
                text=N_("“%(title)s”的竞价已结束，您的保证金 %(deposit_fen)s 元已解除，将退回原付款账户。"),
                details={"title": sale.lot.title, "deposit_fen": one.deposit_fen})
        else:
            ledger.lapse(session, one.reference or "", actor="system", now=now)
    record(session, sale, Kind.DEPOSITS_ENDED, "system", {"released": released, "reason": reason})


def suspend(session: Session, lot_id: str, *, ground: str, reason: str, document_sha256: str | None,
            actor: Actor, now: datetime) -> Suspension:
    """Stop a running sale; bids and leader stay, deposits stay (AUC-28.1, AUC-28.5).

    A stop at the very end still counts: a fault found at the close leaves no winner.

    Raises:
        StepNotAllowed: the sale is not running.
        NotRunning: its end has passed.
    """
    sale = handled_sale(session, lot_id, actor)
    if sale.state in OPENS and sale.opens_at <= now:   # a bid of before the stop may yet be judged
        open_sale(session, sale)
    came_from = LotState(sale.state)
    sale.state = next_state(came_from, Step.SUSPEND, of_round=sale.round)
    begins = begin_of_suspension(terms_of(sale), standing_of(sale), now)
    if begins > end_in_force(sale):
        raise NotRunning(N_("竞价时间已过，正在确认结果，不能再暂停。"), rule="AUC-28.1")
    suspension = Suspension(
        id=new_id("stop"), lot_id=sale.lot_id, number=sale.number, ground=ground, reason=reason,
        document_sha256=document_sha256, resumes_to=came_from, from_at=begins)
    session.add(suspension)
    record(session, sale, Kind.LOT_SUSPENDED, actor, {
        "ground": ground, "reason": reason, "from": instant_text(begins),
        "document": document_sha256})
    return suspension


def due_to_stop(session: Session, now: datetime) -> list[str]:
    """Running lots whose property a third party's objection keeps from being sold (AUC-36.2)."""
    return running_but_stopped(session, now, RUNNING)


def stop_objected(session: Session, lot_id: str, *, now: datetime) -> Suspension | None:
    """Suspend a running sale because of a third party's objection (AUC-36.2).

    The law leaves no choice, so nobody presses anything; one found only after the end stops the
    sale at its end, and no winner is declared. None where nothing is to be stopped any more.
    """
    sale = lock_sale(session, lot_id)
    if sale.state not in RUNNING or not is_stopped(session, sale, now):
        return None
    return suspend(session, lot_id, ground="third_party_objection", reason=OBJECTED,
                   document_sha256=None, actor=SYSTEM, now=min(now, end_in_force(sale)))


def resume(session: Session, lot_id: str, *, actor: Actor, now: datetime) -> datetime | None:
    """Let a suspended sale go on with the time that was left, at least a whole window.

    Returns:
        The end now in force; None where the platform held the sale: then somebody else must agree,
        and ``holding.note_agreed`` lets it go on.

    Raises:
        StepNotAllowed: the sale is not suspended.
        ObjectionStands: a third party's objection still forbids to sell.
        AlreadyRequested: the second person was asked already.
    """
    sale = handled_sale(session, lot_id, actor)
    if is_stopped(session, sale, now):
        raise ObjectionStands
    running = suspension_now(sale)
    if running is not None and running.fault is not None:
        propose_resumption(session, sale, running, actor=actor, now=now)
        return None
    return let_go_on(session, sale, running, actor=actor, now=now)


def note_cause_ended(session: Session, lot_id: str, *, ended_on: date, actor: Actor,
                     now: datetime) -> Suspension:
    """Record the day on which the cause of a suspension was gone: five days to go on (AUC-28.4).

    Raises:
        NotRunning: the sale is not suspended.
        InvalidInput: a day before the suspension, or one to come.
    """
    sale = handled_sale(session, lot_id, actor)
    running = suspension_now(sale)
    if running is None:
        raise NotRunning(N_("标的物没有暂停。"), rule="AUC-28.4")
    if not beijing_day(running.from_at) <= ended_on <= beijing_day(now):
        raise InvalidInput({"ended_on": N_("日期应在暂停之后、今天或者以前。")})
    running.cause_ended_on = ended_on
    record(session, sale, Kind.LOT_CAUSE_ENDED, actor, {"on": ended_on.isoformat()})
    return running


def withdraw(session: Session, lot_id: str, *, ground: str, reason: str, actor: Actor,
             now: datetime) -> Sale:
    """Take a lot back before its bidding, or end a suspended one for good; deposits go back.

    Raises:
        StepNotAllowed: the bidding runs or is over (suspend it first).
    """
    sale = handled_sale(session, lot_id, actor)
    suspended = sale.state == LotState.SUSPENDED
    step = Step.TERMINATE if suspended else Step.WITHDRAW
    sale.state = next_state(LotState(sale.state), step, of_round=sale.round)
    body: dict[str, object] = {"reason": reason, "ground": ground}
    if suspended:
        body["suspension"] = end_of_stop(sale, suspension_now(sale), now)
    for act in (PANEL_ACT, RESUME_ACT):
        accounts.withdraw_request(session, subject=sale.subject, act=act, actor=actor, now=now)
    session.add(Result(
        lot_id=sale.lot_id, number=sale.number, outcome="withdrawn", closed_at=now, decided_at=now,
        accepted=sale.accepted, extensions=sale.extensions, reason=reason))
    record(session, sale, Kind.LOT_WITHDRAWN, actor, body)
    if not sale.lot.is_exercise:
        end_deposits(session, sale, winner=None, reason="withdrawn", now=now)
        if sale.lot.property_id:
            cases.set_property_status(session, sale.lot.property_id, PropertyStatus.PRICED,
                                      actor=actor, now=now)
    return sale


def refund_due_at(sale: Sale) -> datetime | None:
    """Until when the losers' deposits must be back (AUC-23.2); None before the end."""
    if sale.result is None:
        return None
    return schedule.refund_due_at(sale.result.closed_at, rule_set(sale.rule_set))
