"""Money in whole fen: shares that sum, bounds that hold, texts that come back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import (
    MAX_FEN,
    Fen,
    at_least,
    at_most,
    capitals,
    half_up,
    parse_yuan,
    share_out,
    yuan_text,
)

totals = st.integers(0, 10**15).map(Fen)
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)
ratios = st.fractions(min_value=0, max_value=2, max_denominator=1000)


class TestShareOut:
    @given(totals, weights)
    def test_shares_sum_to_the_total_to_the_fen(self, total: Fen, weight: list[int]) -> None:
        assert sum(share_out(total, weight)) == total

    @given(totals, weights)
    def test_no_share_is_a_whole_fen_off_its_exact_part(self, total: Fen,
                                                        weight: list[int]) -> None:
        whole = sum(weight)
        for share, part in zip(share_out(total, weight), weight, strict=True):
            assert abs(share - Fraction(total * part, whole)) < 1

    @given(totals, weights)
    def test_who_has_no_weight_gets_nothing(self, total: Fen, weight: list[int]) -> None:
        shares = share_out(total, weight)
        assert all(share == 0 for share, part in zip(shares, weight, strict=True) if part == 0)

    def test_a_hundred_thousand_over_three_gives_the_first_the_fen_left_over(self) -> None:
        assert share_out(Fen(10_000_000), [1, 1, 1]) == [3_333_334, 3_333_333, 3_333_333]

    @pytest.mark.parametrize(("total", "weight"), [(1, []), (1, [0, 0]), (-1, [1]), (1, [1, -1])])
    def test_what_cannot_be_shared_is_refused(self, total: int, weight: list[int]) -> None:
        with pytest.raises(ValueError, match="share_out"):
            share_out(Fen(total), weight)


@given(totals, ratios)
def test_lower_bounds_round_up_and_upper_bounds_down(amount: Fen, ratio: Fraction) -> None:
    exact = amount * ratio
    assert at_least(amount, ratio) - 1 < exact <= at_least(amount, ratio)
    assert at_most(amount, ratio) <= exact < at_most(amount, ratio) + 1


@pytest.mark.parametrize(("value", "rounded"), [
    (Fraction(1, 2), 1), (Fraction(49, 100), 0), (Fraction(3, 2), 2), (Fraction(5), 5)])
def test_half_a_fen_rounds_up(value: Fraction, rounded: int) -> None:
    assert half_up(value) == rounded


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_an_amount_printed_is_read_back(amount: int) -> None:
    assert parse_yuan(yuan_text(amount)) == amount


@pytest.mark.parametrize(("text", "fen"), [
    ("14,534,399.94", 1_453_439_994), ("900000", 90_000_000), (" ¥1.5 ", 150), ("￥0.05元", 5),
    ("1,000", 100_000), ("007", 700), ("-3.20", -320)])
def test_yuan_is_read_as_people_print_it(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", [
    "", "元", "1.005", "1.", ".5", "1,00", "1,0000", "12,34.5", "1e3", "0x1", "1 000", "NaN", "--1",
    "+1", "\uff11", "١", "1。5", "90071992547409.92", "¥¥1", "1元元", "1_000"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_yuan(text)


@given(st.text(max_size=12) | st.text("0123456789,.¥元-", max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = parse_yuan(text)
    except ValueError:
        return
    assert abs(amount) <= MAX_FEN


# 正确填写票据和结算凭证的基本规定 prints the first six; where it allows two forms, one of them.
@pytest.mark.parametrize(("yuan", "written"), [
    ("1409.50", "壹仟肆佰零玖元伍角整"), ("6007.14", "陆仟零柒元壹角肆分"),
    ("1680.32", "壹仟陆佰捌拾元零叁角贰分"), ("107000.53", "壹拾万柒仟元零伍角叁分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"), ("325.04", "叁佰贰拾伍元零肆分"),
    ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("10", "壹拾元整"),
    ("20.05", "贰拾元零伍分"), ("2380000", "贰佰叁拾捌万元整"), ("100000000", "壹亿元整"),
    ("100000001", "壹亿零壹元整"), ("1000010000", "壹拾亿零壹万元整"), ("-5", "负伍元整"),
    ("90071992547409.91",
     "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分")])
def test_capitals_are_as_on_a_cheque(yuan: str, written: str) -> None:
    assert capitals(parse_yuan(yuan)) == written


DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def whole(text: str) -> int:
    """Read a number in capitals."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, low = text.rsplit(unit, 1)
            return whole(high) * size + whole(low)
    total = digit = 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            total, digit = total + digit * PLACES[sign], 0
    return total + digit


@given(st.integers(0, MAX_FEN))
def test_capitals_say_the_amount_and_nothing_else(amount: int) -> None:
    text = capitals(Fen(amount)).removesuffix("整")
    yuan, _, rest = text.rpartition("元") if "元" in text else ("", "", text)
    jiao, _, fen = rest.rpartition("角") if "角" in rest else ("", "", rest)
    assert amount == (whole(yuan) * 100 + whole(jiao.replace("零", "")) * 10
                      + whole(fen.removesuffix("分")))
    assert "零零" not in text
