"""Asking the catalogue: what fits a wish, what ended, what ends today, what it says in numbers.

Each process keeps a sieve (``portal.rules.sieve``) of the catalogue's rows and brings it up to date
before every answer by reading the rows whose version is newer. So no answer depends on how many lots
there are, only on how many changed and how many are shown.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from time import sleep
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from auction.rules.lifecycle import Group
from kernel.clock import beijing_day, start_of_day
from portal.models import CatalogueState, Entry
from portal.rules.sieve import Marks, Sieve, Trait, Wish, regions_of
from portal.rules.words import Term, line_of, terms_of
from portal.services.phrases import slots_with

OPEN: Final = frozenset({Group.LIVE, Group.UPCOMING})
"""On sale, or announced."""
PAGE: Final = 12
"""Lots on one page of the public list."""
_NAMES: Final = {Trait.GROUP: "state", Trait.CATEGORY: "category", Trait.REGION: "region",
                 Trait.COURT: "court", Trait.ROUND: "round"}
_KEPT_TERMS: Final = 512
_MOST_LOOKED_AT: Final = 100
"""With more texts than this at once, asking the database again is quicker."""
_AT_ONCE: Final = 5000
_MS: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_A_PLACE: Final = 2**50
"""More milliseconds than any instant: heaps stand one after the other."""
_PLACES: Final = {Group.LIVE: 0, Group.UPCOMING: 1, Group.SUSPENDED: 2}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found.

    Attributes:
        total: how many there are on all pages.
        facets: for each trait, how many would be found with each value in place of those wished for.
    """

    rows: Sequence[Entry]
    total: int
    facets: Mapping[Trait, Mapping[str, int]]


@dataclass(slots=True)
class _Held:
    """What this process remembers of one database's catalogue."""

    epoch: str = ""
    version: int = 0
    sieve: Sieve = field(default_factory=Sieve)
    terms: "OrderedDict[Term, int]" = field(default_factory=OrderedDict)


_held: "WeakKeyDictionary[Engine, _Held]" = WeakKeyDictionary()
_lock = RLock()
_WATCHED: Final = (Entry.slot, Entry.version, Entry.words_version, Entry.group, Entry.category, Entry.region,
                   Entry.court_id, Entry.round, Entry.price_fen, Entry.reference_price_fen, Entry.deposit_fen,
                   Entry.accepted, Entry.opens_at, Entry.closes_at, Entry.published_at)


def warm(session: Session) -> None:
    """Bring this process's sieve up to date, so that no reader waits for it."""
    _up_to_date(session)


def wish_of(wanted: Mapping[str, Any]) -> Wish:
    """What ``LotsIn`` has read, as the sieve takes it."""
    return Wish({trait: frozenset(map(str, wanted[name])) for trait, name in _NAMES.items() if wanted[name]},
                wanted["price_from"], wanted["price_to"], wanted["deposit_to"], wanted["sort"])


def find(session: Session, wish: Wish, *, query: str = "", page: int = 1, size: int = PAGE) -> Page:
    """The lots that fit, one page of them, and how many fit each choice beside the ones taken."""
    held = _up_to_date(session)
    within = _having(session, held, terms_of(query))
    sieve = held.sieve
    found = sieve.sift(wish, within)
    facets = {}
    for trait in Trait:
        beside = sieve.sift(wish.without(trait), within) if wish.traits.get(trait) else found
        facets[trait] = sieve.counts(trait, beside, _shown(sieve, wish) if trait is Trait.REGION else None)
    rows = _entries(session, sieve.page(found, wish.order, (page - 1) * size, size))
    return Page(rows, found.bit_count(), facets)


def first(session: Session, wish: Wish, most: int) -> tuple[Sequence[Entry], int]:
    """The first lots that fit, and how many fit: for pages that offer no choices beside them."""
    sieve = _up_to_date(session).sieve
    found = sieve.sift(wish)
    return _entries(session, sieve.page(found, wish.order, 0, most)), found.bit_count()


def count(session: Session, wish: Wish, *, query: str = "") -> int:
    """How many lots fit."""
    held = _up_to_date(session)
    return held.sieve.sift(wish, _having(session, held, terms_of(query))).bit_count()


def counts_of(session: Session, trait: Trait, wish: Wish | None = None) -> dict[str, int]:
    """How many lots have each value of a trait, among those that fit."""
    held = _up_to_date(session)
    return held.sieve.counts(trait, held.sieve.sift(wish or Wish()))


def counts_by_category(session: Session) -> dict[str, int]:
    """How many lots of each category are on sale or announced."""
    return counts_of(session, Trait.CATEGORY, Wish({Trait.GROUP: OPEN}))


def counts_by_court(session: Session, groups: frozenset[Group]) -> dict[str, int]:
    """How many lots of each court stand in one of these groups."""
    return counts_of(session, Trait.COURT, Wish({Trait.GROUP: groups}))


def recent_results(session: Session, n: int) -> Sequence[Entry]:
    """The sales that ended last, the last one first."""
    return session.scalars(select(Entry).where(Entry.ended_at.is_not(None))
                           .order_by(Entry.ended_at.desc(), Entry.slot).limit(n)).all()


def closing_today(session: Session, now: datetime, n: int) -> tuple[Sequence[Entry], int]:
    """Running sales that end before midnight in Beijing, the next to end first, and how many there are."""
    today = (Entry.group == Group.LIVE, Entry.closes_at < start_of_day(beijing_day(now) + timedelta(days=1)))
    found = session.scalars(select(Entry).where(*today).order_by(Entry.closes_at, Entry.slot).limit(n)).all()
    if len(found) < n:
        return found, len(found)
    return found, session.scalars(select(func.count()).select_from(Entry).where(*today)).one()


def running(session: Session, n: int) -> Sequence[Entry]:
    """Running sales, the next to end first."""
    return session.scalars(select(Entry).where(Entry.group == Group.LIVE)
                           .order_by(Entry.closes_at, Entry.slot).limit(n)).all()


def coming(session: Session, now: datetime, n: int) -> Sequence[Entry]:
    """Announced sales that have not begun, the next to begin first."""
    return session.scalars(select(Entry).where(Entry.group == Group.UPCOMING)
                           .order_by(Entry.opens_at, Entry.slot).limit(n)).all()


def _entries(session: Session, slots: Sequence[int]) -> list[Entry]:
    rows = {entry.slot: entry for entry in session.scalars(select(Entry).where(Entry.slot.in_(slots)))}
    return [rows[slot] for slot in slots if slot in rows]


def _shown(sieve: Sieve, wish: Wish) -> list[str]:
    """The regions that a tree shows: down to the first fork, and what lies right below a chosen one."""
    below: dict[str, list[str]] = {}
    for one in sieve.values(Trait.REGION):
        below.setdefault(one.rpartition("/")[0], []).append(one)
    opened = {one for chosen in wish.traits.get(Trait.REGION, ()) for one in regions_of(chosen)}
    fork = ""
    while len(below.get(fork, ())) == 1:
        fork = below[fork][0]
        opened.add(fork)
    return [one for above in ("", *opened) for one in below.get(above, ())]


def _having(session: Session, held: _Held, terms: Sequence[Term]) -> int | None:
    """The bits of the lots in which all terms are found; None where nothing was asked for."""
    if not terms:
        return None
    within: int | None = None
    for term in terms:
        bits = held.terms.get(term)
        if bits is None:
            version = held.version
            bits = held.sieve.bits_of(slots_with(session, term))
            if held.version == version:  # else the words may be older than what is remembered
                held.terms[term] = bits
                if len(held.terms) > _KEPT_TERMS:
                    held.terms.popitem(last=False)
        else:
            held.terms.move_to_end(term)
        within = bits if within is None else within & bits
    return within


def _up_to_date(session: Session) -> _Held:
    engine = session.get_bind().engine
    held = _held.get(engine)
    state = session.execute(select(CatalogueState.epoch, CatalogueState.version)).one_or_none()
    if state is None:
        held = _held[engine] = _Held()
    elif held is None or held.epoch != state.epoch:
        with _lock:
            held = _held.get(engine)
            if held is None or held.epoch != state.epoch:
                held = _held[engine] = _load(session, state.epoch, state.version)
    elif held.version < state.version:
        _catch_up(session, held, state.version)
    return held


def _load(session: Session, epoch: str, version: int) -> _Held:
    def lots() -> Iterator[tuple[int, Marks]]:
        for row in _rows(session):
            yield row.slot, _marks(row)
        # Readers write nothing. Putting many lots in order takes seconds, and PostgreSQL ends a
        # transaction that stands idle so long (kernel.database).
        session.rollback()

    return _Held(epoch, version, Sieve.of(lots()))


def _rows(session: Session) -> Iterator[Any]:
    last = -1
    while True:
        rows = session.execute(select(*_WATCHED).where(Entry.slot > last).order_by(Entry.slot)
                               .limit(_AT_ONCE)).all()
        yield from rows
        sleep(0)  # lets others act while a great catalogue is read
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].slot


def _catch_up(session: Session, held: _Held, version: int) -> None:
    known = held.version
    rows = session.execute(select(*_WATCHED).where(Entry.version > known)).all()
    for row in rows:
        held.sieve.put(row.slot, _marks(row))
    _look_again(session, held, [row.slot for row in rows if row.words_version > known])
    held.version = max(held.version, version)


def _look_again(session: Session, held: _Held, slots: Sequence[int]) -> None:
    """What is remembered of words stays true of lots whose words have changed."""
    if len(slots) > _MOST_LOOKED_AT:
        held.terms.clear()
    if not held.terms or not slots:
        return
    texts = session.execute(select(Entry.slot, Entry.text).where(Entry.slot.in_(slots))).all()
    for slot, text in texts:
        line, bit = line_of(text), 1 << slot
        for term, bits in held.terms.items():
            held.terms[term] = bits | bit if term.is_in(line) else bits & ~bit


def _marks(row: Any) -> Marks:
    ends = _ms(row.closes_at)
    place = _PLACES.get(row.group, len(_PLACES))
    soonest = {0: ends, 1: _ms(row.opens_at)}.get(place, -ends)
    reference = row.reference_price_fen
    return Marks(
        values=(row.group, row.category, row.region, row.court_id, row.round),
        measures=(place * _A_PLACE + soonest, -_ms(row.published_at), row.price_fen,
                  row.price_fen * 1_000_000 // reference if reference else _A_PLACE,
                  -row.accepted, row.deposit_fen))


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MS
