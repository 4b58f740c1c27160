"""A transcript proves its draw: what fits holds, what was changed is found, garbage is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.formats import FormatError, parse_json
from tests.valuation.vectors import BAD_TRANSCRIPTS, TRANSCRIPTS, a_transcript, label
from valuation.rules import draw, transcript
from valuation.rules.transcript import Check


def recompute(value: Any) -> transcript.Redraw:
    return transcript.redraw(transcript.read(value))


@pytest.mark.parametrize("vector", TRANSCRIPTS, ids=label)
def test_a_transcript_gives_the_known_order_seed_and_checks(vector: dict[str, Any]) -> None:
    found, expected = recompute(vector["input"]), vector["expect"]
    assert found.as_json() == {key: expected[key] for key in ("order", "seed", "checks")}
    assert found.holds == (expected["status"] == 0)
    assert list(found.checks) == list(Check)


def test_the_freeze_of_the_worked_example_has_the_known_leaf_hash() -> None:
    vector = TRANSCRIPTS[0]
    read = transcript.read(vector["input"])
    assert (draw.freeze_leaf_hash(read.hash, read.freeze.members).hex()
            == vector["expect"]["freeze_leaf_hash"])


@pytest.mark.parametrize("bad", BAD_TRANSCRIPTS, ids=label)
def test_what_does_not_fit_is_refused_by_its_path(bad: dict[str, str]) -> None:
    with pytest.raises(FormatError) as refused:
        transcript.read(parse_json(bad["raw"].encode()))
    assert refused.value.field == bad["field"]
    assert refused.value.problem


def test_texts_may_have_two_hundred_characters_of_any_plane() -> None:
    value = a_transcript()
    value["freeze"]["pool"] = ["😀" * 200, "b", "c"]
    assert recompute(value).order is not None


def test_freeze_may_be_nested_sixty_four_deep_in_the_whole() -> None:
    value = json.dumps(a_transcript()).replace('"roster_version": 12',
                                               '"roster_version": ' + "[" * 62 + "]" * 62)
    assert transcript.read(parse_json(value.encode())).freeze.k == 3


def test_a_transcript_that_binds_neither_court_nor_roles_may_come_from_elsewhere() -> None:
    value = a_transcript()
    del value["freeze"]["court"], value["freeze"]["roles"]
    assert recompute(value).checks[Check.FREEZE_BINDS]


@pytest.mark.parametrize(("roles", "binds"), [
    (["respondent", "observer", "applicant"], True),
    (["applicant", "observer"], False),
    (["applicant", "observer", "respondent", "notary"], False),
    ([], False),
])
def test_the_frozen_roles_are_just_those_that_contribute(roles: list[str], binds: bool) -> None:
    value = a_transcript()
    value["freeze"]["roles"] = roles
    assert recompute(value).checks[Check.FREEZE_BINDS] is binds


def test_what_was_never_sealed_enters_the_seed_empty_and_fails_its_check() -> None:
    value = a_transcript()
    value["contributions"][1] = {"role": "observer", "commitment": None, "nonce": None}
    silent = recompute(value)
    value["contributions"][1]["nonce"] = "00" * 32
    late = recompute(value)
    assert silent.checks[Check.CONTRIBUTION_COMMITMENTS]
    assert not late.checks[Check.CONTRIBUTION_COMMITMENTS]
    assert late.seed == silent.seed


@pytest.mark.parametrize("result", [
    [], ["INST-09"], ["INST-09", "INST-06"], ["INST-09", "INST-06", "INST-08", "INST-01"],
    ["INST-06", "INST-09", "INST-08"],
])
def test_a_result_of_another_length_or_order_does_not_match(result: list[str]) -> None:
    assert not recompute({**a_transcript(), "result": result}).checks[Check.RESULT_MATCHES]


def paths(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every leaf of a transcript, and every list as a whole."""
    if isinstance(value, dict):
        return [path for key, inner in value.items() for path in paths(inner, (*at, key))]
    if isinstance(value, list):
        inside = [path for i, inner in enumerate(value) for path in paths(inner, (*at, i))]
        return [*inside, at]
    return [at]


def tampered(value: Any) -> Any:
    """Another value of the same form."""
    match value:
        case bool() | None:
            return not value
        case int():
            return value + 1
        case str() if value and set(value) <= set("0123456789abcdef") and len(value) % 2 == 0:
            return ("1" if value[0] == "0" else "0") + value[1:]
        case str():
            return value + "x"
        case list():
            return value[:-1] if value else ["x"]
    raise AssertionError(value)


def found_out(value: Any) -> bool:
    try:
        return not recompute(value).holds
    except FormatError as refused:
        return refused.field != ""


@pytest.mark.parametrize("number", ["JD-11", "JD-12", "JD-21", "JD-22"])
def test_tampering_with_any_member_is_found_or_refused(number: str) -> None:
    never_opened = ("contributions", 2, "commitment")  # nothing in the file to check it against
    for path in paths(a_transcript(number)):
        if path == never_opened and number in {"JD-12", "JD-22"}:
            continue
        value = a_transcript(number)
        inner: Any = value
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = tampered(inner[path[-1]])
        assert found_out(value), path


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner,
                                                                max_size=4),
    max_leaves=12)


@given(json_values)
def test_any_json_at_all_is_refused_with_a_path_and_never_breaks(value: Any) -> None:
    with pytest.raises(FormatError):
        transcript.read(value)


@given(st.data(), json_values)
def test_any_value_in_any_place_gives_a_verdict_or_a_refusal(data: st.DataObject,
                                                             value: Any) -> None:
    changed = a_transcript()
    path = data.draw(st.sampled_from(paths(changed)))
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    try:
        read = transcript.read(parse_json(json.dumps(changed).encode()))
    except FormatError:
        return
    assert set(transcript.redraw(read).checks) == set(Check)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_transcript_are_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        transcript.read(parse_json(raw))
