"""The papers of a sale, for everybody (AUC-3): the announcement and the confirmation as PDF/A."""

from flask import Response

from auction.errors import NoSuchLot
from auction.models import Sale
from auction.services import papers
from auction.services.reading import announced_sale
from auction.views.blueprint import pages
from kernel.access import public
from kernel.database import db
from kernel.papers.serving import address_of, answer


@pages.get("/lots/<lot_id>/notice.pdf")
@pages.get("/lots/<lot_id>/notice.pdf.sha256", endpoint="notice_digest", defaults={"as_digest": True})
@public
def notice(lot_id: str, *, as_digest: bool = False) -> Response:
    """The announcement of the lot's latest sale, as it was published."""
    sale = _sale(lot_id)
    return answer(papers.notice_of(db.session(), sale, page=address_of(f"/lots/{lot_id}")),
                  as_digest=as_digest)


@pages.get("/lots/<lot_id>/confirmation.pdf")
@pages.get("/lots/<lot_id>/confirmation.pdf.sha256", endpoint="confirmation_digest",
           defaults={"as_digest": True})
@public
def confirmation(lot_id: str, *, as_digest: bool = False) -> Response:
    """The confirmation of the lot's latest sale; unknown while there is none."""
    sale = _sale(lot_id)
    return answer(papers.confirmation_of(db.session(), sale, page=address_of(f"/lots/{lot_id}/result")),
                  as_digest=as_digest)


def _sale(lot_id: str) -> Sale:
    sale = announced_sale(db.session(), lot_id)
    if sale.lot.is_exercise:
        raise NoSuchLot(lot_id=lot_id)
    return sale
