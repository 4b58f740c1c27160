"""The list of lots for programs: the same query as the page /lots."""

from typing import Any

from auction.api.lots import line
from auction.services import reading
from kernel.access import public
from kernel.database import db
from kernel.http import ApiBlueprint
from portal.rules.sieve import Trait
from portal.schemas import LotsIn
from portal.services import catalogue
from portal.services.catalogue import PAGE
from portal.views.lots import wish_of

api = ApiBlueprint("catalogue-api", __name__, url_prefix="/lots", description="标的目录")


@api.get("")
@api.arguments(LotsIn, location="query")
@public
def list_lots(query: dict[str, Any]) -> Any:
    """Announced lots by words, state, category, region, court, round, price and deposit, 24 a page.

    A name may stand several times; sums are in ten thousand yuan, as on the page. ``facets`` says how
    many would be found with each value in place of those asked for.
    """
    found = catalogue.find(db.session(), wish_of(query), query=query["q"], page=query["page"])
    sales = {sale.lot_id: sale for sale in reading.announced_among(
        db.session(), {entry.lot_id for entry in found.rows})}
    return {"lots": [line(sales[entry.lot_id]) | {
                "category": entry.category, "region": entry.region, "accepted": sales[entry.lot_id].accepted}
                for entry in found.rows if entry.lot_id in sales],
            "total": found.total, "pages": max(1, -(-found.total // PAGE)),
            "facets": {str(trait): found.facets[trait] for trait in Trait}}
