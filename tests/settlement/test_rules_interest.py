"""interest/v1: the worked cases, the borders, and a count day by day that must agree."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.formats import FormatError, print_json
from kernel.law import rule_set
from settlement.rules.interest_format import compute
from tests.settlement.claims_files import vectors

LAW = rule_set("civil-online-2017.01")


def a_debt(**changed: Any) -> dict[str, Any]:
    return {"format": "interest/v1", "principal_fen": 100_000, "due_on": "2024-06-01",
            "ends_on": "2024-06-30", **changed}


def refused(file: Any) -> str:
    with pytest.raises(FormatError) as caught:
        compute(file, LAW)
    return caught.value.field


@pytest.mark.parametrize("case", vectors("interest.json"), ids=lambda case: case["id"])
def test_a_worked_case_comes_out_byte_for_byte(case: dict[str, Any]) -> None:
    assert print_json(compute(case["input"], LAW)) == print_json(case["expect"])


def test_the_first_day_is_the_day_after_the_due_day_unless_it_is_counted() -> None:
    assert compute(a_debt(ends_on="2024-06-01"), LAW)["doubled_fen"] == 0
    assert compute(a_debt(ends_on="2024-06-02"), LAW)["segments"][0]["days"] == 1
    assert compute(a_debt(ends_on="2024-06-01", count_due_day=True), LAW)["segments"][0]["days"] == 1


@pytest.mark.parametrize(("due_on", "count_due_day", "fits"), [
    ("2014-07-30", False, False),
    ("2014-07-31", False, True),
    ("2014-07-31", True, False),
    ("2014-08-01", True, True),
])
def test_days_under_the_older_rule_are_not_computed(
    due_on: str, count_due_day: bool, fits: bool,
) -> None:
    file = a_debt(due_on=due_on, ends_on="2014-12-31", count_due_day=count_due_day)
    if fits:
        compute(file, LAW)
    else:
        assert refused(file) == "due_on"


def test_an_old_debt_is_computed_where_its_old_days_do_not_count() -> None:
    old = {"due_on": "2014-06-01", "ends_on": "2014-08-02"}
    assert refused(a_debt(**old)) == "due_on"
    excluded = [{"from": "2014-06-01", "to": "2014-07-31"}]
    assert compute(a_debt(**old, excluded=excluded), LAW)["segments"][0]["days"] == 2


@pytest.mark.parametrize(("change", "field"), [
    ({"ends_on": "2024-05-31"}, "ends_on"),
    ({"general": {"from": "2024-07-01", "daily_rate": "0.1"}}, "general.from"),
    ({"payments": [{"on": "2024-07-01", "amount_fen": 1}]}, "payments[0].on"),
    ({"excluded": [{"from": "2024-06-02", "to": "2024-06-01"}]}, "excluded[0].to"),
    ({"principal_fen": 0}, "principal_fen"),
    ({"principal_fen": 10**15 + 1}, "principal_fen"),
    ({"due_on": "2024-02-30"}, "due_on"),
    ({"due_on": "20240601"}, "due_on"),
    ({"due_on": "2024-W22-6"}, "due_on"),
    ({"due_on": "2024-06-01T00:00:00Z"}, "due_on"),
    ({"count_due_day": None}, "count_due_day"),
    ({"payments": None}, "payments"),
    ({"general": {"from": "2024-06-01"}}, "general.daily_rate"),
    ({"general": {"from": "2024-06-01", "annual_rate": "0.06"}}, "general.day_basis"),
    ({"general": {"from": "2024-06-01", "annual_rate": "0.06", "day_basis": 364}},
     "general.day_basis"),
    ({"general": {"from": "2024-06-01", "daily_rate": "0.1", "annual_rate": "0.06",
                  "day_basis": 365}}, "general.daily_rate"),
    ({"general": {"from": "2024-06-01", "daily_rate": "1.0000000001"}}, "general.daily_rate"),
    ({"general": {"from": "2024-06-01", "daily_rate": "0.00000000001"}}, "general.daily_rate"),
    ({"general": {"from": "2024-06-01", "daily_rate": 0}}, "general.daily_rate"),
    ({"surprise": 1}, "surprise"),
    ({"format": "interest/v2"}, "format"),
])
def test_what_does_not_fit_is_refused_by_its_member(change: dict[str, Any], field: str) -> None:
    assert refused(a_debt(**change)) == field


@pytest.mark.parametrize(("amount_fen", "fits"), [(100_017, True), (100_018, True), (100_019, False)])
def test_a_payment_may_settle_all_that_is_owed_on_its_day_and_not_a_fen_more(
    amount_fen: int, fits: bool,
) -> None:
    """One day on 1,000.00 yuan is 17.5 fen: 18 are owed."""
    file = a_debt(payments=[{"on": "2024-06-02", "amount_fen": amount_fen}])
    if fits:
        assert compute(file, LAW)["total_fen"] == 100_018 - amount_fen
    else:
        assert refused(file) == "payments[0].amount_fen"


def test_the_place_of_a_payment_too_high_is_that_in_the_list() -> None:
    assert refused(a_debt(payments=[{"on": "2024-06-20", "amount_fen": 1},
                                    {"on": "2024-06-10", "amount_fen": 100_000_000}])) == \
        "payments[1].amount_fen"


def day_by_day(file: dict[str, Any]) -> tuple[int, int, int]:
    """The same debt counted one day after the other, the plain way."""
    principal, general, doubled = file["principal_fen"], Fraction(0), Fraction(0)
    due_on, ends_on = (date.fromisoformat(file[name]) for name in ("due_on", "ends_on"))
    excluded = {date.fromisoformat(gap["from"]) + timedelta(i) for gap in file["excluded"]
                for i in range((date.fromisoformat(gap["to"])
                                - date.fromisoformat(gap["from"])).days + 1)}
    day = min([due_on, date.fromisoformat(file["general"]["from"]),
               *(date.fromisoformat(payment["on"]) for payment in file["payments"])])
    while day <= ends_on:
        if day >= date.fromisoformat(file["general"]["from"]):
            general += principal * Fraction(file["general"]["daily_rate"])
        if day not in excluded and (day > due_on or (day == due_on and file["count_due_day"])):
            doubled += principal * Fraction(7, 40_000)
        for payment in file["payments"]:
            if payment["on"] == day.isoformat():
                rest = payment["amount_fen"]
                general = Fraction(round_half_up(general))
                paid = min(rest, int(general))
                general, rest = general - paid, rest - paid
                paid = min(rest, principal)
                principal, rest = principal - paid, rest - paid
                assume(rest <= round_half_up(doubled))
                doubled = max(Fraction(0), doubled - rest)
        day += timedelta(1)
    return principal, round_half_up(general), round_half_up(doubled)


def round_half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


days = st.dates(date(2024, 1, 1), date(2024, 2, 20)).map(date.isoformat)


@st.composite
def debts(draw: st.DrawFn) -> dict[str, Any]:
    gaps = [sorted(draw(st.tuples(days, days))) for _ in range(draw(st.integers(0, 3)))]
    return a_debt(
        principal_fen=draw(st.integers(1, 200_000)), due_on=draw(days), ends_on="2024-02-20",
        count_due_day=draw(st.booleans()),
        payments=[{"on": draw(days), "amount_fen": draw(st.integers(1, 60_000))}
                  for _ in range(draw(st.integers(0, 4)))],
        excluded=[{"from": first, "to": last} for first, last in gaps],
        general={"from": draw(days),
                 "daily_rate": draw(st.sampled_from(["0", "0.0001", "0.000333", "0.001"]))})


@given(debts())
@settings(max_examples=120, deadline=None)
def test_the_walk_from_payment_to_payment_agrees_with_a_count_day_by_day(
    file: dict[str, Any],
) -> None:
    principal, general, doubled = day_by_day(file)
    found = compute(file, LAW)
    assert (found["principal_fen"], found["general_fen"], found["doubled_fen"]) == (
        principal, general, doubled)
    assert found["total_fen"] == principal + general + doubled


@given(debts())
@settings(max_examples=60, deadline=None)
def test_segments_are_longest_runs_on_one_principal(file: dict[str, Any]) -> None:
    try:
        segments = compute(file, LAW)["segments"]
    except FormatError:
        return
    for segment in segments:
        assert segment["principal_fen"] > 0
        numerator, denominator = map(int, segment["doubled_exact"].split("/"))
        assert Fraction(numerator, denominator) == Fraction(
            7 * segment["days"] * segment["principal_fen"], 40_000)
    for one, other in pairwise(segments):
        gap = date.fromisoformat(other["from"]) - date.fromisoformat(one["to"])
        assert gap.days > 1 or one["principal_fen"] != other["principal_fen"]


def test_a_debt_of_ten_thousand_years_is_no_burden() -> None:
    found = compute(a_debt(ends_on="9999-12-31", general={"from": "0001-01-01",
                                                          "daily_rate": "1"}), LAW)
    assert found["segments"][0]["to"] == "9999-12-31"
