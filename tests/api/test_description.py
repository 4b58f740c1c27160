"""``/api/v1/openapi.json``: complete, without a loose end, and true about who may do what."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.api.routes import EVERYBODY, read_table
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_token

METHODS = {"get", "put", "post", "delete", "patch"}
UNDESCRIBED = {"/api/v1/openapi.json", "/api/v1/time"}


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = json_of(client.get("/api/v1/openapi.json"))
    return found


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method.upper(), path): operation for path, item in described["paths"].items()
            for method, operation in item.items() if method in METHODS}


def as_described(path: str) -> str:
    """``/lots/<lot_id>`` as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def test_it_is_of_a_known_kind(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["info"] == {"title": "落槌 Luochui", "version": "v1"}


def test_every_route_is_described_and_nothing_else(described: dict[str, Any]) -> None:
    wanted = {(method, as_described(path)) for method, path in read_table() if path not in UNDESCRIBED}
    assert set(operations(described)) == wanted


def test_no_reference_leads_nowhere(described: dict[str, Any]) -> None:
    for target in set(references(described)):
        found: Any = described
        for step in target.removeprefix("#/").split("/"):
            assert step in found, target
            found = found[step]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in references(inner)]
    return [one for inner in value for one in references(inner)] if isinstance(value, list) else []


def test_an_operation_names_its_parts(described: dict[str, Any]) -> None:
    for (method, path), operation in operations(described).items():
        assert operation["summary"].endswith("."), (method, path)
        shared = described["paths"][path].get("parameters", [])
        parameters = [*shared, *operation.get("parameters", ())]
        assert {one["in"] for one in parameters} <= {"path", "query"}, (method, path)
        assert all("schema" in one for one in parameters), (method, path)
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), (method, path)
        assert all(one["required"] for one in parameters if one["in"] == "path"), (method, path)
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            assert kind in ("application/json", "multipart/form-data"), (method, path)
            assert body["schema"], (method, path)


def test_an_operation_says_how_it_ends(described: dict[str, Any]) -> None:
    for (method, path), operation in operations(described).items():
        answers = operation["responses"]
        assert any(code.startswith("2") for code in answers), (method, path)
        assert answers["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    problem = described["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert problem == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_an_operation_says_whom_it_lets_in(described: dict[str, Any]) -> None:
    for (method, path), roles in read_table().items():
        if path in UNDESCRIBED:
            continue
        operation = operations(described)[method, as_described(path)]
        assert operation["security"] == ([] if roles is None else [{"token": []}]), (method, path)
        shown = operation.get("x-roles")
        named = None if roles is None else [] if roles == EVERYBODY else sorted(roles)
        assert shown == named, (method, path)
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_money_time_and_days_have_their_types(described: dict[str, Any]) -> None:
    members = described["components"]["schemas"]["ClaimIn"]["properties"]
    assert members["principal_fen"] == {"type": "integer", "format": "int64"}
    assert members["registered_at"]["format"] == "date-time"
    assert described["components"]["schemas"]["CaseIn"]["properties"]["filed_on"] == {
        "type": "string", "format": "date"}
    assert described["components"]["schemas"]["CaseIn"]["additionalProperties"] is False


def test_a_file_stands_beside_its_members(described: dict[str, Any]) -> None:
    operation = operations(described)["POST", "/api/v1/cases/{case_id}/documents"]
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"].split("/")[-1]
    members = described["components"]["schemas"][schema]["properties"]
    assert {"file", "title", "kind"} <= set(members)
    assert members["file"] == {"type": "string", "format": "binary"}


def test_a_problem_has_no_member_that_is_not_described(client: FlaskClient, session: Session,
                                                      described: dict[str, Any]) -> None:
    members = set(described["components"]["schemas"]["Problem"]["properties"])
    header = {"Authorization": f"Bearer {a_token(session, a_bidder(session))}"}
    for answer in (client.get("/api/v1/me"), client.get("/api/v1/lots/none"),
                   client.post("/api/v1/tokens", json={"login": 1}),
                   client.get("/api/v1/cases", headers=header), client.put("/api/v1/lots")):
        problem = json_of(answer)
        assert set(problem) <= members
        assert {"type", "status", "code", "detail"} <= set(problem)
