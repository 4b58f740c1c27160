"""``flask valuation redraw`` and ``mean``: a file in, JSON out, and an exit status to trust."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from tests.valuation.vectors import INQUIRIES, TRANSCRIPTS, a_transcript, label
from valuation.commands import valuation_commands

ROOT: Final = Path(__file__).resolve().parents[2]


def run(command: str, file: Path | str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(valuation_commands, [command, str(file)], input=stdin)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_file(value: Any) -> Path:
        path = tmp_path / "input.json"
        path.write_bytes(value if isinstance(value, bytes)
                         else json.dumps(value, ensure_ascii=False).encode())
        return path
    return to_file


@pytest.mark.parametrize("vector", TRANSCRIPTS, ids=label)
def test_redraw_prints_just_order_seed_and_checks(vector: dict[str, Any], write: Any) -> None:
    done = run("redraw", write(vector["input"]))
    expected = vector["expect"]
    assert done.exit_code == expected["status"]
    assert json.loads(done.stdout) == {key: expected[key] for key in ("order", "seed", "checks")}
    assert done.stderr == ""


def test_redraw_says_of_each_worked_case_whether_it_agrees() -> None:
    done = run("redraw", ROOT / "tests" / "vectors" / "draw.json")
    assert done.exit_code == 0, done.stderr
    said = {found["id"]: found["agrees"] for found in json.loads(done.stdout)}
    assert {name for name, agrees in said.items() if agrees} == {vector["id"] for vector in TRANSCRIPTS}
    assert set(said.values()) == {True, None}  # None: for one function alone


def test_a_worked_case_that_comes_out_otherwise_is_shown_and_gives_status_1(write: Any) -> None:
    vector = TRANSCRIPTS[0]
    wrong = vector | {"expect": vector["expect"] | {"order": ["INST-01", "INST-02", "INST-03"]}}
    done = run("redraw", write([vector, wrong]))
    assert done.exit_code == 1
    first, second = json.loads(done.stdout)
    assert (first["agrees"], second["agrees"]) == (True, False)
    assert second["expected"]["order"] != second["found"]["order"] == vector["expect"]["order"]


def test_redraw_answers_a_list_in_its_order_and_a_failed_check_gives_status_1(write: Any) -> None:
    done = run("redraw", write([vector["input"] for vector in TRANSCRIPTS]))
    assert done.exit_code == 1
    assert [found["seed"] for found in json.loads(done.stdout)] == [
        vector["expect"]["seed"] for vector in TRANSCRIPTS]


def test_redraw_of_a_list_of_draws_that_hold_has_status_0(write: Any) -> None:
    assert run("redraw", write([a_transcript(), a_transcript("JD-21")])).exit_code == 0
    assert run("redraw", write([])).stdout.strip() == "[]"


def test_an_input_of_a_list_that_does_not_fit_has_its_error_in_its_place_and_status_2(
        write: Any) -> None:
    failing, broken = a_transcript("JD-16"), a_transcript()
    broken["court"]["number"] = 0
    done = run("redraw", write([failing, broken, a_transcript()]))
    assert done.exit_code == 2
    first, second, third = json.loads(done.stdout)
    assert first["checks"]["result_matches"] is False
    assert set(second) == {"error"}
    assert second["error"]["field"] == "court.number"
    assert second["error"]["message"]
    assert third["checks"]["result_matches"] is True
    assert "court.number" in done.stderr


@pytest.mark.parametrize("raw", [
    b"", b"{", b"\xef\xbb\xbf{}", b"\xff", b'{"a":1,"a":2}', b"[NaN]", b'"\\ud800"', b"[" * 65,
    b"[" * 65 + b"]" * 65, b"[" * 100_000, b"{} {}", b"1" * 5000,
    '{"format":"评估"}'.encode("gb18030"),
])
@pytest.mark.parametrize("command", ["redraw", "mean"])
def test_an_unreadable_file_prints_nothing_but_a_message(command: str, raw: bytes,
                                                         write: Any) -> None:
    done = run(command, write(raw))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["redraw", "mean"])
def test_a_file_that_is_not_there_or_no_file_is_bad_input(command: str, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        done = run(command, path)
        assert (done.exit_code, done.stdout) == (2, "")
        assert str(path) in done.stderr


@pytest.mark.parametrize("many", [False, True], ids=["one", "a list"])
def test_what_a_file_says_does_not_steer_the_terminal(write: Any, many: bool) -> None:
    given = a_transcript() | {"\x1b[2J\u202e": 1}
    stderr = run("redraw", write([given] if many else given)).stderr
    assert "[2J" in stderr
    assert "\x1b" not in stderr
    assert "\u202e" not in stderr


def test_the_message_names_the_field(write: Any) -> None:
    value = a_transcript()
    value["contributions"][2]["nonce"] = "00"
    done = run("redraw", write(value))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "contributions[2].nonce: must be 32 bytes" in done.stderr


def test_mean_prints_the_price_with_its_inputs(write: Any) -> None:
    done = run("mean", write(INQUIRIES[0]["input"]))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == INQUIRIES[0]["expect"]


def test_mean_answers_a_list_in_its_order(write: Any) -> None:
    done = run("mean", write([vector["input"] for vector in INQUIRIES]))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [vector["expect"] for vector in INQUIRIES]


def test_mean_of_a_list_with_a_misfit_goes_on_and_ends_with_status_2(write: Any) -> None:
    done = run("mean", write([{}, INQUIRIES[0]["input"]]))
    assert done.exit_code == 2
    first, second = json.loads(done.stdout)
    assert first["error"]["field"] == "format"
    assert second == INQUIRIES[0]["expect"]


def test_a_dash_reads_standard_input() -> None:
    done = run("redraw", "-", json.dumps(a_transcript()).encode())
    assert done.exit_code == 0


def test_output_is_utf_8_with_sorted_keys_and_chinese_as_itself(write: Any) -> None:
    done = run("redraw", write(a_transcript("JD-14")))
    assert "示范估价所" in done.stdout or "甲" in done.stdout
    assert done.stdout_bytes.decode("utf-8").index('"checks"') < done.stdout.index('"order"')


def test_the_commands_run_without_a_secret_a_database_or_a_server(write: Any) -> None:
    program = Path(sys.executable).with_name("flask")
    done = subprocess.run([str(program), "valuation", "redraw", str(write(a_transcript()))],
                          cwd=ROOT, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode("utf-8"))["order"] == a_transcript()["result"]
