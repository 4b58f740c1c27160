"""What is typed into a long form is never lost, is seen by nobody else, and is no place for secrets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services
from accounts.errors import DraftTooLarge
from accounts.jobs import forget_drafts
from accounts.models import Court, Draft, Person
from accounts.rules.drafts import KEPT_FOR, MOST_CHARACTERS, MOST_PER_PERSON, has_identity_number, keepable
from kernel import clock
from kernel.access import Role
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import a_court, a_person, an_id_number, sign_in

HERE = "/desk/cases/new"
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


@pytest.fixture
def officer(session: Session, court: Court) -> Person:
    return a_person(session, Role.OFFICER, court)


def kept(session: Session) -> list[Draft]:
    return list(session.scalars(select(Draft).order_by(Draft.address)))


def save(client: FlaskClient, address: str = HERE, **values: object) -> int:
    answer = client.post("/my/drafts", data={"draft_address": address, **values})
    return answer.status_code


@pytest.mark.both_databases
def test_what_was_typed_is_offered_again_and_restored_into_the_fields(
        client: FlaskClient, session: Session, officer: Person, at: Callable[[datetime], None]) -> None:
    at(NOW)
    sign_in(client, officer)
    answer = client.post("/my/drafts", data={
        "draft_address": HERE, "number": "（2026）东执 88 号", "cause": "借款"})
    assert json_of(answer) == {"said": "已自动保存 14:30"}
    page = client.get(HERE).text
    assert "您在 11-22 14:30 填过这个表单，没有提交" in page
    assert "（2026）东执 88 号" not in page
    restored = client.get(f"{HERE}?draft=restore").text
    assert 'value="（2026）东执 88 号"' in restored
    assert "已恢复 14:30 保存的内容，还没有提交" in restored


def test_later_typing_takes_the_place_of_what_was_kept(client: FlaskClient, session: Session,
                                                       officer: Person) -> None:
    sign_in(client, officer)
    save(client, cause="一", number="1")
    save(client, cause="二")
    assert [one.values for one in kept(session)] == [{"cause": "二"}]


def test_nobody_else_is_offered_it(app: Flask, session: Session, court: Court, officer: Person) -> None:
    save(sign_in(app.test_client(), officer), cause="船舶抵押纠纷")
    other = sign_in(app.test_client(), a_person(session, Role.OFFICER, court))
    assert "没有提交" not in other.get(HERE).text
    assert "船舶抵押纠纷" not in other.get(f"{HERE}?draft=restore").text


def test_a_discarded_draft_is_gone(client: FlaskClient, session: Session, officer: Person) -> None:
    sign_in(client, officer)
    save(client, cause="一")
    answer = client.post("/my/drafts/discard", data={"draft_address": HERE})
    assert (answer.status_code, answer.location) == (302, HERE)
    assert kept(session) == []


def test_a_form_that_is_taken_takes_its_draft_along(client: FlaskClient, session: Session,
                                                    officer: Person) -> None:
    sign_in(client, officer)
    typed = {"number": "（2026）浙0106执88号", "cause": "借款合同纠纷", "basis": "（2026）浙0106民初1号判决",
             "debtor_kind": "enterprise", "filed_on": "2026-01-05"}
    save(client, **typed)
    answer = client.post(HERE, data={"draft_address": HERE, **typed})
    assert answer.status_code == 302, answer.text
    assert kept(session) == []


def test_a_refused_form_is_kept_even_without_a_script(client: FlaskClient, session: Session,
                                                      officer: Person) -> None:
    sign_in(client, officer)
    answer = client.post(HERE, data={"draft_address": HERE, "cause": "借款合同纠纷"})
    assert answer.status_code == 422
    assert "填过这个表单" not in answer.text  # it is all still there
    assert [one.values for one in kept(session)] == [{"cause": "借款合同纠纷"}]


def test_a_form_that_no_page_of_ours_has_sent_leaves_no_draft(app: Flask, session: Session,
                                                              officer: Person) -> None:
    client = sign_in(app.test_client(), officer)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post(HERE, data={"draft_address": HERE, "cause": "别处写的"}).status_code == 400
    assert save(client, cause="别处写的") == 400
    assert kept(session) == []


def test_without_a_sign_in_nothing_is_kept(client: FlaskClient, session: Session) -> None:
    assert save(client, cause="一") == 401
    assert kept(session) == []


@pytest.mark.parametrize("address", [
    "https://elsewhere.example/", "//elsewhere.example", "desk", "", "/" + "x" * 300])
def test_an_address_is_a_page_of_this_platform(client: FlaskClient, session: Session, officer: Person,
                                               address: str) -> None:
    sign_in(client, officer)
    assert save(client, address, cause="一") == 422
    assert client.post("/my/drafts/discard", data={"draft_address": address}).status_code == 422
    assert kept(session) == []


def test_secrets_and_identity_numbers_are_never_kept(client: FlaskClient, session: Session,
                                                     officer: Person) -> None:
    sign_in(client, officer)
    number = an_id_number()
    answer = client.post("/my/drafts", data={
        "draft_address": HERE, "password": "p", "id_number": number, "phone": "13800138000",
        "note": f"身份证号 {number} 已核对", "cause": "借款"})
    assert json_of(answer)["said"].endswith("证件号码、电话和账号除外")
    assert kept(session)[0].values == {"cause": "借款"}


@pytest.mark.parametrize(("text", "found"), [
    ("91330106MA2KABCDE1", False), ("11010519491231002X", True), ("号码11010519491231002x。", True),
    ("流水 202611220001234567", False), ("110105194912310021", False), ("A11010519491231002X", False),
    ("", False)])
def test_an_identity_number_is_known_by_its_check_digit(text: str, found: bool) -> None:
    assert has_identity_number(text) is found


def test_several_values_of_one_field_stay_several() -> None:
    assert keepable({"a": ["1", "2"], "b": ["3"], "c": []}) == {"a": ["1", "2"], "b": "3"}


def test_a_flood_is_not_kept(session: Session, client: FlaskClient, officer: Person) -> None:
    sign_in(client, officer)
    assert save(client, text="x" * (MOST_CHARACTERS - 4)) == 200
    assert save(client, text="x" * (MOST_CHARACTERS - 3)) == 422
    with pytest.raises(DraftTooLarge), unit_of_work() as work:
        services.save_draft(work.session, person_id=officer.id, address=HERE,
                            typed={"text": ["x" * MOST_CHARACTERS]}, now=clock.now())
    big = client.post(HERE, data={"draft_address": HERE, "cause": "x" * MOST_CHARACTERS})
    assert big.status_code == 422
    assert len(kept(session)) == 1


def test_the_oldest_make_room(session: Session, officer: Person) -> None:
    for n in range(MOST_PER_PERSON + 1):
        with unit_of_work() as work:
            services.save_draft(work.session, person_id=officer.id, address=f"/f/{n}", typed={"a": ["1"]},
                                now=NOW + timedelta(minutes=n))
    found = services.drafts_of(session, officer.id)
    assert len(found) == MOST_PER_PERSON
    assert "/f/0" not in found


def test_an_old_draft_is_forgotten_and_a_young_one_is_not(
        session: Session, officer: Person, at: Callable[[datetime], None]) -> None:
    for n, saved_at in enumerate((NOW - KEPT_FOR - timedelta(milliseconds=1), NOW - KEPT_FOR)):
        with unit_of_work() as work:
            services.save_draft(work.session, person_id=officer.id, address=f"/f/{n}", typed={"a": ["1"]},
                                now=saved_at)
    at(NOW)
    forget_drafts()
    assert list(services.drafts_of(session, officer.id)) == ["/f/1"]
