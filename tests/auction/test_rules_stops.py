"""What stops an auction that is otherwise in order: nothing left (GEN-6), third parties (AUC-36.2)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.rules.publication_facts import ApplicantTold, PublicationFacts, StandingObjection, SurplusFacts
from auction.rules.stops import is_useless, least_price, objections, reply_due_on, surplus
from kernel.clock import start_of_day
from kernel.gates import Obstacle, Weight
from kernel.law import CURRENT, instrument_of, rule_set
from kernel.money import Fen
from tests.auction.test_rules_publication import FLAT, codes

RULES = rule_set(CURRENT)
TOLD_ON = date(2026, 3, 23)
"""A Monday: five days later is Saturday, so the term ends on Monday the 30th."""
DUE_ON = date(2026, 3, 30)
START = FLAT.start_price_fen


def asked(prior_fen: int, costs_fen: int = 0, *people: ApplicantTold) -> SurplusFacts:
    return SurplusFacts(Fen(prior_fen), Fen(costs_fen), people or (ApplicantTold("农商银行"),))


def stopped(found: SurplusFacts, *, start_fen: int = START, on: date = TOLD_ON) -> list[Obstacle]:
    facts = replace(FLAT, surplus=found, start_price_fen=Fen(start_fen), published_at=start_of_day(on))
    return list(surplus(facts, RULES))


def told(**changes: object) -> ApplicantTold:
    return replace(ApplicantTold("农商银行", TOLD_ON, START), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("prior_fen", "costs_fen", "expected"), [
    (0, 0, []), (START - 1, 0, []), (START - 100, 99, []), (START, 0, ["no_surplus"]),
    (START - 100, 100, ["no_surplus"]), (0, START, ["no_surplus"]), (START + 1, 0, ["no_surplus"])])
def test_a_sale_that_would_leave_nothing_is_refused(prior_fen: int, costs_fen: int,
                                                    expected: list[str]) -> None:
    assert codes(replace(FLAT, surplus=asked(prior_fen, costs_fen))) == expected


def test_the_refusal_says_what_comes_first_who_is_to_be_told_and_what_would_do() -> None:
    (found,) = stopped(asked(65_000_000, 5_000_000), start_fen=69_135_803)
    assert (found.rule, found.weight, found.about) == ("GEN-6", Weight.REFUSE, "surplus")
    assert found.details == {"prior_fen": 65_000_000, "costs_fen": 5_000_000, "least_fen": 70_000_001,
                             "people": ["农商银行"], "days": 5}
    assert instrument_of(found.article)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_the_least_price_leaves_exactly_one_fen(prior_fen: int, costs_fen: int) -> None:
    found = asked(prior_fen, costs_fen)
    least = least_price(found)
    assert least - prior_fen - costs_fen == 1
    assert is_useless(Fen(least - 1), found)
    assert not is_useless(least, found)


@pytest.mark.parametrize(("on", "expected"), [
    (TOLD_ON, "no_surplus_waiting"), (DUE_ON, "no_surplus_waiting"),
    (DUE_ON + timedelta(days=1), "no_surplus_unanswered")])
def test_the_applicant_has_five_days_and_silence_ends_the_matter(on: date, expected: str) -> None:
    assert reply_due_on(TOLD_ON, RULES) == DUE_ON
    (found,) = stopped(asked(START, 0, told()), on=on)
    assert (found.code, found.rule, found.weight) == (expected, "GEN-6", Weight.REFUSE)


@pytest.mark.parametrize(("start_fen", "expected", "weight"), [
    (START, "no_surplus_price", Weight.REFUSE), (START + 1, "no_surplus_costs", Weight.WARN)])
def test_who_insists_is_served_by_a_reserve_above_the_sum_and_bears_the_costs_of_a_failure(
        start_fen: int, expected: str, weight: Weight) -> None:
    (found,) = stopped(asked(START, 0, told(insisted_on=TOLD_ON)), start_fen=start_fen, on=DUE_ON)
    assert (found.code, found.rule, found.weight) == (expected, "GEN-6", weight)


def test_a_raised_reserve_does_not_stand_for_the_applicants_word() -> None:
    (found,) = stopped(asked(START, 0, told()), start_fen=START + 1, on=DUE_ON + timedelta(days=1))
    assert found.code == "no_surplus_unanswered"


def test_a_priority_that_fell_away_ends_the_question() -> None:
    assert stopped(asked(START - 1, 0, told())) == []


def test_of_several_applicants_each_is_told_and_one_who_insists_is_enough() -> None:
    other = ApplicantTold("周怀瑾")
    assert [(one.code, one.details.get("people")) for one in stopped(asked(START, 0, told(), other))] == [
        ("no_surplus", ["周怀瑾"]), ("no_surplus_waiting", None)]
    insisting = told(insisted_on=TOLD_ON)
    assert [one.code for one in stopped(asked(START, 0, other, insisting), start_fen=START + 1)] == [
        "no_surplus_costs"]


def test_an_exercise_asks_nobody() -> None:
    exercise = rule_set("exercise")
    assert "no_surplus" not in [one.code for one in _of_exercise(
        replace(FLAT, surplus=asked(START)), exercise)]


def _of_exercise(facts: PublicationFacts, law: object) -> list[Obstacle]:
    from auction.rules.publication import publication_obstacles  # noqa: PLC0415 - asked of one test only

    return publication_obstacles(facts, law)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["审查中", "已裁定中止执行", "异议之诉审理中"])
def test_an_undecided_objection_of_a_third_party_stops_the_publication(state: str) -> None:
    facts = replace(FLAT, objections=(StandingObjection("彭晓岚", state, None),))
    (found,) = objections(facts, RULES)
    assert codes(facts) == ["third_party_objection"]
    assert (found.rule, found.article, found.weight) == (
        "AUC-36.2", "网络司法拍卖规定第三十六条第二款", Weight.REFUSE)


def test_a_rejected_objection_stops_it_for_the_days_in_which_the_objector_may_sue() -> None:
    facts = replace(FLAT, objections=(StandingObjection("彭晓岚", "已裁定驳回", DUE_ON),))
    (found,) = objections(facts, RULES)
    assert (found.code, found.rule, found.weight) == ("third_party_term", "CPL-238", Weight.REFUSE)
    assert found.details == {"person": "彭晓岚", "days": 15, "until_on": DUE_ON}


def test_every_objection_is_told() -> None:
    facts = replace(FLAT, objections=(StandingObjection("彭晓岚", "审查中", None),
                                      StandingObjection("夏知远", "已裁定驳回", DUE_ON)))
    assert codes(facts) == ["third_party_objection", "third_party_term"]
