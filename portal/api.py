"""The list of lots for programs: the same query as the page /lots."""

from datetime import datetime
from typing import Any

from auction.services import reading
from kernel.access import public
from kernel.database import db
from kernel.formats import instant_text
from kernel.http import ApiBlueprint
from portal.models import Entry
from portal.rules.sieve import Trait
from portal.schemas import LotsIn
from portal.services import catalogue
from portal.services.catalogue import PAGE, wish_of

api = ApiBlueprint("catalogue-api", __name__, url_prefix="/lots", description="标的目录")


@api.get("")
@api.arguments(LotsIn, location="query")
@public
def list_lots(query: dict[str, Any]) -> Any:
    """Announced lots by words, state, category, region, court, round, price and deposit, 12 a page.

    A name may stand several times; sums are in ten thousand yuan, as on the page. ``facets`` says how
    many would be found with each value in place of those asked for.
    """
    found = catalogue.find(db.session(), wish_of(query), query=query["q"], page=query["page"])
    sales = {sale.lot_id: sale for sale in reading.announced_among(
        db.session(), {entry.lot_id for entry in found.rows})}
    return {"lots": [_line(entry, sales[entry.lot_id])
                     for entry in found.rows if entry.lot_id in sales],
            "total": found.total, "pages": max(1, -(-found.total // PAGE)),
            "facets": {str(trait): found.facets[trait] for trait in Trait}}


def _line(entry: Entry, sale: Any) -> dict[str, Any]:
    members = reading.line_members(sale) | {
        "category": entry.category, "region": entry.region, "accepted": sale.accepted}
    return {name: instant_text(value) if isinstance(value, datetime) else value
            for name, value in members.items()}
