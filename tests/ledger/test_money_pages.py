"""The finance desk as finance sees it, in pages and over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from kernel.access import Role
from ledger import services
from ledger.work import work
from tests.factories.accounts import a_court, a_person, a_token, acting, sign_in, the_actor
from tests.factories.ledger import (
    BIDDER,
    DEPOSIT_FEN,
    a_credit,
    a_finance_person,
    a_paid_deposit,
    an_expected_deposit,
)

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def court(session: Session, at: Any) -> Court:
    at(NOW)
    return a_court(session)


@pytest.fixture
def desk(client: FlaskClient, session: Session, court: Court) -> FlaskClient:
    return sign_in(client, a_finance_person(session, court))


def form(**changes: str) -> dict[str, str]:
    return {"book": "deposits", "bank_line": "2026061000017", "remark": "", "amount_fen": "200,000.00",
            "payer_name": BIDDER, "received_at": "2026-06-10T09:30", **changes}


def test_a_credit_is_booked_and_the_machine_answers(
        desk: FlaskClient, session: Session, court: Court) -> None:
    reference = an_expected_deposit(session, court).reference
    assert desk.post("/desk/money", data=form(remark=reference)).location == "/desk/money#credits"
    assert "机器比对：自动匹配" in desk.get("/desk/money").text
    assert services.is_received(session, reference)


def test_the_finance_page_never_says_who_the_bidder_is(
        desk: FlaskClient, session: Session, court: Court) -> None:
    reference = an_expected_deposit(session, court).reference
    desk.post("/desk/money", data=form(remark=f"{BIDDER}保证金{reference}"))
    desk.post("/desk/money", data=form(bank_line="2", payer_name="钱不明", remark="钱不明的款"))
    page = desk.get("/desk/money").text
    assert reference in page
    assert BIDDER not in page
    assert "钱不明" not in page


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(
        desk: FlaskClient, session: Session) -> None:
    answer = desk.post("/desk/money", data=form(amount_fen="二十万", remark="照抄的附言", bank_line="X-1"))
    assert answer.status_code == 422
    for kept in ("二十万", "照抄的附言", "X-1", "2026-06-10T09:30"):
        assert kept in answer.text
    assert "最多两位小数" in answer.text
    assert services.credits_of(session, "") == []


def test_the_same_line_twice_is_refused_at_its_field(desk: FlaskClient) -> None:
    assert desk.post("/desk/money", data=form()).status_code == 302
    answer = desk.post("/desk/money", data=form())
    assert answer.status_code == 422
    assert "2026061000017 已经记过账" in answer.text


def test_a_refund_is_on_the_list_until_it_is_noted(
        desk: FlaskClient, session: Session, court: Court) -> None:
    actor = the_actor(session, a_finance_person(session, court))
    reference = a_paid_deposit(session, court, actor).reference
    with acting(session) as s:
        services.release_deposit(s, reference, reason="sold", actor="system", now=NOW)
    (item,) = work(session, NOW)
    assert (item.due_at, item.roles, item.rule) == (
        NOW + timedelta(hours=24), frozenset({Role.FINANCE}), "AUC-23.2")
    assert "AUC-23.2" in desk.get("/desk/money").text
    assert desk.get(item.url).status_code == 200
    empty = desk.post(item.url, data={"bank_line": " "})
    assert (empty.status_code, "这一项必须填写" in empty.text) == (422, True)
    assert desk.post(item.url, data={"bank_line": "T1"}).status_code == 302
    assert list(work(session, NOW)) == []
    assert desk.get(item.url).status_code == 404


def test_an_unknown_credit_waits_and_goes_back_by_its_own_page(
        desk: FlaskClient, session: Session, court: Court) -> None:
    actor = the_actor(session, a_finance_person(session, court))
    credit_id = a_credit(session, actor, remark="不知道", book=services.Book.CASE_MONEY).credit.id
    assert [item.rule for item in work(session, NOW)] == ["FUND-15"]
    url = f"/desk/money/credits/{credit_id}/return"
    assert desk.get(url).status_code == 200
    assert desk.post(url, data={}).status_code == 422
    assert desk.post(url, data={"bank_line": "T5"}).status_code == 302
    assert services.unidentified_credits(session, court.id) == []


def test_a_reference_is_found_however_it_is_typed(
        desk: FlaskClient, session: Session, court: Court) -> None:
    wanted, other = (an_expected_deposit(session, court).reference for _ in range(2))
    page = desk.get("/desk/money", query_string={"q": wanted.lower().replace("-", " ")}).text
    assert wanted in page
    assert other not in page
    assert "没有缴款码" in desk.get("/desk/money?q=nothing").text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.JUDGE, Role.ADMINISTRATOR])
def test_the_desk_is_for_finance_alone(
        app: Flask, session: Session, court: Court, role: Role) -> None:
    client = sign_in(app.test_client(), a_person(session, role, court))
    assert client.get("/desk/money").status_code == 403
    assert client.post("/desk/money", data=form()).status_code == 403


def test_another_court_sees_nothing_of_it(app: Flask, session: Session, court: Court) -> None:
    reference = an_expected_deposit(session, court).reference
    other = a_court(session, "另一法院", "Another Court", "other.example/x")
    client = sign_in(app.test_client(), a_finance_person(session, other))
    assert reference not in client.get("/desk/money").text
    assert client.get("/api/v1/payments").get_json() == []


def test_programs_book_credits_with_the_same_rules(
        app: Flask, session: Session, court: Court) -> None:
    reference = an_expected_deposit(session, court).reference
    token = a_token(session, a_finance_person(session, court))
    bearer = {"Authorization": f"Bearer {token}"}
    client = app.test_client()
    sent = {"book": "deposits", "bank_line": "9", "remark": reference, "amount_fen": DEPOSIT_FEN,
            "payer_name": "李四", "received_at": "2026-06-10T09:30:00+08:00"}
    answer = client.post("/api/v1/payments/credits", json=sent, headers=bearer)
    assert answer.status_code == 201
    assert answer.get_json()["credit"]["verdict"] == "other_payer"
    assert answer.get_json()["payer_matches"] is False
    assert "李四" not in client.get("/api/v1/payments/credits", headers=bearer).text
    again = client.post("/api/v1/payments/credits", json=sent, headers=bearer)
    assert (again.status_code, again.get_json()["code"]) == (422, "bank_line_booked")
    naive = client.post("/api/v1/payments/credits", headers=bearer,
                        json={**sent, "bank_line": "10", "received_at": "2026-06-10T09:30:00"})
    assert (naive.status_code, list(naive.get_json()["fields"])) == (422, ["received_at"])
    broken = client.post("/api/v1/payments/credits", headers=bearer,
                         json={**sent, "bank_line": "10", "amount_fen": 1.5})
    assert (broken.status_code, list(broken.get_json()["fields"])) == (422, ["amount_fen"])
    (refund,) = client.get("/api/v1/payments/refunds", headers=bearer).get_json()
    done = client.post("/api/v1/payments/refunds", headers=bearer,
                       json={"owner": refund["owner"], "bank_line": "T1"})
    assert done.status_code == 200
    books = client.get("/api/v1/payments/books", headers=bearer).get_json()
    assert books == {"case_money_bank_fen": 0, "deposits_bank_fen": 0, "faults": []}
