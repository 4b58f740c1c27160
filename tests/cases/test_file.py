"""Registering a case, its parties, claims and property: through the services, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit.models import Leaf
from audit.services import body_of, check_logs, leaves_of_case
from cases import services
from cases.errors import (
    CaseExists,
    ClaimChecked,
    NoSuchCase,
    NotYourCase,
    PartyLinked,
    PropertySettled,
)
from cases.models import Case, Claim
from cases.rules.numbers import PartyFacts
from cases.rules.words import (
    ClaimClass,
    FactTopic,
    IdentityReason,
    IdKind,
    PartyKind,
    PartyRole,
    PropertyStatus,
    Regime,
)
from kernel import clock
from kernel.access import Actor, Role
from kernel.errors import InvalidInput, NotAllowed, Overtaken
from kernel.transactions import unit_of_work
from kernel.vault import the_vault
from tests.factories.accounts import a_court, a_person, an_id_number, the_actor
from tests.factories.cases import (
    FACTS,
    FLAT,
    a_case,
    a_claim,
    a_fact,
    a_party,
    a_property,
    a_respondent,
    an_officer,
    case_facts,
    claim_facts,
    property_facts,
)

NOW = datetime(2026, 3, 18, 6, 32, tzinfo=UTC)


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Actor:
    at(NOW)
    return an_officer(session)


@pytest.fixture
def case(session: Session, officer: Actor) -> Case:
    return a_case(session, officer)


def a_colleague(session: Session, officer: Actor, role: Role = Role.OFFICER) -> Actor:
    court = accounts.get_court(session, officer.court_id or "")
    return the_actor(session, a_person(session, role, court))


def a_stranger(session: Session) -> Actor:
    court = a_court(session, "临澜市西山区人民法院", "Xishan", "other.court.example/luochui")
    return an_officer(session, court, name="别院法官")


def test_a_case_is_assigned_to_the_officer_who_registers_it(
        session: Session, officer: Actor) -> None:
    case = a_case(session, officer, number="(2026)临0102执77号")
    assert (case.number, case.regime) == ("（2026）临0102执77号", Regime.PRO_RATA)
    assert (case.officer_id, case.court_id) == (officer.id, officer.court_id)
    (leaf,) = leaves_of_case(session, case.id)
    assert (leaf.kind, leaf.subject, leaf.actor) == (
        "case.registered", f"case:{case.id}", officer.text)
    assert body_of(leaf)["regime"] == "pro_rata"


@pytest.mark.both_databases
def test_a_number_is_registered_once_in_a_court(session: Session, officer: Actor) -> None:
    a_case(session, officer, number="（2026）临0102执77号")
    with pytest.raises(CaseExists) as refused:
        a_case(session, officer, number="(2026)临0102执77号")
    assert refused.value.details == {"number": "（2026）临0102执77号"}
    twin = a_case(session, officer)
    with pytest.raises(Overtaken), unit_of_work() as work:  # two at once: the database decides
        work.session.execute(update(Case).where(Case.id == twin.id).values(number="（2026）临0102执77号"))
    assert session.scalar(select(func.count()).select_from(Case)) == 2
    a_case(session, a_stranger(session), number="（2026）临0102执77号")


def test_nobody_but_an_officer_registers_a_case(session: Session, officer: Actor) -> None:
    for role in (Role.JUDGE, Role.FINANCE, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            a_case(session, a_colleague(session, officer, role))
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_what_was_registered_wrongly_is_corrected_with_a_leaf(
        session: Session, officer: Actor, case: Case) -> None:
    with unit_of_work() as work:
        services.amend_case(work.session, case.id, case_facts(
            number=case.number, cause="借款合同纠纷", filed_on=date(2026, 1, 13)),
            actor=officer, now=NOW)
    assert (case.cause, case.filed_on) == ("借款合同纠纷", date(2026, 1, 13))
    assert [leaf.kind for leaf in leaves_of_case(session, case.id)] == [
        "case.registered", "case.amended"]


class TestWhoMayWork:
    def test_the_officer_hands_the_case_to_a_colleague_who_is_told(
            self, session: Session, officer: Actor, case: Case) -> None:
        colleague = a_colleague(session, officer)
        with unit_of_work() as work:
            services.assign_case(work.session, case.id, colleague.id, actor=officer, now=NOW)
        assert case.officer_id == colleague.id
        (message,) = accounts.messages_of(session, colleague.id)
        assert (message.url, message.details["number"]) == (f"/desk/cases/{case.id}", case.number)
        a_party(session, case, colleague)
        with pytest.raises(NotYourCase):
            a_party(session, case, officer)

    def test_an_administrator_may_hand_it_over_but_not_work_on_it(
            self, session: Session, officer: Actor, case: Case) -> None:
        administrator = a_colleague(session, officer, Role.ADMINISTRATOR)
        colleague = a_colleague(session, officer)
        with pytest.raises(NotYourCase):
            a_party(session, case, administrator)
        with unit_of_work() as work:
            services.assign_case(work.session, case.id, colleague.id, actor=administrator, now=NOW)
        assert case.officer_id == colleague.id

    @pytest.mark.parametrize("role", [Role.JUDGE, Role.FINANCE])
    def test_it_is_assigned_to_officers_of_the_court_only(
            self, session: Session, officer: Actor, case: Case, role: Role) -> None:
        for other in (a_colleague(session, officer, role), a_stranger(session)):
            with pytest.raises(InvalidInput) as refused, unit_of_work() as work:
                services.assign_case(work.session, case.id, other.id, actor=officer, now=NOW)
            assert set(refused.value.fields) == {"officer_id"}
        assert case.officer_id == officer.id

    def test_another_courts_officer_is_refused_everything(
            self, session: Session, officer: Actor, case: Case) -> None:
        party, found = a_party(session, case, officer), a_property(session, case, officer)
        claim = a_claim(session, case, officer, party, checked=False)
        stranger = a_stranger(session)
        leaves = len(leaves_of_case(session, case.id))
        acts = [
            lambda s: services.amend_case(s, case.id, case_facts(), actor=stranger, now=NOW),
            lambda s: services.assign_case(s, case.id, officer.id, actor=stranger, now=NOW),
            lambda s: services.add_party(
                s, case_id=case.id, role=PartyRole.TENANT, actor=stranger, now=NOW,
                facts=PartyFacts(PartyKind.ORGANISATION, "某店")),
            lambda s: services.link_party(s, party_id=party.id, login="x", actor=stranger, now=NOW),
            lambda s: services.identity_of_party(
                s, party.id, reason=IdentityReason.SERVICE, actor=stranger, now=NOW),
            lambda s: services.file_claim(
                s, case_id=case.id, facts=claim_facts(party), actor=stranger, now=NOW),
            lambda s: services.check_claim(s, claim.id, actor=stranger, now=NOW),
            lambda s: services.add_property(
                s, case_id=case.id, facts=property_facts(), actor=stranger, now=NOW),
            lambda s: services.amend_property(
                s, found.id, property_facts(), actor=stranger, now=NOW),
            lambda s: services.record_fact(
                s, property_id=found.id, topic=FactTopic.TITLE, actor=stranger, now=NOW,
                finding=services.Finding("有", "查", date(2026, 3, 1))),
        ]
        for act in acts:
            with pytest.raises(NotAllowed), unit_of_work() as work:
                act(work.session)
        assert len(leaves_of_case(session, case.id)) == leaves

    def test_an_unknown_case_is_unknown(self, session: Session) -> None:
        with pytest.raises(NoSuchCase):
            services.get_case(session, "case-nowhere")


class TestParties:
    @pytest.mark.both_databases
    def test_an_identity_number_is_sealed_masked_and_found_by_its_digest(
            self, session: Session, officer: Actor, case: Case) -> None:
        number = an_id_number()
        party = a_party(session, case, officer, PartyRole.RESPONDENT, "冯立群", id_number=number)
        assert party.id_masked == number[:3] + "*" * 11 + number[-4:]
        assert party.id_sealed is not None
        assert number.encode() not in party.id_sealed
        assert party.id_digest == the_vault().digest(number, "id_number")

    def test_opening_a_sealed_number_is_itself_logged(
            self, session: Session, officer: Actor, case: Case) -> None:
        number = an_id_number()
        party = a_party(session, case, officer, PartyRole.RESPONDENT, "冯立群", id_number=number)
        with unit_of_work() as work:
            assert services.identity_of_party(work.session, party.id, actor=officer, now=NOW,
                                              reason=IdentityReason.ENQUIRY) == number
        leaf = leaves_of_case(session, case.id)[-1]
        assert leaf.kind == "party.identity_read"
        assert body_of(leaf) == {"case": case.id, "reason": "enquiry"}

    def test_correcting_a_party_keeps_its_number_unless_it_is_another_kind_of_person(
            self, session: Session, officer: Actor, case: Case) -> None:
        party = a_respondent(session, case, officer)
        masked = party.id_masked
        kept = PartyFacts(PartyKind.NATURAL_PERSON, "冯力群", address="新住址")
        with unit_of_work() as work:
            services.amend_party(work.session, party_id=party.id, role=PartyRole.RESPONDENT,
                                 facts=kept, actor=officer, now=NOW)
        assert (party.name, party.address, party.id_masked) == ("冯力群", "新住址", masked)
        with unit_of_work() as work:
            services.amend_party(work.session, party_id=party.id, role=PartyRole.RESPONDENT,
                                 facts=PartyFacts(PartyKind.ORGANISATION, "冯氏商行"),
                                 actor=officer, now=NOW)
        assert (party.id_kind, party.id_sealed, party.id_masked, party.id_digest) == (
            None, None, "", None)
        with unit_of_work() as work:
            services.amend_party(
                work.session, party_id=party.id, role=PartyRole.RESPONDENT, actor=officer, now=NOW,
                facts=PartyFacts(PartyKind.NATURAL_PERSON, "冯力群", IdKind.OTHER, "E1234567"))
        assert party.id_masked == "E12*" + "4567"

    def test_an_account_is_linked_by_its_login_and_told(
            self, session: Session, officer: Actor, case: Case) -> None:
        person = a_person(session, Role.PARTY, login="feng.liqun")
        party = a_respondent(session, case, officer)
        with unit_of_work() as work:
            services.link_party(work.session, party_id=party.id, login="Feng.Liqun ",
                                actor=officer, now=NOW)
        assert party.person_id == person.id
        (message,) = accounts.messages_of(session, person.id)
        assert message.url == f"/my/cases/{case.id}"
        assert [found.id for found in services.cases_of_person(session, person.id)] == [case.id]

    def test_an_account_that_is_unknown_staff_or_another_party_is_not_linked(
            self, session: Session, officer: Actor, case: Case) -> None:
        court = accounts.get_court(session, case.court_id)
        judge = a_person(session, Role.JUDGE, court)
        person = a_person(session, Role.PARTY)
        a_party(session, case, officer, person=person)
        party = a_respondent(session, case, officer)
        for login in ("nobody.here", judge.login):
            with pytest.raises(InvalidInput) as refused, unit_of_work() as work:
                services.link_party(work.session, party_id=party.id, login=login, actor=officer,
                                    now=NOW)
            assert set(refused.value.fields) == {"login"}
        with pytest.raises(PartyLinked), unit_of_work() as work:
            services.link_party(work.session, party_id=party.id, login=person.login, actor=officer,
                                now=NOW)
        assert party.person_id is None


class TestClaims:
    @pytest.mark.both_databases
    def test_claims_come_in_the_order_in_which_they_were_filed(
            self, session: Session, officer: Actor, case: Case) -> None:
        bank = a_party(session, case, officer)
        other = a_party(session, case, officer, PartyRole.CREDITOR, "吴月华")
        late = a_claim(session, case, officer, other, filed_at=NOW)
        early = a_claim(session, case, officer, bank, filed_at=NOW - timedelta(days=30))
        same = a_claim(session, case, officer, bank, filed_at=NOW)
        assert [claim.id for claim in services.claims_of(session, case.id)] == [
            early.id, late.id, same.id]

    @pytest.mark.both_databases
    def test_a_claim_keeps_every_member_of_claims_v1(
            self, session: Session, officer: Actor, case: Case) -> None:
        bank, flat = a_party(session, case, officer), a_property(session, case, officer)
        facts = claim_facts(
            bank, claim_class=ClaimClass.SECURITY, principal_fen=1_800_000_00, interest_fen=76_430_55,
            doubled_interest_fen=12_345, cap_fen=2_000_000_00, property_id=flat.id,
            registered_at=datetime(2021, 4, 19, 2, 0, tzinfo=UTC), seized_at={flat.id: NOW},
            seizure_lapsed=True, late=True, reward_percent="2.5")
        with unit_of_work() as work:
            claim = services.file_claim(work.session, case_id=case.id, facts=facts, actor=officer,
                                        now=NOW)
        session.expire_all()
        assert claim.filed == facts
        assert claim.amount_fen == 1_876_430_55
        leaf = leaves_of_case(session, case.id)[-1]
        assert body_of(leaf)["seized_at"] == {flat.id: "2026-03-18T14:32:00.000+08:00"}

    def test_a_claim_is_checked_once_and_again_after_it_was_corrected(
            self, session: Session, officer: Actor, case: Case) -> None:
        bank, flat = a_party(session, case, officer), a_property(session, case, officer)
        claim = a_claim(session, case, officer, bank, seized_at={flat.id: NOW})
        assert (claim.checked_by, claim.checked_at) == (officer.id, NOW)
        with pytest.raises(ClaimChecked), unit_of_work() as work:
            services.check_claim(work.session, claim.id, actor=officer, now=NOW)
        earlier = NOW - timedelta(days=1)
        with unit_of_work() as work:
            services.amend_claim(work.session, claim.id, actor=officer, now=NOW, facts=replace(
                claim.filed, principal_fen=90_000_00, seized_at={flat.id: earlier}))
        assert (claim.amount_fen, claim.seized_at) == (90_000_00, {flat.id: earlier})
        assert claim.checked_at is None
        with unit_of_work() as work:
            services.amend_claim(work.session, claim.id, actor=officer, now=NOW,
                                 facts=replace(claim.filed, seized_at={}))
        assert claim.seized_at == {}

    def test_creditor_and_property_are_those_of_the_case(
            self, session: Session, officer: Actor, case: Case) -> None:
        other = a_case(session, officer)
        foreign = a_party(session, other, officer)
        foreign_flat = a_property(session, other, officer)
        bank = a_party(session, case, officer)
        with pytest.raises(InvalidInput) as creditor:
            a_claim(session, case, officer, foreign)
        with pytest.raises(InvalidInput) as asset:
            a_claim(session, case, officer, bank, claim_class=ClaimClass.SECURITY,
                    property_id=foreign_flat.id)
        assert (set(creditor.value.fields), set(asset.value.fields)) == (
            {"party_id"}, {"property_id"})
        assert session.scalar(select(func.count()).select_from(Claim)) == 0

    @pytest.mark.both_databases
    @pytest.mark.parametrize("change", [
        "principal_fen = 0", "interest_fen = -1", "cap_fen = 0", "title_document = ''",
        "unadjudged = true", f"principal_fen = {10**15 + 1}",
    ])
    def test_the_database_itself_refuses_a_claim_that_cannot_be(
            self, session: Session, officer: Actor, case: Case, change: str) -> None:
        a_claim(session, case, officer, a_party(session, case, officer))
        with pytest.raises(DatabaseError, match=r"(?i)check"):
            session.execute(text(f"UPDATE claims SET {change}"))  # noqa: S608 - our own words
        session.rollback()


class TestProperty:
    def test_a_seized_flat_waits_for_its_five_facts(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        assert (flat.title, flat.status, flat.found) == (
            FLAT, PropertyStatus.SEIZED, property_facts())
        assert flat.facts_missing == tuple(FactTopic)
        for count, topic in enumerate(FactTopic, start=1):
            a_fact(session, flat, officer, topic)
            assert len(flat.facts_missing) == 5 - count
        assert flat.facts[FactTopic.DEFECTS].source == FACTS[FactTopic.DEFECTS][1]

    @pytest.mark.both_databases
    def test_a_corrected_fact_leaves_the_earlier_one_readable(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        a_fact(session, flat, officer, FactTopic.OCCUPATION, "空置。")
        a_fact(session, flat, officer, FactTopic.OCCUPATION, "租给赵某，租期至 2028 年。")
        assert flat.facts[FactTopic.OCCUPATION].text == "租给赵某，租期至 2028 年。"
        assert [fact.text for fact in flat.fact_versions] == ["空置。", "租给赵某，租期至 2028 年。"]
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text("UPDATE property_facts SET text = '改'"))
        session.rollback()
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text("DELETE FROM property_facts"))
        session.rollback()

    @pytest.mark.parametrize(("day", "fits"), [(date(2026, 3, 18), True), (date(2026, 3, 19), False)])
    def test_a_fact_is_not_checked_in_the_future(
            self, session: Session, officer: Actor, case: Case, day: date, fits: bool) -> None:
        flat = a_property(session, case, officer)
        finding = services.Finding("空置。", "现场勘查", day)
        if not fits:
            with pytest.raises(InvalidInput) as refused, unit_of_work() as work:
                services.record_fact(work.session, property_id=flat.id, topic=FactTopic.OCCUPATION,
                                     finding=finding, actor=officer, now=NOW)
            assert set(refused.value.fields) == {"occupation.checked_on"}
            return
        with unit_of_work() as work:
            services.record_fact(work.session, property_id=flat.id, topic=FactTopic.OCCUPATION,
                                 finding=finding, actor=officer, now=NOW)

    def test_the_description_is_settled_once_a_price_rests_on_it(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        allowed = {PropertyStatus.SEIZED, PropertyStatus.VALUING}
        for status in PropertyStatus:
            with unit_of_work() as work:
                services.set_property_status(work.session, flat.id, status, actor=officer, now=NOW)
                work.session.flush()
            try:
                with unit_of_work() as work:
                    services.amend_property(work.session, flat.id, property_facts(floor=12),
                                            actor=officer, now=NOW)
                amended = True
            except PropertySettled:
                amended = False
            assert amended is (status in allowed), status

    def test_a_status_moves_with_a_leaf_and_a_release_is_final(
            self, session: Session, officer: Actor, case: Case) -> None:
        flat = a_property(session, case, officer)
        for status in (PropertyStatus.VALUING, PropertyStatus.PRICED, PropertyStatus.RELEASED):
            with unit_of_work() as work:
                services.set_property_status(work.session, flat.id, status, actor=officer, now=NOW)
        assert [body_of(leaf)["status"] for leaf in leaves_of_case(session, case.id)
                if leaf.kind == "property.status_changed"] == ["valuing", "priced", "released"]
        with pytest.raises(PropertySettled), unit_of_work() as work:
            services.set_property_status(work.session, flat.id, PropertyStatus.SEIZED,
                                         actor=officer, now=NOW)


@pytest.mark.both_databases
def test_the_log_holds_no_personal_data_and_every_chain_holds(
        session: Session, officer: Actor, case: Case) -> None:
    number = an_id_number()
    party = a_party(session, case, officer, PartyRole.RESPONDENT, "冯立群", id_number=number)
    bank = a_party(session, case, officer, PartyRole.APPLICANT, "临澜农商银行东麓支行")
    flat = a_property(session, case, officer, with_facts=True)
    a_claim(session, case, officer, bank, claim_class=ClaimClass.SECURITY, property_id=flat.id)
    with unit_of_work() as work:
        services.identity_of_party(work.session, party.id, reason=IdentityReason.SERVICE,
                                   actor=officer, now=clock.now())
    everything = b"".join(bytes(raw) for raw in session.scalars(select(Leaf.raw)))
    for personal in (number, "冯立群", "农商银行", "采菱街", "13800138000", "1602", "海棠里",
                     party.id_masked):
        assert personal.encode() not in everything
    assert set(check_logs(session).values()) == {None}


def test_a_case_is_found_by_number_party_or_property(session: Session, officer: Actor) -> None:
    first = a_case(session, officer, number="（2026）临0102执11号")
    second = a_case(session, officer, number="（2026）临0102执22号")
    a_respondent(session, first, officer, "冯立群")
    a_property(session, second, officer)
    court_id = officer.court_id or ""

    def found(query: str) -> set[str]:
        return {case.id for case in services.cases_of_court(session, court_id, query=query).cases}

    assert found("执11") == {first.id}
    assert found("(2026)临0102执22") == {second.id}
    assert found("立群") == {first.id}
    assert found("海棠里") == {second.id}
    assert found("") == {first.id, second.id}
    assert found("%") == set()


def test_the_list_reads_a_fixed_number_of_queries(session: Session, officer: Actor) -> None:
    for _ in range(4):
        case = a_case(session, officer)
        a_respondent(session, case, officer)
        a_property(session, case, officer)
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute",
                 lambda *args: statements.append(args[2]))
    page = services.cases_of_court(session, officer.court_id or "")
    assert [len(case.parties) + len(case.properties) for case in page.cases] == [2] * 4
    assert page.total == 4
    assert len([one for one in statements if one.startswith("SELECT")]) == 4


def test_pages_of_the_list_hold_thirty_cases(session: Session, officer: Actor) -> None:
    with unit_of_work() as work:
        for serial in range(31):
            services.register_case(work.session, case_facts(number=f"（2026）临0102执{serial + 1}号"),
                                   actor=officer, now=NOW + timedelta(seconds=serial))
    first = services.cases_of_court(session, officer.court_id or "")
    second = services.cases_of_court(session, officer.court_id or "", page=2)
    assert (len(first.cases), len(second.cases), first.total) == (30, 1, 31)
    assert (first.cases[0].number, second.cases[0].number) == (
        "（2026）临0102执31号", "（2026）临0102执1号")
