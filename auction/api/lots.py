"""Public lots, bids over HTTP, what became of a bid, a bidder's registrations."""

from typing import Any

from flask import g

from auction.errors import NoSuchLot
from auction.live.bids import acknowledgement, take_bid
from auction.live.updates import result_members, standing_message
from auction.models import Registration, Sale
from auction.rules.priority import RightState
from auction.schemas import AfterIn, BidIn, KeyIn, PageIn, RegisterIn
from auction.services.bidding import answer_of, what_became_of
from auction.services.closing import refund_due_at
from auction.services.history import history_of
from auction.services.priority import rights_of
from auction.services.reading import (
    MOST_EVENTS,
    all_announced,
    announced_sale,
    attempts_of,
    line_members,
    replay_file,
    shown_bid,
)
from auction.services.registration import (
    ever_admitted,
    own_registration,
    register_bidder,
    registrations_of_person,
)
from kernel import clock
from kernel.access import Role, access, current_actor, public, signed_in
from kernel.arrivals import by_entry
from kernel.database import db
from kernel.errors import NotFound
from kernel.formats import instant_text, plain
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work
from ledger import services as ledger

api = ApiBlueprint("lots-api", __name__, url_prefix="/lots", description="标的物与出价")
my_api = ApiBlueprint("my-bids-api", __name__, url_prefix="/my/bids", description="我的竞买与保证金")


@api.get("/<lot_id>")
@public
def show_lot(lot_id: str) -> Any:
    """A lot, its terms and how its latest announced sale stands."""
    session = db.session()
    sale = announced_sale(session, lot_id)
    return line(sale) | {
        "announcement": sale.announcement, "special_notices": sale.special_notices,
        "notices_version": sale.notices_version, "priority_decision": sale.priority_decision,
        "disclosures": [
            {"item": one.item, "text": one.text, "not_applicable_reason": one.not_applicable_reason,
             "document_sha256": one.document_sha256} for one in sale.disclosures],
        "standing": standing_message(session, sale, clock.now()),
        "priority_rights": [{"role": str(one.role), "rank": one.rank}
                            for one in rights_of(session, sale, RightState.CONFIRMED)],
        "confirmation": _confirmation(sale)}


def _confirmation(sale: Sale) -> dict[str, Any] | None:
    """The buyer, once the sale has ended (AUC-22.1)."""
    if sale.delivery is None or sale.result is None:
        return None
    return {"code": sale.result.winner_code, "name": sale.delivery.buyer_name,
            "masked_number": sale.delivery.buyer_masked_number,
            "price_fen": sale.delivery.price_fen}


@api.get("/<lot_id>/events")
@api.arguments(AfterIn, location="query")
@public
def events(query: dict[str, Any], lot_id: str) -> Any:
    """Accepted bids behind a number: what a client fetches that missed a range.

    At most 500 an answer; ``more`` says that others follow.
    """
    session = db.session()
    sale = announced_sale(session, lot_id)
    found = attempts_of(session, lot_id, sale.number, accepted_only=True, after_seq=query["after"],
                        most=MOST_EVENTS + 1)
    return {"lot": lot_id, "number": sale.number, "server_now": instant_text(clock.now()),
            "more": len(found) > MOST_EVENTS, "bids": [shown_bid(one) for one in found[:MOST_EVENTS]]}


@api.get("/<lot_id>/history")
@api.arguments(PageIn, location="query")
@public
def history(query: dict[str, Any], lot_id: str) -> Any:
    """The leaves of the lot's sales in order; ``leaf`` is base64 of what is hashed."""
    session = db.session()
    found = history_of(session, announced_sale(session, lot_id).lot, page=query["page"])
    return {"total": found.total, "pages": found.pages, "leaves": [
        plain({"number": one.number, "index": one.index, "seq": one.seq, "kind": one.kind,
               "at": one.at, "actor": one.actor, "hash": one.hash, "leaf": one.raw})
        for one in found.leaves]}


@api.post("/<lot_id>/registrations")
@api.arguments(RegisterIn, location="json")
@access(Role.BIDDER)
def register(body: dict[str, Any], lot_id: str) -> Any:
    """Register to bid; answers with the reference under which the deposit is to be paid."""
    with unit_of_work() as work:
        registration = register_bidder(
            work.session, lot_id=lot_id, notices_version=body["notices_version"], is_barred=False,
            actor=signed_in(), now=clock.now())
        answer = {"registration": registration.id, "reference": registration.reference,
                  "deposit_fen": registration.deposit_fen}
    return answer, 201


@api.post("/<lot_id>/bids")
@api.arguments(BidIn, location="json")
@public
@by_entry
def bid(body: dict[str, Any], lot_id: str) -> Any:
    """Bid; the same service and answer as the Socket.IO event. The door asks for a code."""
    return {"ok": True, **take_bid(lot_id, amount_fen=body["amount_fen"],
                                   client_bid_id=body["client_bid_id"], key=body["key"],
                                   received_at=g.received_at, actor=current_actor())}


@api.get("/<lot_id>/bids/<client_bid_id>")
@api.arguments(KeyIn, location="query")
@public
def became_of(query: dict[str, Any], lot_id: str, client_bid_id: str) -> Any:
    """What became of my bid, in this sale of the lot or an earlier one: the stored answer, or 404.

    404 says that it never reached the rules; 403 that whoever asks had a code in none of the sales.
    """
    session = db.session()
    sale = announced_sale(session, lot_id)
    codes = ever_admitted(session, sale, actor=current_actor(), key=query["key"])
    attempt = what_became_of(session, codes, client_bid_id)
    if attempt is None:
        raise NotFound
    return {"ok": True, **acknowledgement(answer_of(session, attempt))}


@api.get("/<lot_id>/replay")
@public
def replay(lot_id: str) -> Any:
    """The ended sale as a replay/v1 file, for anyone to recompute."""
    session = db.session()
    sale = announced_sale(session, lot_id)
    if sale.result is None:
        raise NoSuchLot(lot_id=lot_id)
    return replay_file(session, lot_id, sale.number)


@my_api.get("")
@access(Role.BIDDER)
def my_bids() -> Any:
    """My registrations with the state of their deposits, my codes, and how the sales stand."""
    session = db.session()
    found = registrations_of_person(session, all_announced(session), signed_in().id)
    return {"registrations": [_registration(sale, one) for sale, one in found]}


@my_api.get("/<lot_id>")
@access(Role.BIDDER)
def my_bid(lot_id: str) -> Any:
    """My registration for a lot, and what a buyer has still to pay."""
    session = db.session()
    sale = announced_sale(session, lot_id)
    registration = own_registration(session, sale, signed_in())
    if registration is None:
        raise NotFound
    answer = _registration(sale, registration)
    delivery = sale.delivery
    if delivery is not None and delivery.buyer_person_id == signed_in().id:
        answer["purchase"] = plain({
            "price_fen": delivery.price_fen, "balance_fen": delivery.balance_fen,
            "reference": delivery.balance_reference,
            "balance_due_on": delivery.balance_due_on.isoformat(), "paid_at": delivery.paid_at,
            "ruling_served_at": delivery.ruling_served_at,
            "handed_over_at": delivery.handed_over_at})
    return answer


def _registration(sale: Sale, one: Registration) -> dict[str, Any]:
    payment = ledger.payment(db.session(), one.reference or "")
    shown: dict[str, Any] = plain({
        "lot": sale.lot_id, "number": sale.number, "title": sale.lot.title,
        "state": str(sale.state), "reference": one.reference, "deposit_fen": one.deposit_fen,
        "deposit_state": str(payment.state), "code": one.code,
        "priority_rank": one.priority_rank, "admitted_at": one.admitted_at,
        "refund_due_at": refund_due_at(sale)})
    return shown | {"result": result_members(sale)}


def line(sale: Sale) -> dict[str, Any]:
    """A lot and the terms of its sale, in one line of a list."""
    shown: dict[str, Any] = plain(line_members(sale))
    return shown
