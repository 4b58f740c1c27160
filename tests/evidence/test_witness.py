"""A witness over HTTP (C2SP tlog-witness): what it signs, what it refuses, and what it never forgets."""

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from audit.rules.notes import Note, is_signed_by, read_note, read_signature
from audit.rules.splits import Finding, Split, read_split, whole_path
from audit.rules.witnesses import Submission
from evidence.witness.server import LONGEST
from kernel.signing import Signer
from tests.factories.witnesses import ROOT, ALog, Running

ORIGINS = [f"court-{number}.example/luochui" for number in range(80)]
_next = count()


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    keys = [ALog(origin).signer.vkey for origin in ORIGINS]
    with Running(tmp_path_factory.mktemp("witness"), keys) as running:
        yield running


@pytest.fixture
def log() -> ALog:
    """A log that the witness knows and has not seen."""
    return ALog(ORIGINS[next(_next)])


def cosigned(witness: Running, log: ALog, size: int, text: str) -> bool:
    body = read_note(log.note(size)).body
    return is_signed_by(Note(body, (read_signature(text.removesuffix("\n")),)), witness.key)


def kept(witness: Running, log: ALog) -> list[Split]:
    shown = [read_split(one) for one in json.loads(witness.said("GET", "/evidence").text)]
    return [one for one in shown if one.one.startswith(f"{log.origin}\n")]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257])
def test_the_first_checkpoint_of_a_log_is_signed_as_it_is(witness: Running, log: ALog, size: int) -> None:
    said = witness.asked(log.asks(0, size))
    assert said.status == 200
    assert cosigned(witness, log, size, said.text)


@pytest.mark.parametrize(("old", "size"), [(1, 2), (4, 7), (7, 8), (8, 300), (255, 257)])
def test_what_begins_with_all_that_was_seen_is_signed(
        witness: Running, log: ALog, old: int, size: int) -> None:
    witness.asked(log.asks(0, old))
    said = witness.asked(log.asks(old, size))
    assert said.status == 200
    assert cosigned(witness, log, size, said.text)


def test_the_same_checkpoint_is_signed_again(witness: Running, log: ALog) -> None:
    for old in (0, 5):
        said = witness.asked(log.asks(old, 5))
        assert said.status == 200
        assert cosigned(witness, log, 5, said.text)


def test_it_says_how_far_it_has_seen_to_whoever_comes_from_elsewhere(witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 9))
    for old, size in ((0, 12), (8, 12), (10, 12), (0, 9), (4, 8)):
        said = witness.asked(log.asks(old, size))
        assert (said.status, said.type, said.text) == (409, "text/x.tlog.size", "9\n")


def test_an_earlier_checkpoint_is_not_signed_again(witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 9))
    said = witness.asked(Submission(9, [], log.note(4)).text)
    assert said.status == 400


def test_another_history_of_the_same_size_is_refused_and_kept_as_proof(witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 6))
    other = log.other("other")
    for old in (6, 0, 3):
        assert witness.asked(other.asks(old, 6)).status == 409
    (split,) = kept(witness, log)
    assert split.judge([log.signer.vkey]).finding is Finding.TWO_ROOTS


@pytest.mark.parametrize("old", [5, 6, 7, 200])
def test_a_history_with_another_beginning_is_refused_and_its_path_proves_it(
        witness: Running, log: ALog, old: int) -> None:
    witness.asked(log.asks(0, old))
    said = witness.asked(log.other("other").asks(old, old + 70))
    assert said.status == 422
    (split,) = kept(witness, log)
    assert split.judge([log.signer.vkey]).finding is Finding.OTHER_BEGINNING
    assert witness.asked(log.asks(old, old + 3)).status == 200


def test_where_the_path_leaves_out_what_would_prove_it_the_two_checkpoints_are_kept(
        witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 8))
    assert witness.asked(log.other("other").asks(8, 21)).status == 422
    (split,) = kept(witness, log)
    assert split.judge([log.signer.vkey]).finding is Finding.UNDECIDED
    completed = Split(split.one, split.other, whole_path(8, log.other("other").root(8),
                                                         log.other("other").path(8, 21)))
    assert completed.judge([log.signer.vkey]).finding is Finding.OTHER_BEGINNING


def test_a_spoilt_path_is_refused_and_proves_nothing(witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 5))
    path = [bytes(32), *log.path(5, 9)[1:]]
    assert witness.asked(Submission(5, path, log.note(9)).text).status == 422
    (split,) = kept(witness, log)
    assert split.judge([log.signer.vkey]).finding is Finding.UNDECIDED


def test_a_proof_from_nothing_is_refused(witness: Running, log: ALog) -> None:
    assert witness.asked(Submission(0, [bytes(32)], log.note(4)).text).status == 422


def test_an_unknown_log_is_refused(witness: Running) -> None:
    assert witness.asked(ALog("nowhere.example/luochui").asks(0, 4)).status == 404


def test_a_checkpoint_that_no_pinned_key_signed_is_refused_and_not_remembered(
        witness: Running, log: ALog) -> None:
    forger = Signer(log.origin, bytes(32))
    asked = Submission(0, [], log.note(4, forger)).text
    assert witness.asked(asked).status == 403
    assert witness.asked(log.asks(0, 4)).status == 200
    assert witness.asked(Submission(4, [], log.other("x").note(4, forger)).text).status == 403
    assert not kept(witness, log)


@pytest.mark.parametrize("spoil", [
    lambda text: "", lambda text: "old\n\n", lambda text: text.replace("old 0", "old -1"),
    lambda text: text.replace("old 0", "old 00"), lambda text: text.replace("old 0", "old 1e3"),
    lambda text: text.replace("old 0", "old ٣"), lambda text: text.replace("old 0", f"old {'9' * 400}"),
    lambda text: text.replace("old 0\n", "old 0\n" + "A" * 43 + "=\n" * 64),
    lambda text: text.replace("old 0\n", "old 0\n" + ("A" * 43 + "=\n") * 64),
    lambda text: text.replace("old 0\n", "old 0\nAAAA\n"),
    lambda text: text.replace("old 0\n", "old 0\n法院\n"),
    lambda text: text.replace("\n4\n", "\n04\n"), lambda text: text.replace("\n4\n", "\n4\n法\n"),
    lambda text: text.replace("— ", "- "), lambda text: text[:-1], lambda text: text.replace("\n\n", "\n"),
    lambda text: text + "\x00", lambda text: text.replace("\n", "\r\n"), lambda text: "{}"])
def test_what_does_not_fit_is_refused_in_words(witness: Running, log: ALog, spoil: object) -> None:
    assert callable(spoil)
    said = witness.asked(spoil(log.asks(0, 4)))
    assert said.status == 400
    assert said.text.strip()
    assert "Traceback" not in said.text


def test_bytes_that_are_no_text_are_refused(witness: Running, log: ALog) -> None:
    assert witness.asked(b"\xff\xfe" + log.asks(0, 4).encode()).status == 400


def test_a_body_beyond_all_measure_is_not_read(witness: Running) -> None:
    assert witness.asked(b"x" * (LONGEST + 1)).status == 413
    address = urlsplit(witness.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        wire.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.sendall(b"40000\r\n" + b"x" * 0x40000 + b"\r\n0\r\n\r\n")
        assert b" 413 " in wire.recv(4096)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/add-checkpoint", 405), ("POST", "/", 405), ("GET", "/nowhere", 404), ("GET", "/../key", 404)])
def test_it_has_three_doors_and_no_more(witness: Running, method: str, path: str, status: int) -> None:
    assert witness.said(method, path).status == status


def test_it_shows_whoever_asks_how_far_it_has_seen_with_its_own_signature(
        witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 4))
    shown = json.loads(witness.said("GET", "/").text)
    mine = next(one for one in shown["logs"] if one["origin"] == log.origin)
    assert (shown["witness"], mine["size"]) == (witness.key, 4)
    assert is_signed_by(read_note(mine["checkpoint"]), witness.key)


def test_of_two_who_race_from_the_same_size_one_is_signed(witness: Running, log: ALog) -> None:
    witness.asked(log.asks(0, 3))
    bodies = [log.asks(3, size) for size in range(4, 20)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(witness.asked, bodies))
    assert sorted(said.status for said in answers) == [200] + [409] * 15
    won = next(size for size, said in zip(range(4, 20), answers, strict=True) if said.status == 200)
    shown = json.loads(witness.said("GET", "/").text)
    assert next(one["size"] for one in shown["logs"] if one["origin"] == log.origin) == won


def test_both_keys_of_a_log_are_taken_while_they_change(tmp_path: Path) -> None:
    log = ALog("court.example/luochui")
    new = Signer(log.origin, b"n" * 32)
    with Running(tmp_path, [log.signer.vkey, new.vkey]) as witness:
        assert witness.asked(log.asks(0, 4)).status == 200
        assert witness.asked(Submission(4, log.path(4, 7), log.note(7, new)).text).status == 200
    with Running(tmp_path, [new.vkey]) as witness:
        assert witness.asked(log.asks(7, 9)).status == 403
        assert witness.asked(Submission(7, log.path(7, 9), log.note(9, new)).text).status == 200


DIES = """
import os
from evidence.witness import desk
from evidence.witness.command import witness
desk.Reply = lambda *_: os._exit(9)    # its turn has ended, nothing is answered yet
witness()
"""


def test_what_was_stored_before_a_crash_holds_after_it(tmp_path: Path) -> None:
    log = ALog("court.example/luochui")
    with Running(tmp_path, [log.signer.vkey], program=("-c", DIES)) as witness:
        with pytest.raises(ConnectionError):
            witness.asked(log.asks(0, 6))
        assert witness.process.wait(20) == 9
        key = witness.key
    with Running(tmp_path, [log.signer.vkey]) as witness:
        assert witness.key == key
        assert witness.asked(log.other("x").asks(0, 6)).status == 409
        assert witness.asked(log.asks(0, 8)).text == "6\n"
        assert witness.asked(log.asks(6, 8)).status == 200


def test_it_remembers_over_a_kill_what_it_answered(tmp_path: Path) -> None:
    log = ALog("court.example/luochui")
    for old, size in ((0, 3), (3, 4), (4, 11)):
        with Running(tmp_path, [log.signer.vkey]) as witness:
            assert witness.asked(log.asks(old, size)).status == 200
            witness.kill()


def test_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Running(tmp_path, [ALog("court.example/luochui").signer.vkey]) as witness:
        mode = stat.S_IMODE((witness.folder / "key").stat().st_mode)
    assert mode == 0o600


def refused(folder: Path, *more: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "evidence.witness", str(folder), "--listen", "127.0.0.1:0", *more],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_witness_without_its_memory_does_not_start(tmp_path: Path) -> None:
    key = ALog("court.example/luochui").signer.vkey
    with Running(tmp_path, [key]):
        pass
    (tmp_path / "seen.sqlite").unlink()
    assert "contradict itself" in refused(tmp_path, "--log", key)
    with Running(tmp_path, [key], more=["--first"]) as witness:
        assert witness.key


def test_key_and_memory_of_two_witnesses_do_not_go_together(tmp_path: Path) -> None:
    key = ALog("court.example/luochui").signer.vkey
    for name in ("a", "b"):
        with Running(tmp_path / name, [key], name=f"{name}.example"):
            pass
    (tmp_path / "b" / "key").replace(tmp_path / "a" / "key")
    assert "another key" in refused(tmp_path / "a", "--log", key)


A_LOG = ("--log", ALog("court.example/luochui").signer.vkey)


@pytest.mark.parametrize(("given", "said"), [
    ([], "no log is named"), (["--log", "nonsense"], "no key of the form"), (A_LOG, "needs --name"),
    ([*A_LOG, "--name", "a b"], "neither blanks"),
    ([*A_LOG, "--name", "a", "--listen", "nowhere"], "HOST:PORT")])
def test_what_is_missing_is_said_in_words(tmp_path: Path, given: list[str], said: str) -> None:
    assert said in refused(tmp_path / "new", *given)


def test_it_ends_in_good_order_when_told(tmp_path: Path) -> None:
    with Running(tmp_path, [ALog("court.example/luochui").signer.vkey]) as witness:
        witness.process.terminate()
        assert witness.process.wait(20) == 0


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    with Running(tmp_path, [ALog("court.example/luochui").signer.vkey]) as witness:
        witness.end()
        assert witness.process.returncode == 0
