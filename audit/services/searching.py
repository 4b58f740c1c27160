"""Finding leaves in a log of any length: each question walks a key, none counts or sorts the whole log.

``at`` and, within a subject, ``seq`` rise with the index. So a span of time, and where a page begins, are
first turned into places on the key that is walked, by halving. Acts that are no bids have indices by kind,
actor and case, for which a bid does not pay; bids are found along the chain of their sale, or the log itself.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Leaf, Log

COUNTED: Final = 1000
"""So many leaves that fit are counted; beyond, it is only said that there are more."""
_NO_BID: Final = text("leaves.kind <> 'bid'")
"""Written out, not bound: only so both databases see that a partial index holds every answer."""


@dataclass(frozen=True, slots=True)
class LeafSearch:
    """Which leaves of one log are wanted; empty members do not narrow.

    Attributes:
        subjects: only leaves of these; None for all. Nothing is found where it is empty.
        case_id: leaves that belong to this case; its bids among ``bids_of`` only.
        bids_of: with ``case_id``: the subjects whose bids belong to the case too.
    """

    log: str
    subjects: tuple[str, ...] | None = None
    case_id: str = ""
    bids_of: tuple[str, ...] = ()
    kind: str = ""
    actor: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundLeaves:
    """A page of leaves, newest first.

    Attributes:
        older: whether the same question finds older ones.
        newer: whether it finds newer ones.
        total: how many fit in all, on the first page; None elsewhere, and where
            they are more than are counted.
    """

    leaves: Sequence[Leaf]
    older: bool
    newer: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """Indices from ``low`` up to, and without, ``high``."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        return self.low >= self.high


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way along a key: a subject's chain, the log itself, or an index of what is no bid."""

    conditions: tuple[ColumnElement[bool], ...]
    is_chain: bool = False
    no_bid: bool = False

    def indices(self, *, rising: bool, most: int) -> Select[Any]:
        order = Leaf.seq if self.is_chain else Leaf.index
        query = select(Leaf.index).where(*self.conditions)
        if self.no_bid:
            query = query.where(_NO_BID)
        return query.order_by(order.asc() if rising else order.desc()).limit(most)


def log_of_court(session: Session, court_id: str, *, is_exercise: bool = False) -> str | None:
    """The name of a court's log, or of that of its exercises; None where it has none."""
    return session.scalar(select(Log.origin).where(Log.court_id == court_id, Log.is_exercise == is_exercise))


def is_exercise_log(session: Session, origin: str) -> bool:
    """Whether a log is that of a court's exercises."""
    return session.scalar(select(Log.is_exercise).where(Log.origin == origin)) is True


def find_leaves(session: Session, wanted: LeafSearch, *, before: int | None = None,
                after: int | None = None, most: int) -> FoundLeaves:
    """The leaves that fit, newest first.

    Args:
        before: only those with a lower index: the next page.
        after: only those with a higher index, the ones next to it: the page before. Where they do not
            fill a page, it is the first page.
        most: how many a page holds.
    """
    span = _span(session, wanted)
    if after is not None:
        later = _Span(max(span.low, after + 1), span.high)
        found = _indices(session, wanted, later, rising=True, most=most + 1)
        if len(found) > most:
            return FoundLeaves(_rows(session, wanted.log, found[:most]), older=True, newer=True)
    elif before is not None:
        earlier = _Span(span.low, min(span.high, before))
        found = _indices(session, wanted, earlier, rising=False, most=most + 1)
        return FoundLeaves(_rows(session, wanted.log, found[:most]), older=len(found) > most, newer=True)
    found = _indices(session, wanted, span, rising=False, most=COUNTED + 1)
    return FoundLeaves(_rows(session, wanted.log, found[:most]), older=len(found) > most, newer=False,
                       total=_total(wanted, span, len(found)))


def _total(wanted: LeafSearch, span: _Span, counted: int) -> int | None:
    """A log has no gaps: without any other condition, its span says how many there are."""
    if not (wanted.subjects is not None or wanted.case_id or wanted.kind or wanted.actor):
        return max(0, span.high - span.low)
    return counted if counted <= COUNTED else None


def _rows(session: Session, log: str, indices: Sequence[int]) -> Sequence[Leaf]:
    return session.scalars(select(Leaf).where(Leaf.log == log, Leaf.index.in_(indices))
                           .order_by(Leaf.index.desc())).all()


def _span(session: Session, wanted: LeafSearch) -> _Span:
    """The indices that the wanted time allows."""
    size = session.scalar(select(Log.size).where(Log.origin == wanted.log)) or 0

    def at(index: int) -> datetime:
        return session.execute(select(Leaf.at).where(
            Leaf.log == wanted.log, Leaf.index == index)).scalar_one()

    low = 0 if wanted.from_at is None else bisect_left(range(size), wanted.from_at, key=at)
    high = size if wanted.to_at is None else bisect_left(range(size), wanted.to_at, key=at)
    return _Span(low, high)


def _indices(session: Session, wanted: LeafSearch, span: _Span, *, rising: bool, most: int) -> list[int]:
    if span.is_empty:
        return []
    found = [index for walk in _walks(session, wanted, span)
             for index in session.scalars(walk.indices(rising=rising, most=most))]
    return sorted(found, reverse=not rising)[:most]


def _walks(session: Session, wanted: LeafSearch, span: _Span) -> list[_Walk]:
    """Which keys to go along; no leaf lies on two of them."""
    bids, acts = wanted.kind in ("", Kind.BID), wanted.kind != Kind.BID
    if wanted.actor:
        of_code = wanted.actor.startswith("code:")  # behind a code one does nothing but bid
        bids, acts = bids and of_code, acts and not of_code
    narrowed: list[ColumnElement[bool]] = []
    if wanted.kind:
        narrowed.append(Leaf.kind == wanted.kind)
    if wanted.actor:
        narrowed.append(Leaf.actor == wanted.actor)
    within = (*narrowed, Leaf.index >= span.low, Leaf.index < span.high)
    along = (*within, Leaf.log == wanted.log)
    # An expression no key of the log fits: SQLite, without statistics, would walk the log for an actor too.
    elsewhere = (*within, (Leaf.log + "") == wanted.log)
    if wanted.case_id:
        of_case = _Walk((*elsewhere, Leaf.case_id == wanted.case_id), no_bid=True)
        chains = _chains(session, wanted, span, wanted.bids_of, (*narrowed, Leaf.kind == str(Kind.BID)))
        return [of_case] * acts + chains * bids
    if not bids and (wanted.kind or wanted.actor):
        among = () if wanted.subjects is None else (Leaf.subject.in_(wanted.subjects),)
        return [_Walk((*(along if wanted.kind else elsewhere), *among), no_bid=True)]
    if wanted.subjects is not None:
        return _chains(session, wanted, span, wanted.subjects, tuple(narrowed))
    return [_Walk(along)]


def _chains(session: Session, wanted: LeafSearch, span: _Span, subjects: Sequence[str],
            narrowed: tuple[ColumnElement[bool], ...]) -> list[_Walk]:
    """The chain of each subject, cut to the span by its own numbers."""
    lengths = session.execute(
        select(Leaf.subject, func.max(Leaf.seq))
        .where(Leaf.log == wanted.log, Leaf.subject.in_(subjects)).group_by(Leaf.subject)).all()
    def cut(subject: str, length: int) -> _Walk:
        first = 1 + _numbers_under(session, wanted.log, subject, length, span.low)
        last = _numbers_under(session, wanted.log, subject, length, span.high)
        return _Walk((*narrowed, Leaf.subject == subject, Leaf.log == wanted.log, Leaf.seq >= first,
                      Leaf.seq <= last), is_chain=True)

    return [cut(subject, length) for subject, length in lengths]


def _numbers_under(session: Session, log: str, subject: str, length: int, index: int) -> int:
    """How many leaves of a subject's chain stand under an index of the log."""
    if index == 0:
        return 0

    def place(seq: int) -> int:
        return session.execute(select(Leaf.index).where(
            Leaf.subject == subject, Leaf.seq == seq, Leaf.log == log)).scalar_one()

    read: Callable[[int], int] = place
    return length if read(length) < index else bisect_left(range(1, length + 1), index, key=read)
