"""Taking up one bid, whichever way it came: the same service, the same answer."""

import json
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Flask
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import TooManyUndecided
from auction.live.queue import Answer, queue
from auction.live.updates import NAMESPACE
from auction.models import Registration, Sale
from auction.rules.replay import decision_json, decision_members
from auction.services import presence, undecided
from auction.services.bidding import BidAnswer, Offer, answer_of, what_became_of
from auction.services.reading import announced_sale
from auction.services.registration import admitted, admitted_before
from kernel import clock
from kernel.access import Actor, present_session
from kernel.database import db
from kernel.dispatch import Event, present_event, quick_event
from kernel.errors import DomainError
from kernel.formats import canonical, instant_text, plain, text_json
from kernel.languages import in_language, reader_language, say
from kernel.money import MOST_FEN
from kernel.sockets import incident, refusal
from kernel.websocket import WebSocket

SEAT_LASTS_S: Final = 4.0
"""How long a socket's bidder is known without asking anew who is signed in."""
LOOK_AT_SIGN_INS_EVERY: Final = 1.5
TOKENS_AT_ONCE: Final = 500
_MEMBERS: Final = frozenset({"lot", "amount_fen", "client_bid_id", "key"})
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True)
class KnownBidder:
    """Whom a socket bids for in one sale, as the last full look at it said."""

    number: int
    digest: str
    registration_id: str
    language: str
    token: str | None
    until: float


def take_bid(lot_id: str, *, amount_fen: int, client_bid_id: str, key: str | None,
             received_at: datetime, actor: Actor | None) -> dict[str, Any]:
    """Judge and store a bid, tell the room, and return what the bidder is told.

    Args:
        key: of an exercise's seat; None for a bidder who is signed in.
        received_at: stamped by the edge before anything else.

    Raises:
        NotQualified, NotRunning, NoSuchLot, TooManyUndecided, NotPresent, ClockOff: refusals at the door,
            without a leaf.
    """
    closed = presence.here().why_closed(received_at)
    if closed is not None:
        raise closed
    event = present_event()
    order = time.time_ns() if event is None else event.stamp_ns
    session = db.session()
    # Whoever may not bid is turned away here, before the lock that all bidders share.
    sale = announced_sale(session, lot_id)
    bidder, *earlier = known_bidder(session, sale, actor=actor, key=key)
    first = what_became_of(session, earlier, client_bid_id)
    if first is not None and first.amount_fen == amount_fen:   # sent in an earlier sale, and answered there
        return acknowledgement(answer_of(session, first, repeated=True))
    offer = Offer(lot_id, bidder.number, bidder.person_digest, amount_fen, client_bid_id, received_at, order)
    who = bidder.id
    session.rollback()   # no transaction stands open while the bid waits for its turn
    with undecided.waiting(lot_id, who, received_at):
        return acknowledgement(queue.take(offer))


def known_bidder(session: Session, sale: Sale, *, actor: Actor | None, key: str | None
                 ) -> list[Registration]:
    """The registration under which a bid may be made, and those of earlier sales of the lot behind it.

    The socket that asks is known by it for a while; not where there are earlier ones, for what was sent then
    may still come again.

    Raises:
        NotQualified: there is none.
    """
    bidder = admitted(session, sale, actor=actor, key=key)
    earlier = admitted_before(session, sale, actor=actor, key=key)
    event = present_event()
    if event is not None and not earlier:
        # A seat of an exercise has no sign-in that could end.
        is_seat = key is not None and sale.lot.is_exercise
        event.socket.known[(bidder.lot_id, key)] = KnownBidder(
            bidder.number, bidder.person_digest, bidder.id, reader_language(),
            None if is_seat else present_session(),
            float("inf") if is_seat else time.monotonic() + SEAT_LASTS_S)
    return [bidder, *earlier]


def look_at_sign_ins() -> None:
    """Ask once for all sockets whose bidders are known whether these are still signed in."""
    now = time.monotonic()
    bidders = [(socket.known, place, bidder) for socket in tuple(WebSocket.open.values())
               for place, bidder in socket.known.items() if bidder.token is not None]
    tokens = sorted({bidder.token for _known, _place, bidder in bidders if bidder.token is not None})
    holding: set[str] = set()
    for begin in range(0, len(tokens), TOKENS_AT_ONCE):
        holding |= accounts.still_signed_in(db.session(), tokens[begin:begin + TOKENS_AT_ONCE],
                                            now=clock.machine_now())
    for known, place, bidder in bidders:
        if bidder.token in holding:
            known[place] = replace(bidder, until=now + SEAT_LASTS_S)
        else:
            known.pop(place, None)


@quick_event("bid", namespace=NAMESPACE)
def quick_bid(event: Event) -> bool:
    """A well-formed bid of a bidder whom this socket knows goes from its frame into the queue.

    Anything else takes the way of ``auction.events.bid``, which says in full what is wrong.
    """
    data = event.data[0] if len(event.data) == 1 else None
    if not isinstance(data, dict) or not data.keys() <= _MEMBERS:
        return False
    lot_id, amount_fen, key, name = map(data.get, ("lot", "amount_fen", "key", "client_bid_id"))
    if (type(amount_fen) is not int or not 0 < amount_fen <= MOST_FEN or type(lot_id) is not str
            or not (key is None or type(key) is str) or type(name) is not str
            or not _PLAIN_ID.fullmatch(name)):
        return False
    socket = event.socket
    bidder: KnownBidder | None = socket.known.get((lot_id, key))
    if bidder is None or bidder.until < time.monotonic():
        return False
    received_at = event.received_at
    app: Flask = socket.environ["flask.app"]
    if presence.of(app).why_closed(received_at) is not None:
        return False
    try:
        undecided.take_place(lot_id, bidder.registration_id, received_at)   # left by ``_answered``
    except TooManyUndecided:
        return False
    offer = Offer(lot_id, bidder.number, bidder.digest, amount_fen, name, received_at, event.stamp_ns)
    queue.push(app, offer, partial(_answered, event, bidder, offer))
    return True


def _answered(event: Event, bidder: KnownBidder, offer: Offer, answer: Answer) -> None:
    undecided.leave_place(offer.lot_id, bidder.registration_id, offer.received_at)
    if isinstance(answer, BidAnswer):
        if answer.refusal is None:
            event.answer(acknowledged(answer))
            return
        with in_language(bidder.language):
            event.answer(acknowledged(answer))
        return
    with in_language(bidder.language):
        if isinstance(answer, DomainError):
            event.socket.known.clear()
            told = refusal(answer)
        else:
            told = incident(answer, "bid")
    event.answer(json.dumps(told, ensure_ascii=False).encode())


def acknowledgement(answer: BidAnswer) -> dict[str, Any]:
    """What a bidder is told: the decision as in replay/v1, a refusal in words with its rule, the receipt."""
    return _members(answer) | {"receipt": None if answer.receipt is None else json.loads(answer.receipt)}


def acknowledged(answer: BidAnswer) -> bytes:
    """The same as the JSON of an acknowledgement, in one stroke; the receipt is JSON already."""
    attempt = answer.attempt
    refused = _refusal_members(answer)
    return _ACKNOWLEDGED % (
        text_json(attempt.code), attempt.amount_fen, instant_text(attempt.received_at).encode(),
        answer.shown or decision_json(answer.decision), b"null" if refused is None else canonical(refused),
        answer.leaf.index, answer.leaf.hash.encode(), answer.receipt or b"null")


_ACKNOWLEDGED: Final = (b'{"ok":true,"code":%b,"amount_fen":%d,"received_at":"%b","decision":%b,"refusal":%b,'
                        b'"leaf":{"index":%d,"hash":"%b"},"receipt":%b}')


def _members(answer: BidAnswer) -> dict[str, Any]:
    attempt = answer.attempt
    return {"code": attempt.code, "amount_fen": attempt.amount_fen,
            "received_at": plain(attempt.received_at), "decision": decision_members(answer.decision),
            "refusal": _refusal_members(answer),
            "leaf": {"index": answer.leaf.index, "hash": answer.leaf.hash}}


def _refusal_members(answer: BidAnswer) -> dict[str, Any] | None:
    refusal = answer.refusal
    return None if refusal is None else {
        "message": say(refusal.message, refusal.details), "rule": refusal.rule, "article": refusal.article}
