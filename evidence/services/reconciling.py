"""Rows beside the leaves that say the same: who edits a table and not the log, or the log and not the table.

People work with rows: what a bid was, how a sale ended. The log proves its leaves alone. So every bid and
every end is compared with its leaf, and judged again by the rules.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.rules.bidding import Standing, opening
from auction.rules.replay import bid_members, decision_members, lot_members, outcome_members
from auction.services import courses, reading
from auction.services.bidstore import JudgedBid
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from evidence.rules.film import film
from kernel.formats import FormatError

UNREADABLE: Final = (FormatError, ValueError, TypeError, LookupError)
"""What bytes that are no leaf, a word of no list and a missing member raise: named, and the check goes on."""


def rows_beside_leaves(session: Session) -> Iterator[str]:
    """What rows of sales and their leaves do not say alike, in words for whoever runs the platform."""
    for lot_id, number in courses.announced(session):
        try:
            for problem in _of_sale(session, courses.sale_numbered(session, lot_id, number)):
                yield f"lot:{lot_id}/{number}: {problem}"
        except UNREADABLE as error:
            yield f"lot:{lot_id}/{number}: cannot be read: {error}"


def _of_sale(session: Session, sale: Any) -> Iterator[str]:
    leaves = audit.leaves_of_subject(session, sale.subject)
    bids = courses.judged_bids(session, sale.lot_id, sale.number)
    yield from _terms(sale, leaves)
    yield from _bids(bids, [leaf for leaf in leaves if leaf.kind == Kind.BID])
    frames = list(film(reading.bid_log(session, sale, bids)))
    for bid, frame in zip(bids, frames, strict=True):
        if reading.decision_of(bid) != frame.decision:
            yield f"attempt {bid.position}: the rules judge it otherwise"
        if bid.extended != (frame.after.extensions > frame.before.extensions):
            yield f"attempt {bid.position}: the rules extend otherwise"
    yield from _standing(sale, bids, frames[-1].after if frames else opening(reading.terms_of(sale)))
    yield from _end(sale, leaves)


def _terms(sale: Any, leaves: Any) -> Iterator[str]:
    told = [audit.body_of(leaf) for leaf in leaves if leaf.kind == Kind.LOT_PUBLISHED]
    if not told:
        yield "it is announced, and no leaf says so"
    elif told[-1]["lot"] != lot_members(replace(reading.terms_of(sale), suspensions=())):
        yield "its terms are not those that were announced"


def _bids(bids: list[JudgedBid], leaves: list[Leaf]) -> Iterator[str]:
    for place, (bid, leaf) in enumerate(zip_longest(bids, leaves), 1):
        if bid is None or leaf is None:
            yield (f"attempt {place} has no leaf" if leaf is None else
                   f"leaf {leaf.index}: the bid that it tells of is not among the attempts")
            continue
        told = {"bid": bid_members(reading.bid_of(bid), bid.received_at),
                "decision": decision_members(reading.decision_of(bid))}
        if bid.position != place:
            yield f"attempt {bid.position} stands at place {place}"
        if bid.leaf_index not in (None, leaf.index):   # None: from before receipts
            yield f"attempt {place} names leaf {bid.leaf_index}, its leaf is {leaf.index}"
        if audit.body_of(leaf) != told or leaf.actor != f"code:{bid.code}":
            yield f"attempt {place} is not what leaf {leaf.index} says"


def _standing(sale: Any, bids: list[JudgedBid], after: Standing) -> Iterator[str]:
    stored = {"price_fen": sale.price_fen, "leader_code": sale.leader_code, "leader_rank": sale.leader_rank,
              "accepted": sale.accepted, "extensions": sale.extensions, "attempts": sale.attempts}
    found = {"price_fen": after.price_fen, "leader_code": after.leader_code, "leader_rank": after.leader_rank,
             "accepted": after.accepted, "extensions": after.extensions, "attempts": len(bids)}
    for name, value in stored.items():
        if value != found[name]:
            yield f"{name} is {value}, by its bids {found[name]}"


def _end(sale: Any, leaves: Any) -> Iterator[str]:
    ended = reading.outcome_of(sale)
    told = [audit.body_of(leaf)["outcome"] for leaf in leaves if leaf.kind == Kind.LOT_CLOSED]
    withdrawn = any(leaf.kind == Kind.LOT_WITHDRAWN for leaf in leaves)
    if sale.result is None:
        if told or withdrawn:
            yield "a leaf says that it has ended, and there is no result"
    elif ended is None:
        if told or not withdrawn:
            yield f"its result is {sale.result.outcome}, its leaves say otherwise"
    elif told != [outcome_members(ended)]:
        yield "its result is not what its leaf says"
