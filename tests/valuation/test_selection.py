"""Three institutions, agreed or drawn: REF-16, REF-19.5, LOT-7."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kernel.gates import GateClosed, Obstacle, pass_gate
from kernel.law import instrument_of, rule_set
from tests.valuation.test_ladder import HOUSE, INSPECTION, NO_PRICE, ON, REFUSED
from valuation.rules import selection
from valuation.rules.ladder import Ground, Method, WayOut
from valuation.rules.selection import Choice, Exclusion, ExclusionGround, Round

RULES = rule_set("civil-online-2017.01")
POOL = ("INST-1", "INST-2", "INST-3", "INST-4", "INST-5", "INST-6")
OUT = (REFUSED, NO_PRICE, INSPECTION)
ASKED = Choice(term_ends_on=date(2026, 3, 16))
AFTER = date(2026, 3, 17)


def codes(found: Sequence[Obstacle]) -> list[str]:
    for obstacle in found:
        assert obstacle.problem
        assert obstacle.remedy
        assert obstacle.problem % {**obstacle.details}
        assert obstacle.remedy % {**obstacle.details}
        assert instrument_of(obstacle.basis.article)
    return [obstacle.code for obstacle in found]


def gate(**changes: Any) -> list[str]:
    return codes(selection.draw_gate(**{
        "situation": HOUSE, "ways_out": OUT, "choice": ASKED, "pool": POOL, "rounds": (),
        "on": AFTER, "rules": RULES, **changes}))


def test_a_draw_is_lawful_the_day_after_the_parties_term_with_all_three_methods_out() -> None:
    assert gate() == []


@pytest.mark.parametrize(("on", "found"), [
    (date(2026, 3, 15), ["agreement_term_running"]),
    (date(2026, 3, 16), ["agreement_term_running"]),
    (date(2026, 3, 17), []),
])
def test_the_last_day_of_the_parties_term_still_belongs_to_them(on: date, found: list[str]) -> None:
    assert gate(on=on) == found


@pytest.mark.parametrize("missing", range(3))
def test_each_method_that_is_not_out_stands_in_the_way(missing: int) -> None:
    ways_out = [out for place, out in enumerate(OUT) if place != missing]
    assert gate(ways_out=ways_out) == [f"{OUT[missing].method}_not_out"]


def test_with_nothing_done_every_obstacle_is_named_at_once() -> None:
    assert gate(ways_out=(), choice=Choice(), pool=POOL[:2]) == [
        "negotiation_not_out", "directed_inquiry_not_out", "online_inquiry_not_out",
        "parties_not_asked", "pool_too_small"]


def test_a_ground_that_is_not_true_counts_for_nothing() -> None:
    untrue = WayOut(Method.ONLINE_INQUIRY, Ground.NO_CONDITIONS, ON)
    assert gate(ways_out=(REFUSED, NO_PRICE, untrue)) == ["ground_not_true"]


@pytest.mark.parametrize("choice", [
    Choice(party_missing=True), Choice(wish_a_draw=True), replace(ASKED, party_missing=True),
    replace(ASKED, wish_a_draw=True),
])
def test_a_missing_party_or_a_joint_wish_opens_the_draw_without_waiting(choice: Choice) -> None:
    assert gate(choice=choice, on=date(2026, 3, 10)) == []


def test_parties_who_agreed_leave_nothing_to_draw() -> None:
    assert gate(choice=replace(ASKED, agreed=True)) == ["institutions_agreed"]
    assert gate(choice=Choice(agreed=True, party_missing=True)) == ["institutions_agreed"]


@pytest.mark.parametrize(("pool", "found"), [
    (POOL[:3], []), (POOL[:2], ["pool_too_small"]), ((), ["pool_too_small"]),
    (("INST-1", "INST-1", "INST-2"), ["pool_too_small"]),
])
def test_a_pool_holds_at_least_three_different_institutions(pool: Sequence[str],
                                                            found: list[str]) -> None:
    assert gate(pool=pool) == found


def test_while_an_order_is_not_used_up_there_is_no_new_draw() -> None:
    used = Round(POOL[:3], frozenset(POOL[:2]))
    assert gate(rounds=[used]) == ["order_not_used_up", "pool_holds_failed"]


def test_after_the_third_failed_a_new_draw_goes_without_these_three() -> None:
    used = Round(POOL[:3], frozenset(POOL[:3]))
    assert used.is_exhausted
    assert gate(rounds=[used]) == ["pool_holds_failed"]
    assert gate(rounds=[used], pool=POOL[3:]) == []


def test_a_closed_gate_speaks_with_its_first_obstacle_and_carries_all() -> None:
    found = selection.draw_gate(situation=HOUSE, ways_out=(), choice=Choice(), pool=POOL,
                                rounds=(), on=AFTER, rules=RULES)
    with pytest.raises(GateClosed) as closed:
        pass_gate(found)
    assert (closed.value.code, closed.value.rule) == ("negotiation_not_out", "REF-4.1")
    assert closed.value.obstacles == found
    pass_gate(())


def agreement(applicant: Sequence[str], respondent: Sequence[str] | None,
              filed_on: date = date(2026, 3, 16)) -> list[str]:
    filed = {"applicant": applicant} | ({} if respondent is None else {"respondent": respondent})
    return codes(selection.agreement_obstacles(
        filed, parties=["applicant", "respondent"], listed=POOL, filed_on=filed_on,
        term_ends_on=date(2026, 3, 16), rules=RULES))


def test_the_same_three_in_the_same_order_in_time_are_an_agreement() -> None:
    assert agreement(POOL[:3], POOL[:3]) == []


@pytest.mark.parametrize(("order", "found"), [
    (POOL[:2], ["agreement_count", "agreement_count"]),
    (POOL[:4], ["agreement_count", "agreement_count"]),
    ((), ["agreement_count", "agreement_count"]),
    (("INST-1", "INST-2", "INST-1"), ["agreement_repeats", "agreement_repeats"]),
    (("INST-1", "INST-2", "INST-9"), ["agreement_unlisted", "agreement_unlisted"]),
])
def test_an_agreement_names_exactly_three_different_listed_institutions(
        order: Sequence[str], found: list[str]) -> None:
    assert agreement(order, order) == found


def test_another_order_is_no_agreement() -> None:
    assert agreement(POOL[:3], tuple(reversed(POOL[:3]))) == ["agreement_differs"]


def test_the_silence_of_one_party_is_no_agreement() -> None:
    assert agreement(POOL[:3], None) == ["agreement_count", "agreement_differs"]


def test_an_agreement_counts_on_the_last_day_and_not_on_the_next() -> None:
    assert agreement(POOL[:3], POOL[:3], date(2026, 3, 17)) == ["agreement_late"]


def test_the_pool_is_the_list_without_the_excluded_sorted_by_bytes() -> None:
    excluded = Exclusion("INST-2", ExclusionGround.CONFLICT, "a", "b")
    assert selection.pool_of(["乙", "INST-2", "INST-1", "甲", "a"], [excluded]) == (
        "INST-1", "a", "乙", "甲")


@pytest.mark.parametrize(("exclusions", "found"), [
    ([Exclusion("INST-2", ExclusionGround.REMOVED, "a", "b")], []),
    ([Exclusion("INST-2", ExclusionGround.REMOVED, "a", "a")], ["exclusion_not_approved"]),
    ([Exclusion("INST-2", ExclusionGround.BARRED, "a", None)], ["exclusion_not_approved"]),
    ([Exclusion("INST-9", ExclusionGround.OUT_OF_SCOPE, "a", "b")], ["exclusion_not_listed"]),
    ([Exclusion("INST-2", ExclusionGround.FAILED_HERE, "a", "b")] * 2, ["exclusion_not_listed"]),
])
def test_an_exclusion_is_of_a_listed_institution_and_approved_by_a_second_person(
        exclusions: list[Exclusion], found: list[str]) -> None:
    assert codes(selection.exclusion_obstacles(POOL, exclusions)) == found
    assert set(selection.EXCLUSION_GROUNDS) == set(ExclusionGround)
