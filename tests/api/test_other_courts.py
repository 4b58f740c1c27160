"""Two courts on one installation: nobody of the one finds out or changes anything of the other.

A second court is founded beside the demo's. Its people try every route with the demo court's own
ids and with bodies that would be in order; the answer is a refusal, never a fact.
"""

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Approval
from auction.models import Sale
from cases import services as cases
from cases.models import Case, Claim, Document, Party, Property, Service
from cases.rules.third_parties import ObjectionFacts
from cases.rules.words import ObjectionRight, PropertyStatus
from kernel import clock
from kernel.access import STAFF, SYSTEM, Role, guard_of
from kernel.clock import beijing_day
from kernel.database import db
from kernel.transactions import unit_of_work
from ledger.models import BankCredit
from seeds.people import DONGLU
from settlement.models import CaseCost, DistributionPlan, PayoutOrder
from tests.api.routes import read_table
from tests.api.test_input import Door
from tests.api.test_roles import routes_of
from tests.factories.accounts import a_token, known_hash, the_actor
from tests.factories.cases import a_pdf, a_picture, a_stored_file
from valuation.models import Draw, Institution, Valuation

FITTING: Mapping[str, Any] = {
    "number": "（2026）临0199执1号", "reward_percent": None, "id_number": "", "agree_by_on": "2027-01-10",
    "way": "electronic", "class": "ordinary", "text": "一段文字", "note": "一段文字", "kind": None,
    "phrase": "春江潮水连海平。", "signed_by": ["苏衡"], "grounds": ["method"], "owner": "payment:1",
    "ground": None, "client_bid_id": "one", "notices_version": "0" * 64}
"""What a member wants to hold so that its validators are content; None: as the schema's own first."""



@pytest.fixture(scope="module")
def strangers(demo_app: Flask) -> dict[Role, dict[str, str]]:
    """A token of every role of a second court."""
    with unit_of_work() as work:
        court = accounts.open_court(work.session, name_zh="临澜市西屏区人民法院", name_en="Xiping",
                                    origin="demo.court.example/luochui/xiping", actor=SYSTEM, now=clock.now())
        court_id = court.id
    tokens = {}
    for role in sorted(STAFF):
        with unit_of_work() as work:
            person = accounts.register_person(
                work.session, login=f"x-{role}".replace("_", "-"), password_hash=known_hash(), name="外院人",
                roles=(role,), court_id=court_id, actor=SYSTEM, now=clock.now())
            tokens[role] = {"Authorization": f"Bearer {a_token(work.session, person)}"}
    return tokens


@pytest.fixture(scope="module")
def ids(demo_app: Flask) -> dict[str, str]:
    """One object of every kind of the demo court, by the name that routes give it."""
    session = db.session()
    kinds: dict[str, Any] = {
        "case_id": Case, "party_id": Party, "claim_id": Claim, "property_id": Property,
        "document_id": Document, "service_id": Service, "approval_id": Approval, "plan_id": DistributionPlan,
        "cost_id": CaseCost, "payout_id": PayoutOrder, "credit_id": BankCredit, "draw_id": Draw,
        "institution_id": Institution, "valuation_id": Valuation}
    found = {name: one_of(session, model) for name, model in kinds.items()}
    found["objection_id"] = an_objection(session)
    sale = session.scalars(select(Sale).where(Sale.result != None)).first()  # noqa: E711 - SQL
    assert sale is not None
    return found | {"lot_id": sale.lot_id, "number": str(sale.number), "topic": "title", "item": "defects",
                    "client_bid_id": "story-0", "message_id": "msg-none", "token_id": "token-none"}


def an_objection(session: Session) -> str:
    """Somebody outside the case claims a property of the demo court."""
    asset = session.scalars(select(Property).join(Case).where(
        Case.court_id == DONGLU.id, Property.status == PropertyStatus.SEIZED)).first()
    assert asset is not None
    officer = the_actor(session, accounts.person(session, asset.case.officer_id))
    property_id, now = asset.id, clock.now()
    facts = ObjectionFacts("林秋实", ObjectionRight.OWNERSHIP, "查封之前已经买下。", beijing_day(now))
    with unit_of_work() as work:
        return cases.file_objection(work.session, property_id=property_id, facts=facts,
                                    stored=a_stored_file(), actor=officer, now=now).id


def one_of(session: Session, model: Any) -> str:
    found: str | None = session.scalars(select(model.id).where(model.court_id == DONGLU.id)
                                        if hasattr(model, "court_id") else select(model.id)).first()
    assert found is not None, model
    return found


def there(path: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids[found[1]], path)


def body_of(app: Flask, endpoint: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """What this route wants, in order as far as a schema can say."""
    view = app.view_functions[endpoint]
    sent: dict[str, Any] = {}
    files: dict[str, Any] = {}
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    for one in parameters:
        schema = one["schema"]() if isinstance(one["schema"], type) else one["schema"]
        if one["in"] == "files":
            raw = a_picture() if "files" in schema.fields else a_pdf()
            files = {name: (BytesIO(raw), "paper.pdf") for name in schema.fields}
            continue
        if one["in"] == "query":
            continue
        members = Door("", "", None, schema).body
        for name in schema.fields:
            if FITTING.get(name) is not None:
                members[name] = FITTING[name]
            elif name in ids and name in members:
                members[name] = ids[name]
        if {"phrase", "nonce"} <= set(schema.fields) or {"phrase", "commitment"} <= set(schema.fields):
            members = {"phrase": FITTING["phrase"]}
        sent |= members
    if files:
        return {"data": {**{name: str(value) for name, value in sent.items()}, **files},
                "content_type": "multipart/form-data"}
    return {"json": sent}


def rows() -> dict[str, int]:
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables}


@pytest.mark.parametrize("role", sorted(STAFF))
def test_what_belongs_to_one_court_is_closed_to_the_other(
        demo_app: Flask, strangers: dict[Role, dict[str, str]], ids: dict[str, str], role: Role) -> None:
    client: FlaskClient = demo_app.test_client()
    before, endpoints, open_doors = rows(), routes_of(demo_app), []
    for (method, path), roles in read_table().items():
        guard = guard_of(demo_app.view_functions[endpoints[method, path]])
        if roles is None or guard is None or role not in roles or "<" not in path or "/me/" in path:
            continue
        sent = {} if method == "GET" else body_of(demo_app, endpoints[method, path], ids)
        answer = client.open(there(path, ids), method=method, headers=strangers[role], **sent)
        if answer.status_code not in (403, 404):
            open_doors.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    assert not open_doors, "\n".join(open_doors)
    db.session.rollback()
    assert rows() == before


@pytest.mark.parametrize("role", sorted(STAFF))
def test_a_list_of_one_court_holds_nothing_of_the_other(
        demo_app: Flask, strangers: dict[Role, dict[str, str]], ids: dict[str, str], role: Role) -> None:
    client = demo_app.test_client()
    own = {value for name, value in ids.items() if name.endswith("_id") and "none" not in value}
    for (method, path), roles in read_table().items():
        if method == "GET" and "<" not in path and roles is not None and role in roles:
            answer = client.get(path, headers=strangers[role])
            assert answer.status_code == 200, path
            told = json.dumps(answer.json)
            assert not [one for one in own if one in told], path
