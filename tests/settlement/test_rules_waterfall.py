"""claims/v1 -> plan/v1: the worked cases, the borders of every step, and what holds for any claims."""

from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.formats import print_json
from settlement.rules.claims import read_claims
from settlement.rules.ladder import Step
from settlement.rules.plan import Ask, Line, Plan, Pot, share_pot
from settlement.rules.plan_format import compute
from settlement.rules.waterfall import distribute
from tests.settlement.claims_files import a_claim, a_file, claims_files, claims_of, vectors

thorough = settings(max_examples=80, deadline=None)


def got(plan: Plan, ident: str) -> int:
    return sum(line.got_fen for line in plan.lines if line.id == ident)


def steps(plan: Plan, ident: str) -> list[tuple[int, str | None, int, int]]:
    return [(int(line.step), line.asset, line.due_fen, line.got_fen)
            for line in plan.lines if line.id == ident]


@pytest.mark.parametrize("case", vectors("plan.json"), ids=lambda case: case["id"])
def test_a_worked_case_comes_out_byte_for_byte(case: dict[str, Any]) -> None:
    assert print_json(compute(case["input"])) == print_json(case["expect"])


# What holds for any claims.


@given(claims_files())
@thorough
def test_paid_reserved_reward_and_surplus_are_the_proceeds_to_the_fen(file: dict[str, Any]) -> None:
    plan = distribute(read_claims(file))
    assert sum(line.got_fen for line in plan.lines) + plan.surplus_fen == plan.total_fen
    assert plan.total_fen == sum(asset["proceeds_fen"] for asset in file["assets"])
    assert plan.surplus_fen >= 0


@given(claims_files())
@thorough
def test_nobody_gets_more_than_is_due(file: dict[str, Any]) -> None:
    plan = distribute(read_claims(file))
    for line in plan.lines:
        assert line.due_fen > 0
        assert 0 <= line.got_fen <= line.due_fen
        assert min(line.paid_fen, line.reserved_fen, line.reward_fen) >= 0
    for claim in file["claims"]:
        of_claim = [line for line in plan.lines if line.id == claim["id"]]
        debt = sum(line.got_fen for line in of_claim if line.step is not Step.DOUBLED)
        doubled = sum(line.got_fen for line in of_claim if line.step is Step.DOUBLED)
        assert debt <= claim["amount_fen"]
        assert doubled <= claim["doubled_interest_fen"]


@given(claims_files())
@thorough
def test_the_last_line_of_a_claim_bears_what_stays_owed(file: dict[str, Any]) -> None:
    plan = distribute(read_claims(file))
    for claim in file["claims"]:
        of_debt = [line for line in plan.lines
                   if line.id == claim["id"] and line.step is not Step.DOUBLED]
        owed = claim["amount_fen"] - sum(line.got_fen for line in of_debt)
        assert of_debt, "every claim is served, also one that gets nothing"
        assert of_debt[-1].unpaid_fen == owed


@given(claims_files())
@thorough
def test_a_group_is_paid_in_full_before_the_next_takes_from_the_same_source(
    file: dict[str, Any],
) -> None:
    """The one exception: builders reach no further than the works' part of the price (PRI-05)."""
    plan = distribute(read_claims(file))
    taking = [line for line in plan.lines if line.reason is None]
    for source in {line.asset for line in taking}:
        nothing_left = False
        for _, group in groupby((line for line in taking if line.asset == source),
                                key=lambda line: id(line.pot)):
            lines = list(group)
            assert not (nothing_left and any(line.got_fen for line in lines))
            short = any(line.unpaid_fen for line in lines)
            nothing_left = nothing_left or (short and lines[0].step is not Step.WORKS)


@given(claims_files())
@thorough
def test_doubled_interest_and_fines_wait_until_all_who_have_a_title_are_paid(
    file: dict[str, Any],
) -> None:
    claims = read_claims(file)
    plan = distribute(claims)
    if not any(line.got_fen for line in plan.lines if line.step >= Step.DOUBLED):
        return
    barred = {line.id for line in plan.lines if line.reason is not None}
    for claim in claims.claims:
        if claim.id not in barred and claim.kind.step < Step.DOUBLED:
            assert sum(line.got_fen for line in plan.lines
                       if line.id == claim.id and line.step < Step.DOUBLED) == claim.amount_fen


@given(claims_files())
@thorough
def test_a_part_that_is_barred_takes_nothing_and_stands_at_the_end(file: dict[str, Any]) -> None:
    plan = distribute(read_claims(file))
    barred = [line.reason is not None for line in plan.lines]
    assert barred == sorted(barred)
    assert not any(line.got_fen for line in plan.lines if line.reason is not None)


def cut_falls_on_a_tie(pot: Pot) -> bool:
    """Whether an odd fen went to one of several with the same remainder."""
    raised = [share.exact % 1 for share in pot.shares if share.got_fen > share.exact]
    others = [share.exact % 1 for share in pot.shares if share.got_fen <= share.exact]
    return bool(raised) and bool(others) and min(raised) == max(others)


def as_set(plan: Plan) -> set[Any]:
    return {(line.id, line.step, line.asset, line.due_fen, line.paid_fen, line.reserved_fen,
             line.reward_fen, line.exact, line.basis, line.reason) for line in plan.lines}


@given(claims_files(), st.randoms(use_true_random=False))
@thorough
def test_the_order_of_claims_decides_only_ties_between_equal_remainders(
    file: dict[str, Any], random: Any,
) -> None:
    """Costs, reserves and assets keep their order: there the contract says that it counts."""
    plan = distribute(read_claims(file))
    assume(not any(line.pot and cut_falls_on_a_tie(line.pot) for line in plan.lines))
    shuffled = random.sample(file["claims"], len(file["claims"]))
    again = distribute(read_claims({**file, "claims": shuffled}))
    assert as_set(again) == as_set(plan)
    assert again.surplus_fen == plan.surplus_fen


@given(claims_files(regimes=("pro_rata",)))
@thorough
def test_pro_rata_the_order_of_assets_counts_only_for_common_costs_and_claims_bound_to_none(
    file: dict[str, Any],
) -> None:
    bound = [{**claim, "asset": claim["asset"] or "house"} for claim in file["claims"]]
    own = [{**cost, "asset": cost["asset"] or "house"} for cost in file["costs"]]
    one_way = {**file, "claims": bound, "costs": own}
    other_way = {**one_way, "assets": file["assets"][::-1]}
    assert as_set(distribute(read_claims(one_way))) == as_set(distribute(read_claims(other_way)))


# One pot.

dues = st.lists(st.integers(1, 60), min_size=1, max_size=8)


def pot_of(money_fen: int, due: list[int]) -> Pot:
    return share_pot(money_fen, [Ask(str(i), None, fen) for i, fen in enumerate(due)])


@given(st.integers(0, 300), dues)
@thorough
def test_a_share_is_less_than_a_fen_away_from_the_exact_one(money_fen: int, due: list[int]) -> None:
    pot = pot_of(money_fen, due)
    assert sum(share.got_fen for share in pot.shares) == min(money_fen, sum(due))
    for share in pot.shares:
        assert abs(share.got_fen - share.exact) < 1
        assert share.exact == Fraction(min(money_fen, sum(due)) * share.ask.due_fen, sum(due))


@given(st.integers(0, 300), dues)
@thorough
def test_the_odd_fen_go_to_the_largest_remainders(money_fen: int, due: list[int]) -> None:
    pot = pot_of(money_fen, due)
    raised = [share.exact % 1 for share in pot.shares if share.got_fen > share.exact]
    others = [share.exact % 1 for share in pot.shares if share.got_fen <= share.exact]
    assert len(raised) == pot.odd_fen
    if raised and others:
        assert min(raised) >= max(others)


@given(st.integers(0, 300), dues)
@thorough
def test_one_fen_more_in_a_pot_lowers_no_exact_share_and_no_rounded_one_by_more_than_a_fen(
    money_fen: int, due: list[int],
) -> None:
    """Largest remainder is not monotone to the fen (TV-25); further apart it is."""
    before, after = pot_of(money_fen, due), pot_of(money_fen + 1, due)
    for one, other in zip(before.shares, after.shares, strict=True):
        assert other.exact >= one.exact
        assert other.got_fen >= one.got_fen - 1
    raised_by = sum(s.got_fen for s in after.shares) - sum(s.got_fen for s in before.shares)
    assert raised_by == (0 if before.suffices else 1)


def test_one_fen_more_may_cost_a_small_creditor_one_fen() -> None:
    assert [share.got_fen for share in pot_of(10, [600, 600, 200]).shares] == [4, 4, 2]
    assert [share.got_fen for share in pot_of(11, [600, 600, 200]).shares] == [5, 5, 1]


@given(st.integers(0, 300), st.integers(1, 60), st.integers(2, 8))
@thorough
def test_equal_claims_differ_by_a_fen_at_most_and_the_earlier_has_it(
    money_fen: int, due_fen: int, count: int,
) -> None:
    shares = [share.got_fen for share in pot_of(money_fen, [due_fen] * count).shares]
    assert shares == sorted(shares, reverse=True)
    assert max(shares) - min(shares) <= 1


# The borders of the steps.


@pytest.mark.parametrize(("proceeds", "mortgage", "ordinary", "debtor"), [
    (6_999, 6_999, 0, 0),
    (7_000, 7_000, 0, 0),
    (7_001, 7_000, 1, 0),
    (7_499, 7_000, 499, 0),
    (7_500, 7_000, 500, 0),
    (7_501, 7_000, 500, 1),
])
def test_the_next_step_begins_with_the_fen_that_the_one_before_leaves(
    proceeds: int, mortgage: int, ordinary: int, debtor: int,
) -> None:
    plan = distribute(claims_of(
        assets=[{"id": "house", "proceeds_fen": proceeds}],
        claims=[a_claim("O", amount_fen=500), a_claim("M", "security", 7_000, asset="house")],
    ))
    assert (got(plan, "M"), got(plan, "O"), plan.surplus_fen) == (mortgage, ordinary, debtor)


def test_all_eleven_steps_are_walked_in_their_order() -> None:
    kinds = ["fine", "ordinary", "restitution", "tax", "wages", "tax_arrears", "security",
             "purchase_money", "retention", "construction", "housing_consumer", "medical"]
    plan = distribute(claims_of(
        assets=[{"id": "house", "proceeds_fen": 10**6}],
        costs=[{"id": "fee", "kind": "execution_fee", "amount_fen": 1}],
        reserves=[{"id": "rent", "kind": "housing_reserve", "asset": "house", "amount_fen": 1}],
        claims=[a_claim(kind, kind, 10, asset="house", registered_at="2020-01-01T00:00:00Z",
                        doubled_interest_fen=1 if kind == "ordinary" else 0) for kind in kinds],
    ))
    assert [(int(line.step), line.id, line.basis) for line in plan.lines] == [
        (1, "fee", "PRI-01"), (2, "rent", "PRI-02"), (3, "medical", "PRI-03"),
        (4, "housing_consumer", "PRI-04"), (5, "construction", "PRI-05"),
        (6, "retention", "PRI-06a"), (6, "purchase_money", "PRI-06b"), (6, "security", "PRI-06c"),
        (6, "tax_arrears", "PRI-06t"), (7, "wages", "PRI-07"), (8, "tax", "PRI-08"),
        (9, "restitution", "PRI-03"), (9, "ordinary", "PRI-09"), (10, "ordinary", "PRI-10"),
        (11, "fine", "PRI-11"),
    ]


@pytest.mark.parametrize(("registered_at", "first"), [
    ("2019-12-31T23:59:59.999+08:00", "M"),
    ("2020-01-01T00:00:00.000+08:00", "M"),
    ("2020-01-01T00:00:00.001+08:00", "TAX"),
    (None, "TAX"),
])
def test_tax_goes_before_a_right_set_up_after_it_arose_by_the_millisecond(
    registered_at: str | None, first: str,
) -> None:
    plan = distribute(claims_of(claims=[
        a_claim("M", "security", 20_000, asset="house", registered_at=registered_at),
        a_claim("TAX", "tax_arrears", 20_000, asset="house",
                registered_at="2020-01-01T00:00:00.000+08:00"),
    ]))
    assert next(line.id for line in plan.lines if line.got_fen) == first


def test_mortgages_of_one_instant_share_and_one_without_a_date_comes_last() -> None:
    plan = distribute(claims_of(claims=[
        a_claim("late", "security", 8_000, asset="house"),
        a_claim("one", "security", 6_000, asset="house", registered_at="2020-01-01T00:00:00+08:00"),
        a_claim("two", "security", 3_000, asset="house", registered_at="2019-12-31T16:00:00Z"),
    ]))
    assert [(line.id, line.got_fen) for line in plan.lines if line.step is Step.SECURED] == [
        ("one", 6_000), ("two", 3_000), ("late", 1_000)]


@pytest.mark.parametrize(("percent", "builder"), [
    ("0", 0), ("0.009999", 0), ("0.01", 1), ("33.333333", 3_333), ("100", 10_000), (None, 10_000),
])
def test_builders_reach_the_works_part_alone_rounded_down(percent: str | None, builder: int) -> None:
    plan = distribute(claims_of(
        assets=[{"id": "house", "proceeds_fen": 10_000, "works_percent": percent}],
        claims=[a_claim("B", "construction", 20_000, asset="house")],
    ))
    assert steps(plan, "B")[0] == (5, "house", 20_000, builder)


@pytest.mark.parametrize(("cap", "preferred"), [(4_999, 4_999), (5_000, 5_000), (5_001, 5_000)])
def test_a_capped_mortgage_asks_its_cap_first_and_the_rest_as_ordinary(
    cap: int, preferred: int,
) -> None:
    plan = distribute(claims_of(claims=[
        a_claim("M", "security", 5_000, asset="house", cap_fen=cap)]))
    rest = 5_000 - preferred
    assert steps(plan, "M") == [(6, "house", preferred, preferred),
                                *([(9, None, rest, rest)] if rest else [])]


def test_a_cap_binds_over_all_assets_together() -> None:
    plan = distribute(claims_of(
        assets=[{"id": "house", "proceeds_fen": 3_000}, {"id": "car", "proceeds_fen": 3_000}],
        claims=[a_claim("hospital", "medical", 6_000, cap_fen=4_000), a_claim("O", amount_fen=1_000)],
    ))
    assert steps(plan, "hospital") == [(3, "house", 4_000, 3_000), (3, "car", 1_000, 1_000),
                                       (9, None, 2_000, 1_333)]


def test_a_common_cost_lays_its_odd_fen_on_the_largest_remainder() -> None:
    plan = distribute(claims_of(
        assets=[{"id": name, "proceeds_fen": 100} for name in ("a", "b", "c")],
        costs=[{"id": "guard", "kind": "other", "amount_fen": 100}],
    ))
    assert [(line.asset, line.due_fen, str(line.exact)) for line in plan.lines] == [
        ("a", 34, "34"), ("b", 33, "33"), ("c", 33, "33")]


def test_a_common_cost_too_small_to_reach_an_asset_gives_it_no_line() -> None:
    plan = distribute(claims_of(
        assets=[{"id": "house", "proceeds_fen": 10**6}, {"id": "bike", "proceeds_fen": 1}],
        costs=[{"id": "stamp", "kind": "other", "amount_fen": 2}],
    ))
    assert [(line.asset, line.got_fen) for line in plan.lines] == [("house", 2)]


@pytest.mark.parametrize(("percent", "share", "reward"), [
    ("0", 99, 0), ("1", 99, 0), ("1.010101", 99, 0), ("1.010102", 99, 1), ("50", 99, 49),
    ("100", 99, 99),
])
def test_the_finders_reward_is_rounded_down(percent: str, share: int, reward: int) -> None:
    plan = distribute(claims_of(claims=[a_claim(amount_fen=share, reward_percent=percent)]))
    assert [(line.paid_fen, line.reward_fen) for line in plan.lines] == [(share - reward, reward)]


def test_under_the_order_of_seizure_the_earlier_takes_all_by_the_millisecond() -> None:
    first, second = "2023-01-01T00:00:00.000+08:00", "2023-01-01T00:00:00.001+08:00"
    plan = distribute(claims_of(regime="seizure_order", claims=[
        a_claim("S2", amount_fen=9_000, seized_at=second),
        a_claim("S1", amount_fen=9_000, seized_at=first)]))
    assert (got(plan, "S1"), got(plan, "S2")) == (9_000, 1_000)


def test_seizures_of_one_instant_share() -> None:
    plan = distribute(claims_of(regime="seizure_order", claims=[
        a_claim("S1", amount_fen=9_000, seized_at="2023-01-01T00:00:00+08:00"),
        a_claim("S2", amount_fen=9_000, seized_at="2022-12-31T16:00:00Z")]))
    assert (got(plan, "S1"), got(plan, "S2")) == (5_000, 5_000)


def test_an_empty_record_of_seizures_gives_no_rank() -> None:
    plan = distribute(claims_of(regime="seizure_order", claims=[
        a_claim("none", amount_fen=9_000, seized_at={}),
        a_claim("S", amount_fen=9_000, seized_at="2023-01-01T00:00:00Z")]))
    assert (got(plan, "S"), got(plan, "none")) == (9_000, 1_000)


def test_without_a_title_a_victim_is_listed_at_step_9_with_the_rule_of_victims() -> None:
    plan = compute(a_file(claims=[a_claim("V", "restitution", titled=False)]))
    assert [(line["step"], line["basis"], line["reason"]) for line in plan["lines"]] == [
        (9, "PRI-03", "no_title")]


def test_wages_taxes_and_fines_need_no_title_but_their_doubled_interest_does() -> None:
    kinds = ("wages", "tax", "fine")
    plan = distribute(claims_of(claims=[
        a_claim(kind, kind, 100, titled=False, doubled_interest_fen=10) for kind in kinds]))
    for kind in kinds:
        assert got(plan, kind) == 100
    assert [(line.id, line.reason) for line in plan.lines if line.step is Step.DOUBLED] == [
        (kind, "no_title") for kind in kinds]


def test_a_late_claim_is_late_whatever_else_it_lacks() -> None:
    plan = distribute(claims_of(claims=[
        a_claim(titled=False, unadjudged=True, late=True, doubled_interest_fen=7)]))
    found: list[Line] = list(plan.lines)
    assert [(int(line.step), line.due_fen, line.got_fen, line.reason) for line in found] == [
        (9, 5_000, 0, "late"), (10, 7, 0, "late")]
    assert plan.surplus_fen == 10_000
