"""Public lots, bids over HTTP, and what became of a bid."""

from typing import Any

from flask import g
from marshmallow import Schema, fields

from auction.errors import NoSuchLot
from auction.live.bids import take_bid
from auction.live.updates import plain, standing_message
from auction.models import Lot
from auction.rules.replay import decision_members
from auction.schemas import AfterIn, BidIn
from auction.services.bidding import what_became_of
from auction.services.reading import (
    attempts_of,
    decision_of,
    get_published_lot,
    published_lots,
    replay_file,
    shown_bid,
)
from auction.services.registration import admitted
from kernel import clock
from kernel.access import current_actor, public
from kernel.database import db
from kernel.errors import NotFound
from kernel.http import ApiBlueprint

api = ApiBlueprint("lots-api", __name__, url_prefix="/lots", description="标的物与出价")


class KeyIn(Schema):
    key = fields.String(load_default=None)


@api.get("")
@public
def list_lots() -> Any:
    """Announced lots, newest first."""
    return {"lots": [_line(lot) for lot in published_lots(db.session())]}


@api.get("/<lot_id>")
@public
def show_lot(lot_id: str) -> Any:
    """A lot, its terms and how its latest sale stands."""
    session = db.session()
    lot = get_published_lot(session, lot_id)
    return _line(lot) | {"standing": standing_message(session, lot.sale, clock.now())}


@api.get("/<lot_id>/events")
@api.arguments(AfterIn, location="query")
@public
def events(query: dict[str, Any], lot_id: str) -> Any:
    """Accepted bids behind a number: what a client fetches that missed a range."""
    session = db.session()
    sale = get_published_lot(session, lot_id).sale
    found = attempts_of(session, lot_id, sale.number, accepted_only=True, after_seq=query["after"])
    return plain({"lot": lot_id, "number": sale.number, "server_now": clock.now(),
                  "bids": [shown_bid(one) for one in found]})


@api.post("/<lot_id>/bids")
@api.arguments(BidIn, location="json")
@public
def bid(body: dict[str, Any], lot_id: str) -> Any:
    """Bid; the same service and answer as the Socket.IO event. The door asks for a code."""
    return {"ok": True, **take_bid(lot_id, amount_fen=body["amount_fen"],
                                   client_bid_id=body["client_bid_id"], key=body["key"],
                                   received_at=g.received_at, actor=current_actor())}


@api.get("/<lot_id>/bids/<client_bid_id>")
@api.arguments(KeyIn, location="query")
@public
def became_of(query: dict[str, Any], lot_id: str, client_bid_id: str) -> Any:
    """What became of my bid: the stored answer, or 404 where it never reached the rules."""
    session = db.session()
    sale = get_published_lot(session, lot_id).sale
    registration = admitted(session, sale, actor=current_actor(), key=query["key"])
    attempt = what_became_of(session, registration=registration, client_bid_id=client_bid_id)
    if attempt is None:
        raise NotFound
    return plain({"code": attempt.code, "amount_fen": attempt.amount_fen,
                  "received_at": attempt.received_at,
                  "decision": decision_members(decision_of(attempt))})


@api.get("/<lot_id>/replay")
@public
def replay(lot_id: str) -> Any:
    """The ended sale as a replay/v1 file, for anyone to recompute."""
    session = db.session()
    sale = get_published_lot(session, lot_id).sale
    if sale.result is None:
        raise NoSuchLot(lot_id=lot_id)
    return replay_file(session, lot_id, sale.number)


def _line(lot: Lot) -> dict[str, Any]:
    sale = lot.sale
    line: dict[str, Any] = plain({
        "id": lot.id, "number": sale.number, "title": lot.title, "round": str(sale.round),
        "state": str(sale.state), "start_price_fen": sale.start_price_fen,
        "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
        "reference_price_fen": sale.reference_price_fen, "opens_at": sale.opens_at,
        "closes_at": sale.closes_at, "published_at": sale.published_at,
        "extension_window_seconds": sale.extension_window_seconds,
        "is_exercise": lot.is_exercise, "rule_set": sale.rule_set})
    return line
