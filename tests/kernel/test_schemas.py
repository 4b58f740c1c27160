"""What is outside the bounds of a field is told the bounds."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema

from kernel.errors import Filled, InvalidInput
from kernel.money import MOST_FEN
from kernel.schemas import MOST_WHOLE, Characters, Choice, Count, Money, Text, load_form, load_json


class Sums(Schema):
    price_fen = Money()
    costs_fen = Money(least=0)
    rank = Count(least=1, most=9)
    steps = Count(least=1)


def said(name: str, typed: object, *, form: bool = True) -> str:
    """The message at a field, with its figures."""
    with pytest.raises(InvalidInput) as refusal:
        (load_form if form else load_json)(Sums(), {name: typed})
    message: Any = refusal.value.fields[name]
    return str(message) % message.details if isinstance(message, Filled) else str(message)


@pytest.mark.parametrize(("name", "typed", "message"), [
    ("price_fen", "0", "金额必须大于零。"),
    ("price_fen", "-1", "金额必须大于零。"),
    ("costs_fen", "-1", "请填写 0 或者更大的金额。"),
    ("price_fen", "99999999999999999999", f"金额太大，最多 {MOST_FEN} 元。"),
    ("price_fen", "1.234", "请填写以元为单位的金额，最多两位小数，例如 1,234,567.89。"),
    ("rank", "0", "应在 1 到 9 之间。"),
    ("rank", "10", "应在 1 到 9 之间。"),
    ("rank", "9" * 40, "应在 1 到 9 之间。"),
    ("rank", "9" * 9000, "请填写整数。"),
    ("steps", "0", "不能小于 1。"),
    ("steps", str(MOST_WHOLE + 1), "数字太大，最多 2,147,483,647。"),
])
def test_a_figure_out_of_bounds_is_told_what_would_be_right(name: str, typed: str, message: str) -> None:
    assert said(name, typed) == message


@pytest.mark.parametrize("page", ["0", "-1", "100001"])
def test_a_page_that_there_is_not_is_told_the_bounds_in_the_readers_words(client: FlaskClient,
                                                                         page: str) -> None:
    answer = client.get(f"/lots?page={page}&lang=zh")
    assert "应在 1 到 100,000 之间。" in answer.text


def test_a_program_hears_the_same() -> None:
    assert said("costs_fen", -1, form=False) == "请填写 0 或者更大的金额。"
    assert said("price_fen", MOST_FEN + 1, form=False) == f"金额太大，最多 {MOST_FEN} 元。"
    assert said("rank", 0, form=False) == "应在 1 到 9 之间。"


def test_the_bounds_themselves_fit() -> None:
    assert load_form(Sums(), {"costs_fen": "0", "price_fen": "10,000,000,000,000.00", "rank": "9"}) == {
        "costs_fen": 0, "price_fen": MOST_FEN, "rank": 9}


class Words(Schema):
    exactly = Characters()
    text = Text()
    choice = Choice("a", "b")


@pytest.mark.parametrize("name", ["exactly", "text", "choice"])
@pytest.mark.parametrize("sent", ["\x00", "a\x00", "\ud800", "案\udfff"])
@pytest.mark.parametrize("load", [load_form, load_json])
def test_a_text_that_no_database_and_no_leaf_can_hold_is_refused(load: Callable[..., object], name: str,
                                                                  sent: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        load(Words(), {name: sent})
    assert refusal.value.fields == {name: "这里有无法保存的字符，请删去。"}


@pytest.mark.parametrize("sent", [" a b ", "\x01\x1f\x7f", "\U0001f3e0\U00020000", "\uffff\ufffd\u200b", ""])
def test_every_other_text_is_taken_as_it_came(sent: str) -> None:
    assert load_json(Words(), {"exactly": sent}) == {"exactly": sent}


def test_a_refusal_can_be_written_whatever_the_name_of_the_member_was() -> None:
    with pytest.raises(InvalidInput) as refusal:
        load_json(Words(), {"\ud800": 1})
    assert refusal.value.fields == {"\\ud800": "没有这一项。"}
