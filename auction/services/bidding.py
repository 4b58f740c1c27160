"""Taking a bid: judged under the lock of the sale's row, stored with its leaf, answered for ever.

``received_at`` is stamped by the edge before anything else (AUC-20.6). A retry under the same
``client_bid_id`` gets the first answer and changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.errors import NotRunning
from auction.models import Attempt, Registration, Sale
from auction.rules.bidding import (
    BidIn,
    Decision,
    FirstAnswer,
    Standing,
    judge,
)
from auction.rules.lifecycle import LotState, Step, next_state
from auction.rules.refusals import Refusal, explain
from auction.rules.replay import bid_members, decision_members
from auction.services.reading import decision_of, lock_sale, standing_of, take_standing, terms_of
from audit import services as audit
from audit.kinds import Kind
from kernel.errors import N_

TAKES_BIDS: Final = frozenset({
    LotState.PUBLISHED, LotState.BIDDING, LotState.SUSPENDED, LotState.SELLOFF_PUBLISHED,
    LotState.SELLOFF_OPEN, LotState.SELLOFF_BIDDING})
"""States in which the rules judge a bid; afterwards only a repeat is answered."""


@dataclass(frozen=True, slots=True)
class BidAnswer:
    """What a bidder is told: the same for every repeat of a bid.

    Attributes:
        refusal: why, in words, where the bid was refused.
        attempt: the attempt as it was stored, at once or long ago.
        is_new: false for a repeat, which changed nothing.
    """

    decision: Decision
    refusal: Refusal | None
    attempt: Attempt
    sale: Sale
    is_new: bool


def place_bid(session: Session, *, registration: Registration, amount_fen: int,
              client_bid_id: str, received_at: datetime, now: datetime) -> BidAnswer:
    """Judge one bid of an admitted bidder, store it with its leaf, and say what became of it.

    Raises:
        NotRunning: the sale has ended, was withdrawn or is not announced.
    """
    sale = lock_sale(session, registration.lot_id, registration.number)
    bid = BidIn(registration.code or "", amount_fen, registration.priority_rank, client_bid_id)
    earlier = _earlier(session, sale, bid)
    repeat = next((one for one in earlier if one.amount_fen == amount_fen), None)
    if repeat is not None:
        return _answer(sale, repeat, decision_of(repeat, repeated=True),
                       _standing_before(session, repeat), is_new=False)
    if sale.state not in TAKES_BIDS:
        raise NotRunning(N_("竞价已经结束，这次出价没有被受理。"), rule="AUC-20.5")
    first = FirstAnswer(earlier[0].amount_fen, decision_of(earlier[0])) if earlier else None
    before = standing_of(sale)
    decision, after = judge(terms_of(sale), before, bid, received_at, first)
    _step_on(session, sale, decision, received_at)
    take_standing(sale, after)
    attempt = _store(session, sale, bid, decision, received_at=received_at, now=now,
                     extended=after.extensions > before.extensions)
    return _answer(sale, attempt, decision, before, is_new=True)


def _earlier(session: Session, sale: Sale, bid: BidIn) -> list[Attempt]:
    return list(session.scalars(
        select(Attempt).where(Attempt.lot_id == sale.lot_id, Attempt.number == sale.number,
                              Attempt.code == bid.code, Attempt.client_bid_id == bid.client_bid_id)
        .order_by(Attempt.position)))


def _step_on(session: Session, sale: Sale, decision: Decision, received_at: datetime) -> None:
    """Open what the clock has opened, and start the 24 hours of a sell-off with its first bid."""
    if sale.state in (LotState.PUBLISHED, LotState.SELLOFF_PUBLISHED) and received_at >= sale.opens_at:
        open_sale(session, sale)
    if decision.accepted and sale.state == LotState.SELLOFF_OPEN:
        sale.state = next_state(LotState(sale.state), Step.START_CLOCK, of_round=sale.round)


def open_sale(session: Session, sale: Sale) -> None:
    """Begin the bidding of a sale whose hour has come, with its leaf."""
    sale.state = next_state(LotState(sale.state), Step.OPEN, of_round=sale.round)
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.LOT_OPENED, subject=sale.subject,
                 actor="system", body={}, case_id=sale.lot.case_id,
                 is_exercise=sale.lot.is_exercise)


def _store(session: Session, sale: Sale, bid: BidIn, decision: Decision, *, received_at: datetime,
           now: datetime, extended: bool) -> Attempt:
    sale.attempts += 1
    attempt = Attempt(
        lot_id=sale.lot_id, number=sale.number, position=sale.attempts, code=bid.code,
        priority_rank=bid.priority_rank, client_bid_id=bid.client_bid_id,
        amount_fen=bid.amount_fen, received_at=received_at, decided_at=now,
        accepted=decision.accepted, reason=decision.reason, seq=decision.seq,
        closes_at=decision.closes_at, minimum_fen=decision.minimum_fen, extended=extended)
    session.add(attempt)
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.BID, subject=sale.subject,
                 actor=f"code:{bid.code}", case_id=sale.lot.case_id,
                 is_exercise=sale.lot.is_exercise,
                 body={"bid": bid_members(bid, received_at), "decision": decision_members(decision)})
    session.flush()
    return attempt


def _standing_before(session: Session, attempt: Attempt) -> Standing:
    """Where the sale stood when this attempt was judged, as far as a refusal speaks of it."""
    led = session.scalars(
        select(Attempt).where(Attempt.lot_id == attempt.lot_id, Attempt.number == attempt.number,
                              Attempt.accepted, Attempt.position < attempt.position)
        .order_by(Attempt.position.desc()).limit(1)).first()
    if led is None:
        return Standing(attempt.closes_at)
    return Standing(attempt.closes_at, led.amount_fen, led.code, led.priority_rank)


def _answer(sale: Sale, attempt: Attempt, decision: Decision, before: Standing, *,
            is_new: bool) -> BidAnswer:
    bid = BidIn(attempt.code, attempt.amount_fen, attempt.priority_rank, attempt.client_bid_id)
    refusal = None
    if decision.reason is not None:
        refusal = explain(decision.reason, terms_of(sale),
                          replace(before, closes_at=decision.closes_at), bid)
    return BidAnswer(decision, refusal, attempt, sale, is_new)


def answer_of(session: Session, attempt: Attempt) -> BidAnswer:
    """The answer that was given to a stored attempt, for whoever asks again."""
    sale = session.get_one(Sale, (attempt.lot_id, attempt.number))
    return _answer(sale, attempt, decision_of(attempt), _standing_before(session, attempt),
                   is_new=False)


def what_became_of(session: Session, *, registration: Registration,
                   client_bid_id: str) -> Attempt | None:
    """The attempt made under this id; None where none ever reached the rules."""
    return session.scalars(
        select(Attempt).where(Attempt.lot_id == registration.lot_id,
                              Attempt.number == registration.number,
                              Attempt.code == registration.code,
                              Attempt.client_bid_id == client_bid_id)
        .order_by(Attempt.position)).first()
