"""Which method is open, on what ground one is out: REF-3.1 to REF-7.2, REF-14."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.law import instrument_of
from kernel.money import Fen
from valuation.rules import ladder
from valuation.rules.ladder import GROUNDS, LADDER, Fact, Ground, Method, Situation, WayOut

ON = date(2026, 3, 9)
OPEN = Situation(has_official_price=True, online_possible=True, inspection_needed=False)
HOUSE = Situation(has_official_price=False, online_possible=True, inspection_needed=True)

REFUSED = WayOut(Method.NEGOTIATION, Ground.REFUSED, ON)
NO_PRICE = WayOut(Method.DIRECTED_INQUIRY, Ground.NO_OFFICIAL_PRICE, ON)
INSPECTION = WayOut(Method.ONLINE_INQUIRY, Ground.INSPECTION_NEEDED, ON)

situations = st.builds(
    Situation, has_official_price=st.booleans(), online_possible=st.booleans(),
    inspection_needed=st.booleans(), appraisal_mandated=st.booleans(),
    joint_wish=st.none() | st.sampled_from(Method))


def test_negotiation_comes_first_then_each_method_that_is_not_out() -> None:
    outs: list[WayOut] = []
    seen = []
    for out in (REFUSED, WayOut(Method.DIRECTED_INQUIRY, Ground.ANSWER_IMPOSSIBLE, ON),
                WayOut(Method.ONLINE_INQUIRY, Ground.ALL_UPHELD, ON)):
        seen.append(ladder.next_opening(OPEN, outs))
        outs.append(out)
    seen.append(ladder.next_opening(OPEN, outs))
    assert [(opening.method, opening.basis.rule) for opening in seen] == [
        (Method.NEGOTIATION, "REF-4.1"), (Method.DIRECTED_INQUIRY, "REF-5.1"),
        (Method.ONLINE_INQUIRY, "REF-7.1"), (Method.COMMISSIONED_APPRAISAL, "REF-14")]
    assert all(opening.barred_by == () for opening in seen)


def test_a_method_the_property_does_not_admit_is_barred_and_says_why() -> None:
    directed = ladder.next_opening(HOUSE, [REFUSED])
    online = ladder.next_opening(HOUSE, [REFUSED, NO_PRICE])
    assert (directed.method, directed.barred_by) == (
        Method.DIRECTED_INQUIRY, (Ground.NO_OFFICIAL_PRICE,))
    assert (online.method, online.barred_by) == (
        Method.ONLINE_INQUIRY, (Ground.INSPECTION_NEEDED,))
    last = ladder.next_opening(HOUSE, [REFUSED, NO_PRICE, INSPECTION])
    assert (last.method, last.barred_by) == (Method.COMMISSIONED_APPRAISAL, ())


@pytest.mark.parametrize(("wish", "situation", "barred", "rule"), [
    (Method.DIRECTED_INQUIRY, OPEN, (Ground.DIRECTED_WISHED,), "REF-5.2"),
    (Method.DIRECTED_INQUIRY, HOUSE, (), "REF-5.1"),
    (Method.ONLINE_INQUIRY, OPEN, (Ground.ONLINE_WISHED,), "REF-5.1"),
    (Method.ONLINE_INQUIRY, HOUSE, (), "REF-5.1"),
    (Method.COMMISSIONED_APPRAISAL, HOUSE, (Ground.APPRAISAL_WISHED,), "REF-5.1"),
])
def test_a_joint_wish_leads_past_a_method_only_where_its_own_conditions_are_met(
        wish: Method, situation: Situation, barred: tuple[Ground, ...], rule: str) -> None:
    wished = replace(situation, joint_wish=wish)
    assert ladder.next_opening(wished, []).barred_by == barred
    follows = ladder.next_opening(wished, [REFUSED])
    assert follows.basis.rule in {rule, "REF-5.2"}


def test_a_jump_to_the_online_inquiry_cites_the_article_on_consent() -> None:
    wished = replace(OPEN, joint_wish=Method.ONLINE_INQUIRY)
    opening = ladder.next_opening(wished, [
        WayOut(Method.NEGOTIATION, Ground.ONLINE_WISHED, ON),
        WayOut(Method.DIRECTED_INQUIRY, Ground.ONLINE_WISHED, ON)])
    assert (opening.method, opening.basis.rule) == (Method.ONLINE_INQUIRY, "REF-7.2")


def test_an_appraisal_that_the_law_demands_bars_all_three_methods_before_it() -> None:
    mandated = replace(OPEN, appraisal_mandated=True)
    outs: list[WayOut] = []
    for method in LADDER[:-1]:
        opening = ladder.next_opening(mandated, outs)
        assert (opening.method, opening.barred_by) == (method, (Ground.APPRAISAL_MANDATED,))
        outs.append(WayOut(method, Ground.APPRAISAL_MANDATED, ON))
        assert ladder.way_out_obstacles(outs[-1], mandated) == ()
    assert ladder.next_opening(mandated, outs).method is Method.COMMISSIONED_APPRAISAL


@pytest.mark.parametrize(("out", "situation", "code"), [
    (REFUSED, OPEN, None),
    (NO_PRICE, HOUSE, None),
    (INSPECTION, HOUSE, None),
    (WayOut(Method.NEGOTIATION, Ground.UNEQUAL, ON), OPEN, None),
    (WayOut(Method.NEGOTIATION, Ground.NO_ANSWER, ON), OPEN, "ground_not_of_method"),
    (WayOut(Method.COMMISSIONED_APPRAISAL, Ground.REFUSED, ON), OPEN, "ground_not_of_method"),
    (NO_PRICE, OPEN, "ground_not_true"),
    (WayOut(Method.ONLINE_INQUIRY, Ground.NO_CONDITIONS, ON), OPEN, "ground_not_true"),
    (WayOut(Method.NEGOTIATION, Ground.APPRAISAL_MANDATED, ON), OPEN, "ground_not_true"),
    (WayOut(Method.DIRECTED_INQUIRY, Ground.ANSWER_IMPOSSIBLE, ON), HOUSE, "method_was_not_open"),
    (WayOut(Method.ONLINE_INQUIRY, Ground.ALL_UPHELD, ON), HOUSE, "method_was_not_open"),
    (WayOut(Method.NEGOTIATION, Ground.NOT_FILED, ON), OPEN, "term_not_over"),
    (WayOut(Method.NEGOTIATION, Ground.NOT_FILED, ON, date(2026, 3, 10)), OPEN, "term_not_over"),
    (WayOut(Method.NEGOTIATION, Ground.NOT_FILED, ON, date(2026, 3, 9)), OPEN, "term_not_over"),
    (WayOut(Method.NEGOTIATION, Ground.NOT_FILED, ON, date(2026, 3, 8)), OPEN, None),
    (WayOut(Method.DIRECTED_INQUIRY, Ground.NO_ANSWER, ON, date(2026, 3, 9)), OPEN,
     "term_not_over"),
    (WayOut(Method.DIRECTED_INQUIRY, Ground.NO_ANSWER, ON, date(2026, 3, 8)), OPEN, None),
])
def test_a_method_is_out_only_on_a_ground_that_is_its_own_true_and_ripe(
        out: WayOut, situation: Situation, code: str | None) -> None:
    found = ladder.way_out_obstacles(out, situation)
    assert [obstacle.code for obstacle in found] == ([] if code is None else [code])


@given(situations)
def test_the_ladder_always_ends_at_the_appraisal_and_every_bar_can_be_recorded(
        situation: Situation) -> None:
    outs: list[WayOut] = []
    while (opening := ladder.next_opening(situation, outs)).method is not LADDER[-1]:
        for ground in opening.barred_by:
            assert ladder.way_out_obstacles(WayOut(opening.method, ground, ON), situation) == ()
        if not opening.barred_by:
            assert situation.admits(opening.method)
        outs.append(WayOut(opening.method, (*opening.barred_by, Ground.REFUSED)[0], ON))
    assert [out.method for out in outs] == list(LADDER[:-1])


def test_every_ground_names_a_rule_and_an_article_of_a_known_law() -> None:
    for grounds in GROUNDS.values():
        for rule in grounds.values():
            assert rule.basis.rule.startswith("REF-")
            assert instrument_of(rule.basis.article)
    assert {ground for grounds in GROUNDS.values() for ground in grounds} == set(Ground)


@pytest.mark.parametrize(("filed", "price"), [
    ({"a": 100, "b": 100}, 100), ({"a": 100, "b": 101}, None), ({"a": 100}, None), ({}, None),
    ({"a": 100, "b": 100, "stranger": 1}, 100),
])
def test_only_equal_results_of_both_parties_are_a_negotiated_price(
        filed: dict[str, int], price: int | None) -> None:
    amounts = {party: Fen(amount) for party, amount in filed.items()}
    assert ladder.negotiated_price(amounts, ["a", "b"]) == price


def test_each_of_the_five_facts_is_asked_for_before_any_method() -> None:
    assert ladder.fact_obstacles(set(Fact)) == ()
    missing = ladder.fact_obstacles(set(Fact) - {Fact.BURDENS, Fact.DEFECTS})
    assert [obstacle.code for obstacle in missing] == [
        "fact_missing_burdens", "fact_missing_defects"]
    assert {obstacle.basis.rule for obstacle in missing} == {"REF-3.1"}
    assert len(ladder.fact_obstacles(())) == 5
