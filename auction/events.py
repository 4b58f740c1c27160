"""The live room over Socket.IO: watch a lot, bid on it."""

from typing import Any

from flask import g
from flask_socketio import join_room
from sqlalchemy.orm import Session

from auction.errors import NotQualified
from auction.live.bids import known_bidder, take_bid
from auction.live.rooms import Room
from auction.live.updates import NAMESPACE, newcomer_message, number_now, room_name, rooms
from auction.models import Sale
from auction.schemas import SocketBidIn, WatchIn
from kernel.access import PUBLIC, current_actor
from kernel.arrivals import by_entry
from kernel.database import db
from kernel.schemas import load_json
from kernel.sockets import on_event, refuse_without_origin, socketio

_WATCH, _BID = WatchIn(), SocketBidIn()

socketio.on_event("connect", refuse_without_origin, namespace=NAMESPACE)


@on_event("watch", PUBLIC, namespace=NAMESPACE)
def watch(data: Any = None) -> dict[str, Any]:
    """Enter the room of a lot; anyone may (AUC-3). Answers with the whole standing.

    Whoever comes back names the last bid that it has (``after``) and is told all that it missed.
    """
    wish = load_json(_WATCH, data)
    session = db.session()
    number = number_now(session, wish["lot"])
    # Entered before the standing is read: what is committed in between is told, not missed.
    join_room(room_name((wish["lot"], number)), namespace=NAMESPACE)
    room = rooms.enter(wish["lot"], number)
    session.rollback()
    return newcomer_message(session, room, wish["after"]) | {"me": _own_code(session, room, wish["key"])}


def _own_code(session: Session, room: Room, key: str | None) -> str | None:
    """The code under which whoever watches may bid; most who watch are nobody in particular."""
    actor = current_actor()
    if actor is None and key is None:
        return None
    try:
        return known_bidder(session, session.get_one(Sale, room.key), actor=actor, key=key)[0].code
    except NotQualified:
        return None


@on_event("bid", PUBLIC, namespace=NAMESPACE)
@by_entry
def bid(data: Any = None) -> dict[str, Any]:
    """Bid. The door asks for a code of this sale, by sign-in or by the key of an exercise's seat."""
    wish = load_json(_BID, data)
    return take_bid(wish["lot"], amount_fen=wish["amount_fen"],
                    client_bid_id=wish["client_bid_id"], key=wish["key"],
                    received_at=g.received_at, actor=current_actor())
