"""The rules of bidding: who leads, until when, and why a bid is refused (AUC-20, AUC-21, SEL-10).

One pure engine serves the live room, the replay of a bid log and every simulation. ``judge``
takes the terms of the lot, its standing and one bid, and returns the decision with the standing
after it. All that a decision rests on is in its arguments, so any number of processes may call
it, each under the lock of the lot's row.

The decisions that the law leaves to the reader, and where they are written down:

- The window is half-open: a bid counts if ``opens_at <= t < end`` (AUC-20.5).
- The end moves to ``max(end, t + window)`` with every accepted bid, without limit (AUC-20.4).
- A bidder with a priority right may offer the same price while the leader has none or a later
  order (AUC-21.1, 21.2); such a match is a bid and moves the end like any other (AUC-21.4).
- A suspension gives back the time that was left, at least a whole window (AUC-28.5).
- Bids are judged in the order in which the platform took them up (docs/contracts.md, replay/v1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from kernel.formats import later


class Mode(StrEnum):
    AUCTION = "auction"
    SELLOFF = "selloff"
    """变卖: the end is that of the period until the first bid, then 24 h after that bid."""


class Reason(StrEnum):
    """Why a bid is refused, in the order in which the reasons are tried."""

    NOT_OPEN = "not_open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    OUT_OF_ORDER = "out_of_order"
    ID_CONFLICT = "id_conflict"
    BELOW_START = "below_start"
    CANNOT_MATCH = "cannot_match"
    BELOW_MINIMUM = "below_minimum"
    NOT_WHOLE_STEP = "not_whole_step"
    STEP_TOO_LARGE = "step_too_large"


@dataclass(frozen=True, slots=True)
class Suspension:
    """The sale stood still from ``from_at`` up to, and without, ``to_at`` (AUC-28)."""

    from_at: datetime
    to_at: datetime | None
    """None while it lasts."""


@dataclass(frozen=True, slots=True)
class LotTerms:
    """What the announcement says of one sale of a lot, and its suspensions so far."""

    start_price_fen: int
    increment_fen: int
    opens_at: datetime
    closes_at: datetime
    """The announced end; of a sell-off the end of its period."""
    window: timedelta
    """A bid in the last ``window`` moves the end; five minutes by law."""
    selloff_span: timedelta
    """How long a sell-off goes on after its first bid; 24 hours by law."""
    mode: Mode = Mode.AUCTION
    max_steps: int | None = None
    whole_steps: bool = False
    reorder: timedelta = timedelta(0)
    """By how much a bid may be older than the latest one judged before it."""
    suspensions: tuple[Suspension, ...] = ()
    """In order; none begins before the one before it ended."""


class Standing(NamedTuple):
    """Where a sale stands: everything of its past that a further decision rests on.

    Only the first answers given under a client's ids are kept elsewhere, and passed to ``judge``.
    Nothing but ``judge`` makes a new standing. Above all the end of a suspension does not: a bid
    received before it may be judged after it, and is answered as the published log will show.
    """

    closes_at: datetime
    """The end as the last bid left it; see ``ends_at`` for the end in force."""
    price_fen: int | None = None
    leader_code: str | None = None
    leader_rank: int | None = None
    accepted: int = 0
    extensions: int = 0
    """How often an accepted bid moved the end later; first bid of a sell-off not counted."""
    latest_at: datetime | None = None
    """The latest time of receipt judged so far, whatever became of that bid."""
    suspensions_over: int = 0
    """How many suspensions have ended and are counted into ``closes_at``."""


class BidIn(NamedTuple):
    """A bid: whose code, how much, with what right of priority, under which id of the client's."""

    code: str
    amount_fen: int
    priority_rank: int | None = None
    client_bid_id: str | None = None


class Decision(NamedTuple):
    """The answer to one bid; ``closes_at`` and ``minimum_fen`` as they stand after it."""

    accepted: bool
    reason: Reason | None
    seq: int | None
    closes_at: datetime
    minimum_fen: int
    repeated: bool = False


class FirstAnswer(NamedTuple):
    """What was answered when this code first used this ``client_bid_id``."""

    amount_fen: int
    decision: Decision


class Result(StrEnum):
    SOLD = "sold"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sale ended (AUC-11: one bid suffices; AUC-26.1: none is a failure)."""

    state: Result
    winner_code: str | None
    price_fen: int | None
    closed_at: datetime
    accepted: int
    extensions: int


def opening(terms: LotTerms) -> Standing:
    """The standing of a sale before anybody has bid."""
    return Standing(closes_at=terms.closes_at)


def minimum_bid(terms: LotTerms, standing: Standing) -> int:
    """The least an ordinary bidder must offer next (AUC-20.1, AUC-20.2)."""
    if standing.price_fen is None:
        return terms.start_price_fen
    return standing.price_fen + terms.increment_fen


def maximum_bid(terms: LotTerms, standing: Standing) -> int | None:
    """The most that may be offered next, where the court has limited the steps."""
    if terms.max_steps is None:
        return None
    base = terms.start_price_fen if standing.price_fen is None else standing.price_fen
    return base + terms.max_steps * terms.increment_fen


def may_match(standing: Standing, priority_rank: int | None) -> bool:
    """Whether a bidder of this rank may take the lead at the same price (AUC-21.1, AUC-21.2)."""
    return (priority_rank is not None and standing.price_fen is not None
            and (standing.leader_rank is None or priority_rank < standing.leader_rank))


def judge(terms: LotTerms, standing: Standing, bid: BidIn, received_at: datetime,
          first_answer: FirstAnswer | None = None) -> tuple[Decision, Standing]:
    """Decide one bid, and say where the sale stands after it.

    ``received_at`` is when it entered the platform's server; nothing else counts (AUC-20.6).
    ``first_answer`` is given if this code used this ``client_bid_id`` before: the same amount is
    then a repeat, which gets the first answer unchanged whenever it comes, and moves nothing.

    Raises:
        OverflowError: the end would move past the year 9999.
    """
    latest_at = standing.latest_at
    if latest_at is None or latest_at < received_at:
        latest_at = received_at
    if first_answer is not None and first_answer.amount_fen == bid.amount_fen:
        return (first_answer.decision._replace(repeated=True),
                standing._replace(latest_at=latest_at))
    current = caught_up(terms, standing, received_at)
    reason = _refusal(terms, current, bid, received_at, conflicts=first_answer is not None)
    after = (_accepted(terms, current, bid, received_at, latest_at) if reason is None
             else current._replace(latest_at=latest_at))
    decision = Decision(reason is None, reason, after.accepted if reason is None else None,
                        after.closes_at, minimum_bid(terms, after))
    return decision, after


def outcome(terms: LotTerms, standing: Standing) -> Outcome:
    """How the sale ends if nobody bids any more."""
    state = Result.FAILED if standing.leader_code is None else Result.SOLD
    return Outcome(state, standing.leader_code, standing.price_fen, ends_at(terms, standing),
                   standing.accepted, standing.extensions)


def ends_at(terms: LotTerms, standing: Standing) -> datetime:
    """When the sale ends if nobody bids any more, all suspensions counted whose end is set."""
    return caught_up(terms, standing, at=None).closes_at


def caught_up(terms: LotTerms, standing: Standing, at: datetime | None) -> Standing:
    """The standing with every suspension counted in that is over ``at`` that instant, or ever.

    From its end on, the sale ends after the time that was left at its beginning, and not before
    a whole window has passed. One that began after the end had no effect (AUC-28.5).
    For showing and closing a sale; while bids may still be judged, it is not to be stored.
    """
    if standing.suspensions_over == len(terms.suspensions):
        return standing
    for suspension in terms.suspensions[standing.suspensions_over:]:
        if suspension.to_at is None or (at is not None and at < suspension.to_at):
            break
        closes_at = standing.closes_at
        if suspension.from_at <= closes_at:
            closes_at = later(suspension.to_at, max(closes_at - suspension.from_at, terms.window))
        standing = standing._replace(closes_at=closes_at, suspensions_over=standing.suspensions_over + 1)
    return standing


def is_suspended(terms: LotTerms, standing: Standing, at: datetime) -> bool:
    """Whether the sale stands still at that instant."""
    if not terms.suspensions:
        return False
    closes_at = caught_up(terms, standing, at).closes_at
    return any(suspension.from_at <= at and suspension.from_at <= closes_at
               and (suspension.to_at is None or at < suspension.to_at)
               for suspension in terms.suspensions)


def _refusal(terms: LotTerms, standing: Standing, bid: BidIn, at: datetime, *,
             conflicts: bool) -> Reason | None:
    """The first reason that applies, in the order of docs/contracts.md."""
    latest_at = standing.latest_at
    if at < terms.opens_at:
        return Reason.NOT_OPEN
    if is_suspended(terms, standing, at):
        return Reason.SUSPENDED
    if at >= standing.closes_at:
        return Reason.CLOSED
    if latest_at is not None and latest_at - at > terms.reorder:
        return Reason.OUT_OF_ORDER
    if conflicts:
        return Reason.ID_CONFLICT
    return _refused_amount(terms, standing, bid)


def _refused_amount(terms: LotTerms, standing: Standing, bid: BidIn) -> Reason | None:
    if bid.amount_fen < terms.start_price_fen:
        return Reason.BELOW_START
    if bid.amount_fen == standing.price_fen and bid.priority_rank is not None:
        return None if may_match(standing, bid.priority_rank) else Reason.CANNOT_MATCH
    if bid.amount_fen < minimum_bid(terms, standing):
        return Reason.BELOW_MINIMUM
    if terms.whole_steps and (bid.amount_fen - terms.start_price_fen) % terms.increment_fen:
        return Reason.NOT_WHOLE_STEP
    maximum = maximum_bid(terms, standing)
    if maximum is not None and bid.amount_fen > maximum:
        return Reason.STEP_TOO_LARGE
    return None


def _accepted(terms: LotTerms, standing: Standing, bid: BidIn, at: datetime, latest_at: datetime) -> Standing:
    starts_selloff = terms.mode is Mode.SELLOFF and standing.price_fen is None
    closes_at = later(at, terms.selloff_span if starts_selloff else terms.window)
    if closes_at < standing.closes_at and not starts_selloff:
        closes_at = standing.closes_at
    extends = closes_at > standing.closes_at and not starts_selloff
    return Standing(closes_at, bid.amount_fen, bid.code, bid.priority_rank, standing.accepted + 1,
                    standing.extensions + extends, latest_at, standing.suspensions_over)
