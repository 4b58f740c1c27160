"""The logs in public, for people: where each stands, who witnesses it, and what is wrong, said plainly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.models import Log, WitnessStanding
from audit.rules.notes import cosign, read_note
from audit.rules.witnesses import Policy, Trouble
from config.settings import Settings
from config.witnesses import Witnesses
from evidence.jobs import sign_checkpoints
from kernel import clock, signing
from kernel.access import Role
from kernel.database import db
from kernel.signing import COSIGNS, Signer
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.audit import grow

pytestmark = pytest.mark.both_databases

THREE = tuple(Signer(f"w{number}.example", bytes([number]) * 32, COSIGNS) for number in range(3))
KEYS = tuple(one.vkey for one in THREE)


@pytest.fixture
def court(session: Session) -> Court:
    return a_court(session)


@pytest.fixture
def origin(session: Session, court: Court) -> str:
    found = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    grow(found, 3)
    sign_checkpoints()
    return found


def cosigned(origin: str, *witnesses: Signer) -> None:
    """What these witnesses sign of the newest checkpoint."""
    with unit_of_work() as work:
        audit.name_witnesses(work.session, origin, Policy(2, KEYS), clock.now())
    sign_checkpoints()
    heard = []
    for one in witnesses:
        errand = audit.errand_from(db.session(), origin, one.vkey, 0)
        assert errand is not None
        line = cosign(read_note(errand.asked.checkpoint).body, one, clock.now())
        heard.append(audit.Heard(errand, line=line.line, signed_at=clock.now()))
    with unit_of_work() as work:
        audit.take_answers(work.session, heard, clock.now())


def page(client: FlaskClient, origin: str) -> str:
    answer = client.get(f"/logs/{origin}")
    assert answer.status_code == 200
    return answer.text


def test_a_log_says_how_far_it_is_signed_and_by_which_key(
        client: FlaskClient, session: Session, court: Court, origin: str) -> None:
    shown = page(client, origin)
    size = session.scalar(select(Log.size).where(Log.origin == origin))
    assert f"<dd>{size}</dd>" in shown
    assert signing.signer(origin).vkey in shown
    assert court.name_zh in shown
    listed = client.get("/logs").text
    assert f'href="/logs/{origin}"' in listed
    assert "平台本身" in listed


def test_a_log_without_witnesses_says_so_and_what_helps(client: FlaskClient, origin: str) -> None:
    shown = page(client, origin)
    assert "没有见证方" in shown
    assert "打印出来存档" in shown
    assert "步调一致" not in shown


def test_witnesses_stand_with_what_each_has_signed(client: FlaskClient, origin: str) -> None:
    cosigned(origin, *THREE[:2])
    shown = page(client, origin)
    assert all(key in shown for key in KEYS)
    assert shown.count("步调一致") == 2
    assert shown.count("尚未副署") == 1
    assert "2 / 3 已副署" in shown
    assert "3 个见证方，至少 2 个副署才算数" in shown
    assert "同一台机器" not in shown


def test_witnesses_on_the_same_machine_are_said_to_prove_nothing(
        app: Flask, client: FlaskClient, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(settings, witnesses=Witnesses(beside=True)))
    cosigned(origin, *THREE)
    assert "证明不了什么" in page(client, origin)
    assert "证明不了什么" in client.get("/logs").text


def test_missing_witnesses_are_shown_to_the_public_the_auditor_and_the_supervisor(
        client: FlaskClient, session: Session, court: Court, origin: str,
        at: Callable[[object], None]) -> None:
    cosigned(origin, THREE[0])
    later = clock.now() + timedelta(minutes=1)
    at(later)
    with unit_of_work() as work:
        audit.record_alarm(work.session, origin, later)
    assert "见证方副署不足" in page(client, origin)
    assert "副署不足" in client.get("/logs").text
    for role, desk in ((Role.AUDITOR, "/desk/audit"), (Role.SUPERVISOR, "/desk/supervision")):
        sign_in(client, a_person(session, role, court))
        assert "见证方副署不足" in client.get(desk).text


def test_a_witness_that_contradicts_the_log_is_shown_first_of_all(
        client: FlaskClient, session: Session, court: Court, origin: str) -> None:
    cosigned(origin, *THREE)
    with unit_of_work() as work:
        work.session.get_one(WitnessStanding, (origin, KEYS[1])).trouble = Trouble.INCONSISTENT
    shown = page(client, origin)
    assert "有见证方不认可现在的日志" in shown
    assert "见证方不认可" in client.get("/logs").text
    sign_in(client, a_person(session, Role.AUDITOR, court))
    assert "有见证方不认可日志" in client.get("/desk/audit").text


def test_a_log_without_a_checkpoint_says_to_wait(client: FlaskClient, session: Session, court: Court) -> None:
    origin = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    assert "还没有签名的检查点" in page(client, origin)


def test_exercises_and_logs_that_are_not_there_have_no_page(
        client: FlaskClient, session: Session, origin: str) -> None:
    assert client.get("/logs/nowhere.example/court").status_code == 404
    assert client.get(f"/logs/{origin}/exercise").status_code == 404
    assert "exercise" not in client.get("/logs").text


def test_the_page_is_english_for_readers_of_english(client: FlaskClient, origin: str) -> None:
    client.get("/language/en?next=/logs")
    assert "This log has no witnesses now." in page(client, origin)
    assert "Court logs" in client.get("/logs").text
