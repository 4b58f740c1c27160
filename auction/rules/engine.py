"""One sale as a pure function: ``act(sale, command, at)`` gives the sale after it, and what happened.

It only composes what stands elsewhere: bids are judged by ``Course``, steps are arrows of
``lifecycle``, the end is found by ``closing``. The services do the same under the lock of the
sale's row, and write what happened; the simulation drives this function through a thousand faults.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from auction.rules import closing
from auction.rules.bidding import (
    BidIn,
    Decision,
    LotTerms,
    Outcome,
    Result,
    Standing,
    Suspension,
    ends_at,
    is_suspended,
    outcome,
)
from auction.rules.lifecycle import SEALED, LotState, Round, Step, next_state
from auction.rules.taking import Course

A_MOMENT: Final = timedelta(milliseconds=1)

TAKES_BIDS: Final = SEALED
"""States in which the rules judge a bid; afterwards only a repeat is answered."""
OPENS: Final = frozenset({LotState.PUBLISHED, LotState.SELLOFF_PUBLISHED})
CLOSES: Final = frozenset({LotState.BIDDING, LotState.SELLOFF_OPEN, LotState.SELLOFF_BIDDING})


@dataclass(frozen=True, slots=True)
class SaleState:
    """All that stands on the row of a sale."""

    round: Round
    state: LotState
    terms: LotTerms
    standing: Standing
    attempts: int = 0
    """Bids judged, whatever became of them."""
    came_from: LotState | None = None
    """While it is suspended: where it stood before."""


@dataclass(frozen=True, slots=True)
class Received:
    """A bid as it reached the server; ``order`` tells apart what came in one millisecond."""

    bid: BidIn
    received_at: datetime
    order: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A bid that was judged long ago under an id that comes again."""

    bid: BidIn
    decision: Decision


# Commands


@dataclass(frozen=True, slots=True)
class Take:
    """Judge these bids; ``known`` in the order in which they were answered."""

    bids: tuple[Received, ...]
    known: tuple[Known, ...] = ()
    marks: tuple[closing.Mark, ...] = ()
    """Of the other processes: while one may hold an earlier bid, none is told that it came too late."""
    outages: tuple[closing.Outage, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """The hour of the bidding has come."""


@dataclass(frozen=True, slots=True)
class Close:
    """The end has passed, as far as anybody knows: close, hold, or wait."""

    marks: tuple[closing.Mark, ...] = ()
    outages: tuple[closing.Outage, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspend:
    """Stop the sale from ``at`` on (AUC-28.1)."""

    ground: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Let it go on (AUC-28.5)."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take it back, or end a suspended sale for good."""


# Events


@dataclass(frozen=True, slots=True)
class Opened:
    """The bidding has begun."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A bid that is new, in the order of judgement; ``position`` counts refusals too."""

    received: Received
    decision: Decision
    position: int
    extended: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """A bid that had been answered before; it gets that answer again."""

    received: Received
    decision: Decision


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The sale is over, and this bid is no repeat: nothing is judged, nothing recorded."""

    received: Received


@dataclass(frozen=True, slots=True)
class Waited:
    """A bid that came in time and waited too long: it is not judged, its sale is held."""

    received: Received


@dataclass(frozen=True, slots=True)
class Confirming:
    """A bid after the end, while it is not certain that there will be a close: it gets no answer yet."""

    received: Received


@dataclass(frozen=True, slots=True)
class Closed:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Suspended:
    ground: str
    from_at: datetime
    fault: closing.Fault | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    suspension: Suspension


@dataclass(frozen=True, slots=True)
class Withdrawn:
    suspension: Suspension | None


Command: TypeAlias = Take | Open | Close | Suspend | Resume | Withdraw
Event: TypeAlias = (Opened | Judged | Repeated | TurnedAway | Waited | Confirming | Closed | Suspended
                    | Resumed | Withdrawn)


def announced(terms: LotTerms, of_round: Round = Round.FIRST) -> SaleState:
    """A sale as its announcement leaves it."""
    state = LotState.SELLOFF_PUBLISHED if of_round is Round.SELLOFF else LotState.PUBLISHED
    return SaleState(of_round, state, terms, Standing(closes_at=terms.closes_at))


def act(sale: SaleState, command: Command, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    """The sale after a command, and what happened; a command that changes nothing says nothing.

    Raises:
        StepNotAllowed: the law knows no such step from here.
    """
    match command:
        case Take():
            return _take(sale, command, at)
        case Open():
            return _open(sale, at)
        case Close():
            return _close(sale, command, at)
        case Suspend():
            return _suspend(sale, command.ground, at)
        case Resume():
            return _resume(sale, at)
        case Withdraw():
            return _withdraw(sale, at)


# Bids


def steps_of_bid(state: LotState, opens_at: datetime, received_at: datetime, *, accepted: bool
                 ) -> tuple[Step, ...]:
    """The steps that a judged bid makes its sale take.

    The first one to come opens it (AUC-20.1); the first one accepted starts a sell-off's clock (SEL-10).
    """
    if state is LotState.BIDDING:
        return ()
    steps: list[Step] = []
    if state in OPENS and received_at >= opens_at:
        steps.append(Step.OPEN)
    if accepted and state in (LotState.SELLOFF_PUBLISHED, LotState.SELLOFF_OPEN):
        steps.append(Step.START_CLOCK)
    return tuple(steps)


def _take(sale: SaleState, command: Take, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    course: Course[Decision] = Course(sale.terms, sale.standing)
    for known in command.known:
        course.remember(known.bid, known.decision, known.decision)
    events: list[Event] = []
    for received in sorted(command.bids, key=lambda one: (one.received_at, one.order)):
        earlier = course.repeated(received.bid)
        if earlier is not None:
            events.append(Repeated(received, earlier))
            continue
        if sale.state not in TAKES_BIDS:
            events.append(TurnedAway(received))
            continue
        unjudged = _unjudged(sale, received, command, at)
        if unjudged is not None:
            if isinstance(unjudged, Waited) and sale.state is not LotState.SUSPENDED:
                sale, held = _hold(sale, closing.Fault.WAITED, received.received_at)
                course.terms = sale.terms
                events.extend(held)
            events.append(unjudged)
            continue
        sale, judged = _judge(sale, course, received)
        events.extend(judged)
    return sale, tuple(events)


def _unjudged(sale: SaleState, received: Received, command: Take, at: datetime) -> Event | None:
    """Why a bid may not be judged now: it waited too long, or it is too early to call it late."""
    received_at = received.received_at
    if sale.state is not LotState.SUSPENDED and received_at >= ends_at(sale.terms, sale.standing):
        found = _verdict(sale, closing.settled, command.marks, command.outages, at)
        return None if isinstance(found, closing.Close) else Confirming(received)
    if received_at < sale.terms.opens_at or is_suspended(sale.terms, sale.standing, received_at):
        return None
    return Waited(received) if closing.waited_too_long(received_at, at) else None


def _judge(sale: SaleState, course: Course[Decision], received: Received
           ) -> tuple[SaleState, tuple[Event, ...]]:
    verdict = course.take(received.bid, received.received_at)
    decision = verdict.decision
    course.remember(received.bid, decision, decision)
    state = sale.state
    steps = steps_of_bid(state, sale.terms.opens_at, received.received_at, accepted=decision.accepted)
    for step in steps:
        state = next_state(state, step, of_round=sale.round)
    sale = replace(sale, state=state, standing=course.standing, attempts=sale.attempts + 1)
    judged = Judged(received, decision, sale.attempts, verdict.extended)
    return sale, (Opened(), judged) if Step.OPEN in steps else (judged,)


# Beginning and end


def _open(sale: SaleState, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    if sale.state not in OPENS or sale.terms.opens_at > at:
        return sale, ()
    return replace(sale, state=next_state(sale.state, Step.OPEN, of_round=sale.round)), (Opened(),)


def _verdict(sale: SaleState, ask: Callable[..., closing.Verdict], marks: Iterable[closing.Mark],
             outages: Iterable[closing.Outage], at: datetime) -> closing.Verdict:
    end, latest_at = ends_at(sale.terms, sale.standing), sale.standing.latest_at
    found = ask(end, sale.terms.window, at, marks, outages)
    if isinstance(found, closing.Hold) and latest_at is not None and latest_at >= end:
        return closing.Close()   # a bidder has been told that it is over
    return found


def _close(sale: SaleState, command: Close, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    if sale.state not in CLOSES:
        return sale, ()
    found = _verdict(sale, closing.verdict, command.marks, command.outages, at)
    if isinstance(found, closing.Wait):
        return sale, ()
    if isinstance(found, closing.Hold):
        return _hold(sale, found.fault, ends_at(sale.terms, sale.standing))
    ended = outcome(sale.terms, sale.standing)
    step = Step.CLOSE_SOLD if ended.state is Result.SOLD else Step.CLOSE_FAILED
    state = next_state(sale.state, step, of_round=sale.round)
    standing = sale.standing._replace(closes_at=ended.closed_at, suspensions_over=len(sale.terms.suspensions))
    return replace(sale, state=state, standing=standing), (Closed(ended),)


def _hold(sale: SaleState, fault: closing.Fault, from_at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    """Stop it at its end at the latest, so that the stop counts (AUC-28.5)."""
    sale, events = _suspend(sale, closing.SYSTEM_FAULT, from_at)
    return sale, tuple(replace(one, fault=fault) if isinstance(one, Suspended) else one for one in events)


# Standing still


def begin_of_suspension(terms: LotTerms, standing: Standing, instant: datetime) -> datetime:
    """The instant itself, or just after the latest bid judged: what was judged stays judged so.

    Nor before an earlier suspension was over: a bid that waited may be older than that one.
    """
    return max([_after_all_judged(standing, instant),
                *(one.to_at for one in terms.suspensions if one.to_at is not None)])


def end_of_suspension(standing: Standing, from_at: datetime, instant: datetime) -> datetime:
    """Later than its beginning, and than every bid that was refused in it."""
    return max(_after_all_judged(standing, instant), from_at + A_MOMENT)


def _after_all_judged(standing: Standing, instant: datetime) -> datetime:
    return instant if standing.latest_at is None else max(instant, standing.latest_at + A_MOMENT)


def state_resumed(state: LotState, of_round: Round, came_from: LotState | None, accepted: int) -> LotState:
    """Where a sale goes on that stood still.

    A bid that came before it stood still may be judged meanwhile: if that was the first one, a
    sell-off's clock runs since (SEL-10), as if it had been judged in time.

    Args:
        accepted: how many bids were accepted by now.

    Raises:
        StepNotAllowed: it does not stand still.
    """
    state = next_state(state, Step.RESUME, of_round=of_round, came_from=came_from)
    if state is LotState.SELLOFF_OPEN and accepted:
        state = next_state(state, Step.START_CLOCK, of_round=of_round)
    return state


def _suspend(sale: SaleState, ground: str, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    running, opened = _open(sale, at)   # its hour has come, and a bid of before the stop may yet be judged
    from_at = begin_of_suspension(sale.terms, sale.standing, at)
    state = next_state(running.state, Step.SUSPEND, of_round=sale.round)
    if from_at > ends_at(sale.terms, sale.standing):
        return sale, ()   # its end has passed; only a fault found at the close may still stop it
    return (replace(running, state=state, came_from=running.state,
                    terms=_with(sale.terms, Suspension(from_at, None))),
            (*opened, Suspended(ground, from_at)))


def _resume(sale: SaleState, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    state = state_resumed(sale.state, sale.round, sale.came_from, sale.standing.accepted)
    over = _over(sale, at)
    return (replace(sale, state=state, came_from=None, terms=_with(sale.terms, over)),
            (Resumed(over),))


def _withdraw(sale: SaleState, at: datetime) -> tuple[SaleState, tuple[Event, ...]]:
    suspended = sale.state is LotState.SUSPENDED
    step = Step.TERMINATE if suspended else Step.WITHDRAW
    state = next_state(sale.state, step, of_round=sale.round)
    over = _over(sale, at) if suspended else None
    terms = sale.terms if over is None else _with(sale.terms, over)
    return replace(sale, state=state, came_from=None, terms=terms), (Withdrawn(over),)


def _over(sale: SaleState, at: datetime) -> Suspension:
    running = sale.terms.suspensions[-1]
    return Suspension(running.from_at, end_of_suspension(sale.standing, running.from_at, at))


def _with(terms: LotTerms, suspension: Suspension) -> LotTerms:
    """The terms with one suspension more, or with the one that lasts now over."""
    earlier = (one for one in terms.suspensions if one.to_at is not None)
    return replace(terms, suspensions=(*earlier, suspension))
