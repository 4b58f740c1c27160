"""RFC 3797's worked example, known since 2004."""

import pytest

from tests.valuation.vectors import of_function
from valuation.rules import lottery

RFC = of_function("rfc3797")[0]


def test_the_worked_example_of_rfc_3797_comes_out() -> None:
    given, expected = RFC["input"], RFC["expect"]
    steps = lottery.select(given["sources"], given["pool"], given["k"])
    assert lottery.key_of(given["sources"]) == given["key"]
    assert [{"md5": step.md5, "divisor": step.divisor, "remainder": step.remainder,
             "number": step.number, "name": step.name} for step in steps] == expected["steps"]
    assert [step.number for step in steps[:10]] == expected["winners"]


def test_no_more_are_selected_than_there_are() -> None:
    assert [step.name for step in lottery.select([[1]], ["only"], 1)] == ["only"]
    with pytest.raises(ValueError, match="fewer entries"):
        lottery.select([[1]], ["only"], 2)
