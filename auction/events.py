"""The live room over Socket.IO: watch a lot, bid on it."""

from typing import Any

from flask import g
from flask_socketio import join_room

from auction.errors import NotQualified
from auction.live.bids import known_bidder, take_bid
from auction.live.updates import NAMESPACE, room_of, rooms, standing_message
from auction.schemas import SocketBidIn, WatchIn
from auction.services.reading import announced_sale
from kernel import clock
from kernel.access import PUBLIC, current_actor
from kernel.arrivals import by_entry
from kernel.database import db
from kernel.schemas import load_json
from kernel.sockets import on_event, refuse_without_origin, socketio

socketio.on_event("connect", refuse_without_origin, namespace=NAMESPACE)


@on_event("watch", PUBLIC, namespace=NAMESPACE)
def watch(data: Any = None) -> dict[str, Any]:
    """Enter the room of a lot; anyone may (AUC-3). Answers with the whole standing.

    Whoever comes back names the last bid that it has (``after``) and is told all that it missed.
    """
    wish = load_json(WatchIn(), data)
    session = db.session()
    sale = announced_sale(session, wish["lot"])
    # Entered before the standing is read: what is committed in between is told, not missed.
    join_room(room_of(sale), namespace=NAMESPACE)
    rooms.enter(sale.lot_id, sale.number)
    session.rollback()
    sale = announced_sale(session, wish["lot"])
    message = standing_message(session, sale, clock.now(), after=wish["after"])
    try:
        message["me"] = known_bidder(session, sale, actor=current_actor(), key=wish["key"]).code
    except NotQualified:
        message["me"] = None
    return message


@on_event("bid", PUBLIC, namespace=NAMESPACE)
@by_entry
def bid(data: Any = None) -> dict[str, Any]:
    """Bid. The door asks for a code of this sale, by sign-in or by the key of an exercise's seat."""
    wish = load_json(SocketBidIn(), data)
    return take_bid(wish["lot"], amount_fen=wish["amount_fen"],
                    client_bid_id=wish["client_bid_id"], key=wish["key"],
                    received_at=g.received_at, actor=current_actor())
