"""The commissioned appraisal: REF-17.2 to REF-21.2, LOT-9, LOT-10."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.law import rule_set
from kernel.money import Fen
from tests.valuation.test_selection import codes
from valuation.errors import NotInTheOrder
from valuation.rules import appraisal
from valuation.rules.appraisal import (
    DEFECT_NAMES,
    FAILURES,
    Defect,
    Extension,
    Failure,
    Pause,
    Report,
    ReportPart,
    Term,
)

RULES = rule_set("civil-online-2017.01")
LENIENT = RULES.with_settings({"lead_count": "lenient"})
ORDER = ("INST-6", "INST-1", "INST-3")
COMMISSIONED = Term(date(2026, 3, 2))


@pytest.mark.parametrize(("failed", "commissioned"), [
    ((), "INST-6"), (("INST-6",), "INST-1"), (("INST-1", "INST-6"), "INST-3"),
    (("INST-1",), "INST-6"), (ORDER, None),
])
def test_a_failed_institution_is_replaced_by_the_next_in_the_order(
        failed: Sequence[str], commissioned: str | None) -> None:
    assert appraisal.next_institution(ORDER, failed) == commissioned


def test_an_institution_that_was_never_drawn_cannot_fail() -> None:
    with pytest.raises(NotInTheOrder):
        appraisal.next_institution(ORDER, ["INST-2"])


def test_every_failure_and_defect_has_words_and_a_rule() -> None:
    assert set(FAILURES) == set(Failure)
    assert set(DEFECT_NAMES) == set(Defect)


def test_the_report_is_due_thirty_days_after_receipt() -> None:
    assert COMMISSIONED.ends_on(RULES) == date(2026, 4, 1)


def test_an_extension_is_asked_for_five_full_days_before() -> None:
    assert COMMISSIONED.last_request_on(RULES) == date(2026, 3, 26)
    assert COMMISSIONED.last_request_on(LENIENT) == date(2026, 3, 27)


def extended(*days: int) -> Term:
    return replace(COMMISSIONED, extensions=tuple(
        Extension(date(2026, 3, 20), count) for count in days))


def test_two_extensions_of_fifteen_days_run_on_and_only_the_last_day_moves_off_a_holiday() -> None:
    assert extended(15).ends_on(RULES) == date(2026, 4, 16)
    assert extended(15, 15).ends_on(RULES) == date(2026, 5, 6)


@pytest.mark.parametrize(("granted", "days", "requested_on", "found"), [
    ((), 15, date(2026, 3, 26), []),
    ((), 1, date(2026, 3, 2), []),
    ((), 15, date(2026, 3, 27), ["extension_asked_too_late"]),
    ((), 16, date(2026, 3, 26), ["extension_too_long"]),
    ((), 0, date(2026, 3, 26), ["extension_too_long"]),
    ((15,), 15, date(2026, 4, 10), []),
    ((15,), 15, date(2026, 4, 11), ["extension_asked_too_late"]),
    ((15, 15), 15, date(2026, 4, 10), ["extensions_used_up"]),
    ((5, 5), 16, date(2026, 12, 1), ["extensions_used_up", "extension_too_long",
                                    "extension_asked_too_late"]),
])
def test_an_extension_is_at_most_the_second_at_most_fifteen_days_and_asked_for_in_time(
        granted: tuple[int, ...], days: int, requested_on: date, found: list[str]) -> None:
    term = extended(*granted)
    assert codes(appraisal.extension_obstacles(term, Extension(requested_on, days), RULES)) == found


def paused(*pauses: tuple[date, date]) -> Term:
    return replace(COMMISSIONED, pauses=tuple(Pause(*pause) for pause in pauses))


def test_ten_days_of_suspension_are_deducted() -> None:
    term = paused((date(2026, 3, 10), date(2026, 3, 20)))
    assert term.ends_on(RULES) == date(2026, 4, 13)  # 11 April is a Saturday


def test_a_day_within_two_pauses_is_deducted_once() -> None:
    term = paused((date(2026, 3, 15), date(2026, 3, 20)), (date(2026, 3, 10), date(2026, 3, 18)))
    assert term.ends_on(RULES) == date(2026, 4, 13)


@pytest.mark.parametrize(("pause", "ends_on"), [
    ((date(2026, 2, 20), date(2026, 3, 2)), date(2026, 4, 1)),
    ((date(2026, 2, 20), date(2026, 3, 4)), date(2026, 4, 3)),
    ((date(2026, 4, 1), date(2026, 4, 3)), date(2026, 4, 3)),
    ((date(2026, 4, 2), date(2026, 4, 20)), date(2026, 4, 1)),
    ((date(2026, 3, 10), date(2026, 3, 10)), date(2026, 4, 1)),
])
def test_only_days_within_the_term_are_deducted(pause: tuple[date, date], ends_on: date) -> None:
    assert paused(pause).ends_on(RULES) == ends_on


def test_a_pause_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="ends no earlier"):
        Pause(date(2026, 3, 2), date(2026, 3, 1))


days_of_spring = st.dates(date(2026, 2, 1), date(2026, 5, 1))


@given(st.lists(st.tuples(days_of_spring, st.integers(0, 20)), max_size=4), st.randoms())
def test_the_order_in_which_pauses_are_recorded_changes_nothing_and_none_shortens_the_term(
        pauses: list[tuple[date, int]], random: Any) -> None:
    spans = [(start, start + timedelta(days=days)) for start, days in pauses]
    shuffled = list(spans)
    random.shuffle(shuffled)
    ends_on = paused(*spans).ends_on(RULES)
    assert ends_on == paused(*shuffled).ends_on(RULES)
    assert ends_on >= COMMISSIONED.ends_on(RULES)


def test_a_commission_is_accepted_or_declined_within_three_working_days() -> None:
    assert appraisal.acceptance_due_on(date(2026, 3, 6), RULES) == date(2026, 3, 11)


def test_a_replaced_institution_returns_the_materials_within_three_days() -> None:
    assert appraisal.materials_back_by(date(2026, 4, 1), RULES) == date(2026, 4, 7)  # 清明


GOOD = Report(sealed_by="INST-6", signed_by=("甲", "乙"), dated_on=date(2026, 3, 30),
              received_on=date(2026, 4, 1), price_fen=Fen(238_000_000),
              valid_until_on=date(2027, 3, 30), parts=frozenset(ReportPart))


def intake(**changes: Any) -> list[str]:
    return codes(appraisal.report_obstacles(replace(GOOD, **changes), "INST-6", RULES))


def test_a_report_with_all_it_needs_is_taken_in() -> None:
    assert intake() == []


@pytest.mark.parametrize(("changes", "found"), [
    ({"signed_by": ("甲",)}, ["too_few_appraisers"]),
    ({"signed_by": ("甲", "甲")}, ["too_few_appraisers"]),
    ({"signed_by": ()}, ["too_few_appraisers"]),
    ({"signed_by": ("甲", "乙", "丙")}, []),
    ({"price_fen": Fen(0)}, ["report_without_price"]),
    ({"price_fen": Fen(1)}, []),
    ({"sealed_by": "INST-1"}, ["sealed_by_another"]),
    ({"valid_until_on": date(2027, 3, 31)}, ["validity_too_long"]),
    ({"valid_until_on": date(2026, 4, 1)}, []),
    ({"valid_until_on": date(2026, 3, 31)}, ["validity_over"]),
    ({"dated_on": date(2026, 4, 2)}, ["report_dated_later"]),
    ({"parts": frozenset(ReportPart) - {ReportPart.METHOD}}, ["report_without_method"]),
    ({"parts": frozenset(), "signed_by": (), "price_fen": Fen(0)},
     [f"report_without_{part}" for part in ReportPart]
     + ["report_without_price", "too_few_appraisers"]),
])
def test_a_report_without_what_the_law_wants_is_not_taken_in(changes: dict[str, Any],
                                                             found: list[str]) -> None:
    assert intake(**changes) == found


def test_a_year_of_validity_from_the_last_of_february_ends_on_the_last_of_february() -> None:
    leap = {"dated_on": date(2028, 2, 29), "received_on": date(2028, 3, 1)}
    assert intake(**leap, valid_until_on=date(2029, 2, 28)) == []
    assert intake(**leap, valid_until_on=date(2029, 3, 1)) == ["validity_too_long"]


def test_a_report_is_corrected_and_delivered_within_three_days() -> None:
    assert appraisal.correction_due_on(date(2026, 4, 8), RULES) == date(2026, 4, 13)
    assert appraisal.delivery_due_on(date(2026, 4, 7), RULES) == date(2026, 4, 10)


def test_a_posted_report_counts_as_received_after_fifteen_days_holiday_or_not() -> None:
    assert appraisal.deemed_received_on(date(2026, 4, 10), RULES) == date(2026, 4, 25)
