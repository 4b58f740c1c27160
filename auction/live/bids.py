"""Taking up one bid, whichever way it came: the same service, the same answer."""

import json
from datetime import datetime
from itertools import count
from typing import Any, Final

from auction.live.queue import queue
from auction.live.updates import plain
from auction.rules.replay import decision_members
from auction.services import undecided
from auction.services.bidding import BidAnswer, Offer
from auction.services.reading import announced_sale
from auction.services.registration import admitted
from kernel.access import Actor
from kernel.database import db
from kernel.languages import say

_arrivals: Final = count()


def take_bid(lot_id: str, *, amount_fen: int, client_bid_id: str, key: str | None,
             received_at: datetime, actor: Actor | None) -> dict[str, Any]:
    """Judge and store a bid, tell the room, and return what the bidder is told.

    Args:
        key: of an exercise's seat; None for a bidder who is signed in.
        received_at: stamped by the edge before anything else.

    Raises:
        NotQualified, NotRunning, NoSuchLot, TooManyUndecided: refusals at the door, without a leaf.
    """
    order = next(_arrivals)
    session = db.session()
    # Whoever may not bid is turned away here, before the lock that all bidders share.
    bidder = admitted(session, announced_sale(session, lot_id), actor=actor, key=key)
    offer = Offer(lot_id, bidder.number, bidder.person_digest, amount_fen, client_bid_id, received_at, order)
    who = bidder.id
    session.rollback()   # no transaction stands open while the bid waits for its turn
    with undecided.waiting(lot_id, who, received_at):
        return acknowledgement(queue.take(offer))


def acknowledgement(answer: BidAnswer) -> dict[str, Any]:
    """What a bidder is told: the decision as in replay/v1, and a refusal in words with its rule."""
    attempt = answer.attempt
    told: dict[str, Any] = {"code": attempt.code, "amount_fen": attempt.amount_fen,
                            "received_at": plain(attempt.received_at),
                            "decision": decision_members(answer.decision), "refusal": None,
                            "leaf": answer.leaf,
                            "receipt": None if answer.receipt is None else json.loads(answer.receipt)}
    if answer.refusal is not None:
        told["refusal"] = {
            "message": say(answer.refusal.message, answer.refusal.details),
            "rule": answer.refusal.rule, "article": answer.refusal.article}
    return told
