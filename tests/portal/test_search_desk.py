"""The search of a desk: the reader's own court, its roles, and nothing that is sealed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from audit import services as audit
from cases.models import Case, Party
from kernel.access import Role
from kernel.database import db
from tests.factories.accounts import a_bidder, a_court, a_person, sign_in
from tests.factories.auction import a_code, a_lot_on_sale


def test_only_staff_search_a_desk(client: FlaskClient, session: Session) -> None:
    assert client.get("/desk/search?q=1").status_code in (302, 401)
    sign_in(client, a_bidder(session))
    assert client.get("/desk/search?q=1").status_code == 403


@pytest.mark.both_databases
def test_staff_find_the_cases_parties_lots_codes_and_property_of_their_court(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    lot = a_lot_on_sale(session, court)
    lot_id, title = lot.id, lot.title
    bidder = a_bidder(session, name="林知远")
    _, registration = a_code(session, lot, bidder)
    code = registration.code
    judge = a_person(session, Role.JUDGE, court)
    other = a_person(session, Role.JUDGE, a_court(session, name_zh="青屿海事法院", name_en="Qingyu",
                                                  origin="test.court.example/qingyu"))
    case = db.session.query(Case).one()
    party = db.session.query(Party).filter_by(case_id=case.id).first()
    number, case_id = case.number, case.id
    sign_in(client, judge)
    for typed in (number, number.replace("（", "(").replace("）", ")"), number[6:10]):
        assert f"/desk/cases/{case_id}" in client.get("/desk/search", query_string={"q": typed}).text
    if party is not None:
        assert party.name in client.get("/desk/search", query_string={"q": party.name}).text
        if party.id_masked:
            masked = client.get("/desk/search", query_string={"q": party.id_masked}).text
            assert f"/desk/cases/{case_id}" not in masked
    assert f"/desk/lots/{lot_id}" in client.get("/desk/search", query_string={"q": title[:3]}).text
    assert f"/desk/lots/{lot_id}" in client.get("/desk/search", query_string={"q": code}).text
    assert f"/desk/lots/{lot_id}" not in client.get("/desk/search?q=林知远").text
    client.post("/logout")
    sign_in(client, other)
    assert f"/desk/lots/{lot_id}" not in client.get("/desk/search", query_string={"q": title[:3]}).text


def test_leaves_are_found_by_the_beginning_of_their_hash_by_those_who_may_read_them(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    lot = a_lot_on_sale(session, court)
    leaf = audit.leaves_of_subject(session, f"lot:{lot.id}/1")[0]
    address, begin = f"/desk/audit/leaves/{leaf.log}/{leaf.index}", leaf.hash[:12]
    auditor, judge = a_person(session, Role.AUDITOR, court), a_person(session, Role.JUDGE, court)
    sign_in(client, auditor)
    assert address in client.get(f"/desk/search?q={begin}").text
    client.post("/logout")
    sign_in(client, judge)
    assert address not in client.get(f"/desk/search?q={begin}").text


@pytest.mark.parametrize("typed", ["", "!!", "%", "_", "'", "😀", "x" * 5000])
def test_no_words_break_the_desk(client: FlaskClient, session: Session, typed: str) -> None:
    sign_in(client, a_person(session, Role.OFFICER, a_court(session)))
    assert client.get("/desk/search", query_string={"q": typed}).status_code == 200
