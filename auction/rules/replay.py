"""replay/v1: a bid log as a file, read strictly, and recomputed (docs/contracts.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auction.rules.bidding import (
    BidIn,
    Decision,
    FirstAnswer,
    LotTerms,
    Mode,
    Outcome,
    Suspension,
    judge,
    opening,
    outcome,
)
from kernel.formats import FormatError, Reader, instant_text, text_json
from kernel.money import MAX_FEN

FORMAT: Final = "replay/v1"
RESULT_FORMAT: Final = "replay-result/v1"

SELLOFF_SPAN: Final = timedelta(hours=24)
"""Fixed by the format; the law's figure is ``selloff.bidding`` of the rule set (SEL-10)."""

REORDER_MOST: Final = timedelta(seconds=10)
"""The most that ``lot.reorder_ms`` may say, and what the platform always writes."""

_MILLISECOND: Final = timedelta(milliseconds=1)
_MOST_WINDOW_SECONDS: Final = 86_400
_LONGEST_ID: Final = 128


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a bid log, in the order in which the platform took them up."""

    bid: BidIn
    received_at: datetime


@dataclass(frozen=True, slots=True)
class BidLog:
    """The whole course of one sale."""

    terms: LotTerms
    entries: tuple[Entry, ...]

    def as_json(self) -> dict[str, Any]:
        return {"format": FORMAT, "lot": lot_members(self.terms),
                "bids": [bid_members(entry.bid, entry.received_at) for entry in self.entries]}


@dataclass(frozen=True, slots=True)
class ReplayResult:
    decisions: tuple[Decision, ...]
    outcome: Outcome

    def as_json(self) -> dict[str, Any]:
        return {"format": RESULT_FORMAT, "outcome": outcome_members(self.outcome),
                "decisions": [decision_members(decision) for decision in self.decisions]}


class Retelling:
    """A sale judged again, entry by entry in the order of its log."""

    def __init__(self, terms: LotTerms) -> None:
        self._terms = terms
        self._standing = opening(terms)
        self._first_answers: dict[tuple[str, str], FirstAnswer] = {}

    def judge(self, entry: Entry) -> Decision:
        """What the rules answer to the next entry.

        Raises:
            OverflowError: the sale would end after the year 9999; the entry has changed nothing.
        """
        bid = entry.bid
        key = None if bid.client_bid_id is None else (bid.code, bid.client_bid_id)
        earlier = None if key is None else self._first_answers.get(key)
        decision, self._standing = judge(self._terms, self._standing, bid, entry.received_at, earlier)
        if key is not None and earlier is None:
            self._first_answers[key] = FirstAnswer(bid.amount_fen, decision)
        return decision

    def outcome(self) -> Outcome:
        """How the sale ends if no entry follows.

        Raises:
            OverflowError: after the year 9999.
        """
        return outcome(self._terms, self._standing)


def replay(log: BidLog) -> ReplayResult:
    """Judge every entry in its order, and say how the sale ended."""
    sale = Retelling(log.terms)
    return ReplayResult(tuple(sale.judge(entry) for entry in log.entries), sale.outcome())


def recompute(value: Any) -> dict[str, Any]:
    """The replay-result/v1 of a replay/v1 value.

    Raises:
        FormatError: names the first member that does not fit.
    """
    try:
        return replay(read(value)).as_json()
    except OverflowError as error:
        raise FormatError("lot.closes_at", "the sale would end after the year 9999") from error


def read(value: Any) -> BidLog:
    """Read a replay/v1 value.

    Raises:
        FormatError: names the first member that does not fit.
    """
    root = Reader(value).members(("format", "lot", "bids"))
    root.at("format").choice(FORMAT)
    terms, ranks = read_lot(root.at("lot")), Ranks()
    return BidLog(terms, tuple(read_bid(item, ranks) for item in root.at("bids").items()))


def read_lot(lot: Reader) -> LotTerms:
    """The terms of a sale, also the ``lot`` of a ``lot.published`` leaf.

    Raises:
        FormatError: names the first member that does not fit.
    """
    lot.members(("start_price_fen", "increment_fen", "max_steps", "whole_steps", "opens_at",
                 "closes_at", "extension_window_seconds", "mode"),
                optional=("reorder_ms", "suspensions"))
    terms = LotTerms(
        start_price_fen=lot.at("start_price_fen").fen(),
        increment_fen=lot.at("increment_fen").fen(),
        max_steps=lot.at("max_steps").or_null(lambda steps: steps.integer(1, MAX_FEN)),
        whole_steps=lot.at("whole_steps").boolean(),
        opens_at=lot.at("opens_at").instant(),
        closes_at=lot.at("closes_at").instant(),
        window=timedelta(
            seconds=lot.at("extension_window_seconds").integer(1, _MOST_WINDOW_SECONDS)),
        selloff_span=SELLOFF_SPAN,
        mode=Mode(lot.at("mode").choice(*Mode)),
        reorder=_read_reorder(lot),
        suspensions=tuple(_read_suspensions(lot)))
    if terms.closes_at <= terms.opens_at:
        raise lot.at("closes_at").refuse("must be later than lot.opens_at")
    return terms


def _read_reorder(lot: Reader) -> timedelta:
    if not lot.has("reorder_ms"):
        return timedelta(0)
    most = REORDER_MOST // _MILLISECOND
    return timedelta(milliseconds=lot.at("reorder_ms").integer(0, most))


def _read_suspensions(lot: Reader) -> Iterable[Suspension]:
    over_at = None
    for item in lot.at("suspensions").items() if lot.has("suspensions") else []:
        item.members(("from", "to"))
        from_at, to_at = item.at("from").instant(), item.at("to").instant()
        if to_at <= from_at:
            raise item.at("to").refuse("must be later than from")
        if over_at is not None and from_at < over_at:
            raise item.at("from").refuse("must not be before the end of the suspension before it")
        over_at = to_at
        yield Suspension(from_at, to_at)


Ranks = dict[str, int | None]
"""The order of priority of each code; it has one in all its bids."""


def read_bid(item: Reader, ranks: Ranks) -> Entry:
    """One bid, also the ``bid`` of a ``bid`` leaf; its order enters ``ranks``.

    Raises:
        FormatError: names the first member that does not fit.
    """
    item.members(("code", "amount_fen", "received_at"), optional=("priority_rank", "id"))
    bid = BidIn(
        code=item.at("code").text(),
        amount_fen=item.at("amount_fen").fen(),
        priority_rank=item.at("priority_rank").or_null(lambda rank: rank.integer(1, MAX_FEN)),
        client_bid_id=item.at("id").or_null(lambda text: text.text(longest=_LONGEST_ID)))
    if ranks.setdefault(bid.code, bid.priority_rank) != bid.priority_rank:
        raise item.at("priority_rank").refuse("must be the same in all bids of this code")
    return Entry(bid, item.at("received_at").instant())


def lot_members(terms: LotTerms) -> dict[str, Any]:
    """``lot`` of replay/v1, also the body of a ``lot.published`` leaf; every suspension is over."""
    members: dict[str, Any] = {
        "start_price_fen": terms.start_price_fen,
        "increment_fen": terms.increment_fen,
        "max_steps": terms.max_steps,
        "whole_steps": terms.whole_steps,
        "opens_at": instant_text(terms.opens_at),
        "closes_at": instant_text(terms.closes_at),
        "extension_window_seconds": terms.window // timedelta(seconds=1),
        "mode": terms.mode.value,
    }
    if terms.reorder:
        members["reorder_ms"] = terms.reorder // _MILLISECOND
    if terms.suspensions:
        members["suspensions"] = [suspension_members(entry) for entry in terms.suspensions]
    return members


def suspension_members(suspension: Suspension) -> dict[str, Any]:
    """One entry of ``lot.suspensions``, also in the body of a ``lot.resumed`` leaf.

    Raises:
        ValueError: it still lasts.
    """
    if suspension.to_at is None:
        raise ValueError("a suspension that still lasts has no place in a replay/v1 file")
    return {"from": instant_text(suspension.from_at), "to": instant_text(suspension.to_at)}


def bid_members(bid: BidIn, received_at: datetime) -> dict[str, Any]:
    """One entry of ``bids``, also ``bid`` in the body of a ``bid`` leaf."""
    return {"code": bid.code, "amount_fen": bid.amount_fen,
            "received_at": instant_text(received_at), "priority_rank": bid.priority_rank,
            "id": bid.client_bid_id}


def decision_members(decision: Decision) -> dict[str, Any]:
    """One entry of ``decisions``, also ``decision`` in the body of a ``bid`` leaf."""
    members: dict[str, Any] = {
        "accepted": decision.accepted,
        "reason": None if decision.reason is None else decision.reason.value,
        "seq": decision.seq,
        "closes_at": instant_text(decision.closes_at),
        "minimum_fen": decision.minimum_fen,
    }
    return {**members, "repeated": True} if decision.repeated else members


def bid_body(bid: BidIn, received_at: datetime, decision: bytes) -> bytes:
    """The body of a ``bid`` leaf as canonical JSON: ``bid`` and ``decision``, in one stroke.

    Args:
        decision: as ``decision_json`` puts it.
    """
    code, amount_fen, rank, name = bid
    return _BODY % (
        amount_fen, text_json(code), b"null" if name is None else text_json(name),
        b"null" if rank is None else b"%d" % rank, instant_text(received_at).encode(), decision)


def decision_json(decision: Decision) -> bytes:
    """``decision_members`` as canonical JSON."""
    return _DECISION % (
        b"true" if decision.accepted else b"false", instant_text(decision.closes_at).encode(),
        decision.minimum_fen,
        b"null" if decision.reason is None else b'"%b"' % decision.reason.value.encode(),
        b',"repeated":true' if decision.repeated else b"",
        b"null" if decision.seq is None else b"%d" % decision.seq)


_BODY: Final = (b'{"bid":{"amount_fen":%d,"code":%b,"id":%b,"priority_rank":%b,"received_at":"%b"},'
                b'"decision":%b}')
_DECISION: Final = b'{"accepted":%b,"closes_at":"%b","minimum_fen":%d,"reason":%b%b,"seq":%b}'


def outcome_members(found: Outcome) -> dict[str, Any]:
    """``outcome`` of replay-result/v1, also the body of a ``lot.closed`` leaf."""
    return {"state": found.state.value, "winner_code": found.winner_code,
            "price_fen": found.price_fen, "closed_at": instant_text(found.closed_at),
            "accepted": found.accepted, "extensions": found.extensions}
