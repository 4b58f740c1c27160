"""Finding lots and sales, and what others may know of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from auction.errors import NoSuchLot
from auction.models import Attempt, Failure, Lot, Registration, Sale
from auction.models import Suspension as Stop
from auction.rules.bidding import (
    BidIn,
    Decision,
    LotTerms,
    Mode,
    Outcome,
    Reason,
    Standing,
    Suspension,
    ends_at,
    minimum_bid,
)
from auction.rules.bidding import Result as Ended
from auction.rules.closing import Outage, stop_code
from auction.rules.lifecycle import AFTER_SALE, LotState, Round
from auction.rules.replay import REORDER_MOST, BidLog, Entry
from auction.services.bidstore import JudgedBid, LockedSale, SuspendedSpan
from kernel.formats import instant_text
from kernel.law import rule_set

SHOWN_BIDS: Final = 20
"""How many bids an update to a room carries; the rest is fetched by number."""
MOST_EVENTS: Final = 500
"""How many bids one answer to "what came after" holds."""

_MOST_SALES: Final = 100_000
"""No lot is sold so often, and no database takes any number."""

BEFORE_PUBLICATION: Final = frozenset({LotState.DRAFT, LotState.PANEL, LotState.NOTIFYING,
                                       LotState.READY})


def get_lot(session: Session, lot_id: str) -> Lot:
    """A lot with its sales.

    Raises:
        NoSuchLot: there is none by this id.
    """
    lot = find_lot(session, lot_id)
    if lot is None:
        raise NoSuchLot(lot_id=lot_id)
    return lot


def find_lot(session: Session, lot_id: str) -> Lot | None:
    """A lot with its sales, or None: for whoever asks by an id that somebody typed."""
    return session.scalars(select(Lot).where(Lot.id == lot_id)
                           .options(selectinload(Lot.sales))).one_or_none()


def find_sale(session: Session, lot_id: str, number: int) -> Sale | None:
    """The N-th sale of a lot, or None; whatever number somebody typed."""
    return session.get(Sale, (lot_id, number)) if number < _MOST_SALES else None


def announced_sale(session: Session, lot_id: str) -> Sale:
    """The latest sale of a lot that the public may see.

    Raises:
        NoSuchLot: there is none, or it is not yet announced.
    """
    sale = get_lot(session, lot_id).announced
    if sale is None:
        raise NoSuchLot(lot_id=lot_id)
    return sale


def announced_number(session: Session, lot_id: str) -> int:
    """The number of the latest sale of a lot that the public may see, by one small statement.

    Raises:
        NoSuchLot: there is none, or it is not yet announced.
    """
    number = session.scalar(select(func.max(Sale.number)).where(
        Sale.lot_id == lot_id, Sale.published_at.is_not(None)))
    if number is None:
        raise NoSuchLot(lot_id=lot_id)
    return number


def lock_sale(session: Session, lot_id: str, number: int | None = None) -> Sale:
    """The latest (or N-th) sale of a lot with its row locked: the fence of design.md, "A bid".

    Raises:
        NoSuchLot: there is none.
    """
    query = select(Sale).where(Sale.lot_id == lot_id)
    query = (query.where(Sale.number == number) if number is not None
             else query.order_by(Sale.number.desc()).limit(1))
    sale = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if sale is None:
        raise NoSuchLot(lot_id=lot_id)
    return sale


def all_announced(session: Session) -> Sequence[Sale]:
    """Every announced sale that is no exercise, newest announcement first."""
    return session.scalars(
        select(Sale).join(Lot).where(Sale.published_at.is_not(None), ~Lot.is_exercise)
        .options(selectinload(Sale.lot), selectinload(Sale.result), selectinload(Sale.delivery),
                 selectinload(Sale.suspensions))
        .order_by(Sale.published_at.desc())).all()


def announced_since(session: Session, property_id: str, since: datetime) -> bool:
    """Whether a sale of this property was announced at or after an instant."""
    return session.scalar(select(Sale.lot_id).join(Lot).where(
        Lot.property_id == property_id, ~Lot.is_exercise, Sale.published_at >= since).limit(1)) is not None


def announced_among(session: Session, lot_ids: Collection[str]) -> Sequence[Sale]:
    """The latest announced sale of each of these lots, with its lot, suspensions and result; no exercises."""
    found = session.scalars(
        select(Lot).where(Lot.id.in_(lot_ids), ~Lot.is_exercise).execution_options(populate_existing=True)
        .options(selectinload(Lot.sales).options(selectinload(Sale.result),
                                                 selectinload(Sale.suspensions)))).all()
    return [lot.announced for lot in found if lot.announced is not None]


def lot_ids_after(session: Session, lot_id: str, *, most: int) -> Sequence[str]:
    """The ids of lots behind one, in the order of their ids: for going through all of them."""
    return session.scalars(select(Lot.id).where(Lot.id > lot_id, ~Lot.is_exercise)
                           .order_by(Lot.id).limit(most)).all()


def lot_ids_of_cases(session: Session, case_ids: Collection[str]) -> Sequence[str]:
    """The ids of all lots of these cases."""
    return session.scalars(select(Lot.id).where(Lot.case_id.in_(case_ids))).all()


def lots_of_case(session: Session, case_id: str) -> Sequence[Lot]:
    """All lots of a case, in the order of their making."""
    return session.scalars(select(Lot).where(Lot.case_id == case_id)
                           .options(selectinload(Lot.sales)).order_by(Lot.created_at)).all()


def lots_of_court(session: Session, court_id: str, *, exercises: bool = False) -> Sequence[Lot]:
    """All lots of a court, newest first; ``exercises`` only where they are asked for."""
    query = select(Lot).where(Lot.court_id == court_id)
    if not exercises:
        query = query.where(~Lot.is_exercise)
    return session.scalars(
        query.options(selectinload(Lot.sales)).order_by(Lot.created_at.desc())).all()


def terms_of(sale: Sale | LockedSale) -> LotTerms:
    """The terms of a sale as the rules want them."""
    return _terms(
        sale.start_price_fen, sale.increment_fen, sale.opens_at, sale.planned_closes_at,
        sale.extension_window_seconds, sale.rule_set, sale.round, sale.max_steps, sale.whole_steps,
        tuple(Suspension(one.from_at, one.to_at) for one in sale.suspensions) if sale.suspensions else ())


@lru_cache(maxsize=4096)   # asked for with every bid; what was announced stays
def _terms(  # noqa: PLR0917 - by place: names would make asking the cache as slow as not asking
           start_price_fen: int, increment_fen: int, opens_at: datetime, closes_at: datetime,
           window_seconds: int, rule_set_id: str, round_: str, max_steps: int | None, whole_steps: bool,
           suspensions: tuple[Suspension, ...]) -> LotTerms:
    return LotTerms(
        start_price_fen=start_price_fen, increment_fen=increment_fen, opens_at=opens_at, closes_at=closes_at,
        window=timedelta(seconds=window_seconds), selloff_span=rule_set(rule_set_id).span("selloff.bidding"),
        mode=Mode.SELLOFF if Round(round_) is Round.SELLOFF else Mode.AUCTION,
        max_steps=max_steps, whole_steps=whole_steps, reorder=REORDER_MOST, suspensions=suspensions)


def standing_of(sale: Sale | LockedSale) -> Standing:
    """How a sale stands, read off its own row alone."""
    return Standing(
        closes_at=sale.closes_at, price_fen=sale.price_fen, leader_code=sale.leader_code,
        leader_rank=sale.leader_rank, accepted=sale.accepted, extensions=sale.extensions,
        latest_at=sale.latest_at, suspensions_over=sale.suspensions_over)


def take_standing(sale: Sale | LockedSale, standing: Standing) -> None:
    """Write a standing back onto the sale's row."""
    sale.closes_at = standing.closes_at
    sale.price_fen, sale.leader_code = standing.price_fen, standing.leader_code
    sale.leader_rank, sale.accepted = standing.leader_rank, standing.accepted
    sale.extensions, sale.latest_at = standing.extensions, standing.latest_at
    sale.suspensions_over = standing.suspensions_over


def attempts_of(session: Session, lot_id: str, number: int, *, accepted_only: bool = False,
                after_seq: int = 0, newest: int | None = None, most: int | None = None
                ) -> Sequence[Attempt]:
    """Bids of a sale in the order in which they were judged.

    Args:
        after_seq: with ``accepted_only``, those behind this number.
        newest: only that many, the newest first.
        most: only that many, the oldest first.
    """
    query = select(Attempt).where(Attempt.lot_id == lot_id, Attempt.number == number)
    if accepted_only:
        query = query.where(Attempt.accepted, Attempt.seq > after_seq)
    if newest is not None:
        return session.scalars(query.order_by(Attempt.position.desc()).limit(newest)).all()
    return session.scalars(query.order_by(Attempt.position).limit(most)).all()


def attempt_at(session: Session, lot_id: str, number: int, position: int) -> Attempt | None:
    """The attempt at a place of a sale; None where there is none."""
    return session.scalars(select(Attempt).where(
        Attempt.lot_id == lot_id, Attempt.number == number, Attempt.position == position)).one_or_none()


def attempt_of_leaf(session: Session, subject: str, index: int) -> Attempt | None:
    """The attempt whose leaf stands at this index of the log, in the sale that the log calls so."""
    lot_id, _, number = subject.removeprefix("lot:").partition("/")
    return session.scalars(select(Attempt).where(
        Attempt.lot_id == lot_id, Attempt.number == int(number), Attempt.leaf_index == index)).one_or_none()


def codes_that_bid(session: Session, sale: Sale) -> int:
    """How many different codes have bid with effect."""
    return session.scalar(select(func.count(Attempt.code.distinct())).where(
        Attempt.lot_id == sale.lot_id, Attempt.number == sale.number, Attempt.accepted)) or 0


def decision_of(attempt: Attempt | JudgedBid, *, repeated: bool = False) -> Decision:
    """The answer that was given to an attempt."""
    return Decision(attempt.accepted, Reason(attempt.reason) if attempt.reason else None,
                    attempt.seq, attempt.closes_at, attempt.minimum_fen, repeated)


def bid_of(known: Attempt | JudgedBid) -> BidIn:
    """The bid of an attempt, as the rules take it."""
    return BidIn(known.code, known.amount_fen, known.priority_rank, known.client_bid_id)


def bid_log(session: Session, sale: Sale, attempts: Sequence[Attempt | JudgedBid] | None = None) -> BidLog:
    """The whole course of a sale so far, as replay/v1 wants it.

    Args:
        attempts: all of them, by whoever has read them already.
    """
    entries = tuple(
        Entry(bid_of(one), one.received_at)
        for one in (attempts_of(session, sale.lot_id, sale.number) if attempts is None else attempts))
    return BidLog(terms_of(sale), entries)


def replay_file(session: Session, lot_id: str, number: int) -> dict[str, Any]:
    """The sale as a replay/v1 value, for anyone to recompute (contracts.md).

    Raises:
        NoSuchLot: no such sale.
    """
    sale = session.get(Sale, (lot_id, number))
    if sale is None:
        raise NoSuchLot(lot_id=lot_id)
    return bid_log(session, sale).as_json()


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What one sold lot brings into its case."""

    property_id: str
    lot_id: str
    number: int
    title: str
    price_fen: int
    paid: bool
    transferred: bool


def proceeds_of(session: Session, case_id: str) -> list[Proceeds]:
    """The sold lots of a case and how far the buyer's money and the title have come."""
    return [
        Proceeds(lot.property_id, lot.id, sale.number, lot.title, sale.delivery.price_fen,
                 sale.delivery.paid_at is not None, sale.delivery.ruling_served_at is not None)
        for lot in lots_of_case(session, case_id) for sale in lot.sales
        if sale.state in AFTER_SALE and sale.delivery is not None and lot.property_id is not None
    ]


def sales_with_code(session: Session, court_id: str, code: str) -> Sequence[Sale]:
    """The sales of a court in which somebody bids under this code: codes are given anew for each sale."""
    return session.scalars(
        select(Sale).join(Registration, (Registration.lot_id == Sale.lot_id)
                          & (Registration.number == Sale.number))
        .join(Lot, Lot.id == Sale.lot_id).options(selectinload(Sale.lot))
        .where(Registration.code == code, Lot.court_id == court_id)).all()


def failures_between(session: Session, from_at: datetime, to_at: datetime) -> list[Outage]:
    """What the processes wrote down of themselves in a span of time: it concerns every sale that ran then."""
    return [Outage(one.fault, one.from_at, one.to_at, timedelta(milliseconds=one.lasted_ms))
            for one in session.scalars(select(Failure).where(Failure.to_at > from_at, Failure.from_at < to_at)
                                       .order_by(Failure.from_at, Failure.id))]


def registrations_of(session: Session, sale: Sale) -> Sequence[Registration]:
    """All registrations of a sale; who stands behind them stays sealed."""
    return session.scalars(select(Registration).where(
        Registration.lot_id == sale.lot_id, Registration.number == sale.number)).all()


def end_in_force(sale: Sale | LockedSale) -> datetime:
    """When the sale ends as it stands, with every suspension counted that is over."""
    return ends_at(terms_of(sale), standing_of(sale))


def time_left(sale: Sale) -> timedelta | None:
    """What a suspended sale has left, running on once it is resumed (AUC-28.5); None while it is not."""
    stop = running_suspension(sale)
    closes_at = end_in_force(sale)
    if stop is None or stop.from_at > closes_at:
        return None
    return max(closes_at - stop.from_at, terms_of(sale).window)


def running_suspension(sale: Sale | LockedSale) -> Stop | SuspendedSpan | None:
    """The suspension under which a sale stands still; None while it does not."""
    stops: Sequence[Stop | SuspendedSpan] = sale.suspensions
    return next((one for one in reversed(stops) if one.to_at is None), None)


def minimum_of(sale: Sale | LockedSale) -> int:
    """The least that an ordinary bidder must offer next."""
    return minimum_bid(terms_of(sale), standing_of(sale))


def standing_members(sale: Sale | LockedSale, now: datetime) -> dict[str, Any]:
    """How a sale stands, without its bids, in the values of JSON."""
    stop = running_suspension(sale)
    terms, standing = terms_of(sale), standing_of(sale)
    return {
        "lot": sale.lot_id, "number": sale.number, "state": str(sale.state),
        "price_fen": sale.price_fen, "leader": sale.leader_code, "minimum_fen": minimum_bid(terms, standing),
        "accepted": sale.accepted, "extensions": sale.extensions, "opens_at": instant_text(sale.opens_at),
        "closes_at": instant_text(ends_at(terms, standing)), "server_now": instant_text(now),
        "suspension": None if stop is None else {
            "ground": stop.ground, "reason": stop.reason, "code": stop_code(stop.reason),
            "from_at": instant_text(stop.from_at)},
    }


def line_members(sale: Sale) -> dict[str, Any]:
    """A lot and the terms of its sale, for one line of a list."""
    lot = sale.lot
    return {
        "id": lot.id, "number": sale.number, "title": lot.title, "court": lot.court_id,
        "round": str(sale.round), "state": str(sale.state), "start_price_fen": sale.start_price_fen,
        "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
        "reference_price_fen": sale.reference_price_fen, "price_fen": sale.price_fen,
        "opens_at": sale.opens_at, "closes_at": end_in_force(sale), "published_at": sale.published_at,
        "max_steps": sale.max_steps, "whole_steps": sale.whole_steps,
        "extension_window_seconds": sale.extension_window_seconds,
        "is_exercise": lot.is_exercise, "rule_set": sale.rule_set}


def shown_bid(attempt: Attempt | JudgedBid) -> dict[str, Any]:
    """A bid as everyone may see it, in the values of JSON: code, amount, time, never a name (AUC-20.7)."""
    return {"seq": attempt.seq, "code": attempt.code, "amount_fen": attempt.amount_fen,
            "at": instant_text(attempt.received_at), "match": attempt.priority_rank,
            "extended_to": instant_text(attempt.closes_at) if attempt.extended else None}


def outcome_of(sale: Sale) -> Outcome | None:
    """The recorded outcome of a sale; None before its end."""
    found = sale.result
    if found is None or found.outcome not in tuple(Ended):
        return None
    return Outcome(Ended(found.outcome), found.winner_code, found.price_fen, found.closed_at,
                   found.accepted, found.extensions)
