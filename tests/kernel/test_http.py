"""The HTTP edge: guards, tokens against forgery, headers, and one answer to every error."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
import structlog
from flask import Blueprint, Flask, render_template_string
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel import http
from kernel.access import Role, access, public
from kernel.errors import DomainError, InvalidInput, Overtaken, TooManyRequests, WrongState
from kernel.forgery import unveiled
from kernel.gates import Basis, GateClosed, Obstacle
from kernel.http import ApiBlueprint, api
from kernel.schemas import Instant, Money
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_court, a_person, a_token, sign_in
from tests.stage import Stage

PROBLEM = "application/problem+json"


class ToyIn(Schema):
    amount_fen = Money(required=True)
    at = Instant()
    note = fields.String()


class TooLow(WrongState):
    code = "too_low"
    message = "出价低于 %(least_fen)s 元。"
    rule = "AUC-20.2"


REFUSALS: dict[str, Callable[[], DomainError]] = {
    "low": lambda: TooLow(least_fen=1_000_000_00),
    "input": lambda: InvalidInput({"bids[0].amount_fen": "最多 %(most)s 个。"}, most=7),
    "overtaken": Overtaken,
    "busy": TooManyRequests,
    "gate": lambda: GateClosed([
        Obstacle("deposit", Basis("AUC-17.1", "网络司法拍卖规定第十七条"), "保证金过高。",
                 "不超过 %(most_fen)s 元。", {"most_fen": 20_000_000}, about="deposit_fen"),
        Obstacle("lead", Basis("AUC-12.1", "网络司法拍卖规定第十二条"), "公告太晚。")]),
}


def refuse(kind: str) -> NoReturn:
    refusal = REFUSALS[kind]()
    raise refusal


@pytest.fixture(scope="module", autouse=True)
def toys(stage: Stage) -> Iterator[None]:
    """In this module the platform has a small house of toys beside it."""
    with stage.apart(add_toys):
        yield


def add_toys(app: Flask) -> None:
    pages = Blueprint("toys", __name__, url_prefix="/toys")
    programs = ApiBlueprint("toys-api", __name__, url_prefix="/toys")

    @pages.get("/open")
    @public
    def show() -> str:
        return "open"

    @pages.post("/open")
    @public
    def send() -> str:
        return "sent"

    @pages.route("/bidders", methods=["GET", "POST"])
    @access(Role.BIDDER)
    def bidders() -> str:
        return "bidders"

    @pages.get("/refusals/<kind>")
    @public
    def page_refusal(kind: str) -> NoReturn:
        refuse(kind)

    @pages.get("/fault")
    @public
    def page_fault() -> NoReturn:
        raise ZeroDivisionError("the account of 王小明")

    @programs.get("/refusals/<kind>")
    @public
    def api_refusal(kind: str) -> NoReturn:
        refuse(kind)

    @programs.get("/fault")
    @public
    def api_fault() -> NoReturn:
        raise ZeroDivisionError("the account of 王小明")

    @programs.route("/bids", methods=["POST", "PUT", "PATCH", "DELETE"])
    @programs.arguments(ToyIn, location="json")
    @access(Role.BIDDER)
    def bid(body: dict[str, Any]) -> Any:
        return {"amount_fen": body["amount_fen"]}

    app.register_blueprint(pages)
    api.register_blueprint(programs, url_prefix="/api/v1/toys")


class TestWhoMayCome:
    def test_a_visitor_of_a_guarded_page_is_sent_to_the_log_in_and_back_afterwards(
            self, client: FlaskClient) -> None:
        answer = client.get("/toys/bidders?lot=1&page=2")
        assert answer.status_code == 302
        assert answer.location == "/login?next=%2Ftoys%2Fbidders%3Flot%3D1%26page%3D2"

    def test_a_form_of_a_visitor_is_refused_not_redirected(self, client: FlaskClient) -> None:
        """A form that was sent cannot be sent again by a redirect; what it held would be lost."""
        assert client.post("/toys/bidders").status_code == 401

    def test_a_program_without_a_token_is_told_so(self, client: FlaskClient) -> None:
        answer = client.post("/api/v1/toys/bids", json={"amount_fen": 1})
        assert (answer.status_code, answer.content_type) == (401, PROBLEM)
        assert json_of(answer)["code"] == "not_signed_in"

    def test_another_role_is_refused_before_the_view_runs(self, client: FlaskClient,
                                                          session: Session) -> None:
        sign_in(client, a_person(session, Role.OFFICER, a_court(session)))
        assert client.get("/toys/bidders").status_code == 403
        assert client.post("/api/v1/toys/bids", json={"nonsense": 1}).status_code == 403

    def test_the_role_passes(self, client: FlaskClient, session: Session) -> None:
        sign_in(client, a_bidder(session))
        assert client.get("/toys/bidders").text == "bidders"
        assert json_of(client.post("/api/v1/toys/bids", json={"amount_fen": 7})) == {"amount_fen": 7}

    def test_a_token_that_is_not_ours_opens_nothing_even_beside_a_good_cookie(
            self, client: FlaskClient, session: Session) -> None:
        """Else a foreign site could add a made-up token to skip the check against forgery."""
        sign_in(client, a_bidder(session))
        answer = client.post("/api/v1/toys/bids", json={"amount_fen": 7},
                             headers={"Authorization": "Bearer made-up"})
        assert answer.status_code == 401


class TestForgery:
    """CSRF: what a browser sends on its own is no consent."""

    @pytest.fixture
    def forged(self, client: FlaskClient, session: Session) -> FlaskClient:
        """A signed-in browser whose request comes from another site: cookies, but no token."""
        sign_in(client, a_bidder(session))
        client.environ_base.pop("HTTP_X_CSRFTOKEN")
        return client

    def test_a_forged_form_is_refused(self, forged: FlaskClient) -> None:
        answer = forged.post("/toys/bidders")
        assert answer.status_code == 400
        assert "刷新页面" in answer.text

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_a_forged_call_of_the_api_is_refused(self, forged: FlaskClient, method: str) -> None:
        answer = forged.open("/api/v1/toys/bids", method=method, json={"amount_fen": 7})
        assert (answer.status_code, json_of(answer)["code"]) == (400, "csrf")

    def test_a_forged_form_of_a_visitor_is_refused_too(self, client: FlaskClient) -> None:
        """A log-in can be forged as well: into the attacker's account."""
        assert client.post("/toys/open").status_code == 400

    def test_reading_needs_no_token(self, forged: FlaskClient) -> None:
        assert forged.get("/toys/bidders").status_code == 200
        assert forged.head("/toys/bidders").status_code == 200

    def test_a_wrong_token_is_no_token(self, forged: FlaskClient) -> None:
        assert forged.post("/toys/bidders", headers={"X-CSRFToken": "x"}).status_code == 400
        assert forged.post("/toys/bidders", data={"csrf_token": "x"}).status_code == 400

    def test_a_token_of_the_page_lets_the_form_pass(self, client: FlaskClient, session: Session) -> None:
        sign_in(client, a_bidder(session))
        token = client.environ_base.pop("HTTP_X_CSRFTOKEN")
        assert client.post("/toys/bidders", data={"csrf_token": token}).text == "bidders"

    def test_no_two_answers_carry_the_same_token_and_all_of_them_hold(self, client: FlaskClient) -> None:
        """What is never twice the same cannot be guessed from how well it compresses (BREACH)."""
        found = [re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
                 for _ in range(3)]
        assert all(len(set(tokens)) == 1 for tokens in found)  # but within one answer it repeats
        tokens = {one[0] for one in found}
        assert len(tokens) == 3
        assert {client.post("/toys/open", data={"csrf_token": token}).text for token in tokens} == {"sent"}
        assert client.post("/toys/open", data={"csrf_token": unveiled(tokens.pop())}).status_code == 400

    def test_a_form_written_in_a_template_carries_the_veiled_token_too(self, client: FlaskClient) -> None:
        """Not only the forms of imported macros: templates see the library's context first."""
        with client.application.test_request_context():
            assert unveiled(render_template_string("{{ csrf_token() }}")) == generate_csrf()

    @pytest.mark.parametrize("sent", ["", "=", "x", "xyz", "💥", "AAAA", "A" * 4000, "____", "\x00"])
    def test_what_was_never_veiled_is_no_token(self, client: FlaskClient, sent: str) -> None:
        client.get("/login")
        assert client.post("/toys/open", data={"csrf_token": sent}).status_code == 400

    def test_a_bearer_token_needs_no_other(self, client: FlaskClient, session: Session) -> None:
        header = {"Authorization": f"Bearer {a_token(session, a_bidder(session))}"}
        assert client.post("/api/v1/toys/bids", json={"amount_fen": 7}, headers=header).status_code == 200


class TestRefusals:
    @pytest.mark.parametrize(("kind", "status", "code"), [
        ("low", 409, "too_low"), ("input", 422, "invalid_input"), ("overtaken", 409, "overtaken"),
        ("busy", 429, "too_many_requests"), ("gate", 409, "deposit")])
    def test_a_program_gets_a_problem_and_a_person_a_page(self, client: FlaskClient, kind: str,
                                                          status: int, code: str) -> None:
        answer = client.get(f"/api/v1/toys/refusals/{kind}")
        assert (answer.status_code, answer.content_type) == (status, PROBLEM)
        problem = json_of(answer)
        assert (problem["status"], problem["code"]) == (status, code)
        page = client.get(f"/toys/refusals/{kind}")
        assert (page.status_code, page.mimetype) == (status, "text/html")
        assert problem["detail"] in page.text

    def test_a_refusal_by_law_says_the_figure_and_the_rule(self, client: FlaskClient) -> None:
        problem = json_of(client.get("/api/v1/toys/refusals/low"))
        assert problem == {"type": "about:blank", "status": 409, "code": "too_low", "rule": "AUC-20.2",
                           "detail": "出价低于 1,000,000.00 元。", "details": {"least_fen": 100_000_000}}
        assert "AUC-20.2" in client.get("/toys/refusals/low").text

    def test_bad_input_says_field_and_reason(self, client: FlaskClient) -> None:
        problem = json_of(client.get("/api/v1/toys/refusals/input"))
        assert problem["fields"] == {"bids[0].amount_fen": "最多 7 个。"}

    def test_a_closed_gate_lists_all_that_is_in_the_way(self, client: FlaskClient) -> None:
        obstacles = json_of(client.get("/api/v1/toys/refusals/gate"))["obstacles"]
        assert [one["rule"] for one in obstacles] == ["AUC-17.1", "AUC-12.1"]
        assert obstacles[0] == {
            "code": "deposit", "rule": "AUC-17.1", "article": "网络司法拍卖规定第十七条",
            "field": "deposit_fen", "weight": "refuse", "message": "保证金过高。",
            "remedy": "不超过 200,000.00 元。"}
        page = client.get("/toys/refusals/gate").text
        assert "公告太晚。" in page
        assert "AUC-12.1" in page


class TestFaults:
    @pytest.mark.parametrize("path", ["/toys/fault", "/api/v1/toys/fault"])
    def test_the_client_learns_a_number_and_the_log_the_cause(
            self, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "log", structlog.get_logger())  # the real one is bound already
        with capture_logs() as logs:
            answer = client.get(path)
        assert answer.status_code == 500
        assert "王小明" not in answer.text
        assert "ZeroDivision" not in answer.text
        (entry,) = [one for one in logs if one["event"] == "incident"]
        assert entry["incident"] in answer.text
        assert isinstance(entry["exc_info"], ZeroDivisionError)


class TestAddresses:
    def test_an_unknown_address_is_not_found(self, client: FlaskClient) -> None:
        page, problem = client.get("/no/such/page"), client.get("/api/v1/no/such")
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert (problem.status_code, problem.content_type) == (404, PROBLEM)

    @pytest.mark.parametrize(("path", "allowed"), [
        ("/toys/bidders", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/api/v1/toys/bids", {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})])
    def test_a_wrong_method_is_answered_with_those_that_are_right(
            self, client: FlaskClient, path: str, allowed: set[str]) -> None:
        method = "GET" if "GET" not in allowed else "PUT"
        answer = client.open(path, method=method)
        assert answer.status_code == 405
        assert {one.strip() for one in answer.headers["Allow"].split(",")} == allowed
        assert answer.content_type == (PROBLEM if path.startswith("/api") else "text/html; charset=utf-8")


class TestInput:
    @pytest.fixture
    def header(self, session: Session) -> dict[str, str]:
        return {"Authorization": f"Bearer {a_token(session, a_bidder(session))}"}

    @pytest.mark.parametrize(("body", "field"), [
        ({}, "amount_fen"),
        ({"amount_fen": 1, "amount": 1}, "amount"),
        ({"amount_fen": 1.0}, "amount_fen"),
        ({"amount_fen": "1"}, "amount_fen"),
        ({"amount_fen": True}, "amount_fen"),
        ({"amount_fen": None}, "amount_fen"),
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": -1}, "amount_fen"),
        ({"amount_fen": 10**18}, "amount_fen"),
        ({"amount_fen": 1, "at": "2026-11-21T10:00:00"}, "at"),
        ({"amount_fen": 1, "at": 1_790_000_000}, "at"),
        ({"amount_fen": 1, "note": 5}, "note"),
        ([], ""),
        ("text", ""),
    ])
    def test_what_does_not_fit_is_refused_with_its_field_and_a_reason(
            self, client: FlaskClient, header: dict[str, str], body: Any, field: str) -> None:
        answer = client.post("/api/v1/toys/bids", json=body, headers=header)
        assert (answer.status_code, answer.content_type) == (422, PROBLEM)
        fields_of = json_of(answer)["fields"]
        assert set(fields_of) == {field}
        assert all(fields_of.values())

    @pytest.mark.parametrize("raw", [b"{", b"\xff\xfe{}", '{"name": "张"}'.encode("gbk")])
    def test_a_body_that_is_no_json_in_utf_8_is_told_what_would_be_right(
            self, client: FlaskClient, header: dict[str, str], raw: bytes) -> None:
        answer = client.post("/api/v1/toys/bids", data=raw, content_type="application/json", headers=header)
        assert (answer.status_code, json_of(answer)["fields"]) == (422, {"": "应为 UTF-8 编码的 JSON。"})

    @pytest.mark.parametrize(("raw", "content_type"), [
        (b"{", "application/json"), (b"\xff\xfe{}", "application/json"), (b"", "application/json"),
        (b"amount_fen=1", "application/x-www-form-urlencoded"), (b'{"amount_fen": 1}', "text/plain")])
    def test_what_is_no_json_is_refused_in_words(self, client: FlaskClient, header: dict[str, str],
                                                 raw: bytes, content_type: str) -> None:
        answer = client.post("/api/v1/toys/bids", data=raw, content_type=content_type, headers=header)
        assert answer.status_code in (400, 415, 422)
        assert answer.content_type == PROBLEM
        assert json_of(answer)["detail"]


class TestHeaders:
    @pytest.mark.parametrize("path", ["/toys/open", "/no/such/page", "/toys/fault", "/toys/bidders",
                                      "/api/v1/toys/refusals/low", "/static/js/page.js", "/healthz"])
    def test_every_answer_forbids_what_the_platform_does_not_do(self, client: FlaskClient,
                                                                path: str) -> None:
        with client.get(path) as answer:
            headers = answer.headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_what_a_signed_in_person_sees_is_kept_by_nobody(self, client: FlaskClient,
                                                            session: Session) -> None:
        assert client.get("/toys/open").headers["Cache-Control"] == "no-cache"
        sign_in(client, a_bidder(session))
        assert client.get("/toys/open").headers["Cache-Control"] == "no-store"

    def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
            self, app: Flask, client: FlaskClient) -> None:
        client.get("/login")
        cookie = client.get_cookie("session")
        assert cookie is not None
        assert app.config["SESSION_COOKIE_HTTPONLY"]
        assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
