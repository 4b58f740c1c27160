"""The program as a stranger runs it: arguments, streams, exit statuses, lists."""

import json

import pytest

from tests.verifier.conftest import ROOT, Run, Vectors

STRICT_DRAWS = ("JD-12", "JD-16", "JD-23")


def test_a_draw_that_holds_ends_with_0_and_one_that_does_not_with_1(
    verify: Run, draws: Vectors
) -> None:
    for name, status in (("JD-01", 0), ("JD-16", 1), ("JD-31", 1)):
        done = verify("redraw", draws[name]["input"])
        assert done.returncode == status
        assert json.loads(done.stdout)["checks"] == draws[name]["expect"]["checks"]
        assert done.stderr == b""


def test_a_bid_log_and_a_plan_end_with_0(verify: Run, replays: Vectors, plans: Vectors) -> None:
    for command, case in (("replay", replays["TV-12"]), ("compute", plans["TV-20"])):
        done = verify(command, case["input"])
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(done.stdout) == case["expect"]


def test_a_dash_reads_standard_input(verify: Run, replays: Vectors) -> None:
    done = verify("replay", replays["TV-14"]["input"], "-")
    assert done.returncode == 0
    assert json.loads(done.stdout) == replays["TV-14"]["expect"]


def test_the_output_is_utf_8_with_sorted_keys_whatever_the_terminal(
    verify: Run, draws: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = verify("redraw", draws["JD-14"]["input"])
    text = done.stdout.decode("utf-8")
    assert "😀评估" in text
    result = json.loads(text, object_pairs_hook=list)
    assert [name for name, _ in result] == ["checks", "order", "seed"]


def test_an_input_that_does_not_fit_ends_with_2_names_the_field_and_prints_nothing(
    verify: Run, replays: Vectors
) -> None:
    given = replays["TV-12"]["input"] | {"bids": [{"code": "A", "amount_fen": 1.5}]}
    given["bids"][0]["received_at"] = "2026-04-03T10:00:00+08:00"
    done = verify("replay", given)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"bids[0].amount_fen: " in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_unreadable_file_ends_with_2_and_prints_nothing(verify: Run) -> None:
    for raw in (b"", b"\xff", b'{"a": 1, "a": 1}', b"[" * 100_000, b'[{}, "\\ud800"]'):
        done = verify("compute", raw)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Traceback" not in done.stderr
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("many", [False, True], ids=["one", "a list"])
def test_what_a_file_says_does_not_steer_the_terminal(verify: Run, draws: Vectors, many: bool) -> None:
    given = draws[STRICT_DRAWS[0]]["input"] | {"\x1b[2J\u202e": 1}
    done = verify("redraw", [given] if many else given)
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr
    assert "\u202e" not in done.stderr.decode()
    assert b"is not known" in done.stderr


def test_a_missing_file_a_folder_and_a_wrong_command_end_with_2(verify: Run) -> None:
    for arguments in (("replay", "nowhere.json"), ("replay", "."), ("reply", "-"), ("replay",)):
        done = verify(arguments[0], b"{}", *arguments[1:])
        assert (done.returncode, done.stdout) == (2, b"") or arguments == ("replay",)
        assert b"Traceback" not in done.stderr


def test_a_list_gives_the_results_in_the_same_order(verify: Run, plans: Vectors) -> None:
    cases = list(plans.values())
    done = verify("compute", [case["input"] for case in cases])
    assert done.returncode == 0
    assert json.loads(done.stdout) == [case["expect"] for case in cases]


def test_an_empty_list_gives_an_empty_list(verify: Run) -> None:
    done = verify("replay", [])
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_a_list_of_draws_ends_with_1_if_a_check_fails_in_any(verify: Run, draws: Vectors) -> None:
    done = verify("redraw", [draws[name]["input"] for name in STRICT_DRAWS])
    assert done.returncode == 1
    assert [result["checks"]["result_matches"] for result in json.loads(done.stdout)] == [
        True, False, True,
    ]


def test_of_a_list_what_does_not_fit_leaves_an_error_in_its_place_and_ends_with_2(
    verify: Run, draws: Vectors
) -> None:
    given = [draws[name]["input"] for name in STRICT_DRAWS]
    given[0] = given[0] | {"beacon": "XY"}
    done = verify("redraw", [*given, [], 7])
    results = json.loads(done.stdout)
    assert done.returncode == 2
    assert results[0]["error"]["field"] == "beacon"
    assert results[0]["error"]["message"]
    assert [set(result) for result in results[1:3]] == [{"order", "seed", "checks"}] * 2
    assert [result["error"]["field"] for result in results[3:]] == ["", ""]


def test_help_names_the_commands_that_exist(verify: Run) -> None:
    done = verify("--help", b"", "-")
    assert done.returncode == 0
    for command in (b"redraw", b"replay", b"compute", b"bundle", b"receipt"):
        assert command in done.stdout


def test_the_readme_shows_the_commands_as_they_are() -> None:
    readme = (ROOT / "verifier" / "README.md").read_text("utf-8")
    for command in ("redraw", "replay", "compute", "bundle", "receipt"):
        assert f"verify.py {command} " in readme
