"""Identity numbers and what people sign in with: the pure rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from accounts.rules.addresses import own_page
from accounts.rules.credentials import login_advice, password_advice, phone_advice, plain_login, plain_phone
from accounts.rules.identity import (
    PersonKind,
    WrongNumber,
    masked_name,
    masked_number,
    read_identity_number,
)
from kernel.errors import Filled

RESIDENT = "110101199003077213"
COMPANY = "91110000600037341L"


@pytest.mark.parametrize("typed", [RESIDENT, "110101 19900307 7213", " 110101199003077213 "])
def test_a_resident_identity_number_is_read_with_blanks(typed: str) -> None:
    number = read_identity_number(typed)
    assert (number.value, number.kind) == (RESIDENT, PersonKind.NATURAL)


def test_a_small_x_counts_as_the_check_digit_ten() -> None:
    stem = next(f"11010119900307{n:03d}" for n in range(1000)
                if ric.calc_check_digit(f"11010119900307{n:03d}0") == "X")
    assert read_identity_number(stem + "x").value == stem + "X"


@pytest.mark.parametrize("typed", [COMPANY, "9111 0000 6000 3734 1L", COMPANY.lower()])
def test_a_credit_code_is_read_with_blanks_and_small_letters(typed: str) -> None:
    number = read_identity_number(typed)
    assert (number.value, number.kind) == (COMPANY, PersonKind.ORGANISATION)


def test_a_wrong_check_digit_says_which_one_would_fit() -> None:
    with pytest.raises(WrongNumber) as refused:
        read_identity_number(RESIDENT[:-1] + "4")
    assert isinstance(refused.value.advice, Filled)
    assert refused.value.advice.details == {"check": "3"}
    with pytest.raises(WrongNumber) as refused:
        read_identity_number(COMPANY[:-1] + "M")
    assert isinstance(refused.value.advice, Filled)
    assert refused.value.advice.details == {"check": "L"}


@pytest.mark.parametrize(("typed", "part"), [
    ("", "18 位"),
    (RESIDENT[:-1], "18 位"),
    (RESIDENT + "1", "18 位"),
    ("110101900307721", "18 位"),  # the old numbers of fifteen digits are out of use
    ("99010119900307721L", "校验码"),
    ("1101O1199003077213", "不含字母"),
    ("一一〇一〇一一九九〇〇三〇七七二一三", "17 位数字"),
])
def test_a_number_that_does_not_hold_says_what_would(typed: str, part: str) -> None:
    with pytest.raises(WrongNumber) as refused:
        read_identity_number(typed)
    assert part in refused.value.advice


def test_a_day_or_place_that_never_was_is_refused() -> None:
    for stem in ("11010119900231722", "10010119900307721"):
        with pytest.raises(WrongNumber, match="地区和出生日期"):
            read_identity_number(stem + ric.calc_check_digit(stem + "0"))


def test_a_slip_in_a_resident_number_is_not_taken_for_a_credit_code() -> None:
    slip = RESIDENT[:-1] + "4"
    assert uscc.is_valid(slip)
    with pytest.raises(WrongNumber):
        read_identity_number(slip)


def test_a_credit_code_of_digits_alone_is_read() -> None:
    stem = "12330000470009310"
    code = stem + uscc.calc_check_digit(stem)
    assert code.isdecimal()
    assert read_identity_number(code).kind is PersonKind.ORGANISATION


@settings(deadline=None)  # the table of places is read at the first number
@given(st.from_regex(r"9[1-9]110000[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True))
def test_every_credit_code_with_its_check_digit_is_read(stem: str) -> None:
    code = stem + uscc.calc_check_digit(stem)
    assert read_identity_number(code).kind is PersonKind.ORGANISATION


def test_masks_leave_the_ends() -> None:
    assert masked_name("王小明") == "王**"
    assert masked_name("王") == "王"
    assert masked_number(RESIDENT) == "110***********7213"
    assert masked_number("13800138000") == "138****8000"
    assert masked_number("1234567") == "*******"
    assert masked_number("") == ""


@pytest.mark.parametrize("login", ["abc", "wang.xiaoming", "a" * 32, "a-1_b.c"])
def test_a_login_of_letters_digits_dots_and_hyphens_will_do(login: str) -> None:
    assert login_advice(login) is None


@pytest.mark.parametrize("login", [
    "", "ab", "a" * 33, "1abc", "13800138000", RESIDENT, "wang xiaoming", "王小明", "a/b", "Wang"])
def test_other_logins_are_refused_above_all_telephone_and_identity_numbers(login: str) -> None:
    assert login_advice(login) is not None


def test_logins_are_compared_without_blanks_and_capitals() -> None:
    assert plain_login("  Wang.Xiaoming ") == "wang.xiaoming"


@pytest.mark.parametrize("password", [
    "abcde12345", "demo-demo-demo", "口令可以是中文十个字以上", "x1234" * 25 + "abc"])
def test_a_password_of_ten_to_a_hundred_and_twenty_eight_characters_will_do(password: str) -> None:
    assert password_advice(password) is None


@pytest.mark.parametrize(("password", "part"), [
    ("abcde1234", "至少"), ("x1234" * 25 + "abcd", "最多"), ("abcdabcdabcd", "不同的字符"),
    ("1357913579", "只用数字"), ("my-wang.xiao-1", "不能含有账号")])
def test_a_password_that_can_be_guessed_is_refused(password: str, part: str) -> None:
    advice = password_advice(password, "wang.xiao")
    assert advice is not None
    assert part in advice


def test_a_mobile_number_is_read_with_its_blanks_and_prefix() -> None:
    assert plain_phone("+86 138-0013 8000") == "13800138000"
    assert phone_advice("13800138000") is None
    for wrong in ("", "1380013800", "138001380001", "12800138000", "01088888888"):
        assert phone_advice(wrong) is not None


@pytest.mark.parametrize("wanted", ["/my", "/lots/lot-1?page=2", "/desk#approval-1"])
def test_pages_of_our_own_may_be_gone_to_next(wanted: str) -> None:
    assert own_page(wanted, "/") == wanted


@pytest.mark.parametrize("wanted", [
    None, "", "my", "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/a\nb", "javascript:alert(1)", " /my", "///evil.example"])
def test_no_other_site_is_gone_to_next(wanted: str | None) -> None:
    assert own_page(wanted, "/otherwise") == "/otherwise"
