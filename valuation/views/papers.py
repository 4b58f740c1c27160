"""The minutes of a draw, for everybody, as PDF/A."""

from flask import Response

from kernel.access import public
from kernel.database import db
from kernel.papers.serving import address_of, answer
from valuation import services
from valuation.services.papers import minutes_of
from valuation.views.blueprint import draws


@draws.get("/<draw_id>/minutes.pdf")
@draws.get("/<draw_id>/minutes.pdf.sha256", endpoint="minutes_digest", defaults={"as_digest": True})
@public
def minutes(draw_id: str, *, as_digest: bool = False) -> Response:
    """The minutes of a draw that was held; unknown before."""
    session = db.session()
    draw = services.public_draw(session, draw_id)
    return answer(minutes_of(session, draw, page=address_of(f"/draws/{draw_id}")), as_digest=as_digest)
