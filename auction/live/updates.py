"""What a room hears: plain JSON, adjoining ranges of bids, the server's word on the end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.models import Sale
from auction.services.bidding import BidAnswer
from auction.services.bidstore import LockedSale
from auction.services.reading import SHOWN_BIDS, announced_sale, shown_bid, snapshot, standing_members
from kernel import clock
from kernel.database import db
from kernel.errors import DomainError
from kernel.formats import instant_text
from kernel.sockets import socketio
from kernel.transactions import UnitOfWork

NAMESPACE: Final = "/auction"


def room_of(sale: Sale | LockedSale) -> str:
    """The Socket.IO room of one sale."""
    return sale.subject


def plain(value: Any) -> Any:
    """Values as JSON wants them: instants in Beijing time with milliseconds."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def standing_message(session: Session, sale: Sale, now: datetime) -> dict[str, Any]:
    """The whole standing, for who enters or comes back."""
    message: dict[str, Any] = plain(snapshot(session, sale, now))
    message["result"] = result_members(sale)
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


def tell_of_bids(work: UnitOfWork, answers: Iterable[BidAnswer | DomainError]) -> None:
    """Promise each room one update on the bids that were accepted for it, however many they are."""
    accepted: dict[str, list[BidAnswer]] = {}
    for answer in answers:
        if isinstance(answer, BidAnswer) and answer.is_new and answer.decision.accepted:
            accepted.setdefault(room_of(answer.sale), []).append(answer)
    for room, bids in accepted.items():
        work.after_commit(partial(tell, room, bids_message(bids, clock.now())))


def bids_message(answers: Sequence[BidAnswer], now: datetime) -> dict[str, Any]:
    """Accepted bids of one sale: the range of their numbers, and the newest of them, newest first."""
    bids = sorted((one.attempt for one in answers), key=lambda bid: bid.seq or 0, reverse=True)
    message: dict[str, Any] = plain(standing_members(answers[0].sale, now) | {
        "from": bids[-1].seq, "to": bids[0].seq,
        "bids": [shown_bid(one) for one in bids[:SHOWN_BIDS]], "result": None})
    return message


def tell(room: str, message: Mapping[str, Any]) -> None:
    """Send one update to everybody in the room; called after the commit, never before."""
    socketio.emit("update", dict(message), namespace=NAMESPACE, to=room)


def promise_standing(work: UnitOfWork, lot_id: str) -> None:
    """Tell the room, once the present act is durable, how its sale stands then.

    For every act that is no bid: opened, closed, suspended, resumed, withdrawn.
    """

    def say_how_it_stands() -> None:
        session = db.session()
        sale = announced_sale(session, lot_id)
        tell(room_of(sale), standing_message(session, sale, clock.now()))

    work.after_commit(say_how_it_stands)
