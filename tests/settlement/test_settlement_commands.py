"""``flask settlement compute`` and ``interest``: a file in, JSON out, an exit status to trust."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from settlement.commands import settlement_commands
from tests.settlement.claims_files import a_claim, a_file, vectors

PLANS, INTERESTS = vectors("plan.json"), vectors("interest.json")


def run(command: str, file: Path | str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(settlement_commands, [command, str(file)], input=stdin)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_file(value: Any) -> Path:
        path = tmp_path / "input.json"
        path.write_bytes(value if isinstance(value, bytes)
                         else json.dumps(value, ensure_ascii=False).encode())
        return path
    return to_file


@pytest.mark.parametrize(("command", "cases"), [("compute", PLANS), ("interest", INTERESTS)])
def test_a_list_of_all_worked_cases_is_answered_in_its_order(
    command: str, cases: list[Any], write: Any,
) -> None:
    done = run(command, write([case["input"] for case in cases]))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [case["expect"] for case in cases]
    assert done.stderr == ""


@pytest.mark.parametrize(("command", "case"), [("compute", PLANS[0]), ("interest", INTERESTS[0])])
def test_one_input_is_answered_as_one_with_sorted_keys(command: str, case: Any, write: Any) -> None:
    done = run(command, write(case["input"]))
    shown = json.loads(done.stdout, object_pairs_hook=lambda pairs: pairs)
    assert (done.exit_code, json.loads(done.stdout)) == (0, case["expect"])
    assert [name for name, _ in shown] == sorted(name for name, _ in shown)


def test_a_dash_reads_standard_input() -> None:
    assert run("compute", "-", json.dumps(PLANS[0]["input"]).encode()).exit_code == 0


def test_names_are_printed_as_they_are_written(write: Any) -> None:
    done = run("compute", write(a_file(claims=[a_claim("甲公司")])))
    assert "甲公司" in done.stdout_bytes.decode("utf-8")


def test_an_input_of_a_list_that_does_not_fit_has_its_error_in_its_place(write: Any) -> None:
    bad = a_file(claims=[a_claim(amount_fen=0)])
    done = run("compute", write([PLANS[0]["input"], bad, PLANS[1]["input"]]))
    first, error, last = json.loads(done.stdout)
    assert done.exit_code == 2
    assert (first, last) == (PLANS[0]["expect"], PLANS[1]["expect"])
    assert set(error) == {"error"}
    assert error["error"]["field"] == "claims[0].amount_fen"
    assert error["error"]["message"]


@pytest.mark.parametrize(("content", "named"), [
    (a_file(claims=[a_claim(registered_at="2020-01-01T00:00:00")]), "claims[0].registered_at"),
    (json.dumps(a_file()).replace("10000", "100.0").encode(), "assets[0].proceeds_fen"),
    (a_file(surprise=1), "surprise"),
    (b"\xef\xbb\xbf" + json.dumps(a_file()).encode(), "byte-order mark"),
    (json.dumps(a_file(claims=[a_claim("\u7532")]), ensure_ascii=False).encode("gb18030"), "UTF-8"),
    (b'{"format": "claims/v1", "format": "claims/v1"}', "twice"),
    (json.dumps(a_file()).replace("10000", "NaN").encode(), "NaN"),
    (b"[" * 100_000, "nested"),
    (b"", "JSON"),
])
def test_bad_input_is_refused_with_what_would_be_right_and_nothing_is_printed(
    content: Any, named: str, write: Any,
) -> None:
    done = run("compute", write(content))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["compute", "interest"])
def test_a_file_that_is_not_there_is_status_2(command: str, tmp_path: Path) -> None:
    done = run(command, tmp_path / "nothing.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nothing.json" in done.stderr
