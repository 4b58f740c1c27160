"""Objections of third parties: their course, their days, what they stop (AUC-36.2, CPL-238)."""

from datetime import date, timedelta

import pytest

from cases.rules.third_parties import (
    NEXT,
    ObjectionFacts,
    check_objection,
    check_step,
    review_due_on,
    stands,
    suit_due_on,
)
from cases.rules.words import ObjectionRight, ObjectionState
from kernel.errors import InvalidInput
from kernel.law import CURRENT, rule_set

LAW = rule_set(CURRENT)
DAY = timedelta(days=1)
SERVED_ON = date(2026, 3, 16)
"""Fifteen days later is Tuesday, 31 March."""
DUE_ON = date(2026, 3, 31)
S = ObjectionState


def test_examination_and_suit_take_fifteen_days_each_and_end_on_a_working_day() -> None:
    assert review_due_on(SERVED_ON, LAW) == suit_due_on(SERVED_ON, LAW) == DUE_ON
    assert suit_due_on(date(2026, 3, 13), LAW) == date(2026, 3, 30), "28 March is a Saturday"


@pytest.mark.parametrize(("state", "stops"), [
    (S.PENDING, True), (S.UPHELD, True), (S.SUED, True), (S.EXCLUDED, True), (S.WITHDRAWN, False),
    (S.DISMISSED, False)])
def test_a_property_is_not_disposed_of_while_its_fate_is_open_or_decided_against(
        state: ObjectionState, stops: bool) -> None:
    for today in (SERVED_ON, DUE_ON, DUE_ON + 1000 * DAY):
        assert stands(state, SERVED_ON, today=today, rules=LAW) is stops


@pytest.mark.parametrize(("today", "stops"), [
    (SERVED_ON, True), (DUE_ON, True), (DUE_ON + DAY, False)])
def test_a_rejection_frees_the_property_after_the_days_for_a_suit(today: date, stops: bool) -> None:
    assert stands(S.REJECTED, SERVED_ON, today=today, rules=LAW) is stops


@pytest.mark.parametrize(("on", "wanted", "fits"), [
    (SERVED_ON - DAY, S.SUED, False), (SERVED_ON, S.SUED, True), (DUE_ON, S.SUED, True),
    (DUE_ON + DAY, S.SUED, False), (DUE_ON + 2 * DAY, S.DISMISSED, True),
    (DUE_ON + 3 * DAY, S.DISMISSED, False)])
def test_a_step_has_its_day(on: date, wanted: ObjectionState, fits: bool) -> None:
    today = DUE_ON + 2 * DAY
    if fits:
        check_step(S.REJECTED, SERVED_ON, wanted, on, today=today, rules=LAW)
        return
    with pytest.raises(InvalidInput) as refusal:
        check_step(S.REJECTED, SERVED_ON, wanted, on, today=today, rules=LAW)
    assert set(refusal.value.fields) == {"on"}


def test_every_state_says_what_may_follow_and_the_last_word_is_final() -> None:
    assert set(NEXT) == set(S)
    assert [state for state, following in NEXT.items() if not following] == [
        S.WITHDRAWN, S.DISMISSED, S.EXCLUDED]


def test_an_objection_dated_ahead_is_refused() -> None:
    facts = ObjectionFacts("彭晓岚", ObjectionRight.CO_OWNERSHIP, "婚后共同出资购买。", SERVED_ON)
    check_objection(facts, today=SERVED_ON)
    with pytest.raises(InvalidInput):
        check_objection(facts, today=SERVED_ON - DAY)
