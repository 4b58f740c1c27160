"""Signing in and out, in a browser: tokens, cookies, forms, and what is never given away."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services
from accounts.jobs import forget_sessions
from accounts.login.sign_in import login_manager
from accounts.models import Court, LoginSession, Person
from app import create_app
from config.settings import Mode, Settings
from kernel import clock
from kernel.access import SYSTEM, Role
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import (
    PASSWORD,
    a_bidder,
    a_court,
    a_person,
    an_id_number,
    an_installation,
    sign_in,
    with_csrf,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


def token_in(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        token: str | None = cookie.get("_user_id")
        return token


@pytest.mark.both_databases
def test_staff_come_to_their_desk_and_others_to_their_own_page(
        app: Flask, session: Session, court: Court) -> None:
    for person, home in ((a_person(session, Role.OFFICER, court), "/desk"),
                         (a_bidder(session), "/my"),
                         (a_person(session, Role.PARTY), "/my")):
        answer = with_csrf(app.test_client()).post(
            "/login", data={"login": f" {person.login.upper()} ", "password": PASSWORD})
        assert (answer.status_code, answer.location) == (302, home)


def test_after_signing_in_one_comes_to_the_page_one_wanted(client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    wanted = client.get("/my/messages?page=1")
    assert wanted.location == "/login?next=%2Fmy%2Fmessages%3Fpage%3D1"
    assert 'name="next" value="/my/messages?page=1"' in client.get(wanted.location).text
    answer = with_csrf(client).post("/login", data={
        "login": bidder.login, "password": PASSWORD, "next": "/my/messages?page=1"})
    assert answer.location == "/my/messages?page=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_after_signing_in_nobody_is_sent_to_another_site(client: FlaskClient, session: Session,
                                                         elsewhere: str) -> None:
    answer = with_csrf(client).post("/login", data={
        "login": a_bidder(session).login, "password": PASSWORD, "next": elsewhere})
    assert answer.location == "/my"


@pytest.mark.parametrize(("login", "password"), [
    ("nobody", PASSWORD), (None, PASSWORD + "!"), (None, "sesame")])
def test_a_wrong_password_and_an_unknown_login_are_told_the_same(
        client: FlaskClient, session: Session, login: str | None, password: str) -> None:
    login = login or a_bidder(session).login
    answer = with_csrf(client).post("/login", data={"login": login, "password": password})
    assert answer.status_code == 401
    assert "账号或密码不对。" in answer.text
    assert f'value="{login}"' in answer.text
    assert password not in answer.text
    assert token_in(client) is None


def test_each_sign_in_has_a_new_token_of_256_bits_and_the_table_only_its_hash(
        client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    tokens = []
    for _ in range(2):
        with_csrf(client).post("/login", data={"login": bidder.login, "password": PASSWORD})
        tokens.append(token_in(client) or "")
        with_csrf(client).post("/logout")
    assert tokens[0] != tokens[1]
    assert all(len(token) >= 43 for token in tokens)
    stored = session.scalars(select(LoginSession.token_hash)).all()
    assert not set(stored) & set(tokens)


def test_a_cookie_planted_before_the_sign_in_is_worth_nothing_after_it(
        client: FlaskClient, session: Session) -> None:
    bidder = a_bidder(session)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
        cookie["extra"] = "planted"
    with_csrf(client).post("/login", data={"login": bidder.login, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"
        assert "extra" not in cookie


@pytest.mark.both_databases
def test_signing_out_kills_the_token_and_not_only_the_cookie(
        app: Flask, client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    token = token_in(client)
    assert client.get("/my").status_code == 200
    assert client.post("/logout").status_code == 302
    assert token_in(client) is None
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert thief.get("/my").status_code == 302
    assert thief.get("/api/v1/me").status_code == 401


@pytest.mark.both_databases
def test_an_expired_session_opens_nothing(client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    held = session.scalars(select(LoginSession)).one()
    assert held.expires_at - held.started_at == timedelta(hours=12)
    held.expires_at = clock.machine_now() - timedelta(milliseconds=1)
    session.commit()
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_over_for_a_month_is_forgotten_and_no_younger_one(client: FlaskClient,
                                                                   session: Session) -> None:
    bidder = a_bidder(session)
    for days in (30, 29, -1):
        sign_in(client, bidder)
        held = session.scalars(select(LoginSession).order_by(LoginSession.started_at.desc())).first()
        assert held is not None
        held.expires_at = clock.machine_now() - timedelta(days=days)
        session.commit()
    forget_sessions()
    assert len(session.scalars(select(LoginSession)).all()) == 2
    assert client.get("/my").status_code == 200


def test_walking_the_demo_clock_signs_nobody_out(client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    clock.set_offset(timedelta(days=40))
    assert client.get("/api/v1/me").status_code == 200


def test_a_role_taken_away_is_gone_with_the_next_request(client: FlaskClient, session: Session,
                                                         court: Court) -> None:
    judge = a_person(session, Role.JUDGE, court)
    sign_in(client, judge)
    assert client.get("/api/v1/approvals").status_code == 200
    with unit_of_work() as work:
        services.revoke_role(work.session, judge.id, Role.JUDGE, actor=SYSTEM, now=clock.now())
    assert client.get("/api/v1/approvals").status_code == 403


@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/my/password", "/my/tokens"])
def test_a_form_without_its_csrf_token_is_refused(client: FlaskClient, session: Session, path: str) -> None:
    sign_in(client, a_bidder(session))
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post(path, data={"login": "x"}).status_code == 400
    assert client.get("/my").status_code == 200


def test_with_a_session_cookie_the_api_wants_a_csrf_token_too(client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    answer = client.put("/api/v1/me/password", json={"password": PASSWORD, "new_password": "another-one-7"})
    assert (answer.status_code, json_of(answer)["code"]) == (400, "csrf")


def test_in_production_the_cookie_is_bound_to_this_host_and_https(tmp_path: Path) -> None:
    made = create_app(Settings(mode=Mode.PRODUCTION, data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/a",
                               redis_url=None, origin="court.example/luochui", secret_key="s" * 48,
                               vault_key="5a" * 32, signing_key="c3" * 32))
    assert made.config["SESSION_COOKIE_SECURE"]
    assert made.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert made.config["SESSION_COOKIE_HTTPONLY"]
    assert login_manager.session_protection is None


REGISTRATION = {"name": "王小明", "phone": "138 0013 8000", "login": "wang.xiaoming",
                "password": "一句很长的口令没人猜到", "accepts_terms": "true"}


@pytest.mark.both_databases
def test_a_bidder_registers_and_is_signed_in_at_once(client: FlaskClient, session: Session) -> None:
    an_installation(session)
    number = an_id_number()
    answer = with_csrf(client).post("/register", data=REGISTRATION | {"id_number": number})
    assert (answer.status_code, answer.location) == (302, "/my")
    person = session.scalars(select(Person)).one()
    assert services.own_identity(session, person.id) == services.Identity("王小明", number, "13800138000")
    page = client.get("/my").text
    assert "王**" in page
    assert number not in page
    assert "13800138000" not in page
    assert number[-4:] in page


def test_a_wrong_identity_number_is_refused_with_what_would_be_right_and_nothing_typed_is_lost(
        client: FlaskClient, session: Session) -> None:
    an_installation(session)
    answer = with_csrf(client).post("/register", data=REGISTRATION | {"id_number": "110101199003077214"})
    assert answer.status_code == 422
    assert "按前 17 位计算，末位应为 3" in answer.text
    for typed in ("王小明", "138 0013 8000", "wang.xiaoming", "110101199003077214"):
        assert f'value="{typed}"' in answer.text
    assert "checked" in answer.text
    assert REGISTRATION["password"] not in answer.text
    assert session.scalars(select(Person)).all() == []


def test_everything_that_is_wrong_is_said_at_once(client: FlaskClient, session: Session) -> None:
    an_installation(session)
    answer = with_csrf(client).post("/register", data={
        "name": "", "phone": "123", "login": "13800138000", "password": "short", "id_number": "1"})
    assert answer.status_code == 422
    for advice in ("这一项必须填写", "11 位手机号码", "以字母开头", "至少 10 个字符", "现在是 1 位",
                   "请先阅读并同意注册须知"):
        assert advice in answer.text


def test_a_password_that_holds_the_login_is_refused(client: FlaskClient, session: Session) -> None:
    an_installation(session)
    answer = with_csrf(client).post("/register", data=REGISTRATION | {
        "id_number": an_id_number(), "password": "my-Wang.Xiaoming-1"})
    assert answer.status_code == 422
    assert "不能含有账号" in answer.text


def test_whoever_is_signed_in_is_led_past_the_log_in_page(client: FlaskClient, session: Session) -> None:
    sign_in(client, a_bidder(session))
    assert client.get("/login").location == "/my"


def test_the_log_in_page_lists_demo_accounts_and_fills_in_a_login(app: Flask, client: FlaskClient) -> None:
    app.extensions["demo_accounts"] = [
        {"login": "lin.jingwen", "password": PASSWORD, "role": "执行人员", "name": "林静文"}]
    page = client.get("/login?login=lin.jingwen").text
    assert "林静文" in page
    assert 'id="f-login" name="login" type="text" value="lin.jingwen"' in page
    assert 'href="/login?login=lin.jingwen"' in page


@pytest.mark.parametrize(("code", "status"), [("en", 302), ("zh_Hans_CN", 302), ("fr", 404)])
def test_the_language_is_kept_in_a_cookie(client: FlaskClient, code: str, status: int) -> None:
    answer = client.get(f"/language/{code}?next=/login")
    assert answer.status_code == status
    if status == 302:
        assert answer.location == "/login"
        assert f"language={code}" in answer.headers["Set-Cookie"]
        assert f'lang="{"en" if code == "en" else "zh-Hans"}"' in client.get("/login").text
    assert client.get("/language/en?next=//evil.example").location == "/"


def test_light_or_dark_is_kept_in_a_cookie_and_auto_forgets_it(client: FlaskClient) -> None:
    assert client.get("/theme/dark?next=/login").location == "/login"
    assert 'data-theme="dark"' in client.get("/login").text
    assert client.get("/theme/auto").location == "/"
    assert "data-theme" not in client.get("/login").text
    assert client.get("/theme/sepia").status_code == 404
