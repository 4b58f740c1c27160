"""The bidding engine against a naive oracle, over random courses of a sale.

The oracle works in whole milliseconds and recomputes everything from the bids accepted so far;
it shares no code with the engine.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auction.rules.bidding import (
    BidIn,
    Decision,
    FirstAnswer,
    LotTerms,
    Mode,
    Suspension,
    ends_at,
    judge,
    opening,
    outcome,
)
from auction.rules.replay import BidLog, Entry, decision_members, outcome_members, read, replay
from verifier import verify

EPOCH = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
WINDOW = 300_000
DAY = 86_400_000
RANKS = {"A": None, "B": None, "C": None, "P1": 1, "Q1": 1, "P2": 2}


def instant(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


@dataclass
class Sale:
    """A sale in milliseconds after EPOCH, and fen."""

    start: int
    step: int
    opens: int
    closes: int
    selloff: bool = False
    max_steps: int | None = None
    whole: bool = False
    reorder: int = 0
    pauses: list[tuple[int, int]] = field(default_factory=list)

    def terms(self) -> LotTerms:
        return LotTerms(
            start_price_fen=self.start, increment_fen=self.step, opens_at=instant(self.opens),
            closes_at=instant(self.closes), window=timedelta(milliseconds=WINDOW),
            selloff_span=timedelta(milliseconds=DAY),
            mode=Mode.SELLOFF if self.selloff else Mode.AUCTION, max_steps=self.max_steps,
            whole_steps=self.whole, reorder=timedelta(milliseconds=self.reorder),
            suspensions=tuple(Suspension(instant(a), instant(b)) for a, b in self.pauses))


@dataclass
class Bid:
    code: str
    amount: int
    at: int
    id: str | None = None

    @property
    def entry(self) -> Entry:
        return Entry(BidIn(self.code, self.amount, RANKS[self.code], self.id), instant(self.at))


def oracle(sale: Sale, bids: list[Bid]) -> tuple[list[tuple[bool, str | None, int]], int, int]:
    """What each bid deserves (accepted, reason, end after it); the last end; the extensions."""
    accepted: list[Bid] = []
    answers: list[tuple[bool, str | None, int]] = []
    first: dict[tuple[str, str], tuple[int, tuple[bool, str | None, int]]] = {}
    seen: list[int] = []
    end, extensions, waiting = sale.closes, 0, list(sale.pauses)
    for bid in bids:
        key = (bid.code, bid.id) if bid.id is not None else None
        earlier = first.get(key) if key else None
        if earlier and earlier[0] == bid.amount:
            answers.append(earlier[1])
            seen.append(bid.at)
            continue
        while waiting and waiting[0][1] <= bid.at:
            end = after_pause(end, waiting.pop(0))
        reason = verdict(sale, accepted, end, bid, seen, conflict=earlier is not None)
        if reason is None:
            if sale.selloff and not accepted:
                end = bid.at + DAY
            elif bid.at + WINDOW > end:
                end, extensions = bid.at + WINDOW, extensions + 1
            accepted.append(bid)
        seen.append(bid.at)
        answers.append((reason is None, reason, end))
        if key:
            first.setdefault(key, (bid.amount, answers[-1]))
    for pause in waiting:
        end = after_pause(end, pause)
    return answers, end, extensions


def after_pause(end: int, pause: tuple[int, int]) -> int:
    return pause[1] + max(WINDOW, end - pause[0]) if pause[0] <= end else end


def verdict(sale: Sale, accepted: list[Bid], end: int, bid: Bid, seen: list[int], *,
            conflict: bool) -> str | None:
    price = accepted[-1].amount if accepted else None
    lead = RANKS[accepted[-1].code] if accepted else None
    rank = RANKS[bid.code]
    least = sale.start if price is None else price + sale.step
    base = sale.start if price is None else price
    match = price is not None and bid.amount == price and rank is not None
    tests: list[tuple[bool, str]] = [
        (bid.at < sale.opens, "not_open"),
        (any(a <= bid.at < b and a <= end for a, b in sale.pauses), "suspended"),
        (bid.at >= end, "closed"),
        (bool(seen) and max(seen) - bid.at > sale.reorder, "out_of_order"),
        (conflict, "id_conflict"),
        (bid.amount < sale.start, "below_start"),
        (match and lead is not None and rank is not None and lead <= rank, "cannot_match"),
        (not match and bid.amount < least, "below_minimum"),
        (not match and sale.whole and (bid.amount - sale.start) % sale.step != 0, "not_whole_step"),
        (not match and sale.max_steps is not None
         and bid.amount > base + sale.max_steps * sale.step, "step_too_large")]
    return next((name for fails, name in tests if fails), None)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    opens = 0
    closes = draw(st.sampled_from([1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW, DAY]))
    edges = draw(st.lists(st.integers(-WINDOW, 5 * WINDOW) | st.sampled_from([closes, closes + 1]),
                          max_size=6, unique=True).map(sorted))
    if len(edges) % 2:
        edges.pop()
    return Sale(start=draw(st.integers(1, 30)), step=draw(st.integers(1, 7)), opens=opens,
                closes=closes, selloff=draw(st.booleans()),
                max_steps=draw(st.none() | st.integers(1, 4)), whole=draw(st.booleans()),
                reorder=draw(st.sampled_from([0, 1, 10_000])),
                pauses=list(zip(edges[::2], edges[1::2], strict=True)))


@st.composite
def courses(draw: st.DrawFn) -> tuple[Sale, list[Bid]]:
    """A sale and bids that crowd around its borders."""
    sale = draw(sales())
    bids: list[Bid] = []
    at, price = -2, sale.start
    borders = [0, sale.closes - WINDOW, sale.closes, *(edge for pause in sale.pauses
                                                      for edge in pause)]
    for _ in range(draw(st.integers(0, 14))):
        jump = draw(st.sampled_from(["near", "near", "window", "border"]))
        if jump == "near":
            at += draw(st.integers(-12_000, 60_000))
        elif jump == "window":
            at += WINDOW + draw(st.integers(-1, 1))
        else:
            at = draw(st.sampled_from(borders)) + draw(st.integers(-1, 1))
        amount = max(1, price + draw(st.integers(-2, 2)) + sale.step * draw(st.integers(0, 3)))
        price = max(price, amount if draw(st.booleans()) else price)
        bids.append(Bid(draw(st.sampled_from(sorted(RANKS))), amount, at,
                        draw(st.sampled_from([None, None, "x", "y"]))))
    return sale, bids


@settings(max_examples=400)
@given(courses())
def test_the_engine_agrees_with_the_oracle(course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    result = replay(BidLog(sale.terms(), tuple(bid.entry for bid in bids)))
    answers, end, extensions = oracle(sale, bids)
    assert [(decision.accepted, decision.reason, decision.closes_at)
            for decision in result.decisions] == [
        (accepted, reason, instant(closes)) for accepted, reason, closes in answers]
    assert (result.outcome.closed_at, result.outcome.extensions) == (instant(end), extensions)


@given(courses())
def test_the_end_moves_back_only_with_the_first_bid_of_a_sell_off(
        course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    terms = sale.terms()
    standing = opening(terms)
    for bid in bids:
        decision, after = judge(terms, standing, bid.entry.bid, bid.entry.received_at)
        starts = sale.selloff and decision.accepted and standing.price_fen is None
        assert starts or after.closes_at >= standing.closes_at
        standing = after
    assert ends_at(terms, standing) >= standing.closes_at


@given(courses())
def test_accepted_prices_ascend_and_are_equal_only_by_a_match(
        course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    result = replay(BidLog(sale.terms(), tuple(bid.entry for bid in bids)))
    accepted = accepted_bids(bids, result.decisions)
    for before, after in pairwise(accepted):
        rank, led = RANKS[after.code], RANKS[before.code]
        if after.amount == before.amount:
            assert rank is not None
            assert led is None or rank < led
        else:
            assert after.amount >= before.amount + sale.step


@given(courses())
def test_the_winner_is_the_best_by_price_then_order_then_time(
        course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    result = replay(BidLog(sale.terms(), tuple(bid.entry for bid in bids)))
    accepted = accepted_bids(bids, result.decisions)
    ordinary = 9
    best = min(range(len(accepted)), default=None, key=lambda i: (
        -accepted[i].amount, RANKS[accepted[i].code] or ordinary, i))
    assert result.outcome.winner_code == (None if best is None else accepted[best].code)
    assert result.outcome.price_fen == (None if best is None else accepted[best].amount)
    assert result.outcome.accepted == len(accepted)


@given(courses())
def test_the_accepted_bids_alone_lead_to_the_same_outcome(course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    result = replay(BidLog(sale.terms(), tuple(bid.entry for bid in bids)))
    accepted = accepted_bids(bids, result.decisions)
    again = replay(BidLog(sale.terms(), tuple(bid.entry for bid in accepted)))
    assert all(decision.accepted for decision in again.decisions)
    assert again.outcome == result.outcome


@given(courses())
def test_a_log_written_out_and_read_again_is_the_same_log(course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    log = BidLog(sale.terms(), tuple(bid.entry for bid in bids))
    assert read(log.as_json()) == log


@given(courses())
def test_the_independent_verifier_says_the_same(course: tuple[Sale, list[Bid]]) -> None:
    sale, bids = course
    log = BidLog(sale.terms(), tuple(bid.entry for bid in bids))
    assert verify.replay(log.as_json()) == replay(log).as_json()


def accepted_bids(bids: list[Bid], decisions: tuple[Decision, ...]) -> list[Bid]:
    return [bid for bid, decision in zip(bids, decisions, strict=True)
            if decision.accepted and not decision.repeated]


class LiveSale(RuleBasedStateMachine):
    """A sale as the platform runs it: bids, repeats and suspensions come one after the other.

    At every moment the live standing is what a replay of the log so far gives; so a bidder who
    recomputes the published file reaches the platform's own result.
    """

    def __init__(self) -> None:
        super().__init__()
        self.terms = Sale(10, 3, 0, 2 * WINDOW).terms()
        self.standing = opening(self.terms)
        self.answers: dict[tuple[str, str], FirstAnswer] = {}
        self.log: list[Entry] = []
        self.decisions: list[Decision] = []
        self.clock = 0

    @initialize(selloff=st.booleans(), whole=st.booleans(), max_steps=st.none() | st.just(3))
    def publish(self, selloff: bool, whole: bool, max_steps: int | None) -> None:
        sale = Sale(10, 3, 0, 2 * WINDOW, selloff=selloff, whole=whole, max_steps=max_steps,
                    reorder=10_000)
        self.terms = sale.terms()
        self.standing = opening(self.terms)

    @property
    def stands_still(self) -> bool:
        return bool(self.terms.suspensions) and self.terms.suspensions[-1].to_at is None

    @rule(code=st.sampled_from(sorted(RANKS)), over=st.integers(-3, 9), passed=st.integers(0, 99_999),
          late=st.integers(0, 10_000), client_bid_id=st.sampled_from([None, None, None, "x", "y"]))
    def bid(self, code: str, over: int, passed: int, late: int, client_bid_id: str | None) -> None:
        self.clock += passed
        received_at = instant(self.clock - late)
        if self.stands_still or (self.terms.suspensions and self.standing.latest_at is not None):
            received_at = max(received_at, self.terms.suspensions[-1].from_at)
        amount = max(1, (self.standing.price_fen or self.terms.start_price_fen) + over)
        bid = BidIn(code, amount, RANKS[code], client_bid_id)
        key = (code, client_bid_id) if client_bid_id else None
        decision, self.standing = judge(self.terms, self.standing, bid, received_at,
                                        self.answers.get(key) if key else None)
        if key:
            self.answers.setdefault(key, FirstAnswer(amount, decision))
        self.log.append(Entry(bid, received_at))
        self.decisions.append(decision)

    @precondition(lambda self: not self.stands_still)
    @rule(passed=st.integers(1, 99_999))
    def suspend(self, passed: int) -> None:
        """The hold begins later than every time of receipt already judged, and before the end."""
        latest = self.standing.latest_at or instant(0)
        since = max(latest, *(each.to_at or latest for each in self.terms.suspensions), instant(0))
        from_at = since + timedelta(milliseconds=passed)
        if from_at <= ends_at(self.terms, self.standing):
            self.clock = (from_at - EPOCH) // timedelta(milliseconds=1)
            self.terms = replace(self.terms, suspensions=(
                *self.terms.suspensions, Suspension(from_at, None)))

    @precondition(lambda self: self.stands_still)
    @rule(passed=st.integers(1, 99_999))
    def resume(self, passed: int) -> None:
        *before, held = self.terms.suspensions
        to_at = max(held.from_at, self.standing.latest_at or held.from_at) + timedelta(
            milliseconds=passed)
        self.clock = (to_at - EPOCH) // timedelta(milliseconds=1)
        self.terms = replace(self.terms, suspensions=(*before, replace(held, to_at=to_at)))
        assert ends_at(self.terms, self.standing) >= to_at + self.terms.window

    @invariant()
    def a_replay_of_the_log_says_the_same(self) -> None:
        over = tuple(each for each in self.terms.suspensions if each.to_at is not None)
        if self.stands_still:
            over = (*over, replace(self.terms.suspensions[-1], to_at=instant(self.clock + DAY)))
        terms = replace(self.terms, suspensions=over)
        replayed = replay(read_back(terms, self.log))
        assert [decision_members(each) for each in replayed.decisions] == [
            decision_members(each) for each in self.decisions]
        assert outcome_members(replayed.outcome) == outcome_members(outcome(terms, self.standing))


def read_back(terms: LotTerms, entries: list[Entry]) -> BidLog:
    written: dict[str, Any] = BidLog(terms, tuple(entries)).as_json()
    return read(written)


TestLiveSale = LiveSale.TestCase
TestLiveSale.settings = settings(max_examples=120, stateful_step_count=25)
