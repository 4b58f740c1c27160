"""The rows that bids are judged by and leave behind, read and written by the batch (design: "A bid").

The only place of this domain where rows go past the models: a batch of bids for a thousand lots is
a handful of statements. The rows of the sales are locked first, and all that a decision rests on
is read under that lock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from auction.models import Attempt, Lot, Registration, Sale
from auction.models import Suspension as Stop
from auction.rules.lifecycle import LotState, Round
from kernel.bulk import Bulk, read

_TERMS: Final = ("lot_id", "number", "round", "rule_set", "start_price_fen", "increment_fen", "whole_steps",
                 "max_steps", "extension_window_seconds", "opens_at", "planned_closes_at", "published_at")
_COURSE: Final = ("state", "closes_at")
"""Sales are looked for by these: an index is written wherever a statement names them, changed or not."""
_STANDING: Final = ("price_fen", "leader_code", "leader_rank", "accepted", "attempts",
                    "extensions", "latest_at", "suspensions_over")
_OF_SALE: Final = ("lot_id", "number")
_ROUNDS: Final = {one.value: one for one in Round}
_STATES: Final = {one.value: one for one in LotState}
"""By their stored words; asking the enumeration takes ten times as long."""
_MOST_SEATS: Final = 20_000
"""Of those who bid, remembered for each connection: some ten megabytes."""


Place = tuple[str, int, str]
"""Lot, number of its sale, and the digest of a bidder."""


@dataclass(slots=True)
class SuspendedSpan:
    """A time in which the sale stood still, as far as bids are judged and shown by it."""

    ground: str
    reason: str
    from_at: datetime
    to_at: datetime | None


@dataclass(slots=True)
class LockedSale:
    """The row of a sale, held until the end of the transaction; the names are those of ``Sale``."""

    lot_id: str
    number: int
    round: Round
    rule_set: str
    start_price_fen: int
    increment_fen: int
    whole_steps: bool
    max_steps: int | None
    extension_window_seconds: int
    opens_at: datetime
    planned_closes_at: datetime
    state: LotState
    closes_at: datetime
    price_fen: int | None
    leader_code: str | None
    leader_rank: int | None
    accepted: int
    attempts: int
    extensions: int
    latest_at: datetime | None
    suspensions_over: int
    court_id: str = ""
    case_id: str | None = None
    is_exercise: bool = False
    suspensions: list[SuspendedSpan] = field(default_factory=list)
    subject: str = field(init=False)
    """How the log names this sale."""
    found: tuple[LotState, datetime] = field(init=False)
    """The state and end that its row holds."""

    def __post_init__(self) -> None:
        self.subject = f"lot:{self.lot_id}/{self.number}"
        self.found = (self.state, self.closes_at)


class Seat(NamedTuple):
    """What stands behind a bidder's digest in one sale: an admitted code and its rank.

    Attributes:
        admitted_at: since when he may bid (the deposit is confirmed; AUC-12).
        actor: who bids, as the log names him.
    """

    code: str
    priority_rank: int | None
    admitted_at: datetime
    actor: str


class JudgedBid(NamedTuple):
    """One bid as it was judged; the names, and the order, are those of ``Attempt``."""

    lot_id: str
    number: int
    position: int
    code: str
    priority_rank: int | None
    client_bid_id: str | None
    amount_fen: int
    received_at: datetime
    decided_at: datetime
    accepted: bool
    reason: str | None
    seq: int | None
    closes_at: datetime
    minimum_fen: int
    extended: bool
    leaf_index: int | None


class Ground(NamedTuple):
    """What a batch of bids is judged on: sales with their rows locked, and who stands behind the bids."""

    sales: dict[str, LockedSale]
    seats: dict[Place, Seat]


def lock(bulk: Bulk, lot_ids: Collection[str], places: Collection[Place]) -> Ground:
    """The latest announced sale of each lot, locked, and the admitted codes behind these places.

    Lots without a sale and places without an admitted code are left out.
    """
    lots = [(lot_id,) for lot_id in sorted(lot_ids)]
    rows = bulk.find(Sale, keys=("lot_id",), columns=_TERMS + _COURSE + _STANDING, wanted=lots, lock=True)
    stops = bulk.find(Stop, keys=("lot_id",), wanted=lots,
                     columns=(*_OF_SALE, "ground", "reason", "from_at", "to_at"))
    seats = _seats(bulk, places)
    sales = {row[0]: _sale(row) for row in sorted(rows, key=lambda row: int(row[1])) if row[11] is not None}
    origins = _origins(bulk, sales)
    for lot_id, sale in sales.items():
        sale.court_id, sale.case_id, sale.is_exercise = origins[lot_id]
    for lot_id, number, ground, reason, from_at, to_at in stops:
        if lot_id in sales and sales[lot_id].number == number:
            sales[lot_id].suspensions.append(SuspendedSpan(ground, reason, _at(from_at), read(to_at)))
    for sale in sales.values():
        sale.suspensions.sort(key=lambda one: one.from_at)
    return Ground(sales, seats)


def _seats(bulk: Bulk, places: Collection[Place]) -> dict[Place, Seat]:
    """The admitted codes behind these places: an admission never changes (``registration.admit``)."""
    kept: dict[Place, Seat] = bulk.remembered.setdefault(Registration, {})
    if len(kept) > _MOST_SEATS:
        kept.clear()
    seats = {place: kept[place] for place in places if place in kept}
    rows = bulk.find(
        Registration, keys=(*_OF_SALE, "person_digest"), wanted=[one for one in places if one not in seats],
        columns=(*_OF_SALE, "person_digest", "code", "priority_rank", "admitted_at"))
    found = {(lot_id, number, digest): Seat(code, rank, _at(admitted_at), f"code:{code}")
             for lot_id, number, digest, code, rank, admitted_at in rows if code is not None}
    if bulk.reads_durable:
        kept.update(found)
    return seats | found


def _origins(bulk: Bulk, lot_ids: Collection[str]) -> dict[str, tuple[str, str | None, bool]]:
    """Court, case, and whether it is an exercise, by lot: that stays as it was when the lot was made."""
    known = {lot_id: bulk.remembered.get((Lot, lot_id)) for lot_id in lot_ids}
    for lot_id, court_id, case_id, is_exercise in bulk.find(
            Lot, keys=("id",), columns=("id", "court_id", "case_id", "is_exercise"),
            wanted=[(lot_id,) for lot_id, found in known.items() if found is None]):
        known[lot_id] = bulk.remembered[Lot, lot_id] = (court_id, case_id, bool(is_exercise))
    return {lot_id: found for lot_id, found in known.items() if found is not None}


def _sale(row: Sequence[Any]) -> LockedSale:
    (lot_id, number, round_, rule_set, start, step, whole, most, window, opens, planned, _published,
     state, closes, price, leader, rank, accepted, attempts, extensions, latest, over) = row
    return LockedSale(
        lot_id, number, _ROUNDS[round_], rule_set, start, step, bool(whole), most, window, _at(opens),
        _at(planned), _STATES[state], _at(closes), price, leader, rank, accepted, attempts, extensions,
        read(latest), over)


def _at(value: datetime | str) -> datetime:
    instant = read(value)
    if instant is None:
        raise TypeError("a column that is never empty is")
    return instant


def answered(bulk: Bulk, wanted: Collection[tuple[str, int, str, str]]) -> list[JudgedBid]:
    """Every bid already judged under these (lot, number, code, client_bid_id), in the order of judgement.

    Looked for by the last two, which hardly anybody shares: an index that begins with the lot would
    be taken for as good, and hold all bids of the sale.
    """
    places = set(wanted)
    rows = bulk.find(Attempt, keys=("client_bid_id", "code"), columns=JudgedBid._fields,
                     wanted=[(name, code) for _lot, _number, code, name in places])
    found = [one for one in map(JudgedBid._make, rows)
             if (one.lot_id, one.number, one.code, one.client_bid_id) in places]
    return sorted(map(as_judged, found), key=lambda bid: (bid.lot_id, bid.number, bid.position))


def bids_of_sale(bulk: Bulk, lot_id: str, number: int) -> list[tuple[Any, ...]]:
    """The members of all bids of a sale in the order of judgement, as the driver gives them."""
    rows = bulk.find(Attempt, keys=_OF_SALE, columns=JudgedBid._fields, wanted=[(lot_id, number)])
    return sorted(rows, key=itemgetter(JudgedBid._fields.index("position")))


def as_judged(bid: JudgedBid) -> JudgedBid:
    """A bid as it was judged, of the values that the driver gives."""
    return bid._replace(
        received_at=_at(bid.received_at), decided_at=_at(bid.decided_at), closes_at=_at(bid.closes_at),
        accepted=bool(bid.accepted), extended=bool(bid.extended))


def write_sales(bulk: Bulk, sales: Iterable[LockedSale]) -> None:
    """Put the standing of these sales back onto their rows."""
    moved, others = [], []
    for sale in sales:
        row = (sale.price_fen, sale.leader_code, sale.leader_rank, sale.accepted, sale.attempts,
               sale.extensions, bulk.kept(sale.latest_at), sale.suspensions_over, sale.lot_id, sale.number)
        if (sale.state, sale.closes_at) == sale.found:
            others.append(row)
        else:
            moved.append((sale.state.value, bulk.kept(sale.closes_at), *row))
    bulk.update(Sale, keys=_OF_SALE, columns=_STANDING, rows=others)
    bulk.update(Sale, keys=_OF_SALE, columns=_COURSE + _STANDING, rows=moved)


def write_bids(bulk: Bulk, bids: Iterable[JudgedBid]) -> None:
    """Store judged bids."""
    kept = bulk.kept
    bulk.insert(Attempt, JudgedBid._fields, [
        (lot_id, number, position, code, rank, name, amount_fen, kept(received_at), kept(decided_at),
         accepted, reason, seq, kept(closes_at), minimum_fen, extended, leaf_index)
        for (lot_id, number, position, code, rank, name, amount_fen, received_at, decided_at, accepted,
             reason, seq, closes_at, minimum_fen, extended, leaf_index) in bids])
