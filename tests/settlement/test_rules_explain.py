"""Every line of a plan says why it is what it is."""

from typing import Any

import pytest

from kernel.money import yuan_text
from settlement.rules.claims import read_claims
from settlement.rules.explain import Explanation, Sentence, explain
from settlement.rules.ladder import ClaimClass, Reason, Regime, ReserveKind, Step
from settlement.rules.plan import Line
from settlement.rules.waterfall import distribute
from tests.settlement.claims_files import a_claim, claims_of, vectors

CASES = {case["id"]: case["input"] for case in vectors("plan.json")}


def lines_of(case: str) -> dict[str, Line]:
    """The last line of each claim or cost of a worked case."""
    return {line.id: line for line in distribute(read_claims(CASES[case])).lines}


def said(sentence: Sentence) -> str:
    shown = {name: yuan_text(value) if name.endswith("_fen") and isinstance(value, int) else value
             for name, value in sentence.details.items()}
    return sentence.template % shown


def rules(found: Explanation) -> list[str]:
    return [article.rule for article in found.articles]


@pytest.mark.parametrize("case", CASES)
def test_every_line_of_every_worked_case_can_be_explained(case: str) -> None:
    for line in distribute(read_claims(CASES[case])).lines:
        found = explain(line)
        assert said(found.formula)
        assert all(said(sentence) for sentence in (*found.rounding, *found.notes))
        assert found.articles[0].rule == line.basis
        assert all(article.text for article in found.articles)
        assert bool(found.rounding) is bool(found.remainders) is (line.exact.denominator != 1)


def test_a_pro_rata_share_shows_money_claim_sum_and_what_became_of_the_odd_fen() -> None:
    found = explain(lines_of("TV-20")["B"])
    assert [(figure.label, figure.value_fen) for figure in found.inputs] == [
        ("全部财产的剩余价款", 62_501_977), ("本笔应付", 45_000_000), ("同顺位合计", 138_333_333)]
    assert said(found.formula) == "625,019.77 × 450,000.00 ÷ 1,383,333.33 = 203,319.69"
    assert [said(sentence) for sentence in found.rounding] == [
        "精确值 937529655000000 / 46111111 = 20331968.4706… 分",
        "先取整 203,319.68；3 笔共余 0.01，本笔小数部分在前，加一分",
    ]
    assert [(r.id, r.decimals, r.gets_one) for r in found.remainders] == [
        ("B", "4706", True), ("A", "2942", False), ("C", "2350", False)]
    assert rules(found) == ["PRI-09", "REG-01", "RND-02"]


def test_a_share_that_got_no_odd_fen_says_who_did() -> None:
    found = explain(lines_of("TV-20")["C"])
    assert said(found.rounding[1]) == "取整 150,607.17；3 笔共余 0.01，归小数部分更大的债权"


def test_a_line_paid_in_full_says_that_the_money_sufficed() -> None:
    found = explain(lines_of("TV-20")["M1"])
    assert said(found.formula) == "剩余 1,787,365.44 足够，全额受偿 912,345.67"
    assert found.rounding == ()


def test_a_line_short_of_money_and_one_without_any_say_so() -> None:
    plan = distribute(read_claims(CASES["PV-02"]))
    by_line = [(line.id, line.asset, said(explain(line).formula)) for line in plan.lines]
    assert by_line[2] == ("c2", "house", "应付 40.00，只剩 20.00，分得 20.00")
    assert by_line[4] == ("c3", None, "这一顺位已无款可分，应付 5.00，分得 0.00")


def test_a_common_cost_shows_how_it_was_laid_on_the_assets() -> None:
    found = explain(distribute(read_claims(CASES["TV-42"])).lines[0])
    assert [(figure.label, figure.value_fen) for figure in found.inputs[:2]] == [
        ("共同费用", 1_000_000), ("各财产余款合计", 200_000_000)]
    assert said(found.notes[0]) == "共同费用 10,000.00 按各财产余款分担，本财产分担 7,500.00"


def test_the_order_of_seizure_is_cited_where_it_decided() -> None:
    assert rules(explain(lines_of("TV-28")["S3"])) == ["PRI-09", "REG-03"]


def test_reserved_shares_and_rewards_are_noted_with_their_article() -> None:
    lines = lines_of("PV-11")
    assert said(explain(lines["U"]).notes[0]) == "债权尚未裁判确定，8.07 留存"
    assert rules(explain(lines["U"]))[-1] == "PAR-06"
    assert said(explain(lines["M"]).notes[0]) == "其中 0.24 为悬赏金，付给提供线索的人"
    assert rules(explain(lines["M"]))[-1] == "PAR-11"


@pytest.mark.parametrize(("ident", "sentence", "rule"), [
    ("N", "没有执行依据，20.00 在这一顺位不能受偿", "PAR-01"),
    ("L", "申请参与分配逾期，3.00 不参加本次分配，仍可就其他财产受偿", "PAR-04"),
])
def test_a_part_that_takes_nothing_says_why(ident: str, sentence: str, rule: str) -> None:
    found = explain(lines_of("PV-12")[ident])
    assert (said(found.formula), rules(found)[-1]) == (sentence, rule)


def test_the_works_part_is_named_as_what_builders_draw_on() -> None:
    plan = distribute(claims_of(
        assets=[{"id": "tower", "proceeds_fen": 10_000, "works_percent": "60"}],
        claims=[a_claim("B", "construction", 20_000, asset="tower")]))
    assert explain(plan.lines[0]).inputs[0].label == "建设工程部分的剩余价款"
    assert explain(plan.lines[0]).inputs[0].value_fen == 6_000


@pytest.mark.parametrize("kind", [Regime, Step, ClaimClass, ReserveKind, Reason])
def test_every_member_of_the_ladder_has_its_own_word(kind: Any) -> None:
    words = [member.word for member in kind]
    assert all(words)
    assert len(set(words)) == len(words)
