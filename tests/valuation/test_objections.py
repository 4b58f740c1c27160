"""Objections, and the day on which a price comes into force: REF-21.2 to REF-26."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.law import rule_set
from kernel.money import Fen
from tests.valuation.test_selection import codes
from valuation.rules import objections
from valuation.rules.ladder import Method
from valuation.rules.objections import (
    GROUND_NAMES,
    Ground,
    Objection,
    Outcome,
    Recipient,
    Route,
    Target,
    Wait,
)

RULES = rule_set("civil-online-2017.01")
PRICE = Fen(238_000_000)
SERVED = (Recipient("applicant", date(2026, 4, 10)), Recipient("respondent", date(2026, 4, 13)))
"""Their terms end on 15 and on 20 April (18 and 19 are a weekend)."""


def test_a_recipient_may_object_for_five_days_from_their_own_receipt() -> None:
    assert objections.term_ends_on(date(2026, 4, 10), RULES) == date(2026, 4, 15)
    assert objections.term_ends_on(date(2026, 4, 25), RULES) == date(2026, 4, 30)
    assert objections.term_ends_on(date(2026, 4, 13), RULES) == date(2026, 4, 20)


@pytest.mark.parametrize(("grounds", "route"), [
    ({Ground.BASICS_WRONG}, Route.ACT),
    ({Ground.BEYOND_OR_OMITS, Ground.UNQUALIFIED}, Route.ACT),
    ({Ground.PROCEDURE}, Route.ACT),
    ({Ground.STANDARD}, Route.EXPLANATION),
    ({Ground.METHOD, Ground.RESULT}, Route.EXPLANATION),
    ({Ground.RESULT, Ground.BASICS_WRONG}, Route.EXPLANATION),
    ({Ground.RESULT, Ground.BEYOND_OR_OMITS}, Route.EXPLANATION),
    ({Ground.RESULT, Ground.UNQUALIFIED}, Route.ACT_FIRST),
    ({Ground.METHOD, Ground.PROCEDURE, Ground.BASICS_WRONG}, Route.ACT_FIRST),
])
def test_an_objection_goes_where_its_grounds_belong(grounds: set[Ground], route: Route) -> None:
    assert objections.route(grounds) is route


def test_an_objection_without_a_ground_goes_nowhere() -> None:
    with pytest.raises(ValueError, match="names a ground"):
        objections.route(())
    assert set(GROUND_NAMES) == set(Ground)


def refused(method: Method = Method.COMMISSIONED_APPRAISAL, target: Target = Target.REPORT,
            grounds: Sequence[Ground] = (Ground.RESULT,),
            filed_on: date = date(2026, 4, 15)) -> list[str]:
    return codes(objections.objection_obstacles(
        method, target, grounds, filed_on=filed_on, received_on=date(2026, 4, 10), rules=RULES))


def test_an_objection_counts_on_the_last_day_and_not_on_the_next() -> None:
    assert refused() == []
    assert refused(filed_on=date(2026, 4, 16)) == ["objection_late"]


@pytest.mark.parametrize("method", [Method.NEGOTIATION, Method.DIRECTED_INQUIRY])
def test_a_negotiated_or_official_price_is_not_open_to_objection(method: Method) -> None:
    assert refused(method, grounds=[Ground.BASICS_WRONG]) == ["not_open_to_objection"]


@pytest.mark.parametrize("target", [Target.CORRECTION, Target.TECHNICAL_REVIEW])
def test_a_correction_or_a_technical_review_is_final(target: Target) -> None:
    assert refused(target=target) == ["final_document"]


def test_method_and_result_can_be_disputed_of_an_appraisal_only() -> None:
    assert refused(Method.ONLINE_INQUIRY) == ["technical_ground_of_inquiry"]
    assert refused(Method.ONLINE_INQUIRY, grounds=[Ground.BASICS_WRONG]) == []
    assert refused(grounds=[]) == ["no_ground"]


def test_the_terms_of_those_who_deal_with_an_objection() -> None:
    filed_on = date(2026, 4, 13)
    assert objections.review_due_on(filed_on, RULES) == date(2026, 4, 28)
    assert objections.reconsideration_ends_on(filed_on, RULES) == date(2026, 4, 23)
    assert objections.pass_on_due_on(filed_on, RULES) == date(2026, 4, 16)
    assert objections.explanation_due_on(date(2026, 4, 16), RULES) == date(2026, 4, 21)


def stand(on: date, recipients: Sequence[Recipient] = SERVED,
          found: Sequence[Objection] = ()) -> objections.Standing:
    return objections.standing(PRICE, recipients, found, on=on, rules=RULES)


@pytest.mark.parametrize(("on", "waits"), [
    (date(2026, 4, 16), (Wait.OBJECTION_TERM,)),
    (date(2026, 4, 20), (Wait.OBJECTION_TERM,)),
    (date(2026, 4, 21), ()),
])
def test_without_objection_the_price_is_in_force_the_day_after_the_last_term(
        on: date, waits: tuple[Wait, ...]) -> None:
    found = stand(on)
    assert (found.in_force_on, found.waits_for) == (date(2026, 4, 21), waits)
    assert found.is_in_force is (waits == ())
    assert (found.price_fen, found.basis_is_report, found.is_negated) == (PRICE, True, False)


def test_as_long_as_one_recipient_is_not_served_nothing_comes_into_force() -> None:
    found = stand(date(2026, 9, 1), (*SERVED, Recipient("tenant", None)))
    assert (found.in_force_on, found.waits_for) == (None, (Wait.SERVICE,))
    assert not found.is_in_force


def test_a_pending_objection_holds_the_price_up() -> None:
    found = stand(date(2026, 9, 1), found=[Objection("applicant", date(2026, 4, 14))])
    assert (found.in_force_on, found.waits_for) == (None, (Wait.OBJECTION,))


@pytest.mark.parametrize(("settled_on", "in_force_on"), [
    (date(2026, 4, 18), date(2026, 4, 21)),
    (date(2026, 4, 21), date(2026, 4, 21)),
    (date(2026, 4, 22), date(2026, 4, 22)),
])
@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.WITHDRAWN])
def test_a_rejected_objection_leaves_the_report_in_force_once_it_is_settled(
        outcome: Outcome, settled_on: date, in_force_on: date) -> None:
    found = stand(date(2026, 5, 6), found=[
        Objection("applicant", date(2026, 4, 14), outcome, settled_on)])
    assert (found.in_force_on, found.is_in_force) == (in_force_on, True)
    assert found.price_fen == PRICE


def test_what_is_settled_later_is_not_settled_yet() -> None:
    later = Objection("applicant", date(2026, 4, 14), Outcome.REJECTED, date(2026, 4, 23))
    assert stand(date(2026, 4, 22), found=[later]).waits_for == (Wait.OBJECTION,)


def test_the_last_correction_is_the_price() -> None:
    found = stand(date(2026, 5, 6), found=[
        Objection("applicant", date(2026, 4, 14), Outcome.CORRECTED, date(2026, 4, 24), Fen(5)),
        Objection("respondent", date(2026, 4, 20), Outcome.CORRECTED, date(2026, 4, 23), Fen(7)),
        Objection("respondent", date(2026, 4, 20), Outcome.REJECTED, date(2026, 4, 27))])
    assert (found.price_fen, found.basis_is_report) == (5, False)
    assert (found.in_force_on, found.is_in_force) == (date(2026, 4, 27), True)


def test_a_report_of_the_unqualified_gives_no_price_at_all() -> None:
    found = stand(date(2026, 5, 6), found=[
        Objection("applicant", date(2026, 4, 14), Outcome.NEGATED, date(2026, 4, 24)),
        Objection("respondent", date(2026, 4, 20))])
    assert found.is_negated
    assert not found.is_in_force
    assert (found.price_fen, found.in_force_on, found.waits_for) == (None, None, ())


def test_an_objection_is_settled_on_a_day_and_a_correction_has_a_price() -> None:
    filed_on = date(2026, 4, 14)
    with pytest.raises(ValueError, match="settled on a day"):
        Objection("a", filed_on, Outcome.REJECTED)
    with pytest.raises(ValueError, match="settled on a day"):
        Objection("a", filed_on, Outcome.PENDING, filed_on)
    with pytest.raises(ValueError, match="has a price"):
        Objection("a", filed_on, Outcome.CORRECTED, filed_on)
    with pytest.raises(ValueError, match="has a price"):
        Objection("a", filed_on, Outcome.REJECTED, filed_on, Fen(1))


def test_a_report_that_goes_to_nobody_never_comes_into_force() -> None:
    with pytest.raises(ValueError, match="served on somebody"):
        stand(date(2026, 4, 21), recipients=())


@given(st.lists(st.dates(date(2026, 1, 5), date(2026, 6, 1)), min_size=1, max_size=5),
       st.integers(-40, 40))
def test_no_recipient_loses_a_day_of_their_term(received: list[date], shift: int) -> None:
    recipients = [Recipient(str(place), day) for place, day in enumerate(received)]
    on = max(received) + timedelta(days=shift)
    found = stand(on, recipients)
    assert found.in_force_on is not None
    for day in received:
        assert found.in_force_on > objections.term_ends_on(day, RULES)
    assert found.is_in_force is (on >= found.in_force_on)
