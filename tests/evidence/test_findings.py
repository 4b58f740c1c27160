"""Auditors mark leaves and attempts with a note, which the log holds only as a hash."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Lot
from audit.models import Leaf
from audit.services import body_of, check_logs
from evidence.models import Finding
from evidence.services import findings
from evidence.services.findings import note_hash
from kernel.access import Role
from tests.factories.accounts import a_court, a_person, a_token, sign_in
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid

NOTE = "第 1 次低于起拍价，王小明解释为误按。"


@pytest.fixture
def lot(session: Session) -> Lot:
    """One code bids too little and then enough."""
    found = a_lot_on_sale(session, a_court(session))
    _, registration = a_code(session, found)
    bid(session, registration, START_FEN - 1, OPENS_AT)
    bid(session, registration, START_FEN, OPENS_AT)
    return session.get_one(Lot, found.id)


@pytest.fixture
def desk(client: FlaskClient, session: Session, lot: Lot) -> FlaskClient:
    court = session.get_one(Court, lot.court_id)
    return sign_in(client, a_person(session, Role.AUDITOR, court, name="顾明远"))


def the_finding(session: Session) -> Finding:
    session.expire_all()
    return session.query(Finding).one()


@pytest.mark.both_databases
def test_a_note_at_an_attempt_stands_in_the_film_in_the_list_and_at_its_leaf(
        desk: FlaskClient, session: Session, lot: Lot) -> None:
    answer = desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": f"  {NOTE} "})
    assert answer.status_code == 302
    found = the_finding(session)
    assert (found.position, found.note, found.lot_id) == (1, NOTE, lot.id)
    for page in (f"/desk/audit/lots/{lot.id}/1?at=1", "/desk/audit/findings",
                 f"/desk/audit/leaves/{found.log}/{found.leaf_index}"):
        shown = desk.get(page).text
        assert NOTE in shown
        assert "顾明远" in shown


def test_the_address_of_the_form_can_be_opened_again_after_a_refusal(
        desk: FlaskClient, session: Session, lot: Lot) -> None:
    leaf = session.query(Leaf).filter_by(kind="bid").first()
    assert leaf is not None
    for page in (f"/desk/audit/lots/{lot.id}/1", f"/desk/audit/leaves/{leaf.log}/{leaf.index}"):
        assert desk.post(f"{page}/findings", data={"position": "1", "note": ""}).status_code == 422
        again = desk.get(f"{page}/findings")
        assert (again.status_code, f'action="{page}/findings"' in again.text) == (200, True)


@pytest.mark.both_databases
def test_its_leaf_holds_the_reference_and_a_salted_hash_but_not_the_note(
        desk: FlaskClient, session: Session, lot: Lot) -> None:
    desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": NOTE})
    found = the_finding(session)
    leaf = session.query(Leaf).filter_by(kind="finding.noted").one()
    marked = session.get_one(Leaf, (found.log, found.leaf_index))
    assert body_of(leaf) == {"index": marked.index, "leaf": marked.hash,
                             "note": note_hash(found.subject, found.salt, NOTE)}
    assert leaf.subject == f"finding:{found.id}"
    assert leaf.case_id == marked.case_id == lot.case_id
    assert "王小明" not in bytes(leaf.raw).decode()
    assert set(check_logs(session).values()) == {None}


def test_a_note_at_any_leaf_is_a_finding_too(desk: FlaskClient, session: Session, lot: Lot) -> None:
    leaf = session.query(Leaf).filter_by(kind="lot.published").one()
    page = f"/desk/audit/leaves/{leaf.log}/{leaf.index}"
    assert desk.post(f"{page}/findings", data={"note": NOTE}).location == f"{page}#findings"
    found = the_finding(session)
    assert (found.lot_id, found.number, found.position) == (lot.id, 1, None)
    first = session.query(Leaf).filter_by(index=0, log=leaf.log).one()
    desk.post(f"/desk/audit/leaves/{first.log}/0/findings", data={"note": "日志的第一片。"})
    assert session.query(Finding).filter_by(leaf_index=0).one().lot_id is None


def test_noting_at_the_leaf_of_a_bid_marks_its_attempt(desk: FlaskClient, session: Session, lot: Lot) -> None:
    leaf = session.query(Leaf).filter_by(kind="bid").order_by(Leaf.index).first()
    assert leaf is not None
    desk.post(f"/desk/audit/leaves/{leaf.log}/{leaf.index}/findings", data={"note": NOTE})
    assert the_finding(session).position == 1


@pytest.mark.parametrize(("typed", "said"), [
    ("", "这一项必须填写"), ("   ", "这一项必须填写"), ("长" * 2001, "最多填写 2000 个字"),
])
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: FlaskClient, session: Session, lot: Lot,
                                                        typed: str, said: str) -> None:
    page = desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": typed})
    assert page.status_code == 422
    assert said in page.text
    assert typed in page.text
    assert "1 / 2" in page.text
    leaf = session.query(Leaf).filter_by(kind="lot.published").one()
    page = desk.post(f"/desk/audit/leaves/{leaf.log}/{leaf.index}/findings", data={"note": typed})
    assert page.status_code == 422
    assert said in page.text
    assert session.query(Finding).count() == 0


@pytest.mark.parametrize("position", ["0", "3", "x", "", "9" * 30])
def test_an_attempt_that_does_not_exist_is_not_marked(desk: FlaskClient, session: Session, lot: Lot,
                                                      position: str) -> None:
    page = desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": position, "note": NOTE})
    assert page.status_code in (404, 422)
    assert NOTE in page.text
    assert session.query(Finding).count() == 0


def test_only_auditors_and_supervisors_of_that_court_write_and_read(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    court = session.get_one(Court, lot.court_id)
    leaf = session.query(Leaf).filter_by(kind="bid").order_by(Leaf.index).first()
    assert leaf is not None
    here = {f"/desk/audit/lots/{lot.id}/1/findings": {"position": "1", "note": NOTE},
            f"/desk/audit/leaves/{leaf.log}/{leaf.index}/findings": {"note": NOTE}}
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    for role, of, status in ((Role.OFFICER, court, 403), (Role.JUDGE, court, 403),
                             (Role.AUDITOR, other, 404)):
        sign_in(client, a_person(session, role, of))
        assert [client.post(url, data=data).status_code for url, data in here.items()] == [status, status]
    assert session.query(Finding).count() == 0
    sign_in(client, a_person(session, Role.SUPERVISOR, session.get_one(Court, lot.court_id)))
    assert [client.post(url, data=data).status_code for url, data in here.items()] == [302, 302]
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, other.id)))
    assert NOTE not in client.get("/desk/audit/findings").text


@pytest.mark.both_databases
def test_a_finding_cannot_be_changed_or_taken_back(desk: FlaskClient, session: Session, lot: Lot) -> None:
    desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": NOTE})
    for statement in ("UPDATE findings SET note = 'x'", "DELETE FROM findings"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


@pytest.mark.both_databases
def test_the_list_turns_page_by_page(desk: FlaskClient, session: Session, lot: Lot,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "PER_PAGE", 2)
    for n in range(5):
        desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": f"发现{n}"})
    seen, url = [], "/desk/audit/findings"
    while url:
        page = desk.get(url).text
        seen += [n for n in range(5) if f"发现{n}<" in page]
        older = page.partition('rel="next" href="')[2].partition('"')[0]
        url = f"/desk/audit/findings{older}" if older else ""
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_programs_write_and_read_findings(client: FlaskClient, session: Session, lot: Lot) -> None:
    auditor = a_person(session, Role.AUDITOR, session.get_one(Court, lot.court_id))
    headers = {"Authorization": f"Bearer {a_token(session, auditor)}"}
    attempts = client.get(f"/api/v1/audit/lots/{lot.id}/1/attempts", headers=headers).get_json()["attempts"]
    log = session.query(Leaf).filter_by(kind="bid").first()
    assert log is not None
    wish = {"log": log.log, "index": attempts[1]["leaf"], "note": NOTE}
    made = client.post("/api/v1/audit/findings", json=wish, headers=headers)
    assert made.status_code == 201, made.text
    assert made.get_json()["position"] == 2
    told = client.get("/api/v1/audit/findings", headers=headers).get_json()
    assert {one["id"] for one in told["findings"]} == {made.get_json()["id"]}
    assert told["older"] is None


@pytest.mark.parametrize("query", ["", "?at=1", "?verdict=refused&at=1"])
def test_the_form_goes_to_the_sale_wherever_the_film_is_stopped(desk: FlaskClient, lot: Lot,
                                                                query: str) -> None:
    to = f'action="/desk/audit/lots/{lot.id}/1/findings"'
    assert to in desk.get(f"/desk/audit/lots/{lot.id}/1{query}").text
    assert to in desk.post(f"/desk/audit/lots/{lot.id}/1/findings", data={"position": "1", "note": ""}).text
