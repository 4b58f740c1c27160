"""The platform and its witnesses: asked, believed only by their keys, missed aloud, and never waited for."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from audit.models import Cosignature, Leaf, Log, WitnessStanding
from audit.rules.notes import Checkpoint, cosign, is_signed_by, read_checkpoint, read_note, sign
from audit.rules.splits import Finding, read_split
from audit.rules.witnesses import Policy, Submission, Trouble, read_submission
from audit.services.witnessing import CALM, GIVEN_OUT_AFTER, MISSING_AFTER
from config.settings import Settings
from config.witnesses import NO_WITNESSES, read_witnesses
from evidence.jobs import ask_witnesses, sign_checkpoints
from evidence.services.asking import ask
from evidence.work import work
from kernel import clock, signing
from kernel.database import db
from kernel.signing import COSIGNS, Signer
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court
from tests.factories.audit import grow
from tests.factories.witnesses import Running

pytestmark = pytest.mark.both_databases

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
Walk = Callable[[datetime], None]
Name = Callable[..., None]


@pytest.fixture
def origin(session: Session) -> str:
    court = a_court(session)
    found = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    grow(found, 3, subject="lot:one/1")
    sign_checkpoints()
    return found


@pytest.fixture
def name(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Name:
    """Give the installation these witnesses: ``name("KEY URL", …)``."""
    def give(*named: str, quorum: str = "") -> None:
        settings: Settings = app.extensions["settings"]
        found = read_witnesses(", ".join(named), quorum) if named else NO_WITNESSES
        monkeypatch.setitem(app.extensions, "settings", replace(settings, witnesses=found))
    return give


@contextmanager
def witnesses(folder: Path, many: int = 3) -> Iterator[list[Running]]:
    """So many witnesses that know every log of the platform."""
    keys = [signing.signer(log).vkey for log in db.session.scalars(select(Log.origin))]
    with ExitStack() as stack:
        yield [stack.enter_context(Running(folder / str(number), keys, name=f"w{number}.example"))
               for number in range(many)]


def published(origin: str) -> audit.Published:
    db.session.rollback()
    found = audit.published_checkpoint(db.session(), origin, clock.now())
    assert found is not None
    return found


def trouble_of(origin: str, key: str) -> Trouble | None:
    db.session.rollback()
    return db.session.get_one(WitnessStanding, (origin, key)).trouble


def kinds(origin: str) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Leaf.kind).where(
        Leaf.log == origin, Leaf.kind.startswith("witnesses.")).order_by(Leaf.index)))


def turn() -> None:
    """What a few seconds bring: leaves are signed, then witnesses asked."""
    sign_checkpoints()
    ask_witnesses()
    sign_checkpoints()


@contextmanager
def speaking(answer: Callable[[bytes], tuple[int, bytes]], *, slowly: float = 0) -> Iterator[str]:
    """A server that is no honest witness, at this address."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, raw = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            for place in range(len(raw)):
                self.wfile.write(raw[place:place + 1])
                if slowly:
                    self.wfile.flush()
                    sleep(slowly)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return   # the platform has turned away

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_checkpoint_bears_the_cosignatures_of_its_witnesses(
        client: FlaskClient, origin: str, name: Name, tmp_path: Path) -> None:
    with witnesses(tmp_path) as three:
        name(*(one.setting for one in three))
        turn()
        turn()
        size = db.session.scalar(select(Log.size).where(Log.origin == origin))
        note = read_note(client.get(f"/api/v1/logs/{origin}/checkpoint").text)
        assert read_checkpoint(note.body).size == size
        assert is_signed_by(note, signing.signer(origin).vkey)
        assert all(is_signed_by(note, one.key) for one in three)
        listed = next(one for one in client.get("/api/v1/logs").get_json()["logs"] if one["origin"] == origin)
        assert listed["signed"]["cosigned"] == 3
        assert (listed["witnesses"]["quorum"], listed["witnesses"]["missing_since"]) == (2, None)
        assert [(one["key"], one["size"], one["trouble"]) for one in listed["witnesses"]["named"]] == [
            (one.key, size, None) for one in three]


def test_the_log_says_once_whom_it_names_and_again_when_that_changes(
        origin: str, name: Name, tmp_path: Path) -> None:
    with witnesses(tmp_path, 2) as (one, two):
        name(one.setting)
        for _ in range(3):
            turn()
        name(one.setting, two.setting, quorum="1")
        for _ in range(3):
            turn()
        name()
        for _ in range(3):
            turn()
    named = [audit.body_of(leaf) for leaf in audit.leaves_of_subject(
        db.session(), f"log:{origin}", kind=Kind.WITNESSES_NAMED)]
    assert named == [{"quorum": 1, "witnesses": [one.key]}, {"quorum": 1, "witnesses": [one.key, two.key]},
                     {"quorum": 0, "witnesses": []}]


def test_without_witnesses_nothing_is_said_and_the_newest_checkpoint_is_given_out(
        client: FlaskClient, origin: str, name: Name) -> None:
    name()
    turn()
    assert kinds(origin) == []
    listed = next(one for one in client.get("/api/v1/logs").get_json()["logs"] if one["origin"] == origin)
    assert listed["witnesses"] is None
    assert listed["signed"]["size"] == listed["size"]


def test_one_of_three_may_be_silent(origin: str, name: Name, tmp_path: Path, at: Walk) -> None:
    with witnesses(tmp_path) as three:
        name(*(one.setting for one in three))
        three[1].kill()
        turn()
        found = published(origin)
        assert found.has_quorum
        assert found.cosigned_by == [three[0].key, three[2].key]
        assert trouble_of(origin, three[1].key) is Trouble.SILENT
        at(clock.now() + timedelta(hours=1))
        turn()
    assert Kind.WITNESSES_MISSING not in kinds(origin)


def test_a_checkpoint_waits_six_seconds_for_its_witnesses_and_no_longer(
        origin: str, name: Name, tmp_path: Path, at: Walk) -> None:
    at(NOON)
    with witnesses(tmp_path) as three:
        name(*(one.setting for one in three))
        turn()
        turn()
        before = published(origin)
        for one in three:
            one.kill()
        grow(origin, 5, subject="lot:one/1")
        sign_checkpoints()
        newest = audit.newest_checkpoint(db.session(), origin)
        assert newest is not None
        at(NOON + GIVEN_OUT_AFTER - timedelta(milliseconds=1))
        ask_witnesses()
        assert published(origin).size == before.size
        at(NOON + GIVEN_OUT_AFTER)
        late = published(origin)
        assert (late.size, late.has_quorum, list(late.cosigned_by)) == (newest.size, False, [])


def test_missing_witnesses_are_an_alarm_in_the_log_once_and_their_return_too(
        session: Session, origin: str, name: Name, tmp_path: Path, at: Walk) -> None:
    at(NOON)
    with witnesses(tmp_path) as three:
        name(*(one.setting for one in three))
        turn()
        turn()
        assert published(origin).has_quorum
        for one in three[:2]:
            one.kill()
        grow(origin, 1)
        sign_checkpoints()
        at(NOON + MISSING_AFTER - timedelta(milliseconds=1))
        turn()
        assert Kind.WITNESSES_MISSING not in kinds(origin)
        for seconds in range(0, 300, 7):
            at(NOON + MISSING_AFTER + timedelta(seconds=seconds))
            turn()
        assert kinds(origin).count(Kind.WITNESSES_MISSING) == 1
        assert [one.origin for one in audit.troubled_logs(db.session())] == [origin]
        waits = next(work(db.session(), clock.now()))
        assert ("副署" in waits.title, waits.details, waits.due_at) == (True, {"log": origin}, NOON)
        alarm = audit.body_of(audit.leaves_of_subject(
            db.session(), f"log:{origin}", kind=Kind.WITNESSES_MISSING)[0])
        assert alarm["since"] == "2027-03-01T20:00:00.000+08:00"
    keys = [signing.signer(log).vkey for log in db.session.scalars(select(Log.origin))]
    with ExitStack() as stack:
        again = [stack.enter_context(Running(one.folder, keys, name=f"w{number}.example"))
                 for number, one in enumerate(three)]
        name(*(one.setting for one in again))
        for seconds in range(0, 200, 9):
            at(NOON + timedelta(hours=1, seconds=seconds))
            turn()
        assert kinds(origin)[-2:] == [Kind.WITNESSES_MISSING, Kind.WITNESSES_BACK]
        assert audit.troubled_logs(db.session()) == []
        assert not any("副署" in waits.title for waits in work(db.session(), clock.now()))
        assert published(origin).has_quorum


def test_a_witness_that_objects_is_due_at_once_though_enough_others_sign(
        origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "troubled_logs", lambda _session: [audit.TroubledLog(origin, None, True)])
    waits, = work(db.session(), NOON)
    assert (waits.due_at, "不认可" in waits.title) == (NOON, True)


def test_witnesses_that_come_and_go_make_no_leaf_each_time(
        origin: str, name: Name, tmp_path: Path, at: Walk) -> None:
    at(NOON)
    with witnesses(tmp_path, 1) as (one,):
        silent = Signer("silent.example", b"s" * 32, COSIGNS).vkey
        name(one.setting, f"{silent} http://127.0.0.1:9")
        turn()
        assert kinds(origin)[-1] == Kind.WITNESSES_MISSING   # the first checkpoint is older than ten seconds
        name(one.setting)                                    # now one is enough
        at(NOON + CALM - timedelta(milliseconds=1))
        turn()
        assert Kind.WITNESSES_BACK not in kinds(origin)
        at(NOON + CALM)
        turn()
        assert kinds(origin)[-1] == Kind.WITNESSES_BACK


def lying(kind: str, me: Signer, other: Signer) -> Callable[[bytes], tuple[int, bytes]]:
    def answer(raw: bytes) -> tuple[int, bytes]:
        body = read_note(read_submission(raw.decode()).checkpoint).body
        right = cosign(body, me, NOON)
        stamp_of_no_year = replace(right, raw=b"\x7f" + b"\xff" * 7 + right.raw[8:])
        said = {
            "another key": cosign(body, other, NOON).line,
            "another checkpoint": cosign(body.replace("\n", "x\n", 1), me, NOON).line,
            "a spoilt signature": replace(right, raw=right.raw[:-1] + bytes([right.raw[-1] ^ 1])).line,
            "another time": replace(right, raw=(1).to_bytes(8, "big") + right.raw[8:]).line,
            "a time of no calendar": stamp_of_no_year.line,
            "nothing": "", "no note": "<html>welcome</html>\n", "too much": "x" * 100_000,
        }[kind]
        return 200, said.encode()
    return answer


@pytest.mark.parametrize("kind", ["another key", "another checkpoint", "a spoilt signature", "another time",
                                  "a time of no calendar", "nothing", "no note", "too much"])
def test_a_cosignature_that_does_not_hold_is_never_kept(origin: str, name: Name, kind: str) -> None:
    me, other = (Signer("liar.example", seed * 32, COSIGNS) for seed in (b"l", b"o"))
    with speaking(lying(kind, me, other)) as url:
        name(f"{me.vkey} {url}")
        turn()
    assert trouble_of(origin, me.vkey) in (Trouble.BAD_SIGNATURE, Trouble.BAD_ANSWER)
    assert db.session.scalars(select(Cosignature)).all() == []


@pytest.mark.parametrize(("status", "trouble"), [
    (403, Trouble.KEY_REFUSED), (404, Trouble.UNKNOWN_LOG), (422, Trouble.INCONSISTENT),
    (500, Trouble.SILENT), (503, Trouble.SILENT), (302, Trouble.BAD_ANSWER), (409, Trouble.BAD_ANSWER)])
def test_what_a_witness_refuses_is_remembered_in_its_kind(
        origin: str, name: Name, status: int, trouble: Trouble) -> None:
    me = Signer("no.example", b"n" * 32, COSIGNS)
    with speaking(lambda _raw: (status, b"no\n")) as url:
        name(f"{me.vkey} {url}")
        turn()
    assert trouble_of(origin, me.vkey) is trouble


def test_a_witness_that_drips_is_left_after_its_time(session: Session, origin: str) -> None:
    me = Signer("slow.example", b"s" * 32, COSIGNS)
    with unit_of_work() as work:
        audit.name_witnesses(work.session, origin, Policy(1, (me.vkey,)), clock.now())
    (errand,) = audit.errands(db.session(), clock.now())
    with speaking(lambda _raw: (200, b"x" * 1000), slowly=0.05) as url:
        begun = monotonic()
        heard = ask(errand, url, patience_s=0.5)
        assert monotonic() - begun < 3
    assert isinstance(heard, audit.Heard)
    assert heard.trouble in (Trouble.SILENT, Trouble.BAD_ANSWER)


def test_a_silent_witness_is_asked_less_and_less_often(origin: str, name: Name, at: Walk) -> None:
    asked: list[float] = []
    me = Signer("down.example", b"d" * 32, COSIGNS)
    now = NOON

    def answer(raw: bytes) -> tuple[int, bytes]:
        if read_submission(raw.decode()).checkpoint.startswith(f"{origin}\n"):
            asked.append((now - NOON).total_seconds())
        return 503, b""

    with speaking(answer) as url:
        name(f"{me.vkey} {url}")
        for second in range(200):
            now = NOON + timedelta(seconds=second)
            at(now)
            ask_witnesses()
    rests = [later - earlier for earlier, later in pairwise(asked)]
    assert rests[:5] == [2, 4, 8, 16, 32]
    assert set(rests[5:]) == {60}


def test_where_the_platform_forgot_how_far_a_witness_saw_the_witness_tells_it(
        session: Session, origin: str, name: Name, tmp_path: Path) -> None:
    with witnesses(tmp_path, 1) as (one,):
        name(one.setting)
        turn()
        turn()
        with unit_of_work() as work:
            work.session.get_one(WitnessStanding, (origin, one.key)).size = 0
        grow(origin, 4)
        turn()
        assert trouble_of(origin, one.key) is None
        assert published(origin).has_quorum


def forged(origin: str, size: int) -> str:
    return sign(Checkpoint(origin, size, bytes(range(32))).body, signing.signer(origin)).text


def test_a_split_view_is_refused_and_the_witness_holds_the_proof(
        origin: str, name: Name, tmp_path: Path) -> None:
    newest = audit.newest_checkpoint(db.session(), origin)
    assert newest is not None
    with witnesses(tmp_path, 1) as (one,):
        assert one.asked(Submission(0, [], forged(origin, newest.size)).text).status == 200
        with unit_of_work() as work:
            audit.name_witnesses(work.session, origin, Policy(1, (one.key,)), clock.now())
        errand = audit.errand_from(db.session(), origin, one.key, 0)
        assert errand is not None
        name(one.setting)
        ask_witnesses()
        assert trouble_of(origin, one.key) is Trouble.INCONSISTENT
        found = [read_split(shown).judge([signing.signer(origin).vkey])
                 for shown in json.loads(one.said("GET", "/evidence").text)]
        assert [verdict.finding for verdict in found if verdict.finding is not Finding.OTHER_LOG] == [
            Finding.TWO_ROOTS]


def test_a_witness_that_has_seen_more_leaves_is_an_alarm_of_its_own(
        origin: str, name: Name, tmp_path: Path) -> None:
    with witnesses(tmp_path, 1) as (one,):
        assert one.asked(Submission(0, [], forged(origin, 100_000)).text).status == 200
        name(one.setting)
        turn()
        assert trouble_of(origin, one.key) is Trouble.AHEAD


def test_many_processes_keep_each_cosignature_once(
        app: Flask, origin: str, name: Name, tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def go() -> None:
        with app.app_context():
            try:
                ask_witnesses()
            except Exception as error:  # shown below
                failed.append(error)

    with witnesses(tmp_path) as three:
        name(*(one.setting for one in three))
        turn()
        grow(origin, 4)
        sign_checkpoints()
        several = [Thread(target=go) for _ in range(5)]
        for one in several:
            one.start()
        for one in several:
            one.join()
        assert failed == []
        newest = audit.newest_checkpoint(db.session(), origin)
        assert newest is not None
        assert published(origin).size == newest.size
        assert len(published(origin).cosigned_by) == 3


def test_the_database_refuses_to_change_a_cosignature(
        session: Session, origin: str, name: Name, tmp_path: Path) -> None:
    with witnesses(tmp_path, 1) as (one,):
        name(one.setting)
        turn()
    for change in ("UPDATE cosignatures SET line = 'x'", "DELETE FROM cosignatures"):
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text(change))
        session.rollback()
