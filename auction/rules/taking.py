"""The course of one sale as its bids are taken up one after the other. Pure but for its memory.

What was answered before under a bidder's own ids and what is answered now are one memory: the same
bid sent twice within a millisecond is one bid (AUC-20.8).
"""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from auction.rules.bidding import BidIn, Decision, FirstAnswer, LotTerms, Standing, judge

T = TypeVar("T")


class Verdict(NamedTuple):
    """What became of one bid, and where the sale stood before it."""

    decision: Decision
    before: Standing
    extended: bool


class Course(Generic[T]):
    """One sale between two commits; ``T`` is what the caller keeps of each bid that was judged.

    Attributes:
        standing: where the sale stands after the bids taken so far.
    """

    def __init__(self, terms: LotTerms, standing: Standing) -> None:
        self.terms = terms
        self.standing = standing
        self._answers: dict[tuple[str, str | None], dict[int, tuple[Decision, T]]] = {}

    def remember(self, bid: BidIn, decision: Decision, kept: T) -> None:
        """Keep what was answered; to be called in the order in which the answers were given."""
        if bid.client_bid_id is None:
            return
        given = self._answers.get((bid.code, bid.client_bid_id))
        if given is None:
            self._answers[bid.code, bid.client_bid_id] = {bid.amount_fen: (decision, kept)}
        else:
            given.setdefault(bid.amount_fen, (decision, kept))

    def repeated(self, bid: BidIn) -> T | None:
        """What was kept of the same bid; None where this one is new."""
        given = self._answers.get((bid.code, bid.client_bid_id))
        if given is None:
            return None
        same = given.get(bid.amount_fen)
        return None if same is None else same[1]

    def take(self, bid: BidIn, received_at: datetime) -> Verdict:
        """Judge a bid that is no repeat; the standing moves on."""
        before = self.standing
        decision, self.standing = judge(self.terms, before, bid, received_at, self._first(bid))
        return Verdict(decision, before, self.standing.extensions > before.extensions)

    def _first(self, bid: BidIn) -> FirstAnswer | None:
        given = self._answers.get((bid.code, bid.client_bid_id))
        if not given:
            return None
        amount_fen, (decision, _) = next(iter(given.items()))
        return FirstAnswer(amount_fen, decision)
