"""Reading and printing public files: strict, and never a crash."""

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.formats import (
    FormatError,
    Reader,
    canonical,
    instant_text,
    parse_instant,
    parse_json,
    print_json,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-2**53 + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner,
                      max_size=3), max_leaves=12)


class TestJson:
    @pytest.mark.parametrize(("raw", "said"), [
        (b"\xef\xbb\xbf{}", "byte-order mark"), (b"\xff", "not UTF-8"), (b"\xfe\xff\x00{", "UTF-8"),
        (b"", "not JSON"), (b"{} {}", "not JSON"), (b"{'a': 1}", "not JSON"), (b"[1,]", "not JSON"),
        (b'{"a": 1, "a": 1}', "twice"), (b'[{"b": {"a": 1, "a": 2}}]', "twice"),
        (b"NaN", "NaN"), (b"[Infinity]", "Infinity"), (b"-Infinity", "Infinity"),
        (b'"\\ud800"', "surrogate"), (b'{"\\udc00": 1}', "surrogate"),
        (b"[" * 65 + b"]" * 65, "deeper"), (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper"),
        (b"[" * 200_000, "deeper"), (b"1" * 5_000, "")])
    def test_what_two_readers_may_understand_differently_is_refused(self, raw: bytes,
                                                                    said: str) -> None:
        with pytest.raises(FormatError) as refusal:
            parse_json(raw)
        assert said in str(refusal.value)
        assert refusal.value.field == ""

    def test_sixty_four_levels_are_read(self) -> None:
        assert parse_json(b"[" * 64 + b"]" * 64)

    def test_a_surrogate_pair_is_one_character(self) -> None:
        assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"

    @settings(max_examples=300)
    @given(st.binary(max_size=60) | st.text('[]{}",:0123456789.eE+-nulltrefas\\ud8 ', max_size=40)
           .map(str.encode))
    def test_any_bytes_are_read_or_refused(self, raw: bytes) -> None:
        with contextlib.suppress(FormatError):
            parse_json(raw)

    @given(values)
    def test_what_is_printed_is_read_back(self, value: Any) -> None:
        assert parse_json(print_json(value).encode()) == value
        assert parse_json(canonical(value)) == value


class TestReader:
    @pytest.mark.parametrize("number", ["1.0", "1e0", "1E5", "0.1", "-1.0e-2"])
    def test_a_number_with_fraction_or_exponent_fits_nowhere(self, number: str) -> None:
        reader = Reader(parse_json(number.encode()))
        for read in (reader.fen, reader.text, reader.boolean, reader.instant, reader.hexadecimal,
                     lambda: reader.choice(number), lambda: reader.integer(-9, 9),
                     lambda: reader.members(())):
            with pytest.raises(FormatError):
                read()

    @pytest.mark.parametrize(("value", "fits"), [
        (0, False), (1, True), (2**53 - 1, True), (2**53, False), (True, False), ("1", False),
        (None, False)])
    def test_money_is_from_one_fen_to_the_largest_exact_integer(self, value: Any,
                                                                fits: bool) -> None:
        if fits:
            assert Reader(value).fen() == value
        else:
            with pytest.raises(FormatError):
                Reader(value).fen()

    def test_members_are_required_optional_or_unknown_and_named_by_their_path(self) -> None:
        root = Reader({"lot": {"a": 1, "b": 2}}).members(("lot",))
        lot = root.at("lot")
        assert lot.members(("a",), ("b", "c")).at("b").integer(0, 9) == 2
        assert lot.at("c").or_null(Reader.fen) is None
        with pytest.raises(FormatError, match=r"lot\.b"):
            lot.members(("a",))
        with pytest.raises(FormatError, match=r"lot\.c"):
            lot.members(("a", "b", "c"))
        assert lot.members(("a",), open_ended=True)

    def test_items_are_counted_from_zero(self) -> None:
        items = Reader({"bids": ["x", 1]}).at("bids").items(least=2)
        assert items[0].text() == "x"
        with pytest.raises(FormatError) as refusal:
            items[1].text()
        assert refusal.value.field == "bids[1]"
        with pytest.raises(FormatError):
            Reader([]).items(least=1)

    @pytest.mark.parametrize(("value", "fits"), [
        ("", False), ("x", True), ("x" * 64, True), ("x" * 65, False), ("\U0001f600" * 64, True),
        (1, False)])
    def test_a_text_has_one_to_sixty_four_characters(self, value: Any, fits: bool) -> None:
        if fits:
            assert Reader(value).text() == value
        else:
            with pytest.raises(FormatError):
                Reader(value).text()

    @pytest.mark.parametrize(("value", "size", "fits"), [
        ("00ff", None, True), ("00ff", 2, True), ("00ff", 3, False), ("", None, True), ("0", None, False),
        ("FF", None, False), ("0g", None, False), (" 0", None, False), (0, None, False),
        ("\uff11\uff11", None, False)])
    def test_hexadecimal_is_lower_case_and_whole_bytes(self, value: Any, size: int | None,
                                                       fits: bool) -> None:
        if fits:
            assert Reader(value).hexadecimal(size=size) == bytes.fromhex(value)
        else:
            with pytest.raises(FormatError):
                Reader(value).hexadecimal(size=size)


class TestInstants:
    @pytest.mark.parametrize(("text", "instant"), [
        ("2026-04-03T10:00:00+08:00", datetime(2026, 4, 3, 2, tzinfo=UTC)),
        ("2026-04-03T02:00:00Z", datetime(2026, 4, 3, 2, tzinfo=UTC)),
        ("2026-04-03T02:00:00.5-00:00", datetime(2026, 4, 3, 2, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-04-02T21:30:00.123-04:30", datetime(2026, 4, 3, 2, 0, 0, 123_000, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC))])
    def test_offsets_lead_to_the_same_instant(self, text: str, instant: datetime) -> None:
        assert parse_instant(text) == instant

    @pytest.mark.parametrize("text", [
        "2026-04-03T10:00:00", "2026-04-03 10:00:00+08:00", "2026-04-03T10:00+08:00",
        "2026-04-03T10:00:00.0000Z", "2026-04-03T10:00:00.Z", "2026-04-03T10:00:60Z",
        "2026-04-03T24:00:00Z", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z",
        "2026-04-03T10:00:00+0800", "2026-04-03T10:00:00+08", "2026-04-03T10:00:00+24:00",
        "2026-04-03T10:00:00+08:60", "2026-04-03t10:00:00z", "20260403T100000Z", "",
        "2026-04-03T10:00:00Z\n", " 2026-04-03T10:00:00Z", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "9999-12-31T16:00:00Z",
        "\uff12026-04-03T10:00:00Z"])
    def test_anything_else_is_no_time(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"must be|is no|has an offset"):
            parse_instant(text)

    @given(st.integers(0, 250 * 10**12), st.integers(-23 * 60, 23 * 60))
    def test_a_time_printed_in_beijing_is_the_same_instant(self, milliseconds: int,
                                                           offset: int) -> None:
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        instant = instant.astimezone(timezone(timedelta(minutes=offset)))
        text = instant_text(instant)
        assert text.endswith("+08:00")
        assert parse_instant(text) == instant

    def test_a_naive_time_is_never_printed(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            instant_text(datetime(2026, 4, 3))  # noqa: DTZ001 - that is the point


class TestCanonical:
    def test_members_are_sorted_by_code_point_without_blanks(self) -> None:
        value = {"b": [1, None, True], "a": "拍\t\"\\\x01/", "\U0001f600": 0, "\uffff": 0}
        assert canonical(value) == (
            '{"a":"拍\\t\\"\\\\\\u0001/","b":[1,null,true],"\uffff":0,"\U0001f600":0}').encode()

    @pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -2**53, {1: 2}, b"x", {"a": {1.5}},
                                       datetime(2026, 1, 1, tzinfo=UTC), [object()]])
    def test_nothing_but_the_plain_values_of_json_has_a_canonical_form(self, value: object) -> None:
        with pytest.raises(ValueError, match="canonical"):
            canonical(value)

    @given(values)
    def test_the_form_depends_on_the_value_alone(self, value: Any) -> None:
        shuffled = json.loads(json.dumps(value))
        assert canonical(shuffled) == canonical(value)
