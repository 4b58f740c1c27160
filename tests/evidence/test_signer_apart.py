"""The signer as a process of its own, beside workers that leave it to it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from audit import services as audit
from audit.models import Log
from config import gunicorn
from config.settings import Settings
from evidence import jobs
from evidence.jobs import look_at_signer, sign_checkpoints
from kernel import clock
from kernel.access import Role
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.audit import grow

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.mark.both_databases
def test_it_signs_what_is_new_until_it_is_told_to_end(app: Flask, session: Session, tmp_path: Path) -> None:
    court = a_court(session)
    origin = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    grow(origin, 3)
    settings: Settings = app.extensions["settings"]
    environment = {**os.environ, "LUOCHUI_MODE": "production", "LUOCHUI_ORIGIN": settings.origin,
                   "LUOCHUI_SECRET_KEY": "s" * 32, "LUOCHUI_VAULT_KEY": "0f" * 32,
                   "LUOCHUI_SIGNING_KEY": "1e" * 32, "LUOCHUI_SIGNER": "apart", "REDIS_URL": "",
                   "DATABASE_URL": settings.database_url, "DATA_DIR": str(tmp_path)}
    signer = subprocess.Popen([sys.executable, "-m", "config.signer"], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while (found := audit.newest_checkpoint(session, origin)) is None:
            assert signer.poll() is None
            assert time.monotonic() < deadline
            session.rollback()
            time.sleep(0.1)
        assert found.size >= 3
        signer.send_signal(signal.SIGTERM)
        assert signer.wait(PATIENCE_S) == 0
    finally:
        signer.kill()
        signer.wait()


@pytest.mark.both_databases
def test_every_worker_tells_when_a_leaf_has_waited_for_a_signer_in_vain(
        app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "log", structlog.get_logger())
    court = a_court(session)
    auditor = a_person(session, Role.AUDITOR, court)
    origin = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    written = clock.now()
    told = []
    for waited in (10, 29, 31, 60):
        with capture_logs() as logs:
            clock.set_offset(clock.offset() + written + timedelta(seconds=waited) - clock.now())
            look_at_signer()
        told.append([one["event"] for one in logs if one["log"] == origin])
    assert told == [[], [], ["signer.behind"], ["signer.behind"]]
    assert "日志没有签名" in sign_in(app.test_client(), auditor).get("/desk/audit").text
    sign_checkpoints()
    with capture_logs() as logs:
        look_at_signer()
    assert logs == []
    assert "日志没有签名" not in sign_in(app.test_client(), auditor).get("/desk/audit").text


def test_workers_leave_signing_and_witnesses_to_it_and_nothing_else(app: Flask) -> None:
    jobs = app.extensions["jobs"]
    left = {job.name for job in jobs} - {job.name for job in gunicorn.jobs_of_worker(jobs, signs=False)}
    assert left == {"sign checkpoints", "ask witnesses"}
    assert list(gunicorn.jobs_of_worker(jobs, signs=True)) == list(jobs)
