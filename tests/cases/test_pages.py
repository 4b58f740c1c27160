"""The pages of an officer and of a party, through a browser's requests."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from cases import services
from cases.models import Case, Claim, Document, Party, Property
from cases.rules.words import FactTopic, PartyRole, PropertyStatus, ServiceWay
from kernel.access import Actor, Role
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, an_id_number, sign_in
from tests.factories.cases import (
    FACTS,
    a_case,
    a_claim,
    a_document,
    a_party,
    a_pdf,
    a_picture,
    a_property,
    a_respondent,
    an_officer,
    served,
)

NOW = datetime(2026, 3, 18, 6, 32, tzinfo=UTC)
NEW_CASE = {
    "number": "(2026)临0102执1234号", "cause": "金融借款合同纠纷", "filed_on": "2026-01-12",
    "basis": "（2025）临0102民初4567号民事判决书", "debtor_kind": "natural_person",
    "regime": "", "regime_reason": ""}
FLAT_FORM = {
    "kind": "immovable", "category": "residential", "title": "海棠里6幢1602室",
    "seized_on": "2026-02-25", "seizing_document": "（2026）临0102执1234号执行裁定书",
    "region": "江东省/临澜市/东麓区", "address": "映波路218号", "area_hundredths": "128.64",
    "rooms": "3室2厅", "floors": "18", "floor": "16"}


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Actor:
    at(NOW)
    return an_officer(session)


@pytest.fixture
def case(session: Session, officer: Actor) -> Case:
    return a_case(session, officer)


@pytest.fixture
def desk(app: Flask, session: Session, officer: Actor) -> FlaskClient:
    return sign_in(app.test_client(), _person(session, officer))


def _person(session: Session, actor: Actor) -> Person:
    return accounts.person(session, actor.id)


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def a_file(raw: bytes, name: str = "文书.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(raw), name


class TestRegistering:
    @pytest.mark.both_databases
    def test_an_officer_registers_a_case_and_lands_in_its_file(
            self, session: Session, desk: FlaskClient, officer: Actor) -> None:
        answer = desk.post("/desk/cases/new", data=NEW_CASE)
        assert answer.status_code == 302
        page = desk.get(answer.location).text
        assert "（2026）临0102执1234号" in page
        assert "案件已登记" in page
        (case,) = session.scalars(select(Case)).all()
        assert answer.location == f"/desk/cases/{case.id}/file#parties"
        assert (case.number, case.officer_id) == ("（2026）临0102执1234号", officer.id)

    def test_a_refused_form_keeps_what_was_typed_and_says_what_would_be_right(
            self, session: Session, desk: FlaskClient) -> None:
        typed = NEW_CASE | {"number": "2026临0102执1234", "debtor_kind": "", "cause": "买卖<合同>"}
        answer = desk.post("/desk/cases/new", data=typed)
        assert answer.status_code == 422
        assert 'value="2026临0102执1234"' in answer.text
        assert "买卖&lt;合同&gt;" in answer.text
        assert "这一项必须填写" in answer.text
        answer = desk.post("/desk/cases/new", data=typed | {"debtor_kind": "public_body"})
        assert "案号应写作（2026）临0102执1234号" in answer.text
        assert re.search(r'value="public_body"\s+checked', answer.text)
        answer = desk.post("/desk/cases/new", data=NEW_CASE | {"debtor_kind": "public_body"})
        assert "REG-09" in answer.text
        assert count(session, Case) == 0

    def test_a_case_is_corrected_and_handed_over(
            self, session: Session, desk: FlaskClient, case: Case) -> None:
        court = accounts.get_court(session, case.court_id)
        colleague = a_person(session, Role.OFFICER, court, name="周敏")
        assert case.cause in desk.get(f"/desk/cases/{case.id}/edit").text
        desk.post(f"/desk/cases/{case.id}/edit", data=NEW_CASE | {"cause": "借款合同纠纷"})
        assert case.cause == "借款合同纠纷"
        assert "周敏" in desk.get(f"/desk/cases/{case.id}/assign").text
        desk.post(f"/desk/cases/{case.id}/assign", data={"officer_id": colleague.id})
        assert case.officer_id == colleague.id
        assert desk.get(f"/desk/cases/{case.id}/edit").status_code == 403
        page = desk.get(f"/desk/cases/{case.id}/file")
        assert page.status_code == 200
        assert "parties/new" not in page.text

    def test_the_list_shows_each_case_with_its_next_deadline(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        assert "没有正在计算的期限" in desk.get("/desk/cases").text
        a_property(session, case, officer, seized_on=date(2026, 3, 11))
        page = desk.get("/desk/cases").text
        assert "2026-04-10 24:00" in page
        assert "REF-3.1" in page
        assert case.number in desk.get("/desk/cases?mine=true").text
        assert "没有找到" in desk.get("/desk/cases?q=不存在").text

    @pytest.mark.parametrize(("query", "said"), [
        ("q=" + "长" * 5_000, "最多填写 100 个字"), ("page=0", "没有这一页"),
        ("mine=vielleicht", "请选择是或否")])
    def test_a_search_that_does_not_fit_says_so_above_the_list_and_keeps_what_was_typed(
            self, desk: FlaskClient, case: Case, query: str, said: str) -> None:
        answer = desk.get(f"/desk/cases?{query}")
        assert answer.status_code == 422
        assert said in answer.text.split('class="errsum"')[1].split("</ol>")[0]
        assert case.number in answer.text
        if query.startswith("q="):
            assert f'value="{query[2:]}"' in answer.text

    def test_an_empty_list_says_so(self, desk: FlaskClient) -> None:
        assert "还没有案件" in desk.get("/desk/cases").text


class TestParts:
    def test_a_party_is_entered_masked_and_its_number_shown_only_for_a_reason(
            self, session: Session, desk: FlaskClient, case: Case) -> None:
        number = an_id_number()
        form = {"role": "respondent", "kind": "natural_person", "name": "冯立群",
                "id_kind": "resident_id", "id_number": number, "address": "采菱街15号"}
        desk.post(f"/desk/cases/{case.id}/parties/new", data=form)
        (party,) = services.parties_of(session, case.id)
        at = f"/desk/cases/{case.id}/parties/{party.id}"
        shown = [desk.get(f"/desk/cases/{case.id}/file"), desk.get(f"{at}/edit"),
                 desk.get(f"{at}/identity")]
        assert all(number not in page.text for page in shown)
        assert party.id_masked in shown[0].text
        assert desk.post(f"{at}/identity", data={}).status_code == 422
        page = desk.post(f"{at}/identity", data={"reason": "service"})
        assert number in page.text
        assert page.headers["Cache-Control"] == "no-store"

    def test_a_wrong_identity_number_is_refused_at_its_field(
            self, session: Session, desk: FlaskClient, case: Case) -> None:
        answer = desk.post(f"/desk/cases/{case.id}/parties/new", data={
            "role": "respondent", "kind": "natural_person", "name": "冯立群",
            "id_kind": "resident_id", "id_number": "110105194912310021"})
        assert answer.status_code == 422
        assert "校验码不符" in answer.text
        assert 'value="110105194912310021"' in answer.text
        assert count(session, Party) == 0

    def test_an_account_is_linked_by_login(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        party = a_respondent(session, case, officer)
        person = a_person(session, Role.PARTY, login="feng.liqun")
        at = f"/desk/cases/{case.id}/parties/{party.id}/account"
        assert desk.get(at).status_code == 200
        refused = desk.post(at, data={"login": "nobody.here"})
        assert (refused.status_code, 'value="nobody.here"' in refused.text) == (422, True)
        desk.post(at, data={"login": "feng.liqun"})
        assert party.person_id == person.id

    @pytest.mark.both_databases
    def test_a_claim_is_filed_in_yuan_checked_and_corrected(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        bank, flat = a_party(session, case, officer), a_property(session, case, officer)
        form = {"party_id": bank.id, "class": "security", "principal_fen": "1,800,000",
                "interest_fen": "76,430.55", "doubled_interest_fen": "", "titled": "true",
                "title_document": "（2025）临0102民初88号民事判决书", "property_id": flat.id,
                "registered_at": "2021-04-19T10:00", "filed_at": "2026-03-01T09:30",
                f"seized_at.{flat.id}": "2026-01-20T10:00", "cap_fen": "", "reward_percent": ""}
        answer = desk.post(f"/desk/cases/{case.id}/claims/new", data=form)
        assert answer.status_code == 302
        (claim,) = services.claims_of(session, case.id)
        assert (claim.amount_fen, claim.doubled_interest_fen) == (1_876_430_55, 0)
        assert claim.seized_at == {flat.id: datetime(2026, 1, 20, 2, 0, tzinfo=UTC)}
        at = f"/desk/cases/{case.id}/claims/{claim.id}"
        desk.post(f"{at}/check")
        checked = [claim.checked_at]
        page = desk.get(f"{at}/edit").text
        assert 'value="2026-01-20T10:00"' in page
        assert re.search(r'name="principal_fen"[^>]*value="1,?800,?000(\.00)?"', page)
        desk.post(f"{at}/edit", data=form | {"principal_fen": "1700000", "late": "true"})
        checked.append(claim.checked_at)
        assert (claim.principal_fen, claim.late, checked) == (1_700_000_00, True, [NOW, None])
        desk.post(f"{at}/edit", data=form)
        assert [claim.late] == [False]  # an empty box is an answer

    def test_a_refused_claim_keeps_every_box(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        bank, flat = a_party(session, case, officer), a_property(session, case, officer)
        answer = desk.post(f"/desk/cases/{case.id}/claims/new", data={
            "party_id": bank.id, "class": "security", "principal_fen": "12.345", "titled": "true",
            "title_document": "某判决", f"seized_at.{flat.id}": "not a time"})
        assert answer.status_code == 422
        assert 'value="12.345"' in answer.text
        assert "最多两位小数" in answer.text
        assert "请填写北京时间" in answer.text
        assert f'id="f-seized-at-{flat.id}-e"' in answer.text
        assert count(session, Claim) == 0

    def test_a_claim_without_a_title_is_marked_as_doubtful(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        bank = a_party(session, case, officer)
        a_claim(session, case, officer, bank, checked=False, titled=False, title_document="")
        page = desk.get(f"/desk/cases/{case.id}/file").text
        assert "没有执行依据，不能参与普通债权的分配" in page
        assert "PAR-01" in page

    def test_a_flat_is_entered_in_square_metres_and_corrected_while_seized(
            self, session: Session, desk: FlaskClient, case: Case) -> None:
        desk.post(f"/desk/cases/{case.id}/properties/new", data=FLAT_FORM)
        (flat,) = services.properties_of(session, case.id)
        assert (flat.area_hundredths, flat.floor) == (12864, 16)
        at = f"/desk/cases/{case.id}/properties/{flat.id}/edit"
        assert 'value="128.64"' in desk.get(at).text
        desk.post(at, data=FLAT_FORM | {"floor": "-1", "area_hundredths": "90"})
        assert (flat.area_hundredths, flat.floor) == (9000, -1)

    @pytest.mark.parametrize("area", ["128.645", "0", "-3", "一百", "128，64"])
    def test_an_area_that_is_none_is_refused_and_stays_in_its_box(
            self, session: Session, desk: FlaskClient, case: Case, area: str) -> None:
        answer = desk.post(f"/desk/cases/{case.id}/properties/new",
                           data=FLAT_FORM | {"area_hundredths": area})
        assert answer.status_code == 422
        assert f'value="{area}"' in answer.text
        assert "最多两位小数，例如 128.64" in answer.text
        assert count(session, Property) == 0

    def test_the_five_facts_are_recorded_on_one_page_and_only_what_changed(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        flat = a_property(session, case, officer)
        at = f"/desk/cases/{case.id}/properties/{flat.id}/facts"
        assert 'value="2026-03-18"' in desk.get(at).text
        form = {f"{topic}.{name}": value for topic, (text, source) in FACTS.items()
                for name, value in (("text", text), ("source", source),
                                    ("checked_on", "2026-03-17"))}
        half = {name: value for name, value in form.items() if not name.startswith("defects")}
        desk.post(at, data=half | {"defects.checked_on": "2026-03-18"})
        missing = [flat.facts_missing]
        desk.post(at, data=form)
        assert [*missing, flat.facts_missing] == [(FactTopic.DEFECTS,), ()]
        assert len(flat.fact_versions) == 5
        again = desk.post(at, data=form)
        assert (again.status_code, "没有改动" in again.text) == (422, True)

    def test_a_half_filled_fact_is_refused_and_no_other_is_recorded(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        flat = a_property(session, case, officer)
        answer = desk.post(f"/desk/cases/{case.id}/properties/{flat.id}/facts", data={
            "title.text": "单独所有", "title.source": "登记中心", "title.checked_on": "2026-03-17",
            "defects.text": "渗水", "defects.source": "", "defects.checked_on": "2026-03-17"})
        assert answer.status_code == 422
        assert 'id="f-defects-source-e"' in answer.text
        assert "单独所有" in answer.text
        assert flat.fact_versions == []


class TestPapers:
    def test_a_document_is_uploaded_served_and_made_public(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        party = a_party(session, case, officer)
        answer = desk.post(f"/desk/cases/{case.id}/documents/new", data={
            "kind": "enforcement_basis", "title": "民事判决书", "subject": "",
            "file": a_file(a_pdf())})
        assert answer.status_code == 302
        (document,) = services.documents_of_case(session, case.id)
        assert not document.is_public
        form = f"/desk/cases/{case.id}/services/new"
        assert "民事判决书" in desk.get(f"{form}?document={document.id}").text
        desk.post(form, data={"party_id": party.id, "document_id": document.id, "title": "民事判决书",
                              "way": "post", "served_at": "2026-03-17T10:00",
                              "notice": "service.public_notice_days",
                              "proof": a_file(a_pdf("邮寄回执"))})
        (service,) = services.services_of_case(session, case.id)
        assert (service.way, service.lacks_proof) == (ServiceWay.POST, False)
        desk.post(f"/desk/cases/{case.id}/documents/{document.id}/publicity",
                  data={"is_public": "true"})
        assert document.is_public

    def test_a_wrong_kind_of_file_is_refused_with_what_would_be_right_and_nothing_is_written(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor,
            tmp_path: Path) -> None:
        party, flat = a_party(session, case, officer), a_property(session, case, officer)
        at = f"/desk/cases/{case.id}"
        word = a_file(b"PK\x03\x04", "判决书.docx")
        documents = desk.post(f"{at}/documents/new", data={
            "kind": "other", "title": "判决书", "file": word})
        nothing = desk.post(f"{at}/documents/new", data={"kind": "other", "title": "判决书"})
        photographs = desk.post(f"{at}/properties/{flat.id}/photographs", data={
            "title": "客厅", "files": [a_file(a_picture(), "a.jpg"), a_file(a_pdf(), "b.pdf")]})
        proof = desk.post(f"{at}/services/new", data={
            "party_id": party.id, "title": "通知", "way": "in_person",
            "served_at": "2026-03-17T10:00", "proof": a_file(b"GIF89a", "回证.gif")})
        for answer, says in ((documents, "只接受 PDF、PNG 或 JPEG 文件"), (nothing, "文件是空的"),
                             (photographs, "请上传 JPEG、PNG 或 WebP"),
                             (proof, "只接受 PDF、PNG 或 JPEG 文件")):
            assert answer.status_code == 422
            assert says in answer.text
        assert 'value="判决书"' in documents.text
        assert 'value="客厅"' in photographs.text
        assert count(session, Document) == 0
        assert services.services_of_case(session, case.id) == []

    def test_photographs_are_uploaded_together(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        flat = a_property(session, case, officer)
        at = f"/desk/cases/{case.id}/properties/{flat.id}/photographs"
        answer = desk.post(at, data={"title": "", "files": [
            a_file(a_picture("tan"), "a.jpg"), a_file(a_picture("navy"), "b.jpg")]})
        assert answer.status_code == 302
        found = services.photographs_of(session, flat.id)
        assert [one.title for one in found] == ["现场照片"] * 2
        assert found[0].url in desk.get(at).text

    def test_a_missing_proof_is_marked_and_added(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        service = served(session, case, officer, a_party(session, case, officer))
        assert "缺证明" in desk.get(f"/desk/cases/{case.id}/file").text
        at = f"/desk/cases/{case.id}/services/{service.id}/proof"
        assert desk.get(at).status_code == 200
        desk.post(at, data={"proof": a_file(a_pdf("送达回证"))})
        assert "缺证明" not in desk.get(f"/desk/cases/{case.id}/file").text


class TestStrangers:
    def test_another_courts_officer_gets_refused_on_every_page(
            self, app: Flask, session: Session, case: Case, officer: Actor) -> None:
        party, flat = a_party(session, case, officer), a_property(session, case, officer)
        claim, document = a_claim(session, case, officer, party), a_document(session, case, officer)
        service = served(session, case, officer, party)
        court = a_court(session, "临澜市西山区人民法院", "Xishan", "other.court.example/luochui")
        stranger = sign_in(app.test_client(), _person(session, an_officer(session, court)))
        at = f"/desk/cases/{case.id}"
        for path in ("file", "edit", "assign", "parties/new", "claims/new", "properties/new",
                     "documents/new", "services/new", f"parties/{party.id}/edit",
                     f"parties/{party.id}/account", f"parties/{party.id}/identity",
                     f"claims/{claim.id}/edit", f"properties/{flat.id}/edit",
                     f"properties/{flat.id}/facts", f"properties/{flat.id}/photographs",
                     f"services/{service.id}/proof"):
            assert stranger.get(f"{at}/{path}").status_code == 403, path
        for path in (f"claims/{claim.id}/check", f"documents/{document.id}/publicity"):
            assert stranger.post(f"{at}/{path}").status_code == 403, path
        assert case.number not in stranger.get("/desk/cases").text
        assert stranger.get(f"/files/{document.sha256}").status_code == 403

    def test_a_part_of_another_case_is_unknown_under_this_one(
            self, session: Session, desk: FlaskClient, case: Case, officer: Actor) -> None:
        other = a_case(session, officer)
        party, flat = a_party(session, other, officer), a_property(session, other, officer)
        claim = a_claim(session, other, officer, party)
        for path in (f"parties/{party.id}/edit", f"claims/{claim.id}/edit",
                     f"properties/{flat.id}/facts"):
            assert desk.get(f"/desk/cases/{case.id}/{path}").status_code == 404

    @pytest.mark.parametrize("role", [Role.JUDGE, Role.FINANCE, Role.AUDITOR])
    def test_colleagues_read_the_file_and_change_nothing(
            self, app: Flask, session: Session, case: Case, role: Role) -> None:
        court = accounts.get_court(session, case.court_id)
        colleague = sign_in(app.test_client(), a_person(session, role, court))
        assert colleague.get(f"/desk/cases/{case.id}/file").status_code == 200
        assert colleague.get("/desk/cases/new").status_code == 403
        assert colleague.post(f"/desk/cases/{case.id}/parties/new").status_code == 403

    def test_the_public_is_sent_to_sign_in(self, client: FlaskClient, case: Case) -> None:
        for path in ("/desk/cases", f"/desk/cases/{case.id}/file", "/my/cases"):
            assert client.get(path).status_code in (302, 401)


class TestMine:
    def test_a_party_sees_their_case_what_was_served_and_what_is_next(
            self, app: Flask, session: Session, case: Case, officer: Actor) -> None:
        person = a_person(session, Role.PARTY)
        party = a_party(session, case, officer, PartyRole.CREDITOR, "吴月华", person=person)
        respondent = a_respondent(session, case, officer)
        a_property(session, case, officer)
        a_claim(session, case, officer, party, principal_fen=230_000_00)
        document = a_document(session, case, officer)
        served(session, case, officer, party, document=document)
        served(session, case, officer, respondent, title="只给被执行人的通知")
        mine = sign_in(app.test_client(), person)
        assert case.number in mine.get("/my/cases").text
        page = mine.get(f"/my/cases/{case.id}").text
        for shown in (case.number, "参与分配债权人", "执行通知书", "230,000", "查封", "接下来"):
            assert shown in page
        for hidden in ("只给被执行人的通知", "冯立群", respondent.id_masked):
            assert hidden not in page
        assert mine.get(f"/files/{document.sha256}").status_code == 200

    @pytest.mark.parametrize("status", PropertyStatus)
    def test_whatever_the_property_came_to_the_page_says_what_is_next(
            self, app: Flask, session: Session, case: Case, officer: Actor,
            status: PropertyStatus) -> None:
        person = a_person(session, Role.PARTY)
        a_party(session, case, officer, person=person)
        flat = a_property(session, case, officer)
        with unit_of_work() as work:
            services.set_property_status(work.session, flat.id, status, actor=officer, now=NOW)
        assert sign_in(app.test_client(), person).get(f"/my/cases/{case.id}").status_code == 200

    def test_a_stranger_does_not_learn_that_the_case_exists(
            self, app: Flask, session: Session, case: Case) -> None:
        stranger = sign_in(app.test_client(), a_person(session, Role.PARTY))
        assert stranger.get(f"/my/cases/{case.id}").status_code == 404
        assert "没有关联到您账户的案件" in stranger.get("/my/cases").text


class TestFiles:
    def test_a_public_file_is_sent_as_what_it_is_and_cached_for_ever(
            self, session: Session, client: FlaskClient, case: Case, officer: Actor) -> None:
        document = a_document(session, case, officer, title="民事判决书", is_public=True)
        answer = client.get(f"/files/{document.sha256}")
        assert answer.data == a_pdf("民事判决书")
        assert answer.content_type == "application/pdf"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("inline;")
        assert "%E6%B0%91%E4%BA%8B%E5%88%A4%E5%86%B3%E4%B9%A6.pdf" in disposition
        saved = client.get(f"/files/{document.sha256}?download")
        assert saved.headers["Content-Disposition"].startswith("attachment;")

    def test_a_file_the_reader_has_is_not_sent_again(
            self, session: Session, client: FlaskClient, case: Case, officer: Actor) -> None:
        document = a_document(session, case, officer, is_public=True)
        again = client.get(f"/files/{document.sha256}",
                           headers={"If-None-Match": f'"{document.sha256}"'})
        assert (again.status_code, again.data) == (304, b"")

    def test_a_private_file_is_asked_for_each_time_and_refused_to_the_public(
            self, session: Session, client: FlaskClient, desk: FlaskClient, case: Case,
            officer: Actor) -> None:
        document = a_document(session, case, officer)
        answer = desk.get(f"/files/{document.sha256}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")
        assert client.get(f"/files/{document.sha256}").status_code in (302, 401)

    @pytest.mark.parametrize("name", ["0" * 64, "0" * 63, "..%2f..%2fetc%2fpasswd", "x" * 64])
    def test_what_is_no_kept_file_is_unknown(self, client: FlaskClient, name: str) -> None:
        assert client.get(f"/files/{name}").status_code == 404
