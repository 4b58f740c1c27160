"""Taking up one bid, whichever way it came: the same service, the same answer."""

from datetime import datetime
from functools import partial
from typing import Any

from auction.live.updates import bid_message, plain, room_of, tell
from auction.rules.replay import decision_members
from auction.services import undecided
from auction.services.bidding import BidAnswer, place_bid
from auction.services.history import leaf_of_attempt
from auction.services.reading import announced_sale, lock_sale
from auction.services.registration import admitted
from kernel import clock
from kernel.access import Actor
from kernel.database import db
from kernel.languages import say
from kernel.transactions import unit_of_work


def take_bid(lot_id: str, *, amount_fen: int, client_bid_id: str, key: str | None,
             received_at: datetime, actor: Actor | None) -> dict[str, Any]:
    """Judge and store a bid, tell the room, and return what the bidder is told.

    Args:
        key: of an exercise's seat; None for a bidder who is signed in.
        received_at: stamped by the edge before anything else.

    Raises:
        NotQualified, NotRunning, NoSuchLot, TooManyUndecided: refusals at the door, without a leaf.
    """
    sale = announced_sale(db.session(), lot_id)
    number = sale.number
    # Whoever may not bid is turned away here, before the lock that all bidders share.
    bidder = admitted(db.session(), sale, actor=actor, key=key).id
    with undecided.waiting(lot_id, bidder, received_at), unit_of_work() as work:
        sale = lock_sale(work.session, lot_id, number)
        answer = place_bid(
            work.session, registration=admitted(work.session, sale, actor=actor, key=key),
            amount_fen=amount_fen, client_bid_id=client_bid_id, received_at=received_at,
            now=clock.now())
        told = acknowledgement(answer)
        if answer.is_new and answer.decision.accepted:
            work.after_commit(partial(tell, room_of(sale),
                                      bid_message(sale, answer.attempt, clock.now())))
        elif not answer.is_new:
            told["leaf"] = leaf_of_attempt(work.session, answer.attempt)
    if answer.is_new:
        leaf = work.leaves[-1]
        told["leaf"] = {"index": leaf.index, "hash": leaf.hash}
    return told


def acknowledgement(answer: BidAnswer) -> dict[str, Any]:
    """What a bidder is told: the decision as in replay/v1, and a refusal in words with its rule."""
    attempt = answer.attempt
    told: dict[str, Any] = {"code": attempt.code, "amount_fen": attempt.amount_fen,
                            "received_at": plain(attempt.received_at),
                            "decision": decision_members(answer.decision), "refusal": None}
    if answer.refusal is not None:
        told["refusal"] = {
            "message": say(answer.refusal.message, answer.refusal.details),
            "rule": answer.refusal.rule, "article": answer.refusal.article}
    return told
