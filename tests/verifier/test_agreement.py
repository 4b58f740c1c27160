"""Three programs, one answer: what the platform computes, and what verifier and browser recompute.

The verifier was written from the public formats alone, and the modules of the browser in another
language. Here all get the same random inputs, right ones and such with one thing wrong, and must
print the same, or refuse with the same field.
"""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.rules import replay
from kernel.formats import FormatError, parse_json, print_json
from settlement.rules import plan_format
from tests.verifier import browser
from tests.verifier.conftest import ROOT, Run, read_vectors
from valuation.rules import transcript
from verifier import verify

Json = Any
Answer = tuple[str, str]  # what came out: a text printed, or a field refused


def platform_redraw(value: Json) -> Json:
    return transcript.redraw(transcript.read(value)).as_json()


PLATFORM: dict[str, Callable[[Json], Json]] = {
    "redraw": platform_redraw,
    "replay": replay.recompute,
    "compute": plan_format.compute,
}


def platform_answer(command: str, raw: bytes) -> Answer:
    try:
        value = parse_json(raw)
    except FormatError:
        return "unreadable", ""
    try:
        return "printed", print_json(PLATFORM[command](value))
    except FormatError as error:
        return "refused", error.field


def verifier_answer(command: str, raw: bytes) -> Answer:
    try:
        value = verify.read_json(raw)
    except verify.Unreadable:
        return "unreadable", ""
    try:
        return "printed", verify.print_json(verify.COMMANDS[command](value))
    except verify.Refused as refusal:
        return "refused", refusal.field


def browser_answer(command: str, raw: bytes) -> Answer:
    answer = browser.ask(command, raw)
    if answer["status"] == 2:
        return ("refused", answer["field"]) if answer["field"] else ("unreadable", "")
    return "printed", verify.print_json(answer["value"])


def assert_agree(command: str, value: Json) -> None:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    ours = platform_answer(command, raw)
    assert ours == verifier_answer(command, raw)
    assert (("unreadable", "") if ours == ("refused", "") else ours) == browser_answer(command, raw)


# --- inputs that fit -----------------------------------------------------------------------------

def mostly(usual: Json, *others: Json) -> st.SearchStrategy[Json]:
    return st.sampled_from([usual] * 4 * len(others) + [*others])


OPENS = datetime(2026, 4, 2, 2, tzinfo=UTC)


def printed(at: datetime, hours: int = 8) -> str:
    return at.astimezone(timezone(timedelta(hours=hours))).isoformat(timespec="milliseconds")


@st.composite
def replays(draw: st.DrawFn) -> Json:
    """A lot of a few minutes (or a sell-off of days) and bids that crowd around its borders."""
    selloff = draw(st.booleans())
    unit = timedelta(hours=1) if selloff else timedelta(seconds=10)
    instants = st.integers(-2, 60).map(lambda n: OPENS + n * unit)
    near = st.sampled_from([-9999, -300, -1, 0, 0, 0, 1, 300, 9999])
    marks = sorted(draw(st.lists(instants, max_size=4, unique=True)))
    lot: dict[str, Json] = {
        "start_price_fen": 1000,
        "increment_fen": 100,
        "max_steps": draw(st.sampled_from([None, None, 1, 3])),
        "whole_steps": draw(st.booleans()),
        "opens_at": printed(OPENS),
        "closes_at": printed(OPENS + draw(st.integers(1, 40)) * unit),
        "extension_window_seconds": draw(st.sampled_from([1, 10, 60, 300, 86400])),
        "mode": "selloff" if selloff else "auction",
    }
    if draw(st.booleans()):
        lot["reorder_ms"] = draw(st.sampled_from([0, 1, 300, 10000]))
    if len(marks) > 1:
        lot["suspensions"] = [
            {"from": printed(begin), "to": printed(end)}
            for begin, end in zip(marks[::2], marks[1::2], strict=False)
        ]
    ranks = {"A": None, "B": None, "P1": 1, "Q1": 1, "P2": 2}
    times = draw(st.lists(instants, max_size=14))
    times = [at + timedelta(milliseconds=draw(near)) for at in times]
    if draw(st.integers(0, 3)):
        times.sort()
    bids = []
    for i, at in enumerate(times):
        code = draw(st.sampled_from(list(ranks)))
        steps = max(0, i // 2 + draw(st.integers(-1, 2)))
        bid: dict[str, Json] = {
            "code": code,
            "amount_fen": 1000 + 100 * steps + draw(st.sampled_from([0, 0, 0, 0, -1, 1])),
            "received_at": printed(at, draw(st.sampled_from([8, 0, -5]))),
        }
        if ranks[code] is not None or draw(st.booleans()):
            bid["priority_rank"] = ranks[code]
        if draw(st.booleans()):
            bid["id"] = draw(st.sampled_from([None, "x", "y"]))
        bids.append(bid)
    return {"format": "replay/v1", "lot": lot, "bids": bids}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
BYTES_32 = st.binary(min_size=32, max_size=32)


@st.composite
def draws(draw: st.DrawFn) -> Json:
    """A transcript that mostly holds; each promise in it may have been broken."""
    name = draw(st.sampled_from(["sha256", "sm3"]))
    hash_ = verify.HASHES[name]
    draw_id, court, number = draw(TEXTS), draw(TEXTS), draw(st.integers(1, 2**32 - 1))
    roles = draw(st.lists(TEXTS, max_size=4, unique=True))
    more = st.dictionaries(TEXTS.map(lambda name: "+" + name), WHOLE_JSON, max_size=2)
    freeze: dict[str, Json] = draw(more) | {
        "algorithm": "jdraw/v1", "attempt": draw(st.integers(1, 3)), "draw_id": draw_id,
        "k": draw(st.integers(1, 5)),
        "pool": draw(st.lists(TEXTS, max_size=9, unique=draw(st.integers(0, 4)) > 0)),
    }
    if draw(st.booleans()):
        freeze["court"] = {"name": court, "number": draw(mostly(number, 7))}
    if draw(st.booleans()):
        freeze["roles"] = draw(st.permutations(roles)) if draw(st.booleans()) else roles[1:]
    secret = draw(BYTES_32)
    promised = hash_(verify.lp("jdraw/v1/court", court, verify.u32(number), secret))
    contributions = []
    for role in roles:
        nonce = draw(BYTES_32)
        commitment = hash_(verify.lp("jdraw/v1/commit", draw_id, role, nonce))
        contributions.append({
            "role": role,
            "commitment": draw(mostly(commitment.hex(), "00" * 32, None)),
            "nonce": draw(mostly(nonce.hex(), None)),
        })
    value: dict[str, Json] = {
        "format": "jdraw/v1", "hash": name, "freeze": freeze,
        "court": {"name": court, "number": number, "secret": secret.hex(),
                  "commitment": draw(mostly(promised.hex(), "ff" * 32))},
        "contributions": contributions, "beacon": draw(st.binary(max_size=9)).hex(), "result": [],
    }
    order = verify.redraw(value)["order"]
    value["result"] = order if draw(st.booleans()) and order else freeze["pool"][:3]
    return value


WHOLE_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1),
              st.text(st.characters(exclude_categories=["Cs"]), max_size=9)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)

PERCENTS = st.sampled_from([None, "0", "5", "37.5", "100", "33.333333", "0.000001"])
NEEDS_ASSET = {"construction", "retention", "purchase_money", "security", "tax_arrears"}
CLASSES = [
    *sorted(NEEDS_ASSET), "medical", "housing_consumer", "wages", "tax", "restitution", "ordinary",
    "ordinary", "security", "fine",
]


@st.composite
def claims(draw: st.DrawFn) -> Json:
    """Few fen and many claims, so that every step has to share."""
    ids = ["house", "car", "boat"][: draw(st.integers(1, 3))]
    most = draw(st.sampled_from([12, 12, 300, 10**15]))
    amounts = st.integers(1, most)
    moments = st.sampled_from([printed(OPENS + timedelta(days=day), day) for day in (0, 1, 2)])
    some_asset = st.sampled_from(ids)
    value: dict[str, Json] = {
        "format": "claims/v1", "regime": draw(st.sampled_from(["pro_rata", "seizure_order"])),
        "assets": [{"id": id_, "proceeds_fen": draw(amounts), "works_percent": draw(PERCENTS)}
                   for id_ in ids],
        "costs": [
            {"id": f"cost {i}", "kind": "other", "amount_fen": draw(amounts),
             "asset": draw(st.none() | some_asset), "advanced_by": draw(st.none() | TEXTS)}
            for i in range(draw(st.integers(0, 2)))
        ],
        "reserves": [
            {"id": f"reserve {i}", "kind": draw(mostly("housing_reserve", "transfer_tax")),
             "asset": draw(some_asset), "amount_fen": draw(amounts)}
            for i in range(draw(st.integers(0, 1)))
        ],
        "claims": [],
    }
    rarely = mostly(False, True)
    for i in range(draw(st.integers(0, 7))):
        class_ = draw(st.sampled_from(CLASSES))
        claim: dict[str, Json] = {
            "id": f"claim {i}", "creditor": draw(TEXTS), "class": class_,
            "amount_fen": draw(amounts), "titled": not draw(rarely),
        }
        optional = {
            "asset": some_asset if class_ in NEEDS_ASSET else st.none() | some_asset,
            "registered_at": moments if class_ in ("purchase_money", "tax_arrears")
            else st.none() | moments,
            "cap_fen": st.none() | amounts,
            "seized_at": st.none() | moments | st.dictionaries(some_asset, moments),
            "seizure_lapsed": rarely, "unadjudged": rarely, "late": rarely,
            "doubled_interest_fen": st.just(0) | amounts,
            "reward_percent": PERCENTS,
        }
        for name, values in optional.items():
            required = name in ("asset", "registered_at")
            if required or draw(st.booleans()):
                claim[name] = draw(values)
        value["claims"].append(claim)
    return value


INPUTS: dict[str, st.SearchStrategy[Json]] = {
    "redraw": draws(), "replay": replays(), "compute": claims(),
}

# --- inputs with one thing wrong -----------------------------------------------------------------

MISFITS: list[Json] = [
    None, True, False, 0, -1, 1, 2, 1.0, 1.5, 1e300, 2**32, 2**53 - 1, 2**53, 10**15, 10**15 + 1,
    "", "A", "house", "x" * 64, "x" * 65, "x" * 128, "x" * 129, "x" * 200, "x" * 201, "\0", "甲",
    "ab" * 32, "AB" * 32, "ab" * 31, "0", "00", "100", "05", "100.0000001", "100.000001", "1.",
    ".5", "-0", "+1", "1e1", "auction", "selloff", "jdraw/v1", "replay/v1", "claims/v1", "sm3",
    "2026-04-02T10:00:00.000+08:00", "2026-04-02T10:00:00Z", "2026-04-02T10:00:00.0000Z",
    "2026-04-02T10:00:60Z", "2026-04-02T10:00:00", "2026-04-02T10:00:00-00:00",
    "2026-04-02T10:00:00+23:59", "2026-04-02T10:00:00+24:00", "0001-01-01T00:00:00Z",
    "2026-04-02T10:00Z", "2026-13-02T10:00:00Z", "2026-04-02t10:00:00z", "\uff12026-04-02T10:00:00Z",
    10**30, "ordinary", [], {}, [None], {"A": None}, [[]], {"from": None, "to": None},
    "0" * 64, "0" * 65, "100." + "0" * 6, "9999-12-31T23:59:59+08:00", "9999-12-31T23:59:59Z",
    "9999-12-31T15:59:59.999Z", "9999-12-31T16:00:00Z", "0001-01-01T00:00:00+08:00",
    "0001-01-01T00:00:00+08:01", "0001-01-01T00:00:00+14:00",
    "0000-01-01T00:00:00Z", "2024-02-29T00:00:00.5Z", "2026-04-02T10:00:00.05Z", "1e400",
    {"house": "2026-04-02T10:00:00Z"}, {"car": "2026-04-02T10:00:00Z", "moon": 1},
]


def with_one_thing_wrong(draw: Callable[[Any], Any], value: Json) -> Json:
    """The same input with one value replaced, removed, added or doubled."""
    value = copy.deepcopy(value)
    inner = value
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not keys:
            return value
        key = draw(st.sampled_from(keys))
        if isinstance(inner[key], (dict, list)) and inner[key] and draw(st.integers(0, 4)):
            inner = inner[key]
            continue
        action = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if action == "replace":
            inner[key] = draw(st.sampled_from(MISFITS))
        elif action == "remove":
            del inner[key]
        elif isinstance(inner, dict):
            inner[draw(st.sampled_from(["more", "", "a.b"]))] = draw(st.sampled_from(MISFITS))
        else:
            inner.insert(key, copy.deepcopy(inner[key]))
        return value


@pytest.mark.parametrize(("area", "command", "vectors", "status"), [
    ("valuation", "redraw", "draw", 1), ("auction", "replay", "replay", 0),
    ("settlement", "compute", "plan", 0),
])
def test_the_two_commands_print_the_same_bytes_and_end_with_the_same_status(
    area: str, command: str, vectors: str, status: int, verify: Run
) -> None:
    inputs = [case["input"] for case in read_vectors(vectors).values()]
    inputs = [value for value in inputs if "function" not in value]
    theirs = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", area, command, "-"],
        cwd=ROOT, input=json.dumps(inputs).encode(), capture_output=True, check=False, timeout=60,
    )
    ours = verify(command, inputs)
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode == status


@pytest.mark.parametrize("command", list(PLATFORM))
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_what_fits_is_answered_the_same(command: str, data: st.DataObject) -> None:
    value = data.draw(INPUTS[command])
    assert_agree(command, value)
    assert verifier_answer(command, json.dumps(value).encode())[0] == "printed"


@pytest.mark.parametrize("command", list(PLATFORM))
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_what_has_one_thing_wrong_is_refused_with_the_same_field(
    command: str, data: st.DataObject
) -> None:
    value = data.draw(INPUTS[command])
    assert_agree(command, with_one_thing_wrong(data.draw, value))


def places(value: Json) -> Iterator[tuple[Json, Any]]:
    """Every container of the input with each of its keys."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(inner):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


@pytest.mark.parametrize(("command", "vectors", "name"), [
    ("redraw", "draw", "JD-12"), ("replay", "replay", "RP-35"), ("compute", "plan", "TV-20"),
    ("compute", "plan", "PV-06"),
])
def test_every_member_in_turn_replaced_removed_or_joined_by_another_gives_the_same_answer(
    command: str, vectors: str, name: str
) -> None:
    value = read_vectors(vectors)[name]["input"]
    for container, key in places(value):
        saved = container[key]
        for misfit in MISFITS:
            container[key] = misfit
            assert_agree(command, value)
        container[key] = saved
        if isinstance(container, list):
            container.insert(key, saved)
            assert_agree(command, value)
            del container[key]
        else:
            container["more"] = saved
            assert_agree(command, value)
            before = dict(container)
            del container["more"], container[key]
            assert_agree(command, value)
            container.clear()
            container.update({name: before[name] for name in before if name != "more"})


@pytest.mark.parametrize("command", list(PLATFORM))
@settings(max_examples=100, deadline=None)
@given(data=st.data(), at=st.integers(0, 4000), byte=st.integers(0, 255))
def test_a_file_with_one_byte_wrong_is_read_the_same(
    command: str, data: st.DataObject, at: int, byte: int
) -> None:
    value = data.draw(INPUTS[command])
    raw = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode())
    raw[at % len(raw)] = byte
    assert_agree(command, bytes(raw))
