"""The desk lists who opened sealed identities, when, why and for which sale."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court
from auction.models import Lot
from cases.rules.words import IdentityReason
from cases.services import identity_of_party
from evidence.services import readings as module
from evidence.services import readings_of_court
from kernel import clock
from kernel.access import SYSTEM, Role
from tests.factories.accounts import a_bidder, a_court, a_person, acting, sign_in, the_actor
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed
from tests.factories.cases import a_case, a_party, an_officer

pytestmark = pytest.mark.both_databases


@pytest.fixture
def lot(session: Session) -> Lot:
    """A lot sold to its only bidder."""
    found = a_lot_on_sale(session, a_court(session))
    _, registration = a_code(session, found, a_bidder(session, name="王小明"))
    bid(session, registration, START_FEN, OPENS_AT)
    closed(session, found)
    return session.get_one(Lot, found.id)


def the_court(session: Session, lot: Lot) -> Court:
    return session.get_one(Court, lot.court_id)


def test_the_reading_that_named_the_buyer_is_listed_with_its_reason_and_sale(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    sign_in(client, a_person(session, Role.AUDITOR, the_court(session, lot)))
    page = client.get("/desk/audit/readings")
    assert page.status_code == 200
    assert "AUC-22.1" in page.text
    assert lot.title in page.text
    assert "竞价结束以后" in page.text
    assert "竞价结束以前" not in page.text.replace("在竞价结束以前只有代码", "")
    assert "王小明" not in page.text
    film = client.get(f"/desk/audit/lots/{lot.id}/1").text
    assert "确认成交，成交确认书载明买受人" in film


def test_its_leaf_can_be_opened_though_it_stands_in_the_log_of_the_installation(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    auditor = a_person(session, Role.AUDITOR, the_court(session, lot))
    (one,) = readings_of_court(session, the_actor(session, auditor)).readings
    url = f"/desk/audit/leaves/{one.leaf.log}/{one.leaf.index}"
    assert url in sign_in(client, auditor).get("/desk/audit/readings").text
    assert client.get(url).status_code == 200
    first = f"/desk/audit/leaves/{one.leaf.log}/0"
    assert client.get(first).status_code == 404
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    stranger = a_person(session, Role.AUDITOR, other)
    assert sign_in(client, stranger).get(url).status_code == 404
    assert readings_of_court(session, the_actor(session, stranger)).readings == []


def test_a_reading_before_the_end_stands_out(client: FlaskClient, session: Session) -> None:
    lot = a_lot_on_sale(session, a_court(session))
    person, _ = a_code(session, lot)
    with acting(session) as s:
        accounts.identity_of(s, person.id, reason=f"sale.confirmed {lot.sale.subject}", actor=SYSTEM,
                             now=clock.now())
    sign_in(client, a_person(session, Role.AUDITOR, the_court(session, session.get_one(Lot, lot.id))))
    assert "发生在竞价结束以前，请查明原因" in client.get("/desk/audit/readings").text


def test_an_officer_who_opens_a_party_s_number_is_named_with_case_and_reason(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    case = a_case(session, officer)
    number = case.number
    party = a_party(session, case, officer)
    with acting(session) as s:
        identity_of_party(s, party.id, reason=IdentityReason.SERVICE, actor=officer, now=clock.now())
    sign_in(client, a_person(session, Role.SUPERVISOR, session.get_one(Court, officer.court_id)))
    page = client.get("/desk/audit/readings").text
    assert number in page
    assert officer.name in page
    assert IdentityReason.SERVICE.word in page


def test_pages_follow_each_other_without_a_gap(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PER_PAGE", 2)
    court = a_court(session)
    officer = an_officer(session, court)
    party = a_party(session, a_case(session, officer), officer)
    for _ in range(7):
        with acting(session) as s:
            identity_of_party(s, party.id, reason=IdentityReason.ENQUIRY, actor=officer, now=clock.now())
    auditor = the_actor(session, a_person(session, Role.AUDITOR, session.get_one(Court, officer.court_id)))
    seen, before = [], None
    while True:
        page = readings_of_court(session, auditor, before=before)
        seen += [one.leaf.index for one in page.readings]
        if page.older is None:
            break
        before = page.older
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
