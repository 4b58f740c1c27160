"""The mean of an online inquiry: REF-11.3, REF-12.1, REF-13."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.formats import FormatError, parse_json
from kernel.money import Fen
from tests.valuation.vectors import INQUIRIES, label
from valuation.rules import inquiry
from valuation.rules.inquiry import Corrected, Next, Report, Ruling


@pytest.mark.parametrize("vector", INQUIRIES, ids=label)
def test_an_inquiry_gives_the_known_price(vector: dict[str, Any]) -> None:
    assert inquiry.mean(inquiry.read(vector["input"])).as_json() == vector["expect"]


def an_inquiry(**changes: Any) -> dict[str, Any]:
    platform = {"name": "A", "value_fen": 100, "in_time": True, "defective": False,
                "objection": None, **changes}
    return {"format": "inquiry/v1",
            "platforms": [{name: value for name, value in platform.items() if value is not ...}]}


P = "platforms[0]"


@pytest.mark.parametrize(("value", "field"), [
    (None, ""), ([], ""), ({}, "format"), ({"format": "inquiry/v1"}, "platforms"),
    ({"format": "inquiry/v2", "platforms": []}, "format"),
    ({"format": "inquiry/v1", "platforms": []}, "platforms"),
    ({"format": "inquiry/v1", "platforms": {}}, "platforms"),
    ({"format": "inquiry/v1", "platforms": [7]}, P),
    ({**an_inquiry(), "extra": 1}, "extra"),
    (an_inquiry(extra=1), f"{P}.extra"),
    (an_inquiry(name=...), f"{P}.name"), (an_inquiry(name=""), f"{P}.name"),
    (an_inquiry(name="名" * 65), f"{P}.name"), (an_inquiry(name=1), f"{P}.name"),
    (an_inquiry(value_fen=...), f"{P}.value_fen"), (an_inquiry(value_fen=0), f"{P}.value_fen"),
    (an_inquiry(value_fen=2**53), f"{P}.value_fen"), (an_inquiry(value_fen=True), f"{P}.value_fen"),
    (an_inquiry(value_fen="100"), f"{P}.value_fen"), (an_inquiry(value_fen=None), f"{P}.value_fen"),
    (an_inquiry(in_time=1), f"{P}.in_time"), (an_inquiry(in_time=None), f"{P}.in_time"),
    (an_inquiry(defective="no"), f"{P}.defective"), (an_inquiry(defective=...), f"{P}.defective"),
    (an_inquiry(objection=...), f"{P}.objection"), (an_inquiry(objection="late"), f"{P}.objection"),
    (an_inquiry(objection=False), f"{P}.objection"), (an_inquiry(objection=[]), f"{P}.objection"),
    (an_inquiry(objection={}), f"{P}.objection.corrected_fen"),
    (an_inquiry(objection={"corrected_fen": 0}), f"{P}.objection.corrected_fen"),
    (an_inquiry(objection={"corrected_fen": None}), f"{P}.objection.corrected_fen"),
    (an_inquiry(objection={"corrected_fen": 1, "by": "B"}), f"{P}.objection.by"),
    ({"format": "inquiry/v1", "platforms": an_inquiry()["platforms"] * 2}, "platforms[1].name"),
])
def test_what_does_not_fit_is_refused_by_its_path(value: Any, field: str) -> None:
    with pytest.raises(FormatError) as refused:
        inquiry.read(value)
    assert refused.value.field == field


@pytest.mark.parametrize("shown", [b"100.0", b"1e2", b"1.5"])
def test_money_with_a_fraction_or_an_exponent_is_refused(shown: bytes) -> None:
    raw = (b'{"format":"inquiry/v1","platforms":[{"name":"A","value_fen":' + shown
           + b',"in_time":true,"defective":false,"objection":null}]}')
    with pytest.raises(FormatError) as refused:
        inquiry.read(parse_json(raw))
    assert refused.value.field == f"{P}.value_fen"


def test_a_late_report_may_be_without_a_value() -> None:
    assert inquiry.read(an_inquiry(in_time=False, value_fen=None))[0].value_fen is None


fen = st.integers(1, 2**53 - 1).map(Fen)
objections = st.none() | st.sampled_from(Ruling) | fen.map(Corrected)
reports = st.lists(st.builds(Report, name=st.text(min_size=1, max_size=4), value_fen=fen,
                             in_time=st.booleans(), defective=st.booleans(),
                             objection=objections),
                   min_size=1, max_size=6, unique_by=lambda report: report.name)


@given(reports)
def test_a_price_lies_between_its_inputs_and_without_one_something_follows(
        found: list[Report]) -> None:
    mean = inquiry.mean(found)
    if mean.reference_price_fen is None:
        assert mean.used == ()
        assert mean.next in set(Next)
        return
    assert mean.next is None
    used = [report for report in found if report.name in mean.used]
    assert [report.name for report in used] == list(mean.used)
    values = [report.objection.value_fen if isinstance(report.objection, Corrected)
              else report.value_fen for report in used]
    known = [value for value in values if value is not None]
    assert min(known) <= mean.reference_price_fen <= max(known)
    assert all(report.in_time and not report.defective for report in used)


@given(reports, st.randoms())
def test_the_order_of_the_platforms_changes_no_price(found: list[Report], random: Any) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    one, other = inquiry.mean(found), inquiry.mean(shuffled)
    assert (one.reference_price_fen, one.next, one.rule, set(one.used)) == (
        other.reference_price_fen, other.next, other.rule, set(other.used))


def test_a_report_in_time_has_a_value() -> None:
    with pytest.raises(ValueError, match="has a value"):
        Report("A", None, in_time=True, defective=False, objection=None)
