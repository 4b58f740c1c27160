"""Bad input, for every route that takes any: refused with the field and what would be right.

The bodies are made from the schemas themselves, so that a new route is tested from its first day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.models import Leaf
from kernel.access import STAFF, Role, guard_of
from kernel.database import db
from kernel.schemas import Count, Day, Instant, Money
from tests.api.test_roles import routes_of, somewhere
from tests.clients import json_of
from tests.factories.accounts import a_court, a_person, a_token, sign_in

FLOATS = (1.0, 1.5, 1e3, "100", True)
NAIVE = ("2026-11-21T10:00:00", "2026-11-21 10:00:00+08:00", "2026-11-21", 1_790_000_000,
         "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00")
UNWRITABLE = ("a\x00b", "\ud800", "\udfff案")
NO_DAYS = ("21.11.2026", "2026-02-30", "2026-11-21T00:00:00+08:00", "0000-00-00", "9999-12-31")


@dataclass(frozen=True)
class Door:
    """A route that takes JSON, who may call it, and a body whose members have the right kinds."""

    method: str
    path: str
    role: Role | None
    schema: Schema

    @property
    def body(self) -> dict[str, Any]:
        return {found.data_key or name: sample(found) for name, found in self.schema.fields.items()
                if found.required}

    def members(self, *kinds: type[fields.Field[Any]]) -> list[str]:
        return [found.data_key or name for name, found in self.schema.fields.items()
                if isinstance(found, kinds)]


def sample(found: fields.Field[Any]) -> Any:
    """A value of the kind that this field wants, if not always one that its validators like."""
    samples: tuple[tuple[type[Any], Any], ...] = (
        (Money, 100), (Count, 1), (Instant, "2026-11-21T10:00:00+08:00"), (Day, "2026-11-21"),
        (fields.Boolean, True), (fields.Integer, 1), (fields.List, []), (fields.String, "x"))
    if isinstance(found, fields.Enum):
        return next(word.value for word in found.enum)
    words = [word for rule in found.validators if isinstance(rule, validate.OneOf) for word in rule.choices]
    return next((value for kind, value in samples if isinstance(found, kind)), "x") if not words else words[0]


def doors(app: Flask) -> Iterator[Door]:
    for (method, path), endpoint in routes_of(app).items():
        view = app.view_functions[endpoint]
        parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
        guard = guard_of(view)
        for one in parameters:
            if one["in"] == "json":
                schema = one["schema"]() if isinstance(one["schema"], type) else one["schema"]
                role = None if guard is None or guard.is_public else next(
                    (role for role in Role if role in guard.roles), Role.BIDDER)
                yield Door(method, path, role, schema)


def questions(app: Flask) -> Iterator[tuple[str, str]]:
    """Each member of a query that a public route of the API takes as a text: (path, name)."""
    for (method, path), endpoint in routes_of(app).items():
        view = app.view_functions[endpoint]
        guard = guard_of(view)
        for one in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", []):
            if method == "GET" and one["in"] == "query" and guard is not None and guard.is_public:
                schema = one["schema"]() if isinstance(one["schema"], type) else one["schema"]
                for name, found in schema.fields.items():
                    if isinstance(getattr(found, "inner", found), fields.String):
                        yield somewhere(path), name


@pytest.fixture
def headers(session: Session) -> Mapping[Role | None, dict[str, str]]:
    """A token of every role."""
    court = a_court(session)
    tokens = {role: a_token(session, a_person(session, role, court if role in STAFF else None))
              for role in Role}
    return {None: {}} | {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}


@pytest.fixture
def nothing_written(session: Session, headers: object) -> Iterator[None]:
    """Afterwards every table holds what it held before, but for the passing of time."""
    before = rows()
    yield
    db.session.rollback()
    assert rows() == before


def rows() -> dict[str, int]:
    counted = {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
               for table in db.metadata.sorted_tables}
    assert counted[Leaf.__tablename__] > 0
    return counted


def refused(client: FlaskClient, door: Door, header: dict[str, str], body: Any) -> dict[str, str]:
    """The fields that the answer names; it must be a refusal of input."""
    answer = client.open(somewhere(door.path), method=door.method, json=body, headers=header)
    assert answer.status_code == 422, (door.method, door.path, body, answer.status_code, answer.text)
    assert answer.content_type == "application/problem+json"
    named: dict[str, str] = json_of(answer)["fields"]
    assert all(named.values())
    return named


@pytest.mark.usefixtures("nothing_written")
def test_an_unknown_member_is_refused_by_name(app: Flask, client: FlaskClient,
                                              headers: Mapping[Role | None, dict[str, str]]) -> None:
    found = list(doors(app))
    assert len(found) > 40
    for door in found:
        named = refused(client, door, headers[door.role], {**door.body, "surplus": 1})
        assert named["surplus"] == "没有这一项。", door


@pytest.mark.usefixtures("nothing_written")
def test_a_missing_member_is_refused_by_name(app: Flask, client: FlaskClient,
                                             headers: Mapping[Role | None, dict[str, str]]) -> None:
    for door in doors(app):
        for name in door.body:
            body = {other: value for other, value in door.body.items() if other != name}
            assert name in refused(client, door, headers[door.role], body), (door, name)


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(("kind", "wrong"), [
    (Money, FLOATS), (Count, FLOATS), (Instant, NAIVE), (Day, NO_DAYS)])
def test_what_is_not_exact_is_refused_by_name(
        app: Flask, client: FlaskClient, headers: Mapping[Role | None, dict[str, str]],
        kind: type[fields.Field[Any]], wrong: tuple[Any, ...]) -> None:
    tried = 0
    for door in doors(app):
        for name in door.members(kind):
            for value in wrong:
                named = refused(client, door, headers[door.role], {**door.body, name: value})
                assert name in named, (door, name, value)
                tried += 1
    assert tried


@pytest.mark.both_databases
@pytest.mark.usefixtures("nothing_written")
def test_a_text_that_no_database_could_hold_is_refused_by_name(
        app: Flask, client: FlaskClient, headers: Mapping[Role | None, dict[str, str]]) -> None:
    tried = 0
    for door in doors(app):
        for name in door.members(fields.String):
            for value in UNWRITABLE:
                named = refused(client, door, headers[door.role], {**door.body, name: value})
                assert named[name] == "这里有无法保存的字符，请删去。", (door, name, value)
                tried += 1
    assert tried > 100


@pytest.mark.parametrize(("name", "shown"), [("\ud800", "\\ud800"), ("a\udfffb", "a\\udfffb")])
def test_an_unknown_member_of_a_name_that_nobody_can_write_is_refused_by_what_it_is_made_of(
        app: Flask, client: FlaskClient, headers: Mapping[Role | None, dict[str, str]],
        name: str, shown: str) -> None:
    for door in doors(app):
        assert shown in refused(client, door, headers[door.role], {**door.body, name: 1}), door


@pytest.mark.both_databases
def test_a_query_that_no_database_could_be_asked_is_refused_by_name(app: Flask, client: FlaskClient) -> None:
    found = list(questions(app))
    assert {name for _, name in found} >= {"q", "court", "region", "key"}
    for path, name in found:
        answer = client.get(path, query_string={name: "a\x00b"})
        assert answer.status_code == 422, (path, name, answer.text)
        assert any(said.startswith(name) for said in json_of(answer)["fields"]), (path, name)


@pytest.mark.both_databases
def test_an_address_that_no_database_could_be_asked_for_is_not_found(app: Flask, client: FlaskClient) -> None:
    tried = 0
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda one: "1" if one[1] == "int" else "a%00b",
                      rule.rule)
        for method in ({"GET", "POST", "PUT", "DELETE"} & (rule.methods or set())) if "%00" in path else ():
            answer = client.open(path, method=method)
            assert answer.status_code == 404, (method, path, answer.text)
            assert (answer.content_type == "application/problem+json") == path.startswith("/api/"), path
            tried += 1
    assert tried > 200


@pytest.mark.both_databases
@pytest.mark.parametrize("role", [None, *Role])
def test_no_page_breaks_where_its_query_asks_what_no_database_could_be_asked(
        app: Flask, client: FlaskClient, session: Session, role: Role | None) -> None:
    if role is not None:
        sign_in(client, a_person(session, role, a_court(session) if role in STAFF else None))
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.arguments:
            answer = client.get(rule.rule + "?anything=a%00b")
            assert answer.status_code == 422, (rule.rule, answer.status_code)
            says = "<code>anything</code> 这里有无法保存的字符"
            assert rule.rule.startswith("/api/") or says in answer.text, rule.rule


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("body", [[], "text", 7, None, [{}]])
def test_another_shape_is_refused(app: Flask, client: FlaskClient, body: Any,
                                  headers: Mapping[Role | None, dict[str, str]]) -> None:
    for door in doors(app):
        if not door.body and body is None:
            continue
        answer = client.open(somewhere(door.path), method=door.method, json=body, headers=headers[door.role])
        assert answer.status_code in (400, 422), (door, answer.text)
        assert json_of(answer)["detail"]


@pytest.mark.usefixtures("nothing_written")
def test_words_that_no_list_knows_are_refused_by_name(
        app: Flask, client: FlaskClient, headers: Mapping[Role | None, dict[str, str]]) -> None:
    for door in doors(app):
        for name in door.members(fields.Enum):
            named = refused(client, door, headers[door.role], {**door.body, name: "no_such_word"})
            assert named[name] == "请从给出的选项中选择。", (door, name)


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe{\x00}\x00", b'{"a": 1, "a": 2', b"amount_fen=1"])
def test_what_is_no_json_is_refused_in_words(app: Flask, client: FlaskClient, raw: bytes,
                                             headers: Mapping[Role | None, dict[str, str]]) -> None:
    for door in doors(app):
        answer = client.open(somewhere(door.path), method=door.method, data=raw,
                             content_type="application/json", headers=headers[door.role])
        assert answer.status_code in (400, 422), (door, answer.text)
        assert answer.content_type == "application/problem+json"
        assert json_of(answer)["detail"]
