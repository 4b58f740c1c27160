"""``replay``: every bid and the end of a sale are what the rules give for its terms. Pure.

A suspension stands in the log behind the bids that it refused. So the first reading of the leaves gathers
the terms under which the whole sale ran, and at the second the rules say what each bid was to be answered.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Final

from auction.rules.bidding import Decision, LotTerms
from auction.rules.replay import Ranks, Retelling, decision_json, outcome_members, read_bid, read_lot
from audit.rules.findings import Failure, fails, misfit, quoted
from audit.rules.unbundling import BundleLeaf
from evidence.rules.checks.ended import ENDS
from kernel.errors import N_
from kernel.formats import FormatError, Reader, canonical

_PAST_9999: Final = N_("终结时间超过 9999 年")
_fail: Final = fails("replay")


class Replay:
    """A sale, gathered at the first reading and judged at the second.

    Args:
        again: reads the leaves of the sale once more.

    Attributes:
        outcome: as the rules give it; None where the end is none of the rules, or not all could be judged.
    """

    name = "replay"

    def __init__(self, subject: str, again: Callable[[], Iterator[BundleLeaf]]) -> None:
        self._subject, self._again = subject, again
        self.outcome: dict[str, Any] | None = None
        self._published: BundleLeaf | None = None
        self._first_bid: BundleLeaf | None = None
        self._end: BundleLeaf | None = None
        self._stops: list[BundleLeaf] = []

    @property
    def applies(self) -> bool:
        """A lot that was withdrawn before its notice leaves nothing to judge."""
        return bool(self._published or self._first_bid or self._closed)

    @property
    def _closed(self) -> BundleLeaf | None:
        return self._end if self._end is not None and self._end.kind == "lot.closed" else None

    def take(self, leaf: BundleLeaf) -> Iterator[Failure]:
        if leaf.kind == "lot.published" and self._first_bid is not None:
            yield _fail(leaf.where, N_("首次出价之后发布的条件"))
        elif leaf.kind == "lot.published":
            self._published = leaf
        elif leaf.kind == "bid":
            self._first_bid = self._first_bid or leaf
        elif leaf.kind in ENDS:
            self._end = self._end or leaf
        if leaf.kind == "lot.resumed" or (leaf.kind == "lot.withdrawn" and "suspension" in leaf.body):
            self._stops.append(leaf)

    def rest(self) -> Iterator[Failure]:
        if not self.applies:
            return
        if self._published is None:
            first = self._first_bid or self._end
            yield _fail(first.where if first else self._subject, N_("出价或终结之前没有 lot.published"))
            return
        try:
            sale = Retelling(_terms(self._published, self._stops))
        except FormatError as error:
            yield misfit(_fail, self._published.where, error)
            return
        is_whole = yield from self._bids_unlike(sale)
        if self._closed is not None:
            yield from self._end_unlike(sale, self._closed, is_whole=is_whole)

    def _bids_unlike(self, sale: Retelling) -> Generator[Failure, None, bool]:
        """Returns whether all could be judged: one that cannot be leaves those behind it in the dark."""
        ranks: Ranks = {}
        for leaf in self._again() if self._first_bid is not None else ():
            if leaf.kind != "bid":
                continue
            try:
                body = Reader(leaf.body, "body").members(("bid", "decision"), open_ended=True)
                entry = read_bid(body.at("bid"), ranks)
                decision = sale.judge(entry)
            except FormatError as error:
                yield misfit(_fail, leaf.where, error)
                return False
            except OverflowError:
                yield _fail(leaf.where, _PAST_9999)
                return False
            yield from _unlike(leaf, entry.bid.code, decision)
        return True

    def _end_unlike(self, sale: Retelling, closed: BundleLeaf, *, is_whole: bool) -> Iterator[Failure]:
        try:
            expected = outcome_members(sale.outcome())
        except OverflowError:
            yield _fail(closed.where, _PAST_9999)
            return
        if is_whole:
            self.outcome = expected
        given = closed.body.get("outcome")
        if canonical(given) != canonical(expected):
            yield _fail(closed.where, N_("所记结果为 %(given)s，规则得出 %(expected)s"), given=quoted(given),
                        expected=quoted(expected))


def _unlike(leaf: BundleLeaf, code: str, decision: Decision) -> Iterator[Failure]:
    """What a leaf of a bid says otherwise than the platform would have written it."""
    if leaf.actor != f"code:{code}":
        yield _fail(leaf.where, N_("行为人是 %(actor)s，竞买代码是 %(code)s"), actor=leaf.actor, code=code)
    given, expected = canonical(leaf.body["decision"]), decision_json(decision)
    if decision.repeated:
        yield _fail(leaf.where, N_("重复的出价不应另成记录"))
    elif given != expected:
        yield _fail(leaf.where, N_("序号 %(seq)s：所记决定为 %(given)s，规则得出 %(expected)s"), seq=leaf.seq,
                    given=quoted(given), expected=quoted(expected))


def _terms(published: BundleLeaf, stops: Sequence[BundleLeaf]) -> LotTerms:
    """What was published, with every suspension of the whole course, each once.

    Raises:
        FormatError: there are none, or what stands for a suspension is none.
    """
    lot = _member(published, "lot").members((), open_ended=True).value
    known = lot.get("suspensions", [])
    if stops and isinstance(known, list):   # what is no list is refused with the terms
        told = {canonical(entry): entry for entry in (_member(leaf, "suspension").value for leaf in stops)}
        for entry in known:
            told.pop(canonical(entry), None)
        lot = {**lot, "suspensions": [*known, *told.values()]}
    return read_lot(Reader(lot, "body.lot"))


def _member(leaf: BundleLeaf, name: str) -> Reader:
    return Reader(leaf.body, "body").members((name,), open_ended=True).at(name)
