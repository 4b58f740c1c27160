"""Start price, deposit, default: the worked vectors TV-01 to TV-07, TV-17, TV-20, TV-27."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.rules.default import balance_due, sell_off_default, use_forfeited_deposit
from auction.rules.pricing import (
    deposit_due,
    lawful_deposit,
    least_price_with_surplus,
    least_second_start_price,
    least_start_price,
    usual_increment,
)
from kernel.law import rule_set
from kernel.money import Fen, parse_yuan, yuan_text

RULES = rule_set("civil-online-2017.01")
VECTORS = {vector["id"]: vector for vector in json.loads(
    (Path(__file__).parents[1] / "vectors" / "auction_valuation.json").read_bytes())}

amounts = st.integers(100, 10**13).map(Fen)


def vector(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return VECTORS[name]["input"], VECTORS[name]["expect"]


def test_tv_01_the_floor_of_seventy_percent_rounds_up() -> None:
    given_, expected = vector("TV-01")
    floor = least_start_price(parse_yuan(given_["appraisal"]), RULES)
    assert floor == parse_yuan(expected["min_start"])
    assert floor - 1 == parse_yuan(expected["reject"])


def test_tv_02_a_real_listing_at_just_seventy_percent() -> None:
    given_, expected = vector("TV-02")
    start = parse_yuan(given_["start"])
    assert least_start_price(parse_yuan(given_["appraisal"]), RULES) == start
    lawful = lawful_deposit(start, RULES)
    assert lawful.least_fen == parse_yuan(expected["deposit_min"])
    assert lawful.most_fen == parse_yuan(expected["deposit_max"])
    assert parse_yuan(given_["deposit"]) in lawful


def test_tv_03_the_deposit_is_measured_by_the_start_price() -> None:
    given_, expected = vector("TV-03")
    lawful = lawful_deposit(parse_yuan(given_["start"]), RULES)
    least, most = parse_yuan(expected["min"]), parse_yuan(expected["max"])
    assert (lawful.least_fen, lawful.most_fen) == (least, most)
    assert [amount in lawful for amount in (least - 1, least, most, most + 1)] == [
        False, True, True, False]


def test_tv_04_an_applicant_creditor_pays_what_its_claim_lacks() -> None:
    given_, expected = vector("TV-04")
    deposit = parse_yuan(given_["deposit"])
    due = [deposit_due(deposit, parse_yuan(claim)) for claim in given_["claims"]]
    assert due == [parse_yuan(amount) for amount in expected["due"]]
    assert deposit_due(deposit) == deposit


@pytest.mark.parametrize(("name", "expected"), [("TV-05", "691358.03"), ("TV-06", "1949108.00")])
def test_tv_05_and_06_the_second_start_price_is_cut_by_a_fifth_of_the_first(
        name: str, expected: str) -> None:
    floor = least_second_start_price(parse_yuan(vector(name)[0]["start1"]), RULES)
    assert floor == parse_yuan(expected)


def test_tv_07_the_two_floors_are_chained_and_each_rounded() -> None:
    given_, expected = vector("TV-07")
    first = least_start_price(parse_yuan(given_["appraisal"]), RULES)
    assert yuan_text(least_second_start_price(first, RULES)).replace(",", "") == (
        expected["via_two_roundings"])


@pytest.mark.parametrize(("name", "second", "debt", "related"), [
    ("TV-17a", "7000000", "8000000", "0"), ("TV-17b", "7800000", "8000000", "0"),
    ("TV-17c", "8200000", "8000000", "0"), ("TV-17d", "8200000", "100000", "50000")])
def test_tv_17_a_forfeited_deposit_goes_down_its_order(name: str, second: str, debt: str,
                                                       related: str) -> None:
    expected = vector(name)[1]
    used = use_forfeited_deposit(
        parse_yuan("510000"), costs_fen=parse_yuan("10000"), first_price_fen=parse_yuan("8000000"),
        second_price_fen=parse_yuan(second), debt_of_case_fen=parse_yuan(debt),
        related_debt_fen=parse_yuan(related))
    assert [used.costs_fen, used.price_gap_fen, used.debt_of_case_fen, used.related_debt_fen,
            used.unmet_fen, used.residual_fen] == [parse_yuan(expected[key]) for key in (
                "1_costs", "2_price_gap", "3_debt_this_case", "4_debt_related_property",
                "unmet_costs_and_gap", "residual")]


def test_tv_20_a_sell_off_withholds_the_announced_deposit_only() -> None:
    given_, expected = vector("TV-20")
    prepaid = parse_yuan(given_["prepaid"])
    found = sell_off_default(prepaid, parse_yuan(given_["announced_deposit"]))
    assert found.withheld_fen == parse_yuan(expected["withheld"])
    assert found.returned_fen == parse_yuan(expected["returned"])
    assert balance_due(parse_yuan(given_["final_bid"]), prepaid) == (
        parse_yuan(expected["balance_due"]))


def test_tv_27_a_reserve_with_surplus_is_a_fen_over_what_comes_first() -> None:
    given_, expected = vector("TV-27")
    least = least_price_with_surplus(parse_yuan(given_["prior_claims"]),
                                     parse_yuan(given_["enforcement_costs"]))
    assert least == parse_yuan(expected["min_new_reserve"])


@given(amounts)
def test_a_floor_is_never_under_the_law_and_at_most_a_fen_over_it(price: Fen) -> None:
    floor = least_start_price(price, RULES)
    assert 10 * floor >= 7 * price > 10 * (floor - 1)


@given(amounts)
def test_deposit_bounds_lie_within_the_law(start: Fen) -> None:
    lawful = lawful_deposit(start, RULES)
    assert 20 * lawful.least_fen >= start > 20 * (lawful.least_fen - 1)
    assert 5 * lawful.most_fen <= start < 5 * (lawful.most_fen + 1)


@given(st.lists(st.integers(0, 10**12).map(Fen), min_size=6, max_size=6))
def test_every_fen_of_a_forfeited_deposit_is_somewhere(amount: list[Fen]) -> None:
    deposit, costs, first, second, debt, related = amount
    used = use_forfeited_deposit(deposit, costs_fen=costs, first_price_fen=first,
                                 second_price_fen=second, debt_of_case_fen=debt,
                                 related_debt_fen=related)
    assert deposit == (used.costs_fen + used.price_gap_fen + used.debt_of_case_fen
                       + used.related_debt_fen + used.residual_fen)
    assert used.unmet_fen == max(0, costs + max(0, first - second) - deposit)


def test_the_usual_increment_is_a_band_of_our_own() -> None:
    band = usual_increment(parse_yuan("1000000"), RULES)
    assert (band.least_fen, band.most_fen) == (parse_yuan("1000"), parse_yuan("50000"))
