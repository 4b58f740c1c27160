"""What anyone may read of a lot (AUC-3): the lot, its history, how it ended."""


from flask import render_template, request
from flask.typing import ResponseReturnValue

from auction.errors import NoSuchLot
from auction.schemas import PageIn
from auction.services.history import history_of
from auction.services.reading import announced_sale
from auction.views import lot_page, result_page
from auction.views.blueprint import pages
from auction.views.words import leaf_words
from kernel.access import public
from kernel.database import db
from kernel.schemas import load_form


@pages.get("/lots/<lot_id>")
@public
def lot(lot_id: str) -> ResponseReturnValue:
    """One lot: what it is, what is wrong with it, what it costs, how to bid."""
    sale = announced_sale(db.session(), lot_id)
    if sale.lot.is_exercise:
        raise NoSuchLot(lot_id=lot_id)
    return render_template("auction/lot.html", **lot_page.build(sale))


@pages.get("/lots/<lot_id>/result")
@public
def result(lot_id: str) -> ResponseReturnValue:
    """How the sale ended, with everything needed to recompute it; before the end, how it stands.

    ``?number=1`` shows an earlier sale of the same lot.
    """
    sale = announced_sale(db.session(), lot_id)
    if sale.lot.is_exercise:
        raise NoSuchLot(lot_id=lot_id)
    number = request.args.get("number", sale.number, type=int)
    shown = next((one for one in sale.lot.sales if one.number == number and one.published_at), None)
    if shown is None:
        raise NoSuchLot(lot_id=lot_id)
    return render_template("auction/result.html",
                           **result_page.build(shown, everything="all" in request.args))


@pages.get("/lots/<lot_id>/history")
@public
def history(lot_id: str) -> ResponseReturnValue:
    """The leaves of the lot's sales, in their order."""
    page = load_form(PageIn(), request.args)["page"]
    sale = announced_sale(db.session(), lot_id)
    found = history_of(db.session(), sale.lot, page=page)
    return render_template(
        "auction/history.html", sale=sale, page=page, pages=found.pages, total=found.total,
        rows=[{"number": one.number, "seq": one.seq, "index": one.index, "at": one.at,
               "hash": one.hash, "kind": one.kind} | leaf_words(one.kind, one.body, found.told)
              for one in found.leaves])


