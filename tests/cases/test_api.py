"""The same case by programs: /api/v1."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from cases import services
from cases.models import Case, Claim, Document, Party
from cases.rules.words import FactTopic
from kernel.access import Actor, Role
from tests.factories.accounts import a_court, a_person, a_token, an_id_number
from tests.factories.cases import (
    a_case,
    a_claim,
    a_document,
    a_party,
    a_pdf,
    a_picture,
    a_property,
    an_officer,
    served,
)

Program = Any  # a FlaskClient whose answers' JSON is taken as of any shape

NOW = datetime(2026, 3, 18, 6, 32, tzinfo=UTC)
CASES = "/api/v1/cases"
A_CASE = {"number": "（2026）临0102执1234号", "cause": "金融借款合同纠纷", "filed_on": "2026-01-12",
          "basis": "（2025）临0102民初4567号民事判决书", "debtor_kind": "natural_person"}
A_FLAT = {"kind": "immovable", "category": "residential", "title": "海棠里6幢1602室",
          "seized_on": "2026-02-25", "seizing_document": "（2026）临0102执1234号执行裁定书",
          "region": "江东省/临澜市/东麓区", "address": "映波路218号", "area_hundredths": 12864,
          "rooms": "3室2厅", "floors": 18, "floor": 16}


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Actor:
    at(NOW)
    return an_officer(session)


@pytest.fixture
def case(session: Session, officer: Actor) -> Case:
    return a_case(session, officer)


@pytest.fixture
def program(app: Flask, session: Session, officer: Actor) -> Program:
    """A program that acts for the officer."""
    return _program(app, session, officer)


def _program(app: Flask, session: Session, actor: Actor) -> Program:
    client = app.test_client()
    token = a_token(session, accounts.person(session, actor.id))
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def refused(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    return set(answer.json["fields"])


@pytest.mark.both_databases
def test_a_program_builds_a_whole_case(session: Session, program: Program) -> None:
    case = program.post(CASES, json=A_CASE).json
    assert (case["number"], case["regime"]) == ("（2026）临0102执1234号", "pro_rata")
    at = f"{CASES}/{case['id']}"
    number = an_id_number()
    bank = program.post(f"{at}/parties", json={
        "role": "applicant", "kind": "organisation", "name": "临澜农商银行"}).json
    debtor = program.post(f"{at}/parties", json={
        "role": "respondent", "kind": "natural_person", "name": "冯立群",
        "id_kind": "resident_id", "id_number": number}).json
    assert number not in str(debtor)
    assert debtor["id_masked"].endswith(number[-4:])
    flat = program.post(f"{at}/properties", json=A_FLAT).json
    assert (flat["status"], len(flat["facts_missing"])) == ("seized", 5)
    for topic in FactTopic:
        flat = program.put(f"{CASES}/properties/{flat['id']}/facts/{topic}", json={
            "text": "已查明", "source": "登记中心", "checked_on": "2026-03-17"}).json
    assert (flat["facts_missing"], len(flat["facts"])) == ([], 5)
    claim = program.post(f"{at}/claims", json={
        "party_id": bank["id"], "class": "security", "principal_fen": 180000000,
        "interest_fen": 7643055, "titled": True, "title_document": "（2025）临0102民初4567号判决",
        "property_id": flat["id"], "registered_at": "2021-04-19T10:00:00+08:00",
        "seized_at": {flat["id"]: "2026-01-20T10:00:00+08:00"}}).json
    assert (claim["amount_fen"], claim["class"], claim["checked_at"]) == (187643055, "security", None)
    assert claim["seized_at"] == {flat["id"]: "2026-01-20T10:00:00.000+08:00"}
    assert program.post(f"{CASES}/claims/{claim['id']}/check").json["checked_at"] == (
        "2026-03-18T14:32:00.000+08:00")
    whole = program.get(at).json
    assert [len(whole[part]) for part in ("parties", "claims", "properties")] == [2, 1, 1]
    assert program.get(CASES).json["total"] == 1
    assert session.scalar(select(func.count()).select_from(Case)) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(("name", "shown"), [("a\x00b", "a\x00b"), ("\ud800", "\\ud800")])
def test_a_seizure_of_a_property_that_nobody_can_write_is_refused_by_name(
        session: Session, program: Program, case: Case, officer: Actor, name: str, shown: str) -> None:
    party = a_party(session, case, officer)
    refused = program.post(f"{CASES}/{case.id}/claims", json={
        "party_id": party.id, "class": "ordinary", "principal_fen": 5, "titled": False,
        "unadjudged": True, "seized_at": {name: "2026-03-17T09:00:00+08:00"}})
    assert refused.status_code == 422
    assert refused.json["fields"] == {f"seized_at.{shown}": "这里有无法保存的字符，请删去。"}


def test_papers_come_as_multipart(
        session: Session, program: Program, case: Case, officer: Actor) -> None:
    party, flat = a_party(session, case, officer), a_property(session, case, officer)
    at = f"{CASES}/{case.id}"
    document = program.post(f"{at}/documents", data={
        "kind": "seizure_ruling", "title": "执行裁定书", "subject": flat.subject,
        "is_public": "true", "file": (io.BytesIO(a_pdf()), "裁定.pdf")}).json
    assert (document["is_public"], document["url"]) == (True, f"/files/{document['sha256']}")
    shots = program.post(f"{CASES}/properties/{flat.id}/photographs", data={
        "files": [(io.BytesIO(a_picture(colour)), "a.jpg") for colour in ("tan", "navy")]}).json
    assert [shot["media_type"] for shot in shots] == ["image/webp"] * 2
    service = program.post(f"{at}/services", data={
        "party_id": party.id, "way": "public_notice", "title": "执行裁定书",
        "served_at": "2026-03-17T09:00:00+08:00", "document_id": document["id"]}).json
    assert service["received_at"] == "2026-04-16T23:59:59.999+08:00"
    proved = program.post(f"{CASES}/services/{service['id']}/proof",
                          data={"file": (io.BytesIO(a_pdf("公告")), "公告.pdf")}).json
    assert proved["proof_document_id"] is not None
    closed = program.put(f"{CASES}/documents/{document['id']}/publicity", json={"is_public": False})
    assert closed.json["is_public"] is False
    papers = program.get(f"{at}/papers").json
    assert (len(papers["documents"]), len(papers["services"])) == (4, 1)


def test_everything_may_be_corrected(
        session: Session, program: Program, case: Case, officer: Actor) -> None:
    party, flat = a_party(session, case, officer), a_property(session, case, officer)
    claim = a_claim(session, case, officer, party)
    person = a_person(session, Role.PARTY, login="wu.yuehua")
    colleague = a_person(session, Role.OFFICER, accounts.get_court(session, case.court_id))
    assert program.put(f"{CASES}/{case.id}", json=A_CASE | {"cause": "借款合同纠纷"}).json[
        "cause"] == "借款合同纠纷"
    assert program.put(f"{CASES}/parties/{party.id}", json={
        "role": "creditor", "kind": "organisation", "name": "新名称"}).json["name"] == "新名称"
    assert program.put(f"{CASES}/parties/{party.id}/account", json={"login": "wu.yuehua"}).json[
        "person_id"] == person.id
    assert program.put(f"{CASES}/claims/{claim.id}", json={
        "party_id": party.id, "class": "ordinary", "principal_fen": 5, "titled": False,
        "unadjudged": True}).json["checked_at"] is None
    assert program.put(f"{CASES}/properties/{flat.id}", json=A_FLAT | {"floor": -2}).json[
        "floor"] == -2
    assert program.put(f"{CASES}/{case.id}/officer", json={"officer_id": colleague.id}).json[
        "officer_id"] == colleague.id
    assert program.put(f"{CASES}/{case.id}", json=A_CASE).status_code == 403


def test_opening_a_sealed_number_asks_for_a_word_of_the_list(
        session: Session, program: Program, case: Case, officer: Actor) -> None:
    number = an_id_number()
    party = a_party(session, case, officer, id_number=number)
    at = f"{CASES}/parties/{party.id}/identity"
    assert refused(program.post(at, json={"reason": "curiosity"})) == {"reason"}
    assert program.post(at, json={"reason": "enquiry"}).json == {"id_number": number}


@pytest.mark.parametrize(("change", "field"), [
    ({"principal_fen": 100.0}, "principal_fen"), ({"principal_fen": "100"}, "principal_fen"),
    ({"principal_fen": True}, "principal_fen"), ({"principal_fen": 0}, "principal_fen"),
    ({"filed_at": "2026-03-01T09:30:00"}, "filed_at"), ({"class": "gift"}, "class"),
    ({"party_id": "party-nobody"}, "party_id"), ({"colour": "red"}, "colour"),
    ({"seized_at": {"prop-1": "2026-03-01"}}, "seized_at.prop-1"), ({"seized_at": []}, "seized_at"),
    ({"titled": None}, "titled"), ({"reward_percent": "101"}, "reward_percent"),
])
def test_what_does_not_fit_is_named_and_nothing_is_written(
        session: Session, program: Program, case: Case, officer: Actor,
        change: dict[str, Any], field: str) -> None:
    bank = a_party(session, case, officer)
    good = {"party_id": bank.id, "class": "ordinary", "principal_fen": 100, "titled": True,
            "title_document": "判决"}
    assert refused(program.post(f"{CASES}/{case.id}/claims", json=good | change)) == {field}
    assert session.scalar(select(func.count()).select_from(Claim)) == 0


@pytest.mark.parametrize("area", ["128.64", 128.64, True, 0, -1, 10**11])
def test_an_area_is_a_whole_number_of_hundredths(
        program: Program, case: Case, area: Any) -> None:
    answer = program.post(f"{CASES}/{case.id}/properties", json=A_FLAT | {"area_hundredths": area})
    assert refused(answer) == {"area_hundredths"}


def test_a_missing_member_is_named(session: Session, program: Program, case: Case) -> None:
    assert refused(program.post(CASES, json={})) == {
        "number", "cause", "basis", "filed_on", "debtor_kind"}
    assert refused(program.post(f"{CASES}/{case.id}/parties", json={})) == {"role", "kind", "name"}
    assert refused(program.post(f"{CASES}/{case.id}/documents", data={})) <= {
        "kind", "title", "file"}
    assert session.scalar(select(func.count()).select_from(Party)) == 0


def test_a_wrong_kind_of_file_is_refused_and_nothing_is_written(
        session: Session, program: Program, case: Case, officer: Actor, tmp_path: Path) -> None:
    flat = a_property(session, case, officer)
    word = (io.BytesIO(b"PK\x03\x04"), "判决.docx")
    answer = program.post(f"{CASES}/{case.id}/documents",
                          data={"kind": "other", "title": "判决", "file": word})
    assert refused(answer) == {"file"}
    assert "PDF、PNG 或 JPEG" in answer.json["fields"]["file"]
    answer = program.post(f"{CASES}/properties/{flat.id}/photographs",
                          data={"files": [(io.BytesIO(a_pdf()), "a.jpg")]})
    assert refused(answer) == {"files"}
    photograph = (io.BytesIO(a_pdf()), "a.pdf")
    answer = program.post(f"{CASES}/{case.id}/documents",
                          data={"kind": "photograph", "title": "照片", "file": photograph})
    assert refused(answer) == {"kind"}
    assert session.scalar(select(func.count()).select_from(Document)) == 0
    assert not list((tmp_path / "files").rglob("*"))


def test_another_courts_program_is_refused(
        app: Flask, session: Session, case: Case, officer: Actor) -> None:
    court = a_court(session, "临澜市西山区人民法院", "Xishan", "other.court.example/luochui")
    stranger = _program(app, session, an_officer(session, court))
    party = a_party(session, case, officer)
    for answer in (stranger.get(f"{CASES}/{case.id}"), stranger.get(f"{CASES}/{case.id}/papers"),
                   stranger.put(f"{CASES}/{case.id}", json=A_CASE),
                   stranger.post(f"{CASES}/{case.id}/properties", json=A_FLAT),
                   stranger.put(f"{CASES}/parties/{party.id}/account", json={"login": "x"})):
        assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")
    assert stranger.get(CASES).json["total"] == 0


def test_an_unknown_case_topic_or_document_is_unknown(
        session: Session, program: Program, case: Case, officer: Actor) -> None:
    flat = a_property(session, case, officer)
    fact = {"text": "有", "source": "查", "checked_on": "2026-03-17"}
    for answer in (program.get(f"{CASES}/case-nowhere"),
                   program.put(f"{CASES}/properties/{flat.id}/facts/weather", json=fact),
                   program.put(f"{CASES}/documents/doc-x/publicity", json={"is_public": True})):
        assert answer.status_code == 404


def test_a_party_reads_their_own_case(
        app: Flask, session: Session, case: Case, officer: Actor) -> None:
    person = a_person(session, Role.PARTY)
    party = a_party(session, case, officer, person=person)
    document = a_document(session, case, officer)
    served(session, case, officer, party, document=document)
    client: Program = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {a_token(session, person)}"
    assert [one["id"] for one in client.get("/api/v1/my/cases").json["cases"]] == [case.id]
    mine = client.get(f"/api/v1/my/cases/{case.id}").json
    assert (mine["roles"], len(mine["services"])) == (["applicant"], 1)
    assert client.get(f"{CASES}/{case.id}").status_code == 403
    other = a_case(session, officer)
    assert client.get(f"/api/v1/my/cases/{other.id}").status_code == 404
    assert services.cases_of_person(session, person.id)[0].id == case.id
