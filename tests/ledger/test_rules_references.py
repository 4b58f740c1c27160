"""Payment references: one typing mistake is always found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.references import ALPHABET, BODIES, read_reference, reference, references_in

numbers = st.integers(0, BODIES - 1)


@given(numbers)
def test_a_reference_reads_back_as_itself(number: int) -> None:
    written = reference(number)
    assert len(written) == 9
    assert written[4] == "-"
    assert read_reference(written) == written


@given(numbers, numbers)
def test_two_numbers_have_two_references(one: int, other: int) -> None:
    assert (reference(one) == reference(other)) is (one == other)


@pytest.mark.parametrize("number", [-1, BODIES])
def test_there_is_no_reference_beyond_the_last(number: int) -> None:
    with pytest.raises(ValueError, match="no such reference"):
        reference(number)


def test_the_first_and_the_last_reference_exist() -> None:
    assert reference(0) == "0000-0000"
    assert read_reference(reference(BODIES - 1)) == reference(BODIES - 1)


@given(numbers, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(number: int, place: int, wrong: str) -> None:
    signs = list(reference(number).replace("-", ""))
    if signs[place] == wrong:
        return
    signs[place] = wrong
    assert read_reference("".join(signs)) is None


@given(numbers, st.integers(0, 7), st.integers(0, 7))
def test_two_characters_exchanged_are_found_wherever_they_stand(
    number: int, one: int, other: int,
) -> None:
    signs = list(reference(number).replace("-", ""))
    if signs[one] == signs[other]:
        return
    signs[one], signs[other] = signs[other], signs[one]
    assert read_reference("".join(signs)) is None


@given(numbers, st.integers(0, 6), st.sampled_from(ALPHABET), st.sampled_from(ALPHABET))
def test_a_doubled_pair_mistyped_as_another_is_found(
    number: int, place: int, sign: str, wrong: str,
) -> None:
    signs = list(reference(number).replace("-", ""))
    if signs[place] != signs[place + 1] or signs[place] == wrong:
        return
    signs[place : place + 2] = [wrong, wrong]
    assert read_reference("".join(signs)) is None


@given(numbers)
def test_width_case_dash_and_look_alikes_do_not_matter(number: int) -> None:
    written = reference(number)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in written)
    for typed in (written.lower(), written.replace("-", ""), written.replace("-", " "), wide,
                  written.replace("0", "O").replace("1", "l"), written.replace("1", "I")):
        assert read_reference(typed) == written


@pytest.mark.parametrize("text", ["", "0000", "0000-000", "0000-00000", "000U-0000", "测试-0000", "ß" * 8])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert read_reference(text) is None


A, B = reference(123_456_789), reference(987_654_321)


@pytest.mark.parametrize(("remark", "found"), [
    (A, [A]),
    (f"保证金{A}云栖苑", [A]),
    (f"保证金 {A.lower().replace('-', '')}。", [A]),
    (f"2024 0318 {A}", [A]),
    (f"0318 {A} {B}", [A, B]),
    (f"{A}/{A}", [A]),
    (f"x{A}", []),
    (f"{A}9", []),
    ("执行款", []),
    ("", []),
    ("6228480402564890018", []),
])
def test_references_are_found_in_what_banks_print(remark: str, found: list[str]) -> None:
    assert references_in(remark) == found
