"""replay/v1: the worked cases, and every way in which a file may not fit."""

import contextlib
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.commands.offline import auction_commands
from auction.rules.replay import BidLog, read, recompute, replay
from kernel.formats import FormatError, parse_json

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "replay.json").read_bytes())
IDS = [vector["id"] for vector in VECTORS]


def a_log() -> dict[str, Any]:
    return {
        "format": "replay/v1",
        "lot": {"start_price_fen": 86_419_753, "increment_fen": 1_000_000, "max_steps": None,
                "whole_steps": False, "opens_at": "2026-04-02T10:00:00.000+08:00",
                "closes_at": "2026-04-03T10:00:00.000+08:00", "extension_window_seconds": 300,
                "mode": "auction"},
        "bids": [{"code": "B4085", "amount_fen": 86_419_753,
                  "received_at": "2026-04-02T10:00:00.000+08:00", "priority_rank": None,
                  "id": "a"},
                 {"code": "B4085", "amount_fen": 87_419_753,
                  "received_at": "2026-04-02T10:00:01.000+08:00"}]}


def run(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(auction_commands, ["replay", *arguments], input=stdin)


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_the_worked_cases_come_out_to_the_letter(vector: dict[str, Any]) -> None:
    assert recompute(vector["input"]) == vector["expect"]


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_a_log_read_and_written_again_gives_the_same_result(vector: dict[str, Any]) -> None:
    log = read(vector["input"])
    assert replay(read(log.as_json())).as_json() == vector["expect"]


def test_optional_members_are_left_out_where_they_say_nothing() -> None:
    written = read(a_log()).as_json()
    assert set(written["lot"]) == set(a_log()["lot"])
    assert written["bids"][1]["id"] is None


Change = Callable[[dict[str, Any]], Any]


def put(*path: Any, value: Any) -> Change:
    def change(log: dict[str, Any]) -> None:
        target: Any = log
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value
    return change


def drop(*path: Any) -> Change:
    def change(log: dict[str, Any]) -> None:
        target: Any = log
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]
    return change


def pause(from_at: str, to_at: str) -> dict[str, str]:
    return {"from": f"2026-04-02T{from_at}:00+08:00", "to": f"2026-04-02T{to_at}:00+08:00"}


REFUSED: list[tuple[str, Change]] = [
    ("format", drop("format")),
    ("format", put("format", value="replay/v2")),
    ("lot", drop("lot")),
    ("lot", put("lot", value=[])),
    ("bids", put("bids", value={})),
    ("note", put("note", value="")),
    ("lot.start_price_fen", drop("lot", "start_price_fen")),
    ("lot.start_price_fen", put("lot", "start_price_fen", value=0)),
    ("lot.start_price_fen", put("lot", "start_price_fen", value=2**53)),
    ("lot.start_price_fen", put("lot", "start_price_fen", value=True)),
    ("lot.start_price_fen", put("lot", "start_price_fen", value="1")),
    ("lot.increment_fen", put("lot", "increment_fen", value=-1)),
    ("lot.max_steps", put("lot", "max_steps", value=0)),
    ("lot.whole_steps", put("lot", "whole_steps", value=1)),
    ("lot.whole_steps", put("lot", "whole_steps", value=None)),
    ("lot.extension_window_seconds", put("lot", "extension_window_seconds", value=0)),
    ("lot.extension_window_seconds", put("lot", "extension_window_seconds", value=86_401)),
    ("lot.mode", put("lot", "mode", value="sealed")),
    ("lot.reserve_fen", put("lot", "reserve_fen", value=1)),
    ("lot.opens_at", put("lot", "opens_at", value="2026-04-02T10:00:00")),
    ("lot.opens_at", put("lot", "opens_at", value="2026-04-02T10:00:00.0000+08:00")),
    ("lot.opens_at", put("lot", "opens_at", value="2026-04-02T10:00:60+08:00")),
    ("lot.opens_at", put("lot", "opens_at", value="2026-02-30T10:00:00+08:00")),
    ("lot.opens_at", put("lot", "opens_at", value="\uff12026-04-02T10:00:00+08:00")),
    ("lot.opens_at", put("lot", "opens_at", value=1)),
    ("lot.closes_at", put("lot", "closes_at", value="2026-04-02T10:00:00+08:00")),
    ("lot.closes_at", put("lot", "closes_at", value="2026-04-02T01:59:59Z")),
    ("lot.reorder_ms", put("lot", "reorder_ms", value=10_001)),
    ("lot.reorder_ms", put("lot", "reorder_ms", value=None)),
    ("lot.suspensions", put("lot", "suspensions", value=None)),
    ("lot.suspensions[0].to", put("lot", "suspensions", value=[pause("12:00", "12:00")])),
    ("lot.suspensions[0].reason",
     put("lot", "suspensions", value=[{**pause("12:00", "13:00"), "reason": ""}])),
    ("lot.suspensions[1].from",
     put("lot", "suspensions", value=[pause("12:00", "13:00"), pause("12:59", "14:00")])),
    ("bids[0]", put("bids", 0, value=None)),
    ("bids[0].code", put("bids", 0, "code", value="")),
    ("bids[0].code", put("bids", 0, "code", value="x" * 65)),
    ("bids[1].amount_fen", put("bids", 1, "amount_fen", value=None)),
    ("bids[1].received_at", drop("bids", 1, "received_at")),
    ("bids[1].id", put("bids", 1, "id", value="x" * 129)),
    ("bids[1].id", put("bids", 1, "id", value="")),
    ("bids[1].priority_rank", put("bids", 1, "priority_rank", value=0)),
    ("bids[1].priority_rank", put("bids", 1, "priority_rank", value=2)),
    ("bids[1].bidder", put("bids", 1, "bidder", value="name")),
]


@pytest.mark.parametrize(("field", "change"), REFUSED, ids=[
    f"{number}-{field}" for number, (field, _) in enumerate(REFUSED)])
def test_what_does_not_fit_is_named_by_its_path(field: str, change: Change) -> None:
    log = a_log()
    change(log)
    with pytest.raises(FormatError) as refusal:
        recompute(log)
    assert refusal.value.field == field
    assert refusal.value.problem


@pytest.mark.parametrize("path", [("lot", "start_price_fen"), ("bids", 0, "amount_fen"),
                                  ("lot", "max_steps"), ("lot", "extension_window_seconds")])
@pytest.mark.parametrize("number", ["100.0", "1e2", "1E+2", "-0.0"])
def test_a_number_with_fraction_or_exponent_is_no_integer(path: tuple[Any, ...],
                                                          number: str) -> None:
    log = a_log()
    put(*path, value="HERE")(log)
    text = json.dumps(log).replace('"HERE"', number)
    with pytest.raises(FormatError) as refusal:
        recompute(parse_json(text.encode()))
    assert refusal.value.field == ".".join(map(str, path)).replace(".0.", "[0].")


@pytest.mark.parametrize("change", [
    put("lot", "closes_at", value="9999-12-31T23:59:59Z"),
    put("lot", "suspensions", value=[{"from": "0001-01-02T00:00:00Z",
                                      "to": "9999-12-30T00:00:00Z"}])])
def test_a_course_beyond_the_year_9999_is_refused_and_not_a_crash(change: Change) -> None:
    log = a_log()
    change(log)
    with pytest.raises(FormatError):
        recompute(log)


class TestCommand:
    def test_prints_the_result_with_sorted_keys_and_nothing_else(self, tmp_path: Path) -> None:
        file = tmp_path / "log.json"
        file.write_bytes(json.dumps(VECTORS[0]["input"]).encode())
        done = run(str(file))
        assert (done.exit_code, done.stderr) == (0, "")
        printed = json.loads(done.stdout)
        assert printed == VECTORS[0]["expect"]
        assert list(printed) == sorted(printed)

    def test_reads_standard_input(self) -> None:
        done = run("-", stdin=json.dumps(VECTORS[0]["input"]).encode())
        assert json.loads(done.stdout) == VECTORS[0]["expect"]

    def test_a_list_gives_a_list_with_an_error_in_the_place_of_what_does_not_fit(self) -> None:
        broken = a_log()
        drop("bids", 0, "code")(broken)
        done = run("-", stdin=json.dumps([a_log(), broken, VECTORS[0]["input"]]).encode())
        first, second, third = json.loads(done.stdout)
        assert done.exit_code == 2
        assert first["outcome"]["winner_code"] == "B4085"
        assert second["error"]["field"] == "bids[0].code"
        assert set(second["error"]) == {"field", "message"}
        assert third == VECTORS[0]["expect"]

    def test_an_empty_list_gives_an_empty_list(self) -> None:
        done = run("-", stdin=b"[]")
        assert (done.exit_code, json.loads(done.stdout)) == (0, [])

    @pytest.mark.parametrize("raw", [
        b"", b"\xef\xbb\xbf{}", b"\xff\xfe{}", b"{", b"{} {}", b"NaN", b'{"a": 1, "a": 2}',
        b'"\\ud800"', b"[" * 100 + b"]" * 100, b"[" * 100_000, b"7", b"null", b'{"a": Infinity}',
        b"1" * 5000])
    def test_an_unreadable_file_prints_a_message_and_no_result(self, raw: bytes) -> None:
        done = run("-", stdin=raw)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("-: ")

    def test_a_single_input_that_does_not_fit_prints_no_result(self) -> None:
        log = a_log()
        put("lot", "opens_at", value="2026-04-02T10:00:00")(log)
        done = run("-", stdin=json.dumps(log).encode())
        assert (done.exit_code, done.stdout) == (2, "")
        assert "lot.opens_at" in done.stderr

    def test_a_file_that_is_not_there_is_told_and_not_a_crash(self, tmp_path: Path) -> None:
        done = run(str(tmp_path / "none.json"))
        assert (done.exit_code, done.stdout) == (2, "")
        assert "cannot be read" in done.stderr


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path, *(leaf for key in value for leaf in leaves_of(value[key], (*path, key)))]
    if isinstance(value, list):
        return [path, *(leaf for i, item in enumerate(value)
                        for leaf in leaves_of(item, (*path, i)))]
    return [path]


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({}),
    st.sampled_from(["2026-04-02T10:00:00Z", "9999-12-31T23:59:59+00:00", "selloff",
                     "0001-01-01T00:00:00+23:59"]))


@settings(max_examples=300)
@given(st.sampled_from([vector["input"] for vector in VECTORS[-12:]]), st.data())
def test_a_log_with_anything_anywhere_is_judged_or_refused_but_never_crashes(
        given_log: dict[str, Any], data: st.DataObject) -> None:
    log = copy.deepcopy(given_log)
    path = data.draw(st.sampled_from(leaves_of(log)[1:]))
    put(*path, value=data.draw(JUNK))(log)
    with contextlib.suppress(FormatError):
        recompute(log)


def test_an_empty_course_is_a_failure() -> None:
    log = read({**a_log(), "bids": []})
    assert isinstance(log, BidLog)
    assert replay(log).outcome.state == "failed"
