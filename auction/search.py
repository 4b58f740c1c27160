"""What staff find of the lots of their court: by title, by bidder code; never by who stands behind a code."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from auction.models import Lot, Registration
from auction.rules.lifecycle import STATE_LABELS, LotState
from kernel.domain import Hit
from kernel.errors import N_
from kernel.languages import say

MOST: Final = 8
"""Of each heading."""


def search(session: Session, court_id: str, pieces: Sequence[str]) -> Iterator[Hit]:
    """Lots, the newest on top, then the sales in which a code takes part."""
    for lot in session.scalars(select(Lot).where(
            Lot.court_id == court_id, ~Lot.is_exercise,
            and_(*(Lot.title.icontains(piece, autoescape=True) for piece in pieces)))
            .order_by(Lot.created_at.desc()).limit(MOST)):
        yield Hit(N_("标的"), lot.title, f"/desk/lots/{lot.id}", say(STATE_LABELS[LotState(lot.sale.state)]))
    if len(pieces) == 1:
        for code, lot in session.execute(select(Registration.code, Lot).join(
                Lot, Lot.id == Registration.lot_id).where(
                Lot.court_id == court_id, ~Lot.is_exercise, Registration.code == pieces[0].upper())
                .limit(MOST)):
            yield Hit(N_("竞买代码"), code or "", f"/desk/lots/{lot.id}", lot.title)
