"""A bidder's receipts for programs, and for the page that checks them in the bidder's browser."""

import json
from typing import Any, Final

from auction.services.history import log_keys, receipt_keys
from auction.services.reading import find_sale
from auction.services.receipts import own_receipts
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import NotFound
from kernel.formats import plain
from kernel.http import ApiBlueprint

api = ApiBlueprint("my-receipts-api", __name__, url_prefix="/my/receipts", description="我的出价回执")

MOST: Final = 200
"""Bids of one answer, the newest."""


@api.get("/<lot_id>/<int:number>")
@access(Role.BIDDER)
def receipts(lot_id: str, number: int) -> Any:
    """My bids in one sale, the newest first: each with its receipt/v1 and, once there is one, its tlog-proof.

    At most 200; ``many`` says how many there are. ``keys`` are those that the log itself names.
    """
    session = db.session()
    sale = find_sale(session, lot_id, number)
    held = None if sale is None else own_receipts(session, sale, signed_in(), now=clock.now(), most=MOST)
    if held is None:
        raise NotFound
    return {"log": held.log, "code": held.code, "many": held.many,
            "checkpoint": plain({"size": held.size, "at": held.signed_at}),
            "keys": {"receipts": receipt_keys(session, held.sale), "log": log_keys(session, held.sale)},
            "bids": [{"position": one.attempt.position, "accepted": one.attempt.accepted,
                      "amount_fen": one.attempt.amount_fen, "leaf": {"index": one.index, "hash": one.hash},
                      "proof": one.proof,
                      "receipt": None if one.receipt is None else json.loads(one.receipt)}
                     for one in held.held]}
