"""Two checkpoints of one log: when they are proof and when not; our command and the stranger's agree."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from audit.rules.splits import Split, whole_path
from evidence.commands import audit_commands
from kernel.signing import Signer
from tests.factories.witnesses import ROOT, ALog

LOG = ALog("court.example/luochui")
OTHER = LOG.other("other")
KEY = LOG.signer.vkey


def said(app: Flask, files: list[Path], keys: tuple[str, ...] = (KEY,), *more: str) -> tuple[int, Any]:
    """What both programs say, which has to be the same."""
    given = [str(file) for file in files] + [part for key in keys for part in ("--key", key)]
    ours = app.test_cli_runner().invoke(audit_commands, ["split", *given, *more])
    theirs = subprocess.run([sys.executable, str(ROOT / "verifier" / "verify.py"), "split", *given],
                            capture_output=True, text=True, check=False)
    assert "Traceback" not in theirs.stderr + ours.output
    assert (ours.exit_code, ours.stdout) == (theirs.returncode, theirs.stdout), theirs.stderr
    return ours.exit_code, json.loads(ours.stdout) if ours.stdout else None


def kept(folder: Path, *texts: str) -> list[Path]:
    files = []
    for place, text in enumerate(texts):
        files.append(folder / f"{place}.checkpoint")
        files[-1].write_text(text)
    return files


def answer(log: ALog, start: int, size: int) -> str:
    """What the platform answers on ``…/consistency?from=START``."""
    return json.dumps({
        "from": start, "to": size, "path": [one.hex() for one in log.path(start, size)],
        "from_root": b64encode(log.root(start)).decode(), "root": b64encode(log.root(size)).decode(),
        "checkpoint": log.note(size)})


def test_two_roots_of_one_size_are_proof(app: Flask, tmp_path: Path) -> None:
    status, report = said(app, kept(tmp_path, LOG.note(9), OTHER.note(9)))
    assert (status, report["proof"], report["finding"]) == (0, True, "two_roots")
    assert [one["size"] for one in report["checkpoints"]] == [9, 9]


def test_the_same_checkpoint_twice_is_none(app: Flask, tmp_path: Path) -> None:
    status, report = said(app, kept(tmp_path, LOG.note(9), LOG.note(9)))
    assert (status, report["finding"]) == (1, "same")


def test_two_sizes_alone_prove_nothing(app: Flask, tmp_path: Path) -> None:
    for later in (LOG.note(12), OTHER.note(12)):
        status, report = said(app, kept(tmp_path, LOG.note(9), later))
        assert (status, report["finding"]) == (1, "undecided")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 9, 200, 256])
def test_a_path_to_the_larger_root_from_another_beginning_is_proof(
        app: Flask, tmp_path: Path, size: int) -> None:
    status, report = said(app, kept(tmp_path, LOG.note(size), answer(OTHER, size, 300)))
    assert (status, report["finding"]) == (0, "other_beginning")
    status, report = said(app, kept(tmp_path, LOG.note(size), answer(LOG, size, 300)))
    assert (status, report["finding"]) == (1, "consistent")


def test_a_path_that_leads_nowhere_is_no_proof(app: Flask, tmp_path: Path) -> None:
    shown = json.loads(answer(LOG, 9, 12))
    for path in ([], ["00" * 32], [*shown["path"][:-1], "11" * 32], [*shown["path"], "00" * 32],
                 shown["path"][:-1], ["22" * 32] * 70):
        status, report = said(app, kept(tmp_path, LOG.note(9), json.dumps(shown | {"path": path})))
        assert (status, report["finding"]) == (1, "undecided")
    status, report = said(app, kept(tmp_path, LOG.note(7), json.dumps(shown)))
    assert (status, report["finding"]) == (1, "undecided")


def test_what_another_key_signed_is_no_proof_against_the_log(app: Flask, tmp_path: Path) -> None:
    forger = Signer(LOG.origin, bytes(32))
    status, report = said(app, kept(tmp_path, LOG.note(9), OTHER.note(9, forger)))
    assert (status, report["finding"]) == (1, "not_signed")
    stranger = ALog("elsewhere.example/luochui")
    status, report = said(app, kept(tmp_path, stranger.note(9), stranger.other("x").note(9)))
    assert (status, report["finding"]) == (1, "other_log")


def test_checkpoints_of_two_logs_are_no_proof_against_either(app: Flask, tmp_path: Path) -> None:
    status, report = said(app, kept(tmp_path, LOG.note(9), ALog("elsewhere.example/luochui").note(9)))
    assert (status, report["finding"]) == (1, "other_log")
    split = Split(LOG.note(9), ALog("elsewhere.example/luochui").note(9))
    assert not split.judge([KEY, ALog("elsewhere.example/luochui").signer.vkey]).is_proof


def test_both_keys_of_a_log_count(app: Flask, tmp_path: Path) -> None:
    new = Signer(LOG.origin, b"n" * 32)
    status, report = said(app, kept(tmp_path, LOG.note(9), OTHER.note(9, new)), (KEY, new.vkey))
    assert (status, report["finding"]) == (0, "two_roots")


@pytest.mark.parametrize(("lang", "proof", "none", "agree"), [
    ("zh", "构成证据：日志签了两个不能并存的历史", "不构成证据", "没有矛盾"),
    ("en", "PROOF: the log has signed two histories that cannot both be true", "no proof",
     "no contradiction")])
def test_people_read_what_it_comes_to_and_both_programs_say_it_in_the_same_words(
        app: Flask, tmp_path: Path, lang: str, proof: str, none: str, agree: str) -> None:
    forged = LOG.note(9, Signer(LOG.origin, bytes(32)))
    elsewhere = ALog("elsewhere.example/luochui").note(9)
    for other, verdict, reason in (
            (OTHER.note(9), proof, {"zh": "同一大小签了两个树根", "en": "signed with two roots"}),
            (answer(OTHER, 9, 30), proof, {"zh": "较长日志的前 9 条", "en": "The first 9 records"}),
            (LOG.note(9), agree, {"zh": "两份说的一样", "en": "Both say the same"}),
            (answer(LOG, 9, 30), agree, {"zh": "以较短的为开头", "en": "begins with the smaller"}),
            (OTHER.note(30), none, {"zh": "consistency?from=9", "en": "consistency?from=9"}),
            (forged, none, {"zh": "没有日志的签名", "en": "Without the log's signature"}),
            (elsewhere, none, {"zh": f"密钥属于日志 {LOG.origin}", "en": f"key is of the log {LOG.origin}"})):
        told = told_people(app, kept(tmp_path, LOG.note(9), other), lang)
        heading, *both, why = told.splitlines()
        assert heading.endswith(f"1.checkpoint: {verdict}")
        assert reason[lang] in why
        assert all(LOG.origin in one or other == elsewhere for one in both)
        assert not any(word in told for word in ("通过", "不一致", "holds", "FAILS"))


def told_people(app: Flask, files: list[Path], lang: str) -> str:
    """The report for people, which both programs give in the same words."""
    given = ["split", *map(str, files), "--key", KEY, "--lang", lang]
    ours = app.test_cli_runner().invoke(audit_commands, given)
    theirs = subprocess.run([sys.executable, str(ROOT / "verifier" / "verify.py"), *given],
                            capture_output=True, text=True, check=False)
    assert ours.stderr == theirs.stderr
    return ours.stderr


def test_the_report_says_which_of_two_is_not_signed(app: Flask, tmp_path: Path) -> None:
    forged = OTHER.note(12, Signer(LOG.origin, bytes(32)))
    lines = told_people(app, kept(tmp_path, forged, LOG.note(9)), "zh").splitlines()
    assert lines[1] == f"  [签名成立] {LOG.origin}，9 条，树根 {LOG.root(9).hex()}"
    assert lines[2] == f"  [没有所给密钥的签名] {LOG.origin}，12 条，树根 {OTHER.root(12).hex()}"


def test_a_key_may_be_the_name_of_a_file_and_nonsense_is_told_in_clear_words(
        app: Flask, tmp_path: Path) -> None:
    files, key = kept(tmp_path, LOG.note(9), OTHER.note(9)), tmp_path / "log.key"
    key.write_text(f"{KEY}\n")
    assert said(app, files, (str(key),))[0] == 0
    key.write_text("a+b+c\n")
    for wrong in ("nonsense", "", "a+b", "a+b+c", KEY[:-4], str(key), str(tmp_path)):
        assert said(app, files, (wrong,)) == (2, None)
        ours = app.test_cli_runner().invoke(
            audit_commands, ["split", *map(str, files), "--key", wrong])
        assert "is neither a key nor a file that holds one" in ours.stderr
        assert "unpack" not in ours.stderr
    assert said(app, files, (KEY, ALog("elsewhere.example/luochui").signer.vkey)) == (2, None)


def test_only_proof_is_written_and_the_command_says_so(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "split.json"

    def ask(other: str, output: Path, lang: str = "zh") -> Any:
        given = map(str, kept(tmp_path, LOG.note(9), other))
        return app.test_cli_runner().invoke(
            audit_commands, ["split", *given, "--key", KEY, "-o", str(output), "--lang", lang])

    for none in (LOG.note(9), OTHER.note(30), OTHER.note(9, Signer(LOG.origin, bytes(32)))):
        done = ask(none, file)
        assert (done.exit_code, file.exists()) == (1, False)
        assert f"不是证据，没有写入 {file}" in done.stderr
    assert f"This is no proof: {file} was not written" in ask(LOG.note(9), file, "en").stderr
    for nowhere in (tmp_path / "none" / "x.json", tmp_path / "0.checkpoint" / "x.json"):
        done = ask(OTHER.note(9), nowhere)
        assert (done.exit_code, json.loads(done.stdout)["finding"]) == (2, "two_roots")
        assert f"这是证据，但写不进 {nowhere}：" in done.stderr
        assert isinstance(done.exception, SystemExit)
    assert f"证据已写入 {file}" in ask(OTHER.note(9), file).stderr
    assert said(app, [file])[0] == 0


def test_the_proof_is_one_portable_file(app: Flask, tmp_path: Path) -> None:
    proof = tmp_path / "split.json"
    ours = app.test_cli_runner().invoke(audit_commands, [
        "split", *(str(one) for one in kept(tmp_path, LOG.note(9), answer(OTHER, 9, 30))), "--key", KEY,
        "-o", str(proof)])
    assert ours.exit_code == 0
    status, report = said(app, [proof])
    assert (status, report["finding"]) == (0, "other_beginning")


@pytest.mark.parametrize("spoil", [
    lambda shown: "", lambda shown: "[]", lambda shown: "{}", lambda shown: json.dumps(shown | {"more": 1}),
    lambda shown: json.dumps(shown | {"format": "split/v2"}),
    lambda shown: json.dumps(shown | {"checkpoints": shown["checkpoints"][:1]}),
    lambda shown: json.dumps(shown | {"checkpoints": ["x", "y"]}),
    lambda shown: json.dumps(shown | {"checkpoints": [1, None]}),
    lambda shown: json.dumps(shown | {"path": ["AB" * 32]}), lambda shown: json.dumps(shown | {"path": [1]}),
    lambda shown: json.dumps(shown | {"path": "00"})])
def test_what_does_not_fit_is_refused(app: Flask, tmp_path: Path, spoil: Any) -> None:
    whole = Split(LOG.note(9), OTHER.note(30), whole_path(9, OTHER.root(9), OTHER.path(9, 30))).as_json
    file = tmp_path / "split.json"
    file.write_text(json.dumps(whole))
    assert said(app, [file])[0] == 0
    file.write_text(spoil(whole))
    assert said(app, [file]) == (2, None)


def test_one_checkpoint_alone_cannot_be_compared(app: Flask, tmp_path: Path) -> None:
    assert said(app, kept(tmp_path, LOG.note(9)))[0] == 2
    assert said(app, kept(tmp_path, LOG.note(9), LOG.note(9), LOG.note(9)))[0] == 2
    assert said(app, kept(tmp_path, LOG.note(9), "no note\n"))[0] == 2
    assert said(app, kept(tmp_path, LOG.note(9), OTHER.note(9)), ("nonsense",))[0] == 2
