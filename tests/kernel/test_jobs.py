"""Jobs: a sweep in a context of its own, whose fault stops nobody."""

import pytest
import structlog
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from kernel import jobs
from kernel.database import db
from kernel.jobs import Job, run_once


def test_a_turn_has_a_context_and_a_session_of_its_own(app: Flask) -> None:
    seen: list[tuple[str, Session]] = []

    def sweep() -> None:
        db.session.execute(text("SELECT 1"))
        seen.append((current_app.name, db.session()))

    run_once(app, Job("sweep", 1, sweep))
    run_once(app, Job("sweep", 1, sweep))
    (name, first), (_, second) = seen
    assert name == app.name
    assert first is not second


def test_a_fault_is_logged_with_a_number_and_the_next_turn_runs(app: Flask,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def sweep() -> None:
        turns.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "log", structlog.get_logger())
    with capture_logs() as logs:
        run_once(app, Job("sweep", 1, sweep))
        run_once(app, Job("sweep", 1, sweep))
    assert len(turns) == 2
    assert [(one["event"], one["job"]) for one in logs] == [("incident", "sweep")] * 2
    assert len({one["incident"] for one in logs}) == 2


def test_every_job_of_the_platform_can_take_a_turn_on_an_empty_database(
        app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "log", structlog.get_logger())
    with capture_logs() as logs:
        for job in app.extensions["jobs"]:
            run_once(app, job)
    assert logs == []
    names = [job.name for job in app.extensions["jobs"]]
    assert len(names) == len(set(names))
