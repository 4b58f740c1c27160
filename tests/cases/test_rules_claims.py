"""What a claim must say for claims/v1 to carry it, and what will cost it its share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.rules.claims import BOUND, ClaimFacts, check_claim, claim_doubts
from cases.rules.words import ClaimClass, PartyRole
from kernel.errors import InvalidInput
from kernel.money import MOST_FEN
from settlement.rules import ladder

NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)
A_MOMENT = timedelta(milliseconds=1)


def a_filing(**changes: Any) -> ClaimFacts:
    return replace(ClaimFacts(
        party_id="party-1", claim_class=ClaimClass.ORDINARY, principal_fen=100_000_00,
        filed_at=NOW, titled=True, title_document="（2025）临0102民初88号民事判决书"), **changes)


def wrong_fields(claim: ClaimFacts, creditor: PartyRole = PartyRole.CREDITOR) -> set[str]:
    try:
        check_claim(claim, creditor=creditor, properties={"prop-1"}, now=NOW)
    except InvalidInput as error:
        return set(error.fields)
    return set()


def test_the_classes_are_those_of_the_ladder() -> None:
    assert [str(one) for one in ClaimClass] == [str(one) for one in ladder.ClaimClass]


def test_a_plain_claim_is_taken() -> None:
    assert wrong_fields(a_filing()) == set()


@pytest.mark.parametrize("claim_class", ClaimClass)
def test_classes_paid_from_one_property_name_it(claim_class: ClaimClass) -> None:
    claim = a_filing(claim_class=claim_class, registered_at=NOW)
    expected = {"property_id"} if claim_class in BOUND else set()
    assert wrong_fields(claim) == expected
    assert wrong_fields(replace(claim, property_id="prop-1")) == set()
    assert wrong_fields(replace(claim, property_id="prop-2")) == {"property_id"}


@pytest.mark.parametrize(("claim_class", "needs"), [
    (ClaimClass.PURCHASE_MONEY, True), (ClaimClass.TAX_ARREARS, True),
    (ClaimClass.SECURITY, False), (ClaimClass.RETENTION, False), (ClaimClass.CONSTRUCTION, False),
])
def test_classes_that_rank_by_their_date_alone_need_it(claim_class: ClaimClass, needs: bool) -> None:
    claim = a_filing(claim_class=claim_class, property_id="prop-1")
    assert wrong_fields(claim) == ({"registered_at"} if needs else set())


def test_a_title_is_named_or_not_claimed() -> None:
    assert wrong_fields(a_filing(title_document="")) == {"title_document"}
    assert wrong_fields(a_filing(titled=False)) == {"titled"}
    assert wrong_fields(a_filing(unadjudged=True)) == {"unadjudged"}
    assert wrong_fields(a_filing(titled=False, title_document="", unadjudged=True)) == set()


@pytest.mark.parametrize("role", PartyRole)
def test_neither_debtor_nor_buyer_files_claims(role: PartyRole) -> None:
    refused = role in (PartyRole.RESPONDENT, PartyRole.BUYER)
    assert wrong_fields(a_filing(), role) == ({"party_id"} if refused else set())


def test_amounts_end_where_claims_v1_ends() -> None:
    assert wrong_fields(a_filing(principal_fen=MOST_FEN - 5, interest_fen=5)) == set()
    assert wrong_fields(a_filing(principal_fen=MOST_FEN - 5, interest_fen=6)) == {"principal_fen"}
    assert wrong_fields(a_filing(doubled_interest_fen=MOST_FEN)) == set()
    assert wrong_fields(a_filing(doubled_interest_fen=MOST_FEN + 1)) == {"doubled_interest_fen"}


def test_a_registered_maximum_belongs_to_a_right_in_one_property() -> None:
    assert wrong_fields(a_filing(cap_fen=1)) == {"cap_fen"}
    secured = a_filing(claim_class=ClaimClass.SECURITY, property_id="prop-1", cap_fen=1)
    assert wrong_fields(secured) == set()


def test_no_time_of_a_claim_lies_ahead() -> None:
    assert wrong_fields(a_filing(filed_at=NOW, registered_at=NOW, seized_at={"prop-1": NOW})) == set()
    late = NOW + A_MOMENT
    assert wrong_fields(a_filing(filed_at=late, registered_at=late, seized_at={"prop-1": late})) == {
        "filed_at", "registered_at", "seized_at.prop-1"}


def test_a_seizure_is_one_of_a_property_of_the_case() -> None:
    assert wrong_fields(a_filing(seized_at={"prop-2": NOW})) == {"seized_at.prop-2"}


@pytest.mark.parametrize(("percent", "fits"), [
    ("0", True), ("5", True), ("37.5", True), ("99.999999", True), ("100", True), ("100.0", True),
    ("100.000001", False), ("101", False), ("5.1234567", False), ("-1", False), ("5%", False),
    ("５", False),
])
def test_a_reward_is_a_percentage_with_at_most_six_decimals(percent: str, fits: bool) -> None:
    assert wrong_fields(a_filing(reward_percent=percent)) == (set() if fits else {"reward_percent"})


@pytest.mark.parametrize(("changes", "rules"), [
    ({}, []),
    ({"titled": False, "title_document": ""}, ["PAR-01"]),
    ({"titled": False, "title_document": "", "unadjudged": True}, []),
    ({"titled": False, "title_document": "", "claim_class": ClaimClass.WAGES}, []),
    ({"claim_class": ClaimClass.SECURITY, "property_id": "prop-1"}, ["PRI-06c"]),
    ({"claim_class": ClaimClass.SECURITY, "property_id": "prop-1", "registered_at": NOW}, []),
    ({"late": True}, ["PAR-04"]),
])
def test_what_will_cost_a_claim_its_share_is_said_and_not_refused(
        changes: dict[str, Any], rules: list[str]) -> None:
    claim = a_filing(**changes)
    assert wrong_fields(claim) == set()
    assert [doubt.rule for doubt in claim_doubts(claim)] == rules
