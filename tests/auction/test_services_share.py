"""A share in a limited company on sale: its other holders have a priority right (公司法第八十五条)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from auction.services import publication
from cases.rules.words import PartyRole, PropertyCategory, PropertyKind, ServiceWay
from cases.services import Party
from kernel import clock
from tests.factories.accounts import acting
from tests.factories.cases import a_party
from tests.factories.lots import Sitting, a_ready_lot

Walk = Callable[[datetime], None]


def a_share(session: Session, at: Walk) -> tuple[Sitting, Party]:
    """A lot ready for its announcement, of a share whose other holder is not told yet."""
    sitting = a_ready_lot(session, at)
    with acting(session) as s:
        flat = sitting.scene.flat
        flat.kind, flat.category = PropertyKind.RIGHT, PropertyCategory.EQUITY
        holder = a_party(s, sitting.scene.case, sitting.officer, PartyRole.PRIORITY_HOLDER, "穆青川")
    return sitting, holder


def tell(session: Session, sitting: Sitting, holder: Party) -> None:
    with acting(session) as s:
        publication.notify_party(
            s, sitting.lot_id, party_id=holder.id, way=ServiceWay.POST, served_at=clock.now(),
            proof_document_id=None, actor=sitting.officer, now=clock.now())


def obstacles(session: Session, sitting: Sitting) -> list[str]:
    return [one.code for one in publication.obstacles_of(session, sitting.sale(session), clock.now())]


def test_it_is_not_announced_before_the_other_shareholders_were_told(session: Session, at: Walk) -> None:
    sitting, holder = a_share(session, at)
    assert set(obstacles(session, sitting)) == {"notice_missing", "shareholders_not_notified"}
    tell(session, sitting, holder)
    assert obstacles(session, sitting) == ["notice_too_late"]
    at(clock.now() + timedelta(days=4))
    assert obstacles(session, sitting) == []


def test_its_bidding_does_not_begin_within_twenty_days_from_the_notice(session: Session, at: Walk) -> None:
    sitting, holder = a_share(session, at)
    at(clock.now() + timedelta(days=26))
    tell(session, sitting, holder)
    assert "ends_in_shareholders_term" in obstacles(session, sitting)
