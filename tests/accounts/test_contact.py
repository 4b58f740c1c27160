"""How a court is reached: who says it, what is accepted, where it is shown (AUC-13, item 10)."""

from dataclasses import asdict, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import Court, Person
from accounts.rules.contact import Contact, plain_telephone, telephone_advice
from accounts.views.court import dialled
from audit.services import body_of, check_logs, leaves_of_subject
from kernel.access import SYSTEM, Role
from kernel.errors import NotAllowed
from kernel.transactions import unit_of_work
from tests.factories.accounts import CONTACT, a_court, a_person, sign_in, the_actor

TYPED = {"address": "临澜市东麓区新安路 8 号", "telephone": "（026）5550 0103",
         "supervision_telephone": "12368", "email": "zhixing@donglu.court.example", "office_hours": ""}
HERE = "/desk/court"


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session, contact=Contact())


@pytest.fixture
def administrator(session: Session, court: Court) -> Person:
    return a_person(session, Role.ADMINISTRATOR, court)


@pytest.mark.both_databases
def test_the_administrator_of_a_court_says_how_it_is_reached_and_each_change_is_a_leaf(
        app: Flask, session: Session, court: Court, administrator: Person) -> None:
    desk = sign_in(app.test_client(), administrator)
    assert "还没有联系电话和监督电话" in desk.get(HERE).text
    for _twice in range(2):
        assert desk.post(HERE, data=TYPED).status_code == 302
    session.rollback()
    assert services.get_court(session, court.id).contact == Contact(
        "临澜市东麓区新安路 8 号", "026-55500103", "12368", "zhixing@donglu.court.example")
    leaves = leaves_of_subject(session, f"court:{court.id}")
    assert [leaf.kind for leaf in leaves] == ["court.opened", "court.contact_set"]
    assert body_of(leaves[1])["supervision_telephone"] == "12368"
    assert not any(check_logs(session).values())
    page = desk.get(HERE).text
    assert "还没有联系电话和监督电话" not in page
    assert 'value="026-55500103"' in page


@pytest.mark.parametrize(("field", "typed", "said"), [
    ("telephone", "5550 0103", "带区号"), ("telephone", "", "这一项必须填写"),
    ("supervision_telephone", "找院长", "带区号"), ("supervision_telephone", "1" * 60, "带区号"),
    ("email", "donglu", "请填写电子邮箱地址"), ("address", " ", "这一项必须填写"),
    ("address", "路" * 201, "最多填写 200 个字"), ("office_hours", "时" * 101, "最多填写 100 个字")])
def test_what_does_not_fit_is_said_at_its_field_and_what_was_typed_stays(
        app: Flask, session: Session, administrator: Person, court: Court,
        field: str, typed: str, said: str) -> None:
    answer = sign_in(app.test_client(), administrator).post(HERE, data=TYPED | {field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="（026）5550 0103"' in answer.text or field == "telephone"
    session.rollback()
    assert services.get_court(session, court.id).contact == Contact()


def test_colleagues_read_it_and_only_the_administrator_sets_it(
        app: Flask, session: Session, court: Court) -> None:
    with unit_of_work() as work:
        services.set_contact(work.session, court.id, CONTACT, actor=SYSTEM)
    officer = sign_in(app.test_client(), a_person(session, Role.OFFICER, court))
    page = officer.get(HERE).text
    assert 'href="tel:02655500102"' in page
    assert "<form" not in page.split('id="main"')[1]
    assert officer.post(HERE, data=TYPED).status_code == 403
    neighbour = a_court(session, name_zh="临澜市西屏区人民法院", name_en="Xiping",
                        origin="test.court.example/w")
    stranger = the_actor(session, a_person(session, Role.ADMINISTRATOR, neighbour))
    with unit_of_work() as work, pytest.raises(NotAllowed):
        services.set_contact(work.session, court.id, Contact(), actor=stranger)


@pytest.mark.parametrize(("typed", "kept"), [
    ("（0571）8765 4321", "0571-87654321"), (" 026－5550－0102 ", "026-5550-0102"),
    ("400 820 8820", "4008208820"), ("12368", "12368"), ("138 0013 8000", "13800138000")])
def test_a_number_may_be_typed_in_any_usual_way(typed: str, kept: str) -> None:
    assert plain_telephone(typed) == kept
    assert telephone_advice(kept) is None


@pytest.mark.parametrize("typed", ["", "5550-0102", "026-5550-01021", "12000元", "1234567890123",
                                   "026/5550/0102"])
def test_what_cannot_be_rung_is_no_number(typed: str) -> None:
    assert telephone_advice(plain_telephone(typed)) is not None


def test_numbers_in_a_text_can_be_rung_and_the_rest_stays_as_it_is() -> None:
    shown = str(dialled("案号（2026）临0102执31号；电话 026-5550-0102；监督 12368；<b>"))
    assert shown == ('案号（2026）临0102执31号；电话 <a href="tel:02655500102">026-5550-0102</a>；'
                     '监督 <a href="tel:12368">12368</a>；&lt;b&gt;')


def test_a_contact_suffices_with_both_telephones_only() -> None:
    assert CONTACT.suffices
    for name in ("telephone", "supervision_telephone"):
        assert not replace(CONTACT, **{name: ""}).suffices


@pytest.mark.both_databases
def test_a_court_shows_the_public_how_it_is_reached(
        client: FlaskClient, session: Session, court: Court) -> None:
    assert "tel:" not in client.get(f"/courts/{court.id}").text
    with unit_of_work() as work:
        services.set_contact(work.session, court.id, CONTACT, actor=SYSTEM)
    page = client.get(f"/courts/{court.id}").text
    for said in (CONTACT.address, "监督电话", 'href="tel:02655500112"'):
        assert said in page


def test_what_is_not_known_of_a_court_is_empty(court: Court) -> None:
    assert set(asdict(court.contact).values()) == {""}
