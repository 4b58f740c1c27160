"""Whatever a file holds, the verifier answers or refuses; it never falls over."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.conftest import read_vectors
from verifier import verify

BASES = {
    command: [read_vectors(vectors)[name]["input"] for name in names.split()]
    for command, vectors, names in (
        ("redraw", "draw", "JD-12 JD-15 JD-31"),
        ("replay", "replay", "RP-13 RP-17 RP-31 RP-35"),
        ("compute", "plan", "TV-20 PV-01 PV-06 PV-11"),
    )
}

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, 2**53 - 1, 2**53, 10**15, 10**15 + 1, -1, 10**4000]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=70),
    st.sampled_from(["", "ab" * 32, "2026-04-03T10:00:00Z", "9999-12-31T23:59:59+08:00",
                     "0001-01-01T00:00:00+14:00", "100.000000", "jdraw/v1", "replay/v1"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def answers_or_refuses(command: str, raw: bytes) -> None:
    try:
        value = verify.read_json(raw)
    except verify.Unreadable:
        return
    result, status = verify.run(verify.COMMANDS[command], value, "fuzz")
    assert status in (0, 1, 2)
    assert (status == 2) == ("error" in result)  # type: ignore[operator]
    again = verify.read_json(json.dumps(result, ensure_ascii=False).encode())
    assert again == result


@pytest.mark.parametrize("command", list(verify.COMMANDS))
@settings(deadline=None)
@given(raw=st.binary(max_size=200))
def test_bytes_of_any_kind_are_answered_or_refused(command: str, raw: bytes) -> None:
    answers_or_refuses(command, raw)


@pytest.mark.parametrize("command", list(verify.COMMANDS))
@settings(deadline=None)
@given(value=JSON)
def test_json_of_any_shape_is_answered_or_refused(command: str, value: Any) -> None:
    answers_or_refuses(command, json.dumps(value).encode())


@pytest.mark.parametrize("command", list(verify.COMMANDS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_real_input_with_something_changed_is_answered_or_refused(
    command: str, data: st.DataObject
) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(BASES[command])))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(document, data)
    answers_or_refuses(command, json.dumps(document).encode())


def mutate(document: Any, data: st.DataObject) -> None:
    """Walk to some member and replace, remove, add or double it."""
    inner = document
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(inner[key], (dict, list)) and inner[key] and data.draw(st.booleans()):
            inner = inner[key]
            continue
        action = data.draw(st.sampled_from(["replace", "remove", "add", "double"]))
        if action == "replace":
            inner[key] = data.draw(JSON)
        elif action == "remove":
            del inner[key]
        elif isinstance(inner, dict):
            inner[data.draw(st.text(max_size=5))] = data.draw(JSON)
        else:
            inner.insert(key, copy.deepcopy(inner[key]) if action == "double" else data.draw(JSON))
        return


@settings(max_examples=100, deadline=None)
@given(
    cut=st.integers(0, 3000), flip=st.integers(0, 3000), byte=st.integers(0, 255),
    command=st.sampled_from(list(verify.COMMANDS)),
)
def test_a_file_cut_short_or_with_a_byte_changed_is_answered_or_refused(
    cut: int, flip: int, byte: int, command: str
) -> None:
    raw = bytearray(json.dumps(BASES[command][0], ensure_ascii=False).encode())
    raw[flip % len(raw)] = byte
    answers_or_refuses(command, bytes(raw))
    answers_or_refuses(command, bytes(raw[: cut % len(raw)]))
