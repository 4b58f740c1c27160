"""Each route of the API and each role: let in, asked to sign in, or refused."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import STAFF, Role, guard_of
from tests.api.routes import EVERYBODY, Route, read_table
from tests.clients import json_of
from tests.factories.accounts import a_court, a_person, a_token, sign_in

TABLE = read_table()
NOBODY_AT_ALL = {"lot_id": "lot-none", "number": "1", "index": "1", "topic": "title", "item": "defects"}


def routes_of(app: Flask) -> dict[Route, str]:
    """Each route of the API -> its endpoint."""
    return {(method, rule.rule): rule.endpoint for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/api/") for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def somewhere(path: str) -> str:
    """An address on this route at which nothing is."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: NOBODY_AT_ALL.get(found[1], f"{found[1]}-none"), path)


def test_the_table_is_what_the_guards_say(app: Flask) -> None:
    routes = routes_of(app)
    assert set(routes) == set(TABLE)
    said = {}
    for route, endpoint in routes.items():
        guard = guard_of(app.view_functions[endpoint])
        said[route] = None if guard is None or guard.is_public else guard.roles or EVERYBODY
    assert said == TABLE


def test_whoever_is_not_signed_in_comes_to_what_is_public_and_no_further(client: FlaskClient) -> None:
    for (method, path), roles in TABLE.items():
        answer = client.open(somewhere(path), method=method, json={} if method != "GET" else None)
        if roles is None:
            assert answer.status_code in (200, 404, 422), (method, path, answer.text)
        else:
            assert answer.status_code == 401, (method, path)
            assert json_of(answer)["code"] == "not_signed_in", (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_comes_to_its_own_and_no_further(client: FlaskClient, session: Session, role: Role) -> None:
    court = a_court(session) if role in STAFF else None
    header = {"Authorization": f"Bearer {a_token(session, a_person(session, role, court))}"}
    for (method, path), roles in TABLE.items():
        answer = client.open(somewhere(path), method=method, headers=header,
                             json={} if method != "GET" else None)
        if roles is None or role in roles:
            about_an_object = "<" in path  # which may still be somebody else's
            expected = (200, 201, 404, 409, 415, 422, *([403] if about_an_object else []))
            assert answer.status_code in expected, (method, path, answer.text)
        else:
            assert answer.status_code == 403, (method, path, answer.text)
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json", (method, path)
            assert json_of(answer)["detail"], (method, path)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DRAW_CLERK, Role.FINANCE, Role.BIDDER])
def test_a_cookie_alone_changes_nothing(client: FlaskClient, session: Session, role: Role) -> None:
    """What a browser sends by itself, another site can make it send."""
    sign_in(client, a_person(session, role, a_court(session) if role in STAFF else None))
    client.environ_base.pop("HTTP_X_CSRFTOKEN")
    for (method, path), roles in TABLE.items():
        if method != "GET" and (roles is None or role in roles):
            answer = client.open(somewhere(path), method=method, json={})
            assert (answer.status_code, json_of(answer)["code"]) == (400, "csrf"), (method, path)


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    allowed: dict[str, set[str]] = {}
    for method, path in TABLE:
        allowed.setdefault(somewhere(path), set()).add(method)
    for path, methods in allowed.items():
        wrong = next(one for one in ("PATCH", "DELETE") if one not in methods)
        answer = client.open(path, method=wrong)
        assert answer.status_code == 405, path
        told = {one.strip() for one in answer.headers["Allow"].split(",")}
        assert told - {"HEAD", "OPTIONS"} == methods, path
