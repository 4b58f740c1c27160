"""Documents, who may open them, and their service."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from audit.services import body_of, check_logs, leaves_of_case
from cases import services
from cases.errors import NoSuchDocument, NotYourCase, ProofGiven
from cases.models import Case, Document, Service
from cases.rules.service import REPORT_NOTICE
from cases.rules.words import DocumentKind, PartyRole, ServiceWay
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.errors import InvalidInput, NotAllowed, NotSignedIn
from kernel.files import the_store
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, the_actor
from tests.factories.cases import (
    a_case,
    a_document,
    a_party,
    a_pdf,
    a_picture,
    a_property,
    a_respondent,
    a_stored_file,
    an_officer,
    served,
)

NOW = datetime(2026, 3, 18, 6, 32, tzinfo=UTC)


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Actor:
    at(NOW)
    return an_officer(session)


@pytest.fixture
def case(session: Session, officer: Actor) -> Case:
    return a_case(session, officer)


def a_party_person(session: Session) -> Person:
    return a_person(session, Role.PARTY)


def a_stranger(session: Session) -> Actor:
    court = a_court(session, "临澜市西山区人民法院", "Xishan", "other.court.example/luochui")
    return an_officer(session, court)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestDocuments:
    @pytest.mark.both_databases
    def test_a_document_is_kept_with_the_hash_of_its_bytes(
            self, session: Session, officer: Actor, case: Case) -> None:
        document = a_document(session, case, officer, title="民事判决书")
        assert the_store().path(document.sha256).read_bytes() == a_pdf("民事判决书")
        leaf = leaves_of_case(session, case.id)[-1]
        assert (leaf.kind, leaf.subject) == ("document.kept", f"case:{case.id}")
        assert body_of(leaf) == {
            "document": document.id, "kind": "enforcement_basis", "sha256": document.sha256,
            "media_type": "application/pdf", "size": document.size, "public": False}

    def test_documents_are_found_by_what_they_are_about(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        of_case = a_document(session, case, officer, title="判决书")
        of_flat = a_document(session, case, officer, title="查询结果", subject=flat.subject,
                             kind=DocumentKind.PROPERTY_PROOF)
        assert [one.id for one in services.documents_of(session, case.subject)] == [of_case.id]
        assert [one.id for one in services.documents_of(session, flat.subject)] == [of_flat.id]
        assert len(services.documents_of_case(session, case.id)) == 2

    def test_an_upload_about_another_case_is_refused(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, a_case(session, officer), officer)
        stored = a_stored_file()
        with pytest.raises(InvalidInput) as refused, unit_of_work() as work:
            services.attach_document(work.session, case_id=case.id, subject=flat.subject,
                                     kind=DocumentKind.OTHER, title="材料", stored=stored,
                                     is_public=False, actor=officer, now=NOW)
        assert set(refused.value.fields) == {"subject"}

    @pytest.mark.parametrize(("raw", "says"), [
        (b"GIF89a", "PDF、PNG 或 JPEG"), (b"PK\x03\x04 a spreadsheet", "PDF、PNG 或 JPEG"),
        (b"", "文件是空的"),
    ])
    def test_a_wrong_file_is_refused_with_what_would_be_right_and_nothing_is_written(
            self, session: Session, officer: Actor, case: Case, tmp_path: Path, raw: bytes,
            says: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.take_document(session, case.id, raw, field="file", actor=officer)
        assert says in refused.value.fields["file"]
        assert files_in(tmp_path / "files") == []
        assert session.scalar(select(func.count()).select_from(Document)) == 0

    def test_a_strangers_file_does_not_reach_the_store(
            self, session: Session, case: Case, tmp_path: Path) -> None:
        stranger = a_stranger(session)
        with pytest.raises(NotAllowed):
            services.take_document(session, case.id, a_pdf(), field="file", actor=stranger)
        with pytest.raises(NotAllowed):
            services.take_pictures(session, case.id, [a_picture()], field="files", actor=stranger)
        assert files_in(tmp_path / "files") == []

    def test_photographs_are_cleaned_and_belong_to_their_property(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        kept = services.take_pictures(session, case.id, [a_picture("tan"), a_picture("navy")],
                                      field="files", actor=officer)
        with unit_of_work() as work:
            services.attach_photographs(work.session, property_id=flat.id, kept=kept, title="客厅",
                                        is_public=True, actor=officer, now=NOW)
        found = services.photographs_of(session, flat.id)
        assert [one.sha256 for one in found] == [one.sha256 for one in kept]
        assert [(one.media_type, one.is_public, one.title) for one in found] == [
            ("image/webp", True, "客厅")] * 2

    def test_one_bad_picture_and_none_is_entered(
            self, session: Session, officer: Actor, case: Case) -> None:
        for raws in ([a_picture(), b"no picture"], []):
            with pytest.raises(InvalidInput) as refused:
                services.take_pictures(session, case.id, raws, field="files", actor=officer)
            assert set(refused.value.fields) == {"files"}
        assert session.scalar(select(func.count()).select_from(Document)) == 0


class TestReading:
    @pytest.mark.both_databases
    def test_a_private_file_opens_to_the_court_the_served_and_whom_it_was_opened_to(
            self, session: Session, officer: Actor, case: Case) -> None:
        person, other = a_party_person(session), a_party_person(session)
        party = a_party(session, case, officer, person=person)
        document = a_document(session, case, officer)
        readers = {"served": the_actor(session, person), "other": the_actor(session, other),
                   "officer": officer, "stranger": a_stranger(session)}

        def may() -> set[str]:
            found = set()
            for name, reader in readers.items():
                try:
                    services.readable_file(session, document.sha256, reader)
                    found.add(name)
                except NotAllowed:
                    continue
            return found

        assert may() == {"officer"}
        served(session, case, officer, party, document=document)
        assert may() == {"officer", "served"}
        with unit_of_work() as work:
            services.let_read(work.session, document.id, other.id, actor=officer, now=NOW)
        assert may() == {"officer", "served", "other"}
        with pytest.raises(NotSignedIn):
            services.readable_file(session, document.sha256, None)
        with unit_of_work() as work:
            services.set_document_public(work.session, document.id, is_public=True, actor=officer,
                                         now=NOW)
        assert may() == set(readers)
        assert services.readable_file(session, document.sha256, None).id == document.id

    def test_one_file_in_two_cases_opens_by_the_more_open_of_the_two(
            self, session: Session, officer: Actor, case: Case) -> None:
        stored = a_stored_file()
        a_document(session, case, officer, stored=stored)
        open_one = a_document(session, a_case(session, officer), officer, stored=stored,
                              is_public=True)
        assert services.readable_file(session, stored.sha256, None).id == open_one.id

    def test_a_file_of_no_case_is_unknown(self, session: Session, officer: Actor) -> None:
        with pytest.raises(NoSuchDocument):
            services.readable_file(session, "0" * 64, officer)

    def test_opening_twice_is_one_leaf(self, session: Session, officer: Actor, case: Case) -> None:
        document, person = a_document(session, case, officer), a_party_person(session)
        for _ in range(2):
            with unit_of_work() as work:
                services.let_read(work.session, document.id, person.id, actor=officer, now=NOW)
                services.set_document_public(work.session, document.id, is_public=False,
                                             actor=officer, now=NOW)
        kinds = [leaf.kind for leaf in leaves_of_case(session, case.id)]
        assert kinds.count("document.opened") == 1
        assert "document.publicity_changed" not in kinds


class TestService:
    @pytest.mark.both_databases
    def test_what_is_served_is_received_told_and_logged(
            self, session: Session, officer: Actor, case: Case) -> None:
        person = a_party_person(session)
        party = a_party(session, case, officer, person=person)
        document = a_document(session, case, officer)
        at = NOW - timedelta(days=1)
        service = served(session, case, officer, party, subject="valuation:1", document=document,
                         way=ServiceWay.ELECTRONIC, at=at)
        assert (service.served_at, service.received_at) == (at, at)
        assert [one.id for one in services.services_of(session, "valuation:1")] == [service.id]
        told = [message.details for message in accounts.messages_of(session, person.id)]
        assert {"number": case.number, "title": "执行通知书"} in told
        leaf = leaves_of_case(session, case.id)[-1]
        assert (leaf.kind, leaf.subject) == ("document.served", "valuation:1")
        assert "执行通知书" not in bytes(leaf.raw).decode()
        assert set(check_logs(session).values()) == {None}

    def test_a_public_notice_names_the_provision_that_gives_it_its_days(
            self, session: Session, officer: Actor, case: Case) -> None:
        party = a_party(session, case, officer)
        with unit_of_work() as work:
            service = services.serve(
                work.session, case_id=case.id, party_id=party.id, subject="valuation:1",
                title="评估报告", way=ServiceWay.PUBLIC_NOTICE, served_at=NOW, actor=officer,
                notice=REPORT_NOTICE, now=NOW)
        assert (service.notice, beijing_day(service.received_at).isoformat()) == (
            REPORT_NOTICE, "2026-04-02")
        assert service.received_at > NOW

    def test_a_waiver_is_kept_as_the_document_that_declares_it(
            self, session: Session, officer: Actor, case: Case) -> None:
        party = a_party(session, case, officer)

        def waive(stored_text: str | None) -> Service:
            proof = None if stored_text is None else a_stored_file(stored_text)
            with unit_of_work() as work:
                return services.serve_document(
                    work.session, case_id=case.id, party_id=party.id, title="拍卖通知",
                    way=ServiceWay.WAIVED, served_at=NOW, document_id=None, notice=REPORT_NOTICE,
                    proof=proof, actor=officer, now=NOW)

        with pytest.raises(InvalidInput) as refused:
            waive(None)
        assert (set(refused.value.fields), refused.value.rule) == ({"proof"}, "AUC-16.2")
        service = waive("放弃声明")
        assert service.proof is not None
        assert (service.proof.kind, service.notice) == (DocumentKind.WAIVER, None)

    def test_a_proof_may_come_later_once(
            self, session: Session, officer: Actor, case: Case) -> None:
        service = served(session, case, officer, a_party(session, case, officer))
        before = service.lacks_proof
        proof = a_stored_file("送达回证")
        with unit_of_work() as work:
            services.add_proof(work.session, service.id, proof, actor=officer, now=NOW)
        assert (before, service.lacks_proof) == (True, False)
        with pytest.raises(ProofGiven), unit_of_work() as work:
            services.add_proof(work.session, service.id, proof, actor=officer, now=NOW)

    def test_party_and_document_are_those_of_the_case(
            self, session: Session, officer: Actor, case: Case) -> None:
        other = a_case(session, officer)
        foreign_party, foreign = a_party(session, other, officer), a_document(session, other, officer)
        party = a_party(session, case, officer)
        with pytest.raises(InvalidInput) as by_party:
            served(session, case, officer, foreign_party)
        with pytest.raises(InvalidInput) as by_document:
            served(session, case, officer, party, document=foreign)
        assert (set(by_party.value.fields), set(by_document.value.fields)) == (
            {"party_id"}, {"document_id"})
        assert session.scalar(select(func.count()).select_from(Service)) == 0

    def test_only_the_officer_in_charge_records_service_on_the_page(
            self, session: Session, officer: Actor, case: Case) -> None:
        party = a_party(session, case, officer)
        court = accounts.get_court(session, case.court_id)
        colleague = the_actor(session, a_person(session, Role.OFFICER, court))
        with pytest.raises(NotYourCase), unit_of_work() as work:
            services.serve_document(
                work.session, case_id=case.id, party_id=party.id, title="通知", document_id=None,
                way=ServiceWay.IN_PERSON, served_at=NOW, notice=REPORT_NOTICE, proof=None,
                actor=colleague, now=NOW)

    def test_a_party_sees_what_was_served_on_them_and_nothing_else(
            self, session: Session, officer: Actor, case: Case) -> None:
        person = a_party_person(session)
        mine = a_party(session, case, officer, PartyRole.CREDITOR, "吴月华", person=person)
        other = a_respondent(session, case, officer)
        to_me = served(session, case, officer, mine)
        served(session, case, officer, other)
        found = services.own_case(session, case.id, person.id)
        assert [one.id for one in found.services] == [to_me.id]
        assert [one.id for one in found.parties] == [mine.id]
