"""A bidder's receipts: of every bid what was signed, whether the log has it; to check and to keep."""

import io
from typing import Any, Final

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from auction.models import Sale
from auction.rules.bidding import Reason
from auction.rules.history import REASON_WORDS
from auction.services import papers
from auction.services.history import log_keys, receipt_keys
from auction.services.reading import all_announced, find_sale
from auction.services.receipts import HeldReceipt, HeldReceipts, own_receipts, write_receipts
from auction.services.registration import registrations_of_person
from auction.views.bidder import my_pages
from auction.views.words import court_name, sale_line, shown_state
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import NotFound
from kernel.languages import say
from kernel.papers.serving import address_of, answer

SHOWN: Final = 200
"""Bids that the page lists and checks; the files hold all of them."""


@my_pages.get("/receipts")
@access(Role.BIDDER)
def receipts_of_all() -> ResponseReturnValue:
    """The sales in which I have bid, newest first, each with how many receipts I hold."""
    session, now = db.session(), clock.now()
    rows = []
    for sale, _mine in registrations_of_person(session, all_announced(session), signed_in().id):
        held = own_receipts(session, sale, signed_in(), now=now, most=1)
        if held is not None:
            rows.append({"title": sale.lot.title, "line": sale_line(sale), "state": shown_state(sale, now),
                         "code": held.code, "many": held.many, "url": _url(sale),
                         "latest": held.held[0].attempt})
    return render_template("auction/receipts_of_all.html", rows=rows)


@my_pages.get("/<lot_id>/<int:number>/receipts")
@access(Role.BIDDER)
def receipts(lot_id: str, number: int) -> ResponseReturnValue:
    """Every bid of mine in one sale: sum, time, decision, signed, in the log; checked by my browser."""
    held = _held(lot_id, number, most=SHOWN)
    session, sale = db.session(), held.sale
    return render_template(
        "auction/receipts.html", held=held, sale=sale, lot=sale.lot, line=sale_line(sale), url=_url(sale),
        state=shown_state(sale, clock.now()), court_name=court_name(sale.lot.court_id),
        rows=[_row(one) for one in held.held], receipt_keys=receipt_keys(session, sale),
        log_keys=log_keys(session, sale))


def _row(one: HeldReceipt) -> dict[str, Any]:
    attempt = one.attempt
    return {"name": one.name, "position": attempt.position, "seq": attempt.seq,
            "amount_fen": attempt.amount_fen, "received_at": attempt.received_at,
            "accepted": attempt.accepted, "index": one.index, "hash": one.hash,
            "reason": say(REASON_WORDS[Reason(attempt.reason)]) if attempt.reason else "",
            "is_signed": one.receipt is not None, "is_logged": one.proof is not None}


@my_pages.get("/<lot_id>/<int:number>/receipts.zip")
@access(Role.BIDDER)
def receipts_zip(lot_id: str, number: int) -> Response:
    """All receipts of a sale with their proofs, the keys, and how to check them without us."""
    held, out = _held(lot_id, number), io.BytesIO()
    session = db.session()
    readme = render_template("auction/receipts_readme.txt", log=held.log, page=_page_of_newest(held),
                             verifier=address_of("/verify/verify.py"), example=held.held[-1].name) + "\n"
    write_receipts(out, held, receipt_keys=receipt_keys(session, held.sale),
                   log_keys=log_keys(session, held.sale), readme=readme)
    return _file(out.getvalue(), "application/zip", f"receipts-{lot_id}-{number}.zip")


@my_pages.get("/<lot_id>/<int:number>/receipts.pdf")
@access(Role.BIDDER)
def receipts_pdf(lot_id: str, number: int) -> Response:
    """The same to print: every bid with its hash, and a code that leads to the log."""
    held = _held(lot_id, number)
    made = answer(papers.receipts_paper(db.session(), held, page=_page_of_newest(held)))
    made.headers["Cache-Control"] = "private, no-cache"
    return made


@my_pages.get("/<lot_id>/<int:number>/receipts/<int(max=2147483647):position>.json")
@access(Role.BIDDER)
def receipt(lot_id: str, number: int, position: int) -> Response:
    """One receipt (receipt/v1), byte for byte as it was given."""
    (one,) = _held(lot_id, number, position=position).held
    if one.receipt is None:
        raise NotFound
    return _file(one.receipt, "application/json", f"{one.name}.json")


@my_pages.get("/<lot_id>/<int:number>/receipts/<int(max=2147483647):position>.tlog-proof")
@access(Role.BIDDER)
def proof(lot_id: str, number: int, position: int) -> Response:
    """The proof that the leaf of one bid stands in the log (tlog-proof), under the newest checkpoint."""
    (one,) = _held(lot_id, number, position=position).held
    if one.proof is None:
        raise NotFound
    return _file(one.proof.encode(), "text/plain; charset=utf-8", f"{one.name}.tlog-proof")


def _held(lot_id: str, number: int, *, most: int | None = None, position: int | None = None) -> HeldReceipts:
    """What the reader holds of a sale.

    Raises:
        NotFound: nothing, or there is no such sale: others are not told which.
    """
    session = db.session()
    sale = find_sale(session, lot_id, number)
    held = None if sale is None else own_receipts(session, sale, signed_in(), now=clock.now(), most=most,
                                                  position=position)
    if held is None:
        raise NotFound
    return held


def _page_of_newest(held: HeldReceipts) -> str:
    """Where anybody sees whether the leaf of the newest bid stands in the log."""
    return address_of(f"/logs/{held.log}/leaves/{held.held[0].index}")


def _url(sale: Sale) -> str:
    return f"/my/bids/{sale.lot_id}/{sale.number}/receipts"


def _file(raw: bytes, kind: str, name: str) -> Response:
    return Response(raw, content_type=kind, headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"})
