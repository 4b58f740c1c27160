"""Case numbers, regimes, identity numbers: every border."""

from datetime import date

import pytest

from cases.rules.numbers import CaseNumber, PartyFacts, check_party, read_case_number, read_id_number
from cases.rules.registration import check_case, settle_regime
from cases.rules.words import DebtorKind, IdKind, PartyKind, Regime
from kernel.errors import InvalidInput
from tests.factories.accounts import a_credit_code, an_id_number
from tests.factories.cases import case_facts

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(("typed", "expected"), [
    ("（2026）临0102执1234号", CaseNumber(2026, "临0102", "执", 1234)),
    ("(2026)临0102执1234号", CaseNumber(2026, "临0102", "执", 1234)),
    (" （２０２６） 临0102 执 1234 号 ", CaseNumber(2026, "临0102", "执", 1234)),
    ("（2025）京执恢7号", CaseNumber(2025, "京", "执恢", 7)),
    ("（2024）沪74执9999999号", CaseNumber(2024, "沪74", "执", 9999999)),
    ("（2016）最高法执1号", CaseNumber(2016, "最高法", "执", 1)),
])
def test_a_case_number_is_read_whatever_the_width_of_its_signs(
        typed: str, expected: CaseNumber) -> None:
    assert read_case_number(typed, today=TODAY) == expected


def test_a_case_number_has_one_spelling() -> None:
    number = read_case_number("(2026) 临0102执1234号", today=TODAY)
    assert str(number) == "（2026）临0102执1234号"


@pytest.mark.parametrize("typed", [
    "", "2026临0102执1234号", "（2026）临0102执1234", "（2026）临0102民初1234号",
    "（2026）临0102执保1234号", "（2026）临0102执01234号", "（2026）临0102执0号",
    "（2026）临0102执12345678号", "（2026）临010执1号", "（2026）临0102执1234号之一",
    "〔2026〕临0102执1234号", "（26）临0102执1234号", "（2026）执执1号", "（2026）临临0102执1号",
])
def test_what_is_no_number_of_an_enforcement_case_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_case_number(typed, today=TODAY)
    assert "（2026）临0102执1234号" in refused.value.fields["number"]


@pytest.mark.parametrize(("year", "fits"), [(2015, False), (2016, True), (2026, True), (2027, False)])
def test_the_year_of_a_case_lies_between_the_numbering_rules_and_now(year: int, fits: bool) -> None:
    if fits:
        assert read_case_number(f"（{year}）临0102执1号", today=TODAY).year == year
        return
    with pytest.raises(InvalidInput) as refused:
        read_case_number(f"（{year}）临0102执1号", today=TODAY)
    assert refused.value.details == {"first": 2016, "last": 2026}


@pytest.mark.parametrize(("debtor", "regime"), [
    (DebtorKind.NATURAL_PERSON, Regime.PRO_RATA),
    (DebtorKind.OTHER_ORGANISATION, Regime.PRO_RATA),
    (DebtorKind.ENTERPRISE, Regime.SEIZURE_ORDER),
])
def test_the_law_settles_the_regime_by_what_the_debtor_is(
        debtor: DebtorKind, regime: Regime) -> None:
    assert settle_regime(debtor) is regime
    assert settle_regime(debtor, regime) is regime


def test_another_regime_than_the_lawful_one_needs_a_reason() -> None:
    with pytest.raises(InvalidInput) as refused:
        settle_regime(DebtorKind.ENTERPRISE, Regime.PRO_RATA)
    assert (set(refused.value.fields), refused.value.rule) == ({"regime_reason"}, "REG-10")
    assert settle_regime(DebtorKind.ENTERPRISE, Regime.PRO_RATA, "各方一致同意") is Regime.PRO_RATA


def test_where_the_law_is_silent_the_regime_is_never_guessed() -> None:
    with pytest.raises(InvalidInput) as silent:
        settle_regime(DebtorKind.PUBLIC_BODY)
    assert (set(silent.value.fields), silent.value.rule) == ({"regime"}, "REG-09")
    with pytest.raises(InvalidInput) as unreasoned:
        settle_regime(DebtorKind.PUBLIC_BODY, Regime.PRO_RATA)
    assert (set(unreasoned.value.fields), unreasoned.value.rule) == ({"regime_reason"}, "REG-09")


@pytest.mark.parametrize(("filed_on", "fits"), [(date(2026, 3, 18), True), (date(2026, 3, 19), False)])
def test_a_case_is_not_filed_in_the_future(filed_on: date, fits: bool) -> None:
    facts = case_facts(filed_on=filed_on)
    if fits:
        assert check_case(facts, today=TODAY) == (facts.number, Regime.PRO_RATA)
        return
    with pytest.raises(InvalidInput, match="invalid_input") as refused:
        check_case(facts, today=TODAY)
    assert set(refused.value.fields) == {"filed_on"}


def test_identity_numbers_are_read_in_their_one_spelling() -> None:
    assert read_id_number(IdKind.RESIDENT_ID, " 11010519491231002x ") == "11010519491231002X"
    assert read_id_number(IdKind.CREDIT_CODE, "9111 0000 6000 3734 1L") == "91110000600037341L"
    assert read_id_number(IdKind.OTHER, "ｅ1234567") == "E1234567"


@pytest.mark.parametrize(("kind", "number", "field"), [
    (IdKind.RESIDENT_ID, "110105194912310021", "id_number"),
    (IdKind.RESIDENT_ID, "91110000600037341L", "id_number"),
    (IdKind.OTHER, "E12", "id_number"),
    (IdKind.OTHER, "E" * 41, "id_number"),
    (IdKind.OTHER, "护照123", "id_number"),
    (IdKind.CREDIT_CODE, "91110000600037341L", "id_kind"),
    (None, "11010519491231002X", "id_kind"),
    (IdKind.RESIDENT_ID, "", "id_number"),
])
def test_a_number_that_does_not_hold_is_refused_at_its_field(
        kind: IdKind | None, number: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_party(PartyFacts(PartyKind.NATURAL_PERSON, "冯立群", kind, number))
    assert set(refused.value.fields) == {field}


def test_a_party_may_be_entered_before_its_number_is_known() -> None:
    assert check_party(PartyFacts(PartyKind.ORGANISATION, "临澜农商银行")) == ""
    code = a_credit_code()
    organisation = PartyFacts(PartyKind.ORGANISATION, "临澜农商银行", IdKind.CREDIT_CODE, code)
    assert check_party(organisation) == code
    number = an_id_number()
    person = PartyFacts(PartyKind.NATURAL_PERSON, "冯立群", IdKind.RESIDENT_ID, number)
    assert check_party(person) == number
