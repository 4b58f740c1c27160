"""What a room hears: plain JSON, adjoining ranges of bids, the server's word on the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.models import Attempt, Sale
from auction.services.reading import announced_sale, shown_bid, snapshot, standing_members
from kernel import clock
from kernel.database import db
from kernel.formats import instant_text
from kernel.sockets import socketio
from kernel.transactions import UnitOfWork

NAMESPACE: Final = "/auction"


def room_of(sale: Sale) -> str:
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


def bid_message(sale: Sale, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """One accepted bid: the range it covers is its own number."""
    message: dict[str, Any] = plain(standing_members(sale, now) | {
        "from": attempt.seq, "to": attempt.seq, "bids": [shown_bid(attempt)], "result": None})
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
