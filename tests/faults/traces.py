"""Random courses of one sale, and what the pure engine (``auction/rules/engine.py``) says to them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from auction.errors import BidWaited, NotRunning, StepNotAllowed
from auction.rules import engine
from auction.rules.bidding import BidIn, LotTerms, Mode, ends_at, minimum_bid
from auction.rules.closing import FAULT_WORDS, MOST_WAIT
from auction.rules.engine import Known, Received, SaleState
from auction.rules.lifecycle import Round
from auction.rules.replay import (
    REORDER_MOST,
    bid_body,
    decision_json,
    decision_members,
    outcome_members,
    suspension_members,
)
from audit.kinds import Kind
from kernel.formats import canonical, instant_text
from tests.factories.auction import OPENS_AT

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
REASON, GROUND = "对照。", "other"
CODES: Final = ("K0001", "K0002", "K0003", "K0004")


@dataclass(frozen=True)
class Plan:
    """What a course is about.

    Attributes:
        is_exercise: with play money: quicker to make, never held.
        ranks: of the codes, in their order.
    """

    seed: int
    is_exercise: bool
    of_round: Round
    start_fen: int
    step_fen: int
    whole_steps: bool
    max_steps: int | None
    window_s: int
    lasts: timedelta
    ranks: tuple[int | None, ...]

    def terms(self, selloff_span: timedelta) -> LotTerms:
        return LotTerms(
            self.start_fen, self.step_fen, OPENS_AT, OPENS_AT + self.lasts, timedelta(seconds=self.window_s),
            selloff_span, Mode.SELLOFF if self.of_round is Round.SELLOFF else Mode.AUCTION, self.max_steps,
            self.whole_steps, REORDER_MOST)


@dataclass(frozen=True)
class Bids:
    """These are taken up in one transaction."""

    bids: tuple[Received, ...]


@dataclass(frozen=True)
class Act:
    """Somebody, or the time, does this to the sale: open, close, suspend, resume, withdraw."""

    name: str


@dataclass(frozen=True)
class Step:
    """One thing that is done, and when."""

    what: Bids | Act
    at: datetime


def plan(seed: int, *, is_exercise: bool) -> Plan:
    chance = Random(seed)  # noqa: S311 (the same course for the same seed)
    is_selloff = is_exercise and chance.random() < 0.25
    return Plan(
        seed, is_exercise, Round.SELLOFF if is_selloff else Round.FIRST,
        chance.choice((1, 100_00, 2_010_000_00)), chance.choice((1, 5_000, 10_000_00)),
        chance.random() < 0.3, chance.choice((None, None, 1, 5)),
        chance.choice((1, 30, 300)) if is_exercise else 300,
        timedelta(minutes=chance.choice((1, 10))) if is_exercise else timedelta(hours=24),
        tuple(chance.choice((None, None, 1, 2)) if is_exercise else None for _ in CODES))


@dataclass(frozen=True)
class Done:
    """What one step did: the answer to each of its bids, and the leaves that it wrote."""

    answers: tuple[object, ...]
    leaves: tuple[tuple[str, bytes], ...]


@dataclass
class Model:
    """One sale as the engine leads it."""

    sale: SaleState
    known: list[Known] = field(default_factory=list)

    def do(self, step: Step) -> Done:
        """The sale moves on."""
        try:
            self.sale, events = engine.act(self.sale, self._command(step.what), step.at)
        except StepNotAllowed:
            return Done((), ())
        told = {}
        for one in events:
            if isinstance(one, engine.Judged):
                self.known.append(Known(one.received.bid, one.decision))
            if isinstance(one, engine.Judged | engine.Repeated | engine.TurnedAway | engine.Confirming
                          | engine.Waited):
                told[one.received.order] = _answer(one)
        return Done(tuple(told[order] for order in sorted(told)),
                    tuple(leaf for one in events for leaf in _leaves(one)))

    def _command(self, what: Bids | Act) -> engine.Command:
        if isinstance(what, Bids):
            return engine.Take(what.bids, tuple(self.known))
        return _ACTS[what.name]


_ACTS: Final[dict[str, engine.Command]] = {
    "open": engine.Open(), "close": engine.Close(), "suspend": engine.Suspend(GROUND),
    "resume": engine.Resume(), "withdraw": engine.Withdraw()}


def _answer(event: engine.Event) -> object:
    match event:
        case engine.Judged(_, decision):
            return decision_members(decision)
        case engine.Repeated(_, decision):
            return decision_members(decision._replace(repeated=True))
        case engine.Waited():
            return BidWaited.__name__
        case _:
            return NotRunning.__name__


def _leaves(event: engine.Event) -> list[tuple[str, bytes]]:
    body: dict[str, object]
    match event:
        case engine.Judged(received, decision):
            return [(Kind.BID, bid_body(received.bid, received.received_at, decision_json(decision)))]
        case engine.Opened():
            kind, body = Kind.LOT_OPENED, {}
        case engine.Closed(outcome):
            kind, body = Kind.LOT_CLOSED, {"outcome": outcome_members(outcome)}
        case engine.Suspended(ground, from_at, fault):
            kind, body = Kind.LOT_SUSPENDED, {
                "ground": ground, "reason": REASON if fault is None else FAULT_WORDS[fault],
                "from": instant_text(from_at), "document": None}
            body |= {"fault": str(fault)} if fault else {}
        case engine.Resumed(suspension):
            kind, body = Kind.LOT_RESUMED, {"suspension": suspension_members(suspension)}
        case engine.Withdrawn(over):
            kind, body = Kind.LOT_WITHDRAWN, {"reason": REASON, "ground": GROUND} | (
                {} if over is None else {"suspension": suspension_members(over)})
        case _:
            return []
    return [(kind, canonical(body))]


MODEL_KINDS: Final = (Kind.LOT_OPENED, Kind.BID, Kind.LOT_CLOSED, Kind.LOT_SUSPENDED, Kind.LOT_RESUMED,
                      Kind.LOT_WITHDRAWN)


class Course:
    """The steps of one seed, each chosen in the light of how the model stands."""

    def __init__(self, plan: Plan, model: Model) -> None:
        self._plan, self._model = plan, model
        self._chance = Random(plan.seed + 1)  # noqa: S311 (as above)
        self._at = OPENS_AT - 2 * SECOND
        self._names = 0

    def step(self) -> Step:
        """Some time passes, then something is done."""
        chance = self._chance
        self._at += self._pause()
        if chance.random() < 0.7:
            count = chance.choice((1, 1, 2, 5))
            return Step(Bids(tuple(self._bid(place) for place in range(count))), self._at)
        name = chance.choices(("open", "close", "suspend", "resume", "withdraw"), (3, 8, 1.5, 4, 0.2))[0]
        return Step(Act(name), self._at)

    def _pause(self) -> timedelta:
        chance, sale = self._chance, self._model.sale
        left = ends_at(sale.terms, sale.standing) - self._at
        if left > timedelta(0) and chance.random() < 0.25:   # to the last moments, or just past the end
            return max(timedelta(0), left + chance.choice((-1, 0, 1, 20, 249, 250, 251, -800)) * MS)
        return chance.choice((0, 1, 40, 300, 2_000, 11_000)) * MS * chance.randint(0, 2)

    def _bid(self, place: int) -> Received:
        chance, plan = self._chance, self._plan
        code = chance.randrange(len(CODES))
        if self._model.known and chance.random() < 0.15:   # an id comes again, with its sum or another
            old = chance.choice(self._model.known).bid
            amount = old.amount_fen if chance.random() < 0.6 else self._amount()
            return Received(old._replace(amount_fen=amount), self._received_at(), place)
        self._names += 1
        bid = BidIn(CODES[code], self._amount(), plan.ranks[code], f"{plan.seed}-{self._names}")
        return Received(bid, self._received_at(), place)

    def _amount(self) -> int:
        chance, sale, step = self._chance, self._model.sale, self._plan.step_fen
        least = minimum_bid(sale.terms, sale.standing)
        return max(1, least + chance.choices(
            (0, step, 2 * step, -step, -1, 1, 9 * step, -least + 1), (8, 3, 2, 3, 1, 1, 1, 0.3))[0])

    def _received_at(self) -> datetime:
        waited = self._chance.choices((0, 1, 30, 240, 3_000, 10_000), (5, 3, 3, 2, 1, 0.5))[0] * MS
        if not self._plan.is_exercise and self._chance.random() < 0.03:
            waited = MOST_WAIT + MS
        return self._at - waited
