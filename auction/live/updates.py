"""What a room hears: plain JSON, adjoining ranges of bids, the server's word on the end.

Whoever commits only says that a lot has changed; what the rooms are told is then read from the
database (``auction/live/rooms.py``).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final, cast

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer, selectinload

from auction.live.audience import Audience
from auction.live.hints import Hints
from auction.live.rooms import LOOK_EVERY, Key, Message, News, Room, Rooms, Stand
from auction.models import Attempt, Result, Sale, Suspension
from auction.services.bidding import BidAnswer
from auction.services.bidstore import JudgedBid, LockedSale
from auction.services.history import end_receipt
from auction.services.reading import (
    MOST_EVENTS,
    SHOWN_BIDS,
    announced_number,
    attempts_of,
    codes_that_bid,
    shown_bid,
    standing_members,
)
from kernel import clock
from kernel.bulk import Bulk
from kernel.bulk import read as read_instant
from kernel.database import db
from kernel.dispatch import broadcast
from kernel.errors import DomainError
from kernel.formats import plain
from kernel.jobs import Job, run_once
from kernel.memory import of_app
from kernel.sockets import socketio
from kernel.transactions import UnitOfWork

NAMESPACE: Final = "/auction"
_MOST_NUMBERS: Final = 10_000


def number_now(session: Session, lot_id: str) -> int:
    """The number of the sale that newcomers of a lot watch, read at most once a second: they come in crowds.

    Raises:
        NoSuchLot: none is announced.
    """
    numbers = _numbers()
    until, number = numbers.get(lot_id, (0.0, 0))
    if until < monotonic():
        if len(numbers) >= _MOST_NUMBERS:
            numbers.clear()
        number = announced_number(session, lot_id)
        numbers[lot_id] = (monotonic() + LOOK_EVERY, number)
    return number


def _numbers() -> dict[str, tuple[float, int]]:
    """By lot, the number and until when it counts."""
    return of_app("numbers_now", dict)


def newcomer_message(session: Session, room: Room, after: int | None) -> Message:
    """The standing for somebody who has just entered a room; read anew only after an update.

    A thousand who come back at once are told with a few reads.
    """
    message = room.answer(after)
    if message is None:
        told = room.told
        message = standing_message(session, session.get_one(Sale, room.key), clock.now(), after)
        if after is None:
            room.standing = (told, message)
    return message | {"server_now": plain(clock.now()), "watchers": audience.shown(room_name(room.key))}


def standing_message(session: Session, sale: Sale, now: datetime, after: int | None = None) -> Message:
    """The whole standing, for who enters or comes back.

    Args:
        after: the number of the last bid that the asker has. All bids behind it are told then, or,
            where they are too many, the newest and the range they stand for, as in an update.
    """
    missed = None if after is None else sale.accepted - after
    bids: Sequence[Attempt]
    if missed is not None and 0 <= missed <= MOST_EVENTS:
        bids = attempts_of(session, sale.lot_id, sale.number, accepted_only=True, after_seq=after or 0,
                           most=missed)[::-1]
    else:
        bids = attempts_of(session, sale.lot_id, sale.number, accepted_only=True, newest=SHOWN_BIDS)
    # The sale was read first: what has come since is told by the next update.
    known = [bid for bid in bids if bid.seq is not None and bid.seq <= sale.accepted]
    begin = (known[-1].seq or 0) if known else 0
    room = rooms.room(sale.lot_id, sale.number)
    message: Message = standing_members(sale, now) | {
        "codes": codes_that_bid(session, sale) if room is None else len(room.codes),
        "from": begin if missed is None or missed < 0 else (after or 0) + 1, "to": sale.accepted,
        "bids": [shown_bid(bid) for bid in known], "result": signed_result(session, sale),
        "watchers": audience.shown(room_name((sale.lot_id, sale.number)))}
    return message


def result_members(sale: Sale) -> dict[str, Any] | None:
    """The platform's word on the end of a sale; None before it."""
    found = sale.result
    if found is None:
        return None
    members: dict[str, Any] = plain({
        "outcome": found.outcome, "winner": found.winner_code, "price_fen": found.price_fen,
        "closed_at": found.closed_at, "accepted": found.accepted, "extensions": found.extensions,
        "reason": found.reason})
    return members


def signed_result(session: Session, sale: Sale) -> dict[str, Any] | None:
    """The same with the receipt of the leaf that says so: no page says that a sale has ended without it."""
    members = result_members(sale)
    if members is None:
        return None
    receipt = end_receipt(session, sale)
    return members | {"receipt": None if receipt is None else json.loads(receipt)}


class Truth:
    """The database, as far as rooms are told of it. Sessions of its own: it sees what is committed."""

    def found(self, key: Key) -> Room:
        """A room for a sale as it stands now."""
        with Session(db.engine) as session:
            told = self._stands(session, [key[0]])[key]
            return Room(key, told, set(session.scalars(_codes(key))))

    def look(self, lot_ids: Collection[str]) -> dict[Key, Stand]:
        """How the sales of these lots stand: one statement, however many."""
        with Session(db.engine) as session:
            return self._stands(session, lot_ids)

    @staticmethod
    def _stands(session: Session, lot_ids: Collection[str]) -> dict[Key, Stand]:
        stops = select(func.count()).where(
            Suspension.lot_id == Sale.lot_id, Suspension.number == Sale.number).scalar_subquery()
        rows = session.execute(
            select(Sale.lot_id, Sale.number, Sale.accepted, Sale.state, Sale.closes_at, stops, Result.outcome)
            .outerjoin(Result, (Result.lot_id == Sale.lot_id) & (Result.number == Sale.number))
            .where(Sale.lot_id.in_(lot_ids)))
        return {(row[0], row[1]): Stand(row[2], tuple(row[3:])) for row in rows}

    def read(self, rooms: Sequence[Room]) -> dict[Key, Message]:
        """For each room one update on everything behind what it was told."""
        behind = {room.key: room for room in rooms}
        now = clock.now()
        with Session(db.engine) as session:
            sales = [sale for sale in session.scalars(
                select(Sale).where(Sale.lot_id.in_({room.key[0] for room in rooms})).options(
                    defer(Sale.announcement), defer(Sale.special_notices),
                    selectinload(Sale.suspensions), selectinload(Sale.result)))
                if (sale.lot_id, sale.number) in behind]
            newest: dict[Key, list[JudgedBid]] = {key: [] for key in behind}
            for bid in _bids(session, [
                    (*key, seq) for sale in sales for key in [(sale.lot_id, sale.number)]
                    for seq in range(max(behind[key].told.accepted, sale.accepted - SHOWN_BIDS) + 1,
                                     sale.accepted + 1)]):
                newest[bid.lot_id, bid.number].append(bid)
            messages: dict[Key, Message] = {}
            for sale in sales:
                room = behind[sale.lot_id, sale.number]
                bids = sorted(newest[room.key], key=lambda bid: bid.seq or 0, reverse=True)
                room.codes.update(bid.code for bid in bids)
                if sale.accepted - room.told.accepted > len(bids):
                    room.codes.update(session.scalars(_codes(room.key, after=room.told.accepted)))
                messages[room.key] = _update(sale, room, bids, now, signed_result(session, sale))
        return messages


    def compose(self, room: Room, news: Sequence[News]) -> Message:
        """One update from bids that this process has just committed itself."""
        bids = [bid for one in news for bid in one.told[1] if (bid.seq or 0) > room.told.accepted]
        room.codes.update(bid.code for bid in bids)
        return _update(news[-1].told[0], room, bids[:-SHOWN_BIDS - 1:-1], clock.now())


def _codes(key: Key, after: int = 0) -> Select[str]:
    """Who has bid with effect behind a number."""
    return select(Attempt.code).distinct().where(
        Attempt.lot_id == key[0], Attempt.number == key[1], Attempt.seq > after)


def _bids(session: Session, wanted: Sequence[tuple[str, int, int]]) -> list[JudgedBid]:
    rows = Bulk(session).find(Attempt, keys=("lot_id", "number", "seq"), columns=JudgedBid._fields,
                              wanted=wanted)
    return [one._replace(received_at=_instant(one.received_at), closes_at=_instant(one.closes_at),
                         extended=bool(one.extended)) for one in map(JudgedBid._make, rows)]


def _instant(stored: datetime | str) -> datetime:
    return cast(datetime, read_instant(stored))   # these columns are never empty


def _update(sale: Sale | LockedSale, room: Room, bids: Sequence[JudgedBid], now: datetime,
            result: Message | None = None) -> Message:
    """One update: the range behind what the room was told, its newest bids first, and the standing."""
    return standing_members(sale, now) | {
        "codes": len(room.codes), "from": room.told.accepted + 1, "to": sale.accepted,
        "bids": [shown_bid(bid) for bid in bids], "result": result}


def tell_of_bids(work: UnitOfWork, answers: Iterable[BidAnswer | DomainError]) -> None:
    """Promise that every room hears of the bids that were accepted for it, however many they are."""
    accepted: dict[str, tuple[LockedSale, list[JudgedBid]]] = {}
    for answer in answers:
        if (isinstance(answer, BidAnswer) and answer.is_new and answer.decision.accepted
                and isinstance(answer.sale, LockedSale) and isinstance(answer.attempt, JudgedBid)):
            accepted.setdefault(answer.sale.lot_id, (answer.sale, []))[1].append(answer.attempt)
    if accepted:
        work.after_commit(partial(_say_news, accepted))


def _say_news(accepted: Mapping[str, tuple[LockedSale, list[JudgedBid]]]) -> None:
    """Let the rooms here hear of new bids, and the other processes look at their lots."""
    news = []
    for lot_id, (sale, bids) in accepted.items():
        bids.sort(key=_seq)
        stand = Stand(sale.accepted, (sale.state, sale.closes_at, len(sale.suspensions), None))
        news.append(News((lot_id, sale.number), _seq(bids[0]), stand, (sale, bids)))
    rooms.hear(news)
    url = _hints_url()
    if url is not None:
        for lot_id in accepted:
            hints.say_changed(url, lot_id)


def _seq(bid: JudgedBid) -> int:
    return bid.seq or 0


def promise_standing(work: UnitOfWork, lot_id: str) -> None:
    """Promise that the lot's rooms hear, once the present act is durable, how the sale stands then."""
    work.after_commit(partial(say_changed, lot_id))


def say_changed(lot_id: str) -> None:
    """Mark a lot as changed, here and in the other processes; called after the commit, never before."""
    _numbers().pop(lot_id, None)
    rooms.mark(lot_id)
    url = _hints_url()
    if url is not None:
        hints.say_changed(url, lot_id)


def _sockets(key: Key) -> Collection[Any]:
    """The sockets of this process that watch a sale."""
    if socketio.server is None:
        return ()
    found: Collection[Any] = socketio.server.manager.rooms.get(NAMESPACE, {}).get(room_name(key), ())
    return found


def room_name(key: Key) -> str:
    """The Socket.IO room of one sale."""
    return f"lot:{key[0]}/{key[1]}"


def _send(event: str, key: Key, message: Message) -> float:
    """To the sockets of this process alone: every process reads for its own. Returns its cost in seconds."""
    return broadcast(socketio, event, message, namespace=NAMESPACE, room=room_name(key))


def count_watchers() -> None:
    """Count who watches, tell the other processes, and every room whose shown number has changed."""
    keys = {room_name(key): key for key in rooms.open()}
    counts = {name: len(_sockets(key)) for name, key in keys.items()}
    rooms.say_watchers({keys[name]: number for name, number in audience.count(counts).items()})
    url = _hints_url()
    if url is not None:
        hints.say_counted(url, {name: count for name, count in counts.items() if count})


def look_around() -> None:
    """Look at every room once, hint or no hint; and see to it that hints are heard."""
    rooms.look_around()
    url = _hints_url()
    if url is not None:
        hints.begin_to_hear(url)


def _hints_url() -> str | None:
    url: str | None = current_app.extensions["settings"].redis_url
    return url


def _spawn(work: Callable[[], None]) -> bool:
    """Do it in a greenlet of its own; False where there are none."""
    if socketio.async_mode != "gevent":
        return False
    app = current_app._get_current_object()   # type: ignore[attr-defined]  # a proxy, shown as the app
    socketio.start_background_task(run_once, app, Job("beside everything else", 0.0, work))
    return True


rooms: Final = Rooms(Truth(), send=_send, is_watched=lambda key: len(_sockets(key)) > 0, spawn=_spawn)
audience: Final = Audience()
hints: Final = Hints(spawn=_spawn, changed=rooms.mark, counted=audience.hear)
