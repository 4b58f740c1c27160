"""What a room hears: plain JSON, adjoining ranges of bids, the server's word on the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.models import Attempt, Sale
from auction.services.reading import shown_bid, snapshot
from kernel.formats import instant_text
from kernel.sockets import socketio

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
    if sale.result is not None:
        message["result"] = plain({
            "outcome": sale.result.outcome, "winner": sale.result.winner_code,
            "price_fen": sale.result.price_fen, "closed_at": sale.result.closed_at,
            "accepted": sale.result.accepted, "extensions": sale.result.extensions})
    return message


def bid_message(sale: Sale, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """One accepted bid: the range it covers is its own number."""
    message: dict[str, Any] = plain({
        "lot": sale.lot_id, "number": sale.number, "state": str(sale.state),
        "price_fen": sale.price_fen, "leader": sale.leader_code, "minimum_fen": attempt.minimum_fen,
        "accepted": sale.accepted, "extensions": sale.extensions, "opens_at": sale.opens_at,
        "closes_at": sale.closes_at, "server_now": now, "from": attempt.seq, "to": attempt.seq,
        "bids": [shown_bid(attempt)]})
    return message


def tell(room: str, message: Mapping[str, Any]) -> None:
    """Send one update to everybody in the room; called after the commit, never before."""
    socketio.emit("update", dict(message), namespace=NAMESPACE, to=room)
