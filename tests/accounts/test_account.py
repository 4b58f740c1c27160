"""One's own account: password, tokens, inbox, on pages and by the API."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import ApiToken, Court, Message
from accounts.rules.messages import pack, unpack
from audit.models import Leaf
from audit.services import check_logs
from kernel import clock
from kernel.access import Role
from kernel.errors import N_, Filled, Name
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import (
    PASSWORD,
    a_bidder,
    a_court,
    a_person,
    a_token,
    an_id_number,
    an_installation,
    sign_in,
)

NEW = "ein-ganz-neues-1"


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.both_databases
def test_a_program_gets_a_token_acts_by_it_and_gives_it_up(client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    made = client.post("/api/v1/tokens", json={"login": bidder.login, "password": PASSWORD})
    assert made.status_code == 201
    secret = json_of(made)["token"]
    stored = session.scalars(select(ApiToken)).one()
    assert secret not in (stored.token_hash, stored.id)
    assert stored.expires_at - stored.issued_at == timedelta(days=90)
    me = client.get("/api/v1/me", headers=bearer(secret))
    assert json_of(me) == {"id": bidder.id, "login": bidder.login, "name": bidder.login, "kind": "natural",
                       "roles": ["bidder"], "court": None, "unread_messages": 0}
    (listed,) = json_of(client.get("/api/v1/tokens", headers=bearer(secret)))
    assert "token" not in listed
    assert client.delete(f"/api/v1/tokens/{listed['id']}", headers=bearer(secret)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 401
    assert session.scalars(select(Leaf.kind).order_by(Leaf.index)).all()[-2:] == [
        "token.issued", "token.revoked"]


def test_a_token_is_refused_for_a_wrong_password_and_nothing_is_written(client: FlaskClient,
                                                                        session: Session) -> None:
    bidder = a_bidder(session)
    answer = client.post("/api/v1/tokens", json={"login": bidder.login, "password": "wrong"})
    assert (answer.status_code, json_of(answer)["code"]) == (401, "wrong_credentials")
    assert answer.content_type == "application/problem+json"
    assert session.scalars(select(ApiToken)).all() == []


@pytest.mark.parametrize("header", ["Bearer ", "Bearer wrong", "bearer x", "Basic eDp5"])
def test_a_token_that_is_none_opens_nothing(client: FlaskClient, header: str) -> None:
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_request_with_a_bad_token_does_not_fall_back_on_the_cookie(client: FlaskClient,
                                                                     session: Session) -> None:
    sign_in(client, a_bidder(session))
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers=bearer("wrong")).status_code == 401


def test_an_expired_token_opens_nothing(client: FlaskClient, session: Session) -> None:
    secret = a_token(session, a_bidder(session))
    session.scalars(select(ApiToken)).one().expires_at = clock.machine_now()
    session.commit()
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 401


def test_nobody_stops_another_s_token(client: FlaskClient, session: Session) -> None:
    a_token(session, a_bidder(session))
    theirs = session.scalars(select(ApiToken)).one()
    answer = client.delete(f"/api/v1/tokens/{theirs.id}", headers=bearer(a_token(session, a_bidder(session))))
    assert (answer.status_code, json_of(answer)["code"]) == (404, "no_such_token")
    assert theirs.revoked_at is None


def test_a_member_the_format_does_not_know_is_refused_by_name(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tokens", json={"login": "a", "password": "b", "admin": True})
    assert (answer.status_code, json_of(answer)["fields"]) == (422, {"admin": "没有这一项。"})


@pytest.mark.both_databases
def test_a_bidder_registers_by_the_api_and_no_log_holds_their_data(client: FlaskClient,
                                                                   session: Session) -> None:
    an_installation(session)
    number = an_id_number()
    wish = {"login": "wang.xiaoming", "password": "demo-demo-demo", "name": "王小明", "id_number": number,
            "phone": "13800138000", "accepts_terms": True}
    made = client.post("/api/v1/people", json=wish)
    assert made.status_code == 201
    assert (json_of(made)["login"], json_of(made)["roles"], json_of(made)["kind"]) == (
        "wang.xiaoming", ["bidder"], "natural")
    again = client.post("/api/v1/people", json=wish)
    assert (again.status_code, set(json_of(again)["fields"])) == (422, {"login", "id_number"})
    raw = b"".join(session.scalars(select(Leaf.raw)))
    for secret in ("王小明", number, "13800138000", "wang.xiaoming"):
        assert secret.encode() not in raw
    assert set(check_logs(session).values()) == {None}


def test_the_api_refuses_consent_that_was_not_given(client: FlaskClient) -> None:
    answer = client.post("/api/v1/people", json={
        "login": "wang", "password": NEW, "name": "王", "id_number": an_id_number(), "phone": "13800138000",
        "accepts_terms": False})
    assert json_of(answer)["fields"] == {"accepts_terms": "请先阅读并同意注册须知。"}


@pytest.mark.both_databases
def test_a_changed_password_signs_out_every_other_browser(app: Flask, session: Session) -> None:
    bidder = a_bidder(session)
    here, there = sign_in(app.test_client(), bidder), sign_in(app.test_client(), bidder)
    answer = here.post("/my/password", data={"password": PASSWORD, "new_password": NEW})
    assert (answer.status_code, answer.location) == (302, "/my")
    assert here.get("/my").status_code == 200
    assert there.get("/my").status_code == 302
    assert app.test_client().post("/api/v1/tokens", json={
        "login": bidder.login, "password": PASSWORD}).status_code == 401
    assert app.test_client().post("/api/v1/tokens", json={
        "login": bidder.login, "password": NEW}).status_code == 201


@pytest.mark.parametrize(("old", "new", "advice"), [
    ("wrong", NEW, "现在的密码不对"), (PASSWORD, PASSWORD, "与现在的密码相同"),
    (PASSWORD, "short", "至少 10 个字符")])
def test_a_password_change_that_does_not_fit_says_why(client: FlaskClient, session: Session, old: str,
                                                      new: str, advice: str) -> None:
    sign_in(client, a_bidder(session))
    answer = client.post("/my/password", data={"password": old, "new_password": new})
    assert answer.status_code == 422
    assert advice in answer.text


def test_a_token_made_on_the_page_is_shown_this_once(client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    page = client.post("/my/tokens", data={"label": "提醒程序"})
    secret = page.text.split('id="new-token">')[1].split("<")[0]
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 200
    after = client.get("/my").text
    assert "提醒程序" in after
    assert secret not in after
    token_id = session.scalars(select(ApiToken.id)).one()
    assert client.post(f"/my/tokens/{token_id}/revoke").location == "/my"
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 401


def test_staff_see_their_own_name_and_their_court(client: FlaskClient, session: Session,
                                                  court: Court) -> None:
    sign_in(client, a_person(session, Role.OFFICER, court, name="林静文"))
    page = client.get("/my").text
    assert "林静文" in page
    assert "临澜市东麓区人民法院" in page
    assert "执行人员" in page


def test_a_message_is_put_into_the_reader_s_words_and_counts_as_read_once_opened(
        client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    with unit_of_work() as work:
        services.send_message(
            work.session, person_id=bidder.id, text=N_("保证金 %(amount_fen)s 元已于 %(paid_at)s 到账。"),
            details={"amount_fen": 23_800_000, "paid_at": datetime(2026, 11, 21, 2, tzinfo=UTC)},
            url="/lots/lot-1", now=clock.now())
    sign_in(client, bidder)
    said = "保证金 238,000.00 元已于 2026-11-21 10:00:00 到账。"
    assert said in client.get("/my/messages").text
    (row,) = json_of(client.get("/api/v1/me/messages"))
    assert (row["text"], row["read_at"]) == (said, None)
    assert json_of(client.get("/api/v1/me"))["unread_messages"] == 1
    assert client.get(f"/my/messages/{row['id']}").location == "/lots/lot-1"
    assert json_of(client.get("/api/v1/me"))["unread_messages"] == 0


def test_nobody_opens_another_s_message(client: FlaskClient, session: Session) -> None:
    with unit_of_work() as work:
        services.send_message(work.session, person_id=a_bidder(session).id, text="x", now=clock.now())
    message = session.scalars(select(Message)).one()
    sign_in(client, a_bidder(session))
    assert client.get(f"/my/messages/{message.id}").status_code == 404
    assert client.post(f"/api/v1/me/messages/{message.id}/read").status_code == 404


def test_a_long_inbox_has_pages_and_can_be_marked_read_at_once(client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    start = clock.now()
    with unit_of_work() as work:
        for n in range(21):
            services.send_message(work.session, person_id=bidder.id, text=f"第{n}条",
                                  now=start + timedelta(seconds=n))
    sign_in(client, bidder)
    first, second = client.get("/my/messages").text, client.get("/my/messages?page=2").text
    assert "第20条" in first
    assert "第0条" not in first
    assert "第0条" in second
    assert client.get("/my/messages?page=0").status_code == 422
    client.post("/my/messages/read")
    assert services.unread_count(session, bidder.id) == 0


def test_figures_of_a_message_survive_their_storage() -> None:
    details = {"paid_at": datetime(2026, 11, 21, 2, 0, 0, 123000, tzinfo=UTC), "due_on": date(2026, 12, 1),
               "amount_fen": 5, "name": "甲", "nothing": None,
               "summary": Filled("起拍价 %(start_fen)s", start_fen=7)}
    back = unpack(pack(details))
    assert back == details
    court = unpack(pack({"court": Name("临澜市东麓区人民法院", "Donglu Court")}))["court"]
    assert (court, getattr(court, "en", "")) == ("临澜市东麓区人民法院", "Donglu Court")
    assert isinstance(back["summary"], Filled)
    assert back["summary"].details == {"start_fen": 7}
    for wrong in (1.5, datetime(2026, 1, 1, tzinfo=UTC), b"x"):
        with pytest.raises(TypeError, match="figure"):
            pack({"figure": wrong})
