"""Health: the process lives; it can do its work; what time it is."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from kernel import clock, migrations
from kernel.database import Base, db
from kernel.formats import parse_instant
from tests.clients import json_of


def migrate(app: Flask) -> None:
    Base.metadata.drop_all(db.engine)
    migrations.bring_up_to_date(app)


def test_a_process_that_answers_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, json_of(answer)) == (200, {"status": "alive"})


def test_with_the_newest_schema_it_is_ready(app: Flask, client: FlaskClient) -> None:
    migrate(app)
    answer = client.get("/readyz")
    assert (answer.status_code, json_of(answer)) == (
        200, {"status": "ready", "checks": {"database": True, "migrations": True, "log": True}})


def test_with_an_older_schema_it_is_not_ready(app: Flask, client: FlaskClient) -> None:
    migrate(app)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = client.get("/readyz")
    assert (answer.status_code, json_of(answer)) == (
        503, {"status": "not ready", "checks": {"database": True, "migrations": False, "log": True}})


def test_without_a_database_it_is_not_ready_and_still_answers(
        app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        monkeypatch.setattr(db.engine.dialect, "connect", refuse)
        db.engine.dispose()
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert json_of(answer)["checks"] == {"database": False, "migrations": False, "log": True}
    assert client.get("/healthz").status_code == 200


def refuse(*_: object, **__: object) -> None:
    from pysqlite3 import dbapi2  # noqa: PLC0415 - the driver of the tests alone

    raise dbapi2.OperationalError("unable to open database file")


def test_the_clock_of_the_platform_can_be_asked(client: FlaskClient) -> None:
    before = clock.now()
    shown = json_of(client.get("/api/v1/time"))["now"]
    assert shown.endswith("+08:00")
    told: datetime = parse_instant(shown)
    assert before <= told <= clock.now() + timedelta(milliseconds=1)
