"""The search of a desk: what the reader's court has, from every domain, under one heading each."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from kernel.access import STAFF, access, may_open, signed_in
from kernel.database import db
from kernel.domain import Hit
from kernel.languages import say
from portal.rules.words import pieces_of
from portal.views.context import domains

pages = Blueprint("desk_search", __name__, url_prefix="/desk")


@pages.get("/search")
@access(*STAFF)
def search() -> ResponseReturnValue:
    """Cases, parties, lots, properties, documents and leaves of the reader's own court."""
    typed = request.args.get("q", "")
    pieces, court_id = pieces_of(typed), signed_in().court_id
    heaps: dict[str, list[Hit]] = {}
    if pieces and court_id is not None:
        for domain in domains():
            for hit in domain.search(db.session(), court_id, pieces) if domain.search else ():
                if may_open(hit.url):
                    heaps.setdefault(hit.heap, []).append(hit)
    return render_template("portal/search.html", typed=typed, pieces=pieces,
                           heaps=[(say(heap), hits) for heap, hits in heaps.items()])
