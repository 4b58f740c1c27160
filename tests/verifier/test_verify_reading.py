"""An input is taken whole or refused by the name of the field that does not fit."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.verifier.conftest import Vectors
from verifier import verify

ABSENT = object()
LONG = "x" * 65
HEX = "ab" * 32
LAST = "9999-12-31T23:59:59Z"  # in Beijing the year 10000 has begun


def put(document: Any, path: str, value: Any) -> Any:
    """A copy of the document with another value, or none, at this path."""
    document = copy.deepcopy(document)
    parts = re.findall(r"[^.\[\]]+", path)
    *steps, last = [int(part) if part.isdigit() else part for part in parts]
    inner = document
    for step in steps:
        inner = inner[step]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return document


def refused_field(command: Callable[[Any], Any], given: Any) -> str:
    with pytest.raises(verify.Refused) as refusal:
        command(verify.read_json(json.dumps(given).encode()))
    assert refusal.value.message
    return refusal.value.field


BASES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "draw": ("draws", "JD-12", verify.redraw),
    "lot": ("replays", "RP-35", verify.replay),
    "plan": ("plans", "TV-20", verify.compute),
}


@pytest.fixture
def base(request: pytest.FixtureRequest) -> Callable[[str], tuple[Any, Callable[[Any], Any]]]:
    def get(name: str) -> tuple[Any, Callable[[Any], Any]]:
        fixture, vector, command = BASES[name]
        vectors: Vectors = request.getfixturevalue(fixture)
        return copy.deepcopy(vectors[vector]["input"]), command

    return get


AMOUNTS = [0, -1, 1.0, 100.5, 1e15, True, "100", None, 2**53]
TEXTS = ["", LONG, 1, None, ["x"]]
TIMES = [
    "2026-04-03T10:00:00", "2026-04-03 10:00:00+08:00", "2026-04-03T10:00:00.0001+08:00",
    "2026-04-03T10:00:60+08:00", "2026-04-03T24:00:00+08:00", "2026-02-29T10:00:00+08:00",
    "2026-04-03T10:00:00+0800", "2026-04-03T10:00:00+24:00", "2026-04-03T10:00:00+08:60",
    "2026-04-03t10:00:00z", "2026-04-03T10:00:00Z\n", "2026-04-03T10:00Z", "20260403T100000Z",
    "\uff12026-04-03T10:00:00Z", "0000-04-03T10:00:00Z", LAST, 1775181600, None,
]
FLAGS = [0, 1, "true", None]

WRONG: list[tuple[str, str, list[Any]]] = [
    # base, path, values that do not fit there
    ("lot", "format", ["replay/v2", "jdraw/v1", 1, None, ABSENT]),
    ("lot", "lot", [ABSENT, None, [], 5]),
    ("lot", "bids", [ABSENT, None, {}, "x"]),
    ("lot", "more", [1, None]),
    ("lot", "lot.more", [1]),
    ("lot", "lot.start_price_fen", [*AMOUNTS, ABSENT]),
    ("lot", "lot.increment_fen", [*AMOUNTS, ABSENT]),
    ("lot", "lot.max_steps", [0, -1, 1.0, "1", True, 2**53, ABSENT]),
    ("lot", "lot.whole_steps", [*FLAGS, ABSENT]),
    ("lot", "lot.opens_at", [*TIMES, ABSENT]),
    ("lot", "lot.closes_at", [*TIMES, ABSENT, "2026-07-08T10:00:00+08:00"]),
    ("lot", "lot.extension_window_seconds", [0, 86401, 300.0, True, None, ABSENT]),
    ("lot", "lot.mode", ["Auction", "", None, ["auction"], {}, ABSENT]),
    ("lot", "lot.reorder_ms", [-1, 10001, 0.0, False, None]),
    ("lot", "lot.suspensions", [None, {}, "x"]),
    ("lot", "lot.suspensions[0]", [None, []]),
    ("lot", "lot.suspensions[0].from", [*TIMES, ABSENT]),
    ("lot", "lot.suspensions[1].from", ["2026-09-02T09:59:59.999+08:00"]),
    ("lot", "lot.suspensions[0].to", [*TIMES, ABSENT, "2026-09-01T10:00:00+08:00"]),
    ("lot", "lot.suspensions[0].why", ["fault"]),
    ("lot", "bids[1]", [None, []]),
    ("lot", "bids[1].code", [*TEXTS, ABSENT]),
    ("lot", "bids[1].amount_fen", [*AMOUNTS, ABSENT]),
    ("lot", "bids[1].received_at", [*TIMES, ABSENT]),
    ("lot", "bids[2].priority_rank", [0, -1, 1.0, "1", True, 1, 2**53]),
    ("lot", "bids[1].id", ["", "x" * 129, 5]),
    ("lot", "bids[1].name", ["x"]),
    ("draw", "format", ["jdraw/v2", None, ABSENT]),
    ("draw", "hash", ["SHA256", "md5", None, ABSENT]),
    ("draw", "freeze", [None, [], ABSENT]),
    ("draw", "freeze.algorithm", ["jdraw/v2", None, ABSENT]),
    ("draw", "freeze.attempt", ["1", None, 1.0, ABSENT]),
    ("draw", "freeze.draw_id", ["", "x" * 201, None, ABSENT]),
    ("draw", "freeze.k", ["3", 3.0, None, True, ABSENT]),
    ("draw", "freeze.pool", [None, {}, ABSENT]),
    ("draw", "freeze.pool[8]", ["", "x" * 201, 9, None]),
    ("draw", "freeze.court", [None, [], "x"]),
    ("draw", "freeze.court.name", ["", "x" * 201, ABSENT]),
    ("draw", "freeze.court.number", [0, 2**32, "17", ABSENT]),
    ("draw", "freeze.court.city", ["x"]),
    ("draw", "freeze.roles", [None, {}, "applicant"]),
    ("draw", "freeze.roles[0]", ["", None]),
    ("draw", "freeze.note", [0.5, 1.0, 2**53, -(2**53)]),
    ("draw", "freeze.excluded[0].weight", [1e3]),
    ("draw", "court", [None, ABSENT]),
    ("draw", "court.name", ["", "x" * 201, ABSENT]),
    ("draw", "court.number", [0, -1, 2**32, 1.0, ABSENT]),
    ("draw", "court.commitment", [None, "", HEX.upper(), HEX + "00", HEX[:-1] + "g", ABSENT]),
    ("draw", "court.secret", [None, "", HEX.upper(), HEX[:-2], "\uff41" * 64, ABSENT]),
    ("draw", "court.city", ["x"]),
    ("draw", "contributions", [None, {}, ABSENT]),
    ("draw", "contributions[0].role", ["", None, "x" * 201, ABSENT]),
    ("draw", "contributions[1].role", ["applicant"]),
    ("draw", "contributions[0].commitment", ["", HEX.upper(), HEX[:-2], 1, ABSENT]),
    ("draw", "contributions[0].nonce", ["", HEX.upper(), HEX + "00", 1, ABSENT]),
    ("draw", "contributions[0].name", ["x"]),
    ("draw", "beacon", [None, "a", "AB", "zz", " ", ABSENT]),
    ("draw", "result", [None, "INST-01", ABSENT]),
    ("draw", "result[0]", ["", 1, None, "x" * 201]),
    ("draw", "more", [1]),
    ("plan", "format", ["plan/v1", None, ABSENT]),
    ("plan", "regime", ["bankruptcy", "", None, ABSENT]),
    ("plan", "assets", [[], {}, None, ABSENT]),
    ("plan", "assets[0].id", [*TEXTS, ABSENT]),
    ("plan", "assets[0].proceeds_fen", [0, -1, 1.0, 10**15 + 1, True, "5", None, ABSENT]),
    ("plan", "assets[0].works_percent", [60, "-1", "100.1", "1.1234567", "60%", "6e1", "\uff160"]),
    ("plan", "assets[0].name", ["x"]),
    ("plan", "costs", [None, {}]),
    ("plan", "costs[0].id", [*TEXTS, ABSENT]),
    ("plan", "costs[1].id", ["valuation"]),
    ("plan", "costs[0].kind", [*TEXTS, ABSENT]),
    ("plan", "costs[0].amount_fen", [0, 10**15 + 1, 1.0, None, ABSENT]),
    ("plan", "costs[0].asset", ["car", "", 1]),
    ("plan", "costs[0].advanced_by", ["", LONG, 1]),
    ("plan", "reserves", [None, {}]),
    ("plan", "reserves[0].id", [*TEXTS, ABSENT, "fee"]),
    ("plan", "reserves[0].kind", ["rent", None, ABSENT]),
    ("plan", "reserves[0].asset", ["car", None, ABSENT]),
    ("plan", "reserves[0].amount_fen", [0, 10**15 + 1, None, ABSENT]),
    ("plan", "claims", [None, {}, ABSENT]),
    ("plan", "claims[0].id", [*TEXTS, ABSENT, "fee", "rent"]),
    ("plan", "claims[1].id", ["M1"]),
    ("plan", "claims[0].creditor", [*TEXTS, ABSENT]),
    ("plan", "claims[0].class", ["mortgage", None, ABSENT]),
    ("plan", "claims[0].asset", ["car", None, 1, ABSENT]),
    ("plan", "claims[3].asset", ["car", 1]),
    ("plan", "claims[0].registered_at", [time for time in TIMES if time is not None]),
    ("plan", "claims[1].registered_at", [None, ABSENT]),
    ("plan", "claims[0].amount_fen", [0, 10**15 + 1, 1.0, None, ABSENT]),
    ("plan", "claims[0].cap_fen", [0, 10**15 + 1, "1"]),
    ("plan", "claims[0].titled", [*FLAGS, ABSENT]),
    ("plan", "claims[0].seizure_lapsed", FLAGS),
    ("plan", "claims[0].unadjudged", FLAGS),
    ("plan", "claims[0].late", FLAGS),
    ("plan", "claims[0].seized_at", [*(time for time in TIMES if time is not None), [], True]),
    ("plan", "claims[0].doubled_interest_fen", [-1, 10**15 + 1, 0.0, None]),
    ("plan", "claims[0].reward_percent", [5, "100.000001", "+5", ".5", "5.", "1e1", " 5", ""]),
    ("plan", "claims[0].name", ["x"]),
]


@pytest.mark.parametrize(("name", "path", "values"), WRONG, ids=[row[1] for row in WRONG])
def test_what_does_not_fit_is_refused_by_its_path(
    name: str, path: str, values: list[Any], base: Callable[..., Any]
) -> None:
    given, command = base(name)
    for value in values:
        assert refused_field(command, put(given, path, value)) == path, repr(value)


FITS: list[tuple[str, str, list[Any]]] = [
    ("lot", "lot.max_steps", [None, 1, 2**53 - 1]),
    ("lot", "lot.reorder_ms", [0, 10000]),
    ("lot", "lot.suspensions", [[]]),
    ("lot", "lot.suspensions[1].from", ["2026-09-02T10:00:00+08:00"]),
    ("lot", "lot.extension_window_seconds", [1, 86400]),
    ("lot", "lot.opens_at", ["2026-07-08T02:00:00Z", "2026-07-08T02:00:00.1-00:00"]),
    ("lot", "bids[0].amount_fen", [1, 2**53 - 1]),
    ("lot", "bids[0].code", ["牌" * 64, "😀" * 64]),
    ("lot", "bids[0].priority_rank", [ABSENT, None, 1]),
    ("lot", "bids[0].id", [ABSENT, None, "x" * 128]),
    ("draw", "freeze.court", [ABSENT]),
    ("draw", "freeze.roles", [ABSENT, []]),
    ("draw", "freeze.note", ["x" * 1000, "", 2**53 - 1, -(2**53) + 1, True, None, {"": [[]]}]),
    ("draw", "freeze.pool", [[]]),
    ("draw", "court.number", [1, 2**32 - 1]),
    ("draw", "beacon", ["", "00"]),
    ("draw", "result", [[], ["x", "x"]]),
    ("plan", "costs", [ABSENT, []]),
    ("plan", "reserves", [ABSENT, []]),
    ("plan", "claims", [[]]),
    ("plan", "assets[0].works_percent", [None, "0", "100", "100.000000", "037.5", "0.000001"]),
    ("plan", "assets[0].proceeds_fen", [1, 10**15]),
    ("plan", "claims[0].registered_at", [None, ABSENT]),
    ("plan", "claims[3].asset", [None, "house"]),
    ("plan", "claims[0].seized_at", [None, {}, {"house": "2023-01-01T00:00:00Z"}]),
    ("plan", "claims[0].doubled_interest_fen", [0, 10**15]),
    ("plan", "claims[0].cap_fen", [None, 1, 10**15]),
    ("plan", "claims[0].reward_percent", [None, "0", "100"]),
]


@pytest.mark.parametrize(("name", "path", "values"), FITS, ids=[row[1] for row in FITS])
def test_what_lies_on_the_border_fits(
    name: str, path: str, values: list[Any], base: Callable[..., Any]
) -> None:
    given, command = base(name)
    if path.endswith("id"):
        given = put(given, path, "x")
    for value in values:
        assert command(verify.read_json(json.dumps(put(given, path, value)).encode()))


@pytest.mark.parametrize("digits", [17, 400, 1001, 100_000])
def test_an_integer_of_any_length_is_too_large_and_not_a_crash(
    digits: int, base: Callable[..., Any]
) -> None:
    given, command = base("lot")
    raw = json.dumps(put(given, "lot.start_price_fen", "here")).replace('"here"', "9" * digits)
    with pytest.raises(verify.Refused) as refusal:
        command(verify.read_json(raw.encode()))
    assert refusal.value.field == "lot.start_price_fen"


def test_an_unknown_asset_under_seized_at_is_named(base: Callable[..., Any]) -> None:
    given, command = base("plan")
    wrong = put(given, "claims[0].seized_at", {"house": "2023-01-01T00:00:00Z", "car": None})
    assert refused_field(command, wrong) == "claims[0].seized_at.car"


def test_a_code_that_changes_its_rank_is_refused_at_the_later_bid(base: Callable[..., Any]) -> None:
    given, command = base("lot")
    given["bids"][2]["priority_rank"] = given["bids"][1]["priority_rank"] = 2
    command(given)
    del given["bids"][2]["priority_rank"]
    assert refused_field(command, given) == "bids[2].priority_rank"


@pytest.mark.parametrize("given", [5, "replay/v1", None, True])
@pytest.mark.parametrize("command", list(verify.COMMANDS.values()))
def test_what_is_no_object_at_all_is_refused_with_an_empty_field(
    command: Callable[[Any], Any], given: Any
) -> None:
    assert refused_field(command, given) == ""


UNREADABLE = {
    "empty": b"",
    "byte-order mark": b'\xef\xbb\xbf{"format": "replay/v1"}',
    "UTF-16": '{"format": "replay/v1"}'.encode("utf-16"),
    "GB18030": '{"format": "竞价"}'.encode("gb18030"),
    "encoded surrogate": b'"\xed\xa0\x80"',
    "two values": b"{} {}",
    "a member twice": b'{"lot": {"mode": 1, "mode": 1}}',
    "a member twice, one escaped": b'{"mode": 1, "mod\\u0065": 1}',
    "NaN": b'{"lot": NaN}',
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "lone surrogate": b'{"code": "\\ud800"}',
    "lone surrogate in a name": b'{"\\udc00": 1}',
    "65 deep": b"[" * 65 + b"]" * 65,
    "65 deep, objects": b'{"a":' * 64 + b"{}" + b"}" * 64,
    "a million deep": b"[" * 1_000_000,
    "a comma too many": b"[1,]",
    "a leading zero": b"[01]",
    "a control character": b'["\x01"]',
    "single quotes": b"{'a': 1}",
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_readers_could_take_differently_is_unreadable(raw: bytes) -> None:
    with pytest.raises(verify.Unreadable):
        verify.read_json(raw)


def test_a_file_nested_64_deep_is_read_and_so_is_an_escaped_emoji() -> None:
    assert verify.read_json(b"[" * 64 + b"]" * 64)
    assert verify.read_json(b'"\\ud83d\\ude00"') == "😀"


def test_an_end_beyond_the_calendar_is_refused_and_not_a_crash(base: Callable[..., Any]) -> None:
    given, command = base("lot")
    given["lot"].update(closes_at="9999-12-31T23:59:59+08:00", mode="auction", suspensions=[])
    bid = {"code": "A", "amount_fen": 86419753, "received_at": "9999-12-31T23:59:00+08:00"}
    given["bids"] = [bid]
    assert refused_field(command, given) == "lot.closes_at"
    given["bids"] = []
    assert command(given)["outcome"]["closed_at"] == "9999-12-31T23:59:59.000+08:00"
