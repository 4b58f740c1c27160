"""Taking bids: judged under the lock of the sale's row, stored with their leaves, answered for ever.

Many bids share one transaction (group commit, design: "A bid"): whatever has been received is
judged in the order of receipt, for any number of lots. ``received_at`` is stamped by the edge before
anything else (AUC-20.6). A retry under the same ``client_bid_id`` gets the first answer and changes
nothing. A bid that waited too long is not judged late: its sale is held (design: FAULT_HOLD).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.errors import BidWaited, ClockOff, NoSuchLot, NotQualified, NotRunning, StillConfirming
from auction.models import Attempt, Registration, Sale, Suspension
from auction.rules.bidding import BidIn, Decision, Standing, ends_at, is_suspended
from auction.rules.closing import MOST_CLOCK_MS, MOST_WAIT, Close, Fault, waited_too_long
from auction.rules.engine import TAKES_BIDS, begin_of_suspension, steps_of_bid
from auction.rules.lifecycle import LotState, Step, next_state
from auction.rules.refusals import Refusal, explain
from auction.rules.replay import bid_body, decision_json
from auction.rules.taking import Course, Verdict
from auction.services import bidstore, presence
from auction.services.bidstore import JudgedBid, LockedSale, Seat, SuspendedSpan
from auction.services.history import leaf_of_attempt
from auction.services.holding import held_from, hold_members, judged_end
from auction.services.presence import Presence
from auction.services.reading import bid_of, decision_of, standing_of, take_standing, terms_of
from audit import services as audit
from audit.kinds import Kind
from kernel.bulk import Bulk
from kernel.errors import N_, DomainError, InvalidInput
from kernel.formats import canonical
from kernel.money import MOST_FEN

CLOCKS_APART = timedelta(milliseconds=MOST_CLOCK_MS)
"""Another process may have admitted the bidder, by a clock that differs by so much."""
OUT_OF_BOUNDS = N_("金额应大于零，最多 %(most_fen)s 元。")


class Offer(NamedTuple):
    """A bid as it entered: who, by the digest of the registration, how much, and when.

    ``order`` tells apart what came in the same millisecond.
    """

    lot_id: str
    number: int
    digest: str
    amount_fen: int
    client_bid_id: str
    received_at: datetime
    order: int = 0


@dataclass(frozen=True, slots=True)
class LeafPlace:
    """Where a leaf of long ago stands in the log, and its hash: values, not a row of another's session."""

    index: int
    hash: str


class BidAnswer(NamedTuple):
    """What a bidder is told: the same for every repeat of a bid.

    Attributes:
        refusal: why, in words, where the bid was refused.
        attempt: the bid as it was judged, at once or long ago.
        leaf: its leaf, by which its place and hash are told.
        receipt: receipt/v1 as canonical JSON; None for bids from before there were any.
        is_new: false for a repeat, which changed nothing.
        shown: the decision as canonical JSON, where it is at hand.
    """

    decision: Decision
    refusal: Refusal | None
    attempt: JudgedBid | Attempt
    sale: LockedSale | Sale
    leaf: audit.WrittenLeaf | LeafPlace
    receipt: bytes | None
    is_new: bool
    shown: bytes | None = None


@dataclass(slots=True)
class _Taken:
    """A bid judged in this transaction, on its way to its row.

    ``shown`` is the decision in JSON; ``answer`` is there once the bid is stored. It does not know its
    course, which remembers it: what refers to itself is only found by a look for garbage.
    """

    sale: LockedSale
    bid: BidIn
    verdict: Verdict
    received_at: datetime
    position: int
    shown: bytes
    act: audit.Act
    answer: BidAnswer | None = None
    is_told: bool = False


@dataclass(slots=True)
class _Course:
    """One sale of the batch: its locked row, and its bids as they are judged.

    ``says_late`` is whether a bid may be called late yet, once one has asked.
    """

    sale: LockedSale
    bids: Course[_Taken | JudgedBid]
    says_late: bool | None = None


@dataclass(slots=True)
class _Batch:
    """What one transaction has in hand: leaves and held sales are written with its bids."""

    session: Session
    offers: Sequence[Offer]
    now: datetime
    here: Presence
    acts: list[audit.Act]
    taken: list[_Taken]
    held: list[tuple[_Course, Suspension]]


def take_bids(session: Session, offers: Sequence[Offer], *, now: datetime) -> list[BidAnswer | DomainError]:
    """Judge bids in the order in which they were received, store them, and say what became of each.

    Returns:
        For each offer its answer, or why it was turned away without being judged: ``NotQualified``,
        ``NotRunning``, ``NoSuchLot``, ``InvalidInput``, ``BidWaited`` or ``ClockOff``. One that is turned
        away spoils none of the others.
    """
    here = presence.here()
    if here.clock_is_off:
        return [ClockOff() for _ in offers]
    bulk = Bulk(session)
    places = [one[:3] for one in offers]
    sales, seats = bidstore.lock(bulk, {one.lot_id for one in offers}, set(places))
    courses = {lot_id: _Course(sale, Course(terms_of(sale), standing_of(sale)))
               for lot_id, sale in sales.items()}
    _remember(bulk, courses, offers, [seats.get(place) for place in places])
    batch = _Batch(session, offers, now, here, [], [], [])
    found: list[_Taken | JudgedBid | DomainError] = [NotQualified()] * len(offers)
    arrivals = [(one.received_at, one.order) for one in offers]
    for turn in sorted(range(len(offers)), key=arrivals.__getitem__):
        offer = offers[turn]
        course = courses.get(offer.lot_id)
        seat = seats.get(places[turn])
        if course is None:
            found[turn] = NoSuchLot(lot_id=offer.lot_id)
        elif not 0 < offer.amount_fen <= MOST_FEN:   # its leaf could not be read
            found[turn] = InvalidInput({"amount_fen": OUT_OF_BOUNDS}, most_fen=MOST_FEN)
        elif (seat is not None and offer.number == course.sale.number
              and seat.admitted_at <= offer.received_at + CLOCKS_APART):
            found[turn] = _take(course, seat, offer, batch)
    _store(bulk, batch, courses)
    answers: list[BidAnswer | DomainError] = []
    for one in found:
        if isinstance(one, _Taken):
            answers.append(_answer_now(one))
        elif isinstance(one, DomainError):
            answers.append(one)
        else:
            answers.append(_answer_again(session, courses[one.lot_id].sale, one))
    return answers


def place_bid(session: Session, *, registration: Registration, amount_fen: int, client_bid_id: str,
              received_at: datetime, now: datetime) -> BidAnswer:
    """One bid of an admitted bidder by itself.

    Raises:
        NotRunning: the sale has ended, was withdrawn or is not announced.
    """
    (answer,) = take_bids(session, [Offer(
        registration.lot_id, registration.number, registration.person_digest, amount_fen, client_bid_id,
        received_at)], now=now)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _remember(bulk: Bulk, courses: Mapping[str, _Course], offers: Sequence[Offer],
              seats: Sequence[Seat | None]) -> None:
    """Give each course what was answered before under the ids that come now."""
    wanted = {(one.lot_id, one.number, seat.code, one.client_bid_id)
              for one, seat in zip(offers, seats, strict=True) if seat is not None}
    for known in bidstore.answered(bulk, wanted):
        course = courses[known.lot_id]
        if known.number == course.sale.number:
            course.bids.remember(bid_of(known), decision_of(known), known)


def _take(course: _Course, seat: Seat, offer: Offer, batch: _Batch) -> _Taken | JudgedBid | DomainError:
    """Judge one bid, or find what was answered to it before."""
    sale, received_at = course.sale, offer.received_at
    bid = BidIn(seat.code, offer.amount_fen, seat.priority_rank, offer.client_bid_id)
    known = course.bids.repeated(bid)
    if known is not None:
        return known
    if sale.state not in TAKES_BIDS:
        return NotRunning(N_("竞价已经结束，这次出价没有被受理。"), rule="AUC-20.5")
    unjudged = _unjudged(course, received_at, batch)
    if unjudged is not None:
        return unjudged
    batch.here.order.note(sale, received_at)
    verdict = course.bids.take(bid, received_at)
    decision = verdict.decision
    _go_on(sale, received_at, batch, accepted=decision.accepted)
    sale.attempts += 1
    shown = decision_json(decision)
    act = _act(sale, Kind.BID, seat.actor, bid_body(bid, received_at, shown))
    taken = _Taken(sale, bid, verdict, received_at, sale.attempts, shown, act)
    batch.acts.append(act)
    batch.taken.append(taken)
    course.bids.remember(bid, decision, taken)
    return taken


def _go_on(sale: LockedSale, received_at: datetime, batch: _Batch, *, accepted: bool) -> None:
    """The steps that a bid makes its sale take."""
    for step in steps_of_bid(sale.state, sale.opens_at, received_at, accepted=accepted):
        sale.state = next_state(sale.state, step, of_round=sale.round)
        if step is Step.OPEN:
            batch.acts.append(_act(sale, Kind.LOT_OPENED, "system", canonical({})))


def _unjudged(course: _Course, received_at: datetime, batch: _Batch) -> DomainError | None:
    """Why a bid may not be judged now: it waited too long, or it is too early to call it late."""
    sale = course.sale
    if received_at < sale.opens_at:
        return None
    terms, standing = course.bids.terms, course.bids.standing
    end = ends_at(terms, standing)
    if received_at >= end:
        return None if sale.state is LotState.SUSPENDED else _confirming(course, end, batch)
    if not waited_too_long(received_at, batch.now) or batch.here.was_walked_over(received_at):
        return None
    if is_suspended(terms, standing, received_at):
        return None
    if sale.state is not LotState.SUSPENDED and not sale.is_exercise:
        _hold(course, received_at, batch)
    return BidWaited(most_s=MOST_WAIT // timedelta(seconds=1))


def _confirming(course: _Course, end: datetime, batch: _Batch) -> DomainError | None:
    """A bid is late only if the sale will be closed; one that is held instead has no end yet.

    A hold begins at the end and later than every bid judged. So nothing may be judged as late before
    it is certain that no hold comes.
    """
    if course.says_late is None:
        course.says_late = isinstance(judged_end(
            batch.session, course.sale, end, batch.now,
            in_hand=[one.received_at for one in batch.offers if one.lot_id == course.sale.lot_id]), Close)
    if course.says_late or course.sale.is_exercise:
        return None
    return StillConfirming()


def _hold(course: _Course, received_at: datetime, batch: _Batch) -> None:
    """Hold a sale from a bid on that was never judged; what was judged stays judged so.

    Where somebody was told meanwhile that it is over, a stop would come after the end (AUC-28.5).
    """
    sale = course.sale
    from_at = begin_of_suspension(course.bids.terms, course.bids.standing, received_at)
    if from_at > ends_at(course.bids.terms, course.bids.standing):
        return
    _go_on(sale, received_at, batch, accepted=False)   # its hour has come, though nobody has opened it
    came_from = sale.state
    sale.state = next_state(came_from, Step.SUSPEND, of_round=sale.round)
    stop = held_from(sale, came_from, Fault.WAITED, from_at, batch.now)
    sale.suspensions.append(SuspendedSpan(stop.ground, stop.reason, stop.from_at, None))
    course.bids.terms = terms_of(sale)
    batch.held.append((course, stop))
    batch.acts.append(_act(sale, Kind.LOT_SUSPENDED, "system", canonical(hold_members(stop))))


def _act(sale: LockedSale, kind: Kind, actor: str, body: bytes) -> audit.Act:
    return audit.Act(sale.court_id, sale.is_exercise, kind, sale.subject, actor, body, sale.case_id)


def _store(bulk: Bulk, batch: _Batch, courses: Mapping[str, _Course]) -> None:
    """Write rows and leaves; whatever was taken has its answer then."""
    if not batch.acts:
        return
    session = batch.session
    audit.record_all(session, batch.acts)
    with bulk.together():
        leaves = {id(leaf.act): leaf for leaf in audit.write_leaves(session)}
        _store_bids(bulk, batch, courses, leaves)
    session.expire_all()   # what the models remember of these rows is no longer so
    session.add_all(stop for _, stop in batch.held)


def _store_bids(bulk: Bulk, batch: _Batch, courses: Mapping[str, _Course],
                leaves: Mapping[int, audit.WrittenLeaf]) -> None:
    rows = []
    for one in batch.taken:
        sale, bid, (decision, before, extended) = one.sale, one.bid, one.verdict
        leaf = leaves[id(one.act)]
        row = JudgedBid(
            sale.lot_id, sale.number, one.position, bid.code, bid.priority_rank, bid.client_bid_id,
            bid.amount_fen, one.received_at, batch.now, decision.accepted, decision.reason, decision.seq,
            decision.closes_at, decision.minimum_fen, extended, leaf.index)
        rows.append(row)
        refusal = None if decision.accepted else _refusal(sale, decision, before, bid)
        one.answer = BidAnswer(decision, refusal, row, sale, leaf, leaf.receipt, True, one.shown)
    touched = {one.sale.lot_id for one in batch.taken} | {course.sale.lot_id for course, _ in batch.held}
    for lot_id in touched:
        take_standing(courses[lot_id].sale, courses[lot_id].bids.standing)
    bidstore.write_sales(bulk, [courses[lot_id].sale for lot_id in touched])
    bidstore.write_bids(bulk, rows)


def _answer_now(one: _Taken) -> BidAnswer:
    answer = one.answer
    if answer is None:
        raise RuntimeError("a bid was judged and not stored")
    if one.is_told:   # the same bid came twice within the batch
        return answer._replace(decision=answer.decision._replace(repeated=True), is_new=False, shown=None)
    one.is_told = True
    return answer


def _answer_again(session: Session, sale: LockedSale | Sale, known: JudgedBid | Attempt) -> BidAnswer:
    """The first answer, word for word."""
    decision = decision_of(known, repeated=True)
    before = _standing_before(session, known) if decision.reason is not None else standing_of(sale)
    leaf = leaf_of_attempt(session, known)
    return BidAnswer(decision, _refusal(sale, decision, before, bid_of(known)), known, sale,
                     LeafPlace(leaf.index, leaf.hash), audit.receipt_of(session, leaf.log, leaf.index),
                     is_new=False)


def _refusal(sale: LockedSale | Sale, decision: Decision, before: Standing, bid: BidIn) -> Refusal | None:
    if decision.reason is None:
        return None
    return explain(decision.reason, terms_of(sale), before._replace(closes_at=decision.closes_at), bid)


def _standing_before(session: Session, attempt: JudgedBid | Attempt) -> Standing:
    """Where the sale stood when this attempt was judged, as far as a refusal speaks of it."""
    led = session.scalars(
        select(Attempt).where(Attempt.lot_id == attempt.lot_id, Attempt.number == attempt.number,
                              Attempt.accepted, Attempt.position < attempt.position)
        .order_by(Attempt.position.desc()).limit(1)).first()
    if led is None:
        return Standing(attempt.closes_at)
    return Standing(attempt.closes_at, led.amount_fen, led.code, led.priority_rank)


def open_sale(session: Session, sale: Sale) -> None:
    """Begin the bidding of a sale whose hour has come, with its leaf."""
    sale.state = next_state(LotState(sale.state), Step.OPEN, of_round=sale.round)
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.LOT_OPENED, subject=sale.subject,
                 actor="system", body={}, case_id=sale.lot.case_id,
                 is_exercise=sale.lot.is_exercise)


def answer_of(session: Session, attempt: Attempt, *, repeated: bool = False) -> BidAnswer:
    """The answer that was given to a stored attempt, for whoever asks, or bids (``repeated``), again."""
    answer = _answer_again(session, session.get_one(Sale, (attempt.lot_id, attempt.number)), attempt)
    return answer._replace(decision=decision_of(attempt, repeated=repeated))


def what_became_of(session: Session, registrations: Iterable[Registration], client_bid_id: str
                   ) -> Attempt | None:
    """The attempt made under this id and one of these codes, the first that has one; None where none has."""
    found = (_attempt(session, one, client_bid_id) for one in registrations)
    return next((one for one in found if one is not None), None)


def _attempt(session: Session, registration: Registration, client_bid_id: str) -> Attempt | None:
    return session.scalars(
        select(Attempt).where(Attempt.lot_id == registration.lot_id,
                              Attempt.number == registration.number,
                              Attempt.code == registration.code,
                              Attempt.client_bid_id == client_bid_id)
        .order_by(Attempt.position)).first()
