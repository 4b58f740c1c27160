"""A checkpoint outside of the database: what it shows after a restore, who serves then, and the way on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import ANY

import click
import pytest
import structlog
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from accounts.models import Court
from auction.models import Suspension
from auction.rules.closing import FAULT_WORDS, Fault
from auction.rules.lifecycle import LotState
from audit import services as audit
from audit.kinds import Kind
from audit.models import Log
from audit.rules.notes import Checkpoint, sign
from audit.rules.outside import Outside, Verdict
from audit.services import checkpoints
from config.settings import Settings
from config.witnesses import Witness, Witnesses
from evidence import jobs
from evidence.jobs import begin_by_looking, keep_outside, sign_checkpoints
from evidence.services import Folder, asking, compare_all
from evidence.services.asking import seen_by
from kernel import signing, standstill
from kernel.access import Role
from kernel.database import db
from kernel.errors import Unavailable
from tests.clients import json_of
from tests.factories.accounts import PASSWORD, a_court, a_person
from tests.factories.auction import CLOSES_AT, OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid
from tests.factories.audit import grow
from tests.factories.witnesses import Running

pytestmark = pytest.mark.both_databases


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


@pytest.fixture
def origin(session: Session, court: Court) -> str:
    return session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()


@pytest.fixture
def folder(app: Flask) -> Folder:
    settings: Settings = app.extensions["settings"]
    return Folder(settings.checkpoints)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform tells whoever runs it, on standard error."""
    lines: list[str] = []
    monkeypatch.setattr(click, "secho", lambda text, **_: lines.append(text))
    return lines


def note_of(origin: str, size: int, root: bytes = b"\7" * 32) -> str:
    return sign(Checkpoint(origin, size, root).body, signing.signer(origin)).text


def size_of(origin: str) -> int:
    return db.session().scalars(select(Log.size).where(Log.origin == origin)).one()


def lay(folder: Folder, origin: str, text: str) -> None:
    """Somebody's hand puts this into the folder."""
    known = {one.origin: one for one in folder()}
    assert folder.put(origin, text, over=known[origin].note if origin in known else None)


def verdicts(folder: Folder) -> dict[str, Verdict]:
    return {one.outside.origin: one.verdict for one in compare_all(db.session(), folder())}


def test_every_new_checkpoint_lies_outside_as_it_was_signed(folder: Folder, origin: str) -> None:
    for _ in range(2):
        grow(origin, 3)
        sign_checkpoints()
        keep_outside()
        newest = audit.newest_checkpoint(db.session(), origin)
        assert newest is not None
        assert {one.origin: one.note for one in folder()}[origin] == newest.note
        assert newest.size == size_of(origin)
    assert set(verdicts(folder).values()) == {Verdict.HOLDS}


def test_leaves_that_the_signer_has_not_taken_up_yet_count_as_there(folder: Folder, origin: str) -> None:
    """A backup of the moment between a commit and the signature is complete, though its tree is behind."""
    grow(origin, 300)
    sign_checkpoints()
    grow(origin, 5)
    whole = checkpoints.root_of_first(db.session(), origin, size_of(origin))
    lay(folder, origin, note_of(origin, size_of(origin), whole))
    assert verdicts(folder)[origin] is Verdict.HOLDS


def test_a_database_without_what_was_signed_outside_is_behind(folder: Folder, origin: str) -> None:
    sign_checkpoints()
    lay(folder, origin, note_of(origin, size_of(origin) + 7))
    (worst, *_) = compare_all(db.session(), folder())
    assert (worst.verdict, worst.missing, worst.size) == (Verdict.BEHIND, 7, size_of(origin))
    assert worst.last_at == db.session().get_one(Log, origin).last_at


def test_as_many_leaves_but_others_differ(folder: Folder, origin: str) -> None:
    sign_checkpoints()
    lay(folder, origin, note_of(origin, size_of(origin) - 1))
    assert verdicts(folder)[origin] is Verdict.DIFFERS


def test_a_log_that_the_database_does_not_have_is_behind(folder: Folder, court: Court) -> None:
    lay(folder, "elsewhere.example/log", note_of("elsewhere.example/log", 3))
    assert verdicts(folder) == {"elsewhere.example/log": Verdict.BEHIND}


@pytest.mark.parametrize("text", ["", "no note", "x" * 70_000], ids=["empty", "words", "long"])
def test_what_is_no_checkpoint_is_garbled_and_not_absent(folder: Folder, origin: str, text: str) -> None:
    lay(folder, origin, text)
    assert verdicts(folder) == {origin: Verdict.GARBLED}


def test_a_file_that_is_no_text_is_garbled(app: Flask, folder: Folder, origin: str) -> None:
    lay(folder, origin, "")
    (path,) = app.extensions["settings"].checkpoints.glob("*.checkpoint")
    path.write_bytes(b"\xff\xfe\x00")
    assert verdicts(folder) == {origin: Verdict.GARBLED}


def test_a_folder_that_cannot_be_read_is_said_and_one_that_is_missing_is_empty(tmp_path: Path) -> None:
    assert Folder(tmp_path / "missing")() == []
    (tmp_path / "file").write_text("")
    (found,) = Folder(tmp_path / "file")()
    assert found.note is None
    assert found.problem


def test_the_checkpoint_of_another_log_or_of_another_key_is_garbled(folder: Folder, origin: str) -> None:
    lay(folder, origin, note_of(f"{origin}x", 1))
    assert verdicts(folder) == {origin: Verdict.GARBLED}
    other = sign(Checkpoint(origin, 1, b"\7" * 32).body, signing.signer(f"{origin}/receipt")).text
    lay(folder, origin, other)
    assert verdicts(folder) == {origin: Verdict.GARBLED}


def test_nothing_is_put_over_what_was_not_compared(folder: Folder, origin: str) -> None:
    lay(folder, origin, "one")
    assert not folder.put(origin, "two", over=None)
    assert not folder.put(origin, "two", over="another")
    assert [one.note for one in folder()] == ["one"]


def test_what_does_not_continue_it_replaces_nothing(app: Flask, folder: Folder, origin: str,
                                                    said: list[str]) -> None:
    sign_checkpoints()
    known = note_of(origin, size_of(origin) + 1)
    lay(folder, origin, known)
    grow(origin, 5)
    sign_checkpoints()
    keep_outside()
    assert known in {one.note for one in folder()}
    assert standstill.reason(app) is not None
    assert said


class TestStandingStill:
    def test_a_new_database_is_served_at_once(self, app: Flask, client: FlaskClient) -> None:
        begin_by_looking(app)
        assert client.get("/").status_code == 200

    def test_a_grown_database_with_nothing_outside_is_served_and_that_is_said(
            self, app: Flask, client: FlaskClient, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
        sign_checkpoints()
        with capture_logs() as logs:
            monkeypatch.setattr(jobs, "log", structlog.get_logger())
            begin_by_looking(app)
        assert {"event": "checkpoint.none_outside", "log": origin, "log_level": "warning"} in logs
        assert client.get("/").status_code == 200

    def test_behind_what_is_signed_outside_every_page_says_so_and_how_much_is_missing(
            self, app: Flask, client: FlaskClient, folder: Folder, origin: str, said: list[str]) -> None:
        sign_checkpoints()
        here = size_of(origin)
        lay(folder, origin, note_of(origin, here + 40))
        begin_by_looking(app)
        for path in ("/", "/lots", "/no/such/page"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "Retry-After" in answer.headers
            assert "平台暂停服务" in answer.text
            assert f"{here + 40} 条" in answer.text
            assert f"{here} 条" in answer.text
        english = client.get("/", headers={"Accept-Language": "en"}).text
        assert "An older backup may have been restored" in english
        told = client.get("/api/v1/lots")
        assert (told.status_code, json_of(told)["code"]) == (503, "in_recovery")
        assert json_of(client.get("/readyz"))["checks"]["log"] is False
        assert client.get("/healthz").status_code == 200
        assert "at least 40 are missing" in said[0]

    def test_behind_what_a_witness_has_seen_it_serves_nobody_though_nothing_lies_outside(
            self, app: Flask, client: FlaskClient, origin: str, tmp_path: Path,
            monkeypatch: pytest.MonkeyPatch) -> None:
        sign_checkpoints()
        ahead = note_of(origin, size_of(origin) + 7)
        witness = Running(tmp_path, [signing.signer(origin).vkey])
        assert witness.asked(f"old 0\n\n{ahead}").status == 200
        named = Witnesses(1, (Witness(witness.key, witness.url),))
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], witnesses=named))
        begin_by_looking(app)
        assert client.get("/").status_code == 503
        witness.end()
        keep_outside()
        assert client.get("/").status_code == 200, "a witness that is silent stops nobody"

    @pytest.mark.parametrize("text", ["[" * 50_000, "", "{}", "[]", '{"logs": 1}', '{"logs": [{"origin": 1}]}'
                                      ])
    def test_a_witness_that_answers_nonsense_stops_nobody(
            self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setattr(asking, "_said", lambda *_: (200, text))
        assert seen_by([Witness("witness.example+00000000+AA", "http://127.0.0.1:1")], "court.example") == []

    def test_what_a_witness_shows_and_no_key_of_the_log_has_signed_stops_nobody(
            self, app: Flask, client: FlaskClient, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
        sign_checkpoints()
        forged = note_of(origin, size_of(origin) + 7).replace(origin, f"{origin}x", 1)
        monkeypatch.setattr(jobs, "seen_by", lambda *_: [
            Outside("https://witness.example", origin, shown) for shown in (forged, None)])
        begin_by_looking(app)
        assert client.get("/").status_code == 200

    def test_no_job_but_the_look_takes_a_turn(self, app: Flask) -> None:
        standstill.begin(Unavailable())
        waits = [job.name for job in app.extensions["jobs"] if not job.at_standstill]
        assert "open and close sales" in waits
        assert "sign checkpoints" in waits
        assert [job.name for job in app.extensions["jobs"] if job.at_standstill] == [
            "keep checkpoints outside"]

    def test_a_newer_backup_ends_it_without_a_restart(self, app: Flask, client: FlaskClient, folder: Folder,
                                                      origin: str, said: list[str]) -> None:
        sign_checkpoints()
        true = audit.newest_checkpoint(db.session(), origin)
        assert true is not None
        lay(folder, origin, note_of(origin, size_of(origin) + 1))
        begin_by_looking(app)
        assert client.get("/").status_code == 503
        lay(folder, origin, true.note)
        keep_outside()
        assert client.get("/").status_code == 200
        assert len(said) == 1

    def test_a_database_that_was_restored_beneath_a_running_process_stops_it(
            self, app: Flask, client: FlaskClient, folder: Folder, origin: str, said: list[str]) -> None:
        sign_checkpoints()
        begin_by_looking(app)
        assert client.get("/").status_code == 200
        lay(folder, origin, note_of(origin, size_of(origin) + 1))
        keep_outside()
        assert client.get("/").status_code == 503

    def test_a_disk_that_takes_nothing_stops_nobody(self, app: Flask, client: FlaskClient, origin: str,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
        app.extensions["settings"].checkpoints.write_text("a file where the folder should be")
        sign_checkpoints()
        with capture_logs() as logs:
            monkeypatch.setattr(jobs, "log", structlog.get_logger())
            monkeypatch.setattr(Folder, "__call__", lambda _self: [])
            keep_outside()
        assert {"event": "checkpoint.not_kept", "log": origin, "reason": ANY, "log_level": "error"} in logs
        assert client.get("/").status_code == 200


class TestAcceptingALoss:
    @pytest.fixture
    def accept(self, app: Flask, session: Session, court: Court, tmp_path: Path) -> Callable[..., Result]:
        for login, role in (("root", Role.ADMINISTRATOR), ("judge", Role.JUDGE), ("clerk", Role.OFFICER)):
            a_person(session, role, court=court, login=login)
        minutes = tmp_path / "minutes.pdf"
        minutes.write_bytes(b"%PDF-1.7 signed by both")

        def run(first: str = "root", second: str = "judge",
                typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
            return app.test_cli_runner().invoke(
                args=["audit", "accept-restore", "--administrator", first, "--judge", second,
                      "--minutes", str(minutes)], input=typed)

        return run

    @pytest.fixture
    def lost(self, folder: Folder, origin: str) -> str:
        """A log whose newest signed state is only outside any more."""
        sign_checkpoints()
        lay(folder, origin, note_of(origin, size_of(origin) + 12))
        return origin

    def test_two_people_accept_it_in_a_leaf_that_names_what_is_lost(
            self, accept: Callable[..., Result], lost: str, said: list[str], app: Flask) -> None:
        here = size_of(lost)
        done = accept()
        assert (done.exit_code, f"accepted  {lost}" in done.output) == (0, True), done.output
        (leaf,) = audit.leaves_of_subject(db.session(), f"log:{lost}", kind=Kind.SYSTEM_RESTORED)
        body = audit.body_of(leaf)
        assert [one["size"] for one in body["lost"]] == [here + 12]
        assert body["stands"]["size"] == here
        assert len(set(body["signed_by"])) == 2
        assert body["minutes"] == sha256(b"%PDF-1.7 signed by both").hexdigest()

    def test_then_the_platform_serves_and_the_lost_checkpoint_is_kept_aside(
            self, app: Flask, client: FlaskClient, accept: Callable[..., Result], lost: str, folder: Folder,
            said: list[str]) -> None:
        begin_by_looking(app)
        assert client.get("/").status_code == 503
        (given_up,) = [one.note for one in folder() if one.origin == lost]
        accept()
        keep_outside()
        assert client.get("/").status_code == 200
        (aside,) = app.extensions["settings"].checkpoints.glob("*.lost-*")
        assert aside.read_text("utf-8") == given_up
        sign_checkpoints()
        keep_outside()
        assert set(verdicts(folder).values()) == {Verdict.HOLDS}
        assert size_of(lost) in [int((one.note or "").split("\n")[1]) for one in folder()]

    def test_live_sales_are_held_and_those_whose_hour_had_come(
            self, accept: Callable[..., Result], session: Session, court: Court, lost: str,
            at: Callable[[datetime], None]) -> None:
        running, waiting = a_lot_on_sale(session, court), a_lot_on_sale(session, court)
        later = a_lot_on_sale(session, court, opens_at=CLOSES_AT, closes_at=CLOSES_AT + timedelta(days=1))
        _, seat = a_code(session, running)
        bid(session, seat, START_FEN, OPENS_AT + timedelta(minutes=1))
        now = OPENS_AT + timedelta(hours=1)
        at(now)
        done = accept()
        assert f"held      {running.sale.subject}" in done.output
        session.expire_all()
        assert (running.sale.state, waiting.sale.state, later.sale.state) == (
            LotState.SUSPENDED, LotState.SUSPENDED, LotState.PUBLISHED)
        for lot in (running, waiting):
            (stop,) = session.scalars(select(Suspension).where(Suspension.lot_id == lot.id))
            assert (stop.fault, stop.from_at, stop.reason) == (
                Fault.RESTORED, now, FAULT_WORDS[Fault.RESTORED])

    @pytest.mark.parametrize(("first", "second", "typed"), [
        ("judge", "root", f"{PASSWORD}\n{PASSWORD}\n"), ("root", "root", f"{PASSWORD}\n{PASSWORD}\n"),
        ("root", "clerk", f"{PASSWORD}\n{PASSWORD}\n"), ("root", "judge", f"{PASSWORD}\nwrong\n"),
        ("nobody", "judge", f"{PASSWORD}\n{PASSWORD}\n")])
    def test_one_person_other_roles_or_a_wrong_password_do_not(
            self, accept: Callable[..., Result], lost: str, first: str, second: str, typed: str) -> None:
        assert accept(first, second, typed).exit_code == 2
        assert audit.leaves_of_subject(db.session(), f"log:{lost}", kind=Kind.SYSTEM_RESTORED) == []

    def test_where_nothing_is_lost_there_is_nothing_to_accept(
            self, accept: Callable[..., Result], origin: str) -> None:
        sign_checkpoints()
        keep_outside()
        done = accept()
        assert (done.exit_code, "nothing" in done.output.lower()) == (2, True), done.output

    def test_a_checkpoint_that_cannot_be_read_cannot_be_given_up(
            self, accept: Callable[..., Result], folder: Folder, origin: str) -> None:
        lay(folder, origin, "nothing that can be read")
        assert accept().exit_code == 2


def test_audit_check_compares_with_what_lies_outside(app: Flask, folder: Folder, origin: str) -> None:
    sign_checkpoints()
    keep_outside()
    fine = app.test_cli_runner().invoke(args=["audit", "check"])
    assert (fine.exit_code, f"holds    {origin}" in fine.output) == (0, True), fine.output
    lay(folder, origin, note_of(origin, size_of(origin) + 2))
    behind = app.test_cli_runner().invoke(args=["audit", "check"])
    assert (behind.exit_code, "at least 2 are missing" in behind.output) == (1, True), behind.output
