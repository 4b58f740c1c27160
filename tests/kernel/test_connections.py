"""Connections: the warm one is used again; PostgreSQL's are asked whether they are there after a rest."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from kernel import database
from kernel.database import db, is_away, is_sqlite

pytestmark = pytest.mark.both_databases


@pytest.fixture
def _on_postgres(app: Flask) -> None:
    if is_sqlite():
        pytest.skip("a file has no connection that could be lost")


@contextmanager
def a_lost_one() -> Iterator[Connection]:
    """The connection that is used next has lost its server, as by a restart; yields another one."""
    with db.engine.connect() as other:
        with db.engine.connect() as lost:
            process = lost.scalar(text("SELECT pg_backend_pid()"))
        other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
        yield other


@pytest.mark.usefixtures("_on_postgres")
def test_one_that_rested_and_is_lost_is_replaced_before_anybody_uses_it(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LONGEST_UNASKED_S", -1.0)
    with a_lost_one(), db.engine.connect() as one:
        assert one.scalar(text("SELECT 1")) == 1


@pytest.mark.usefixtures("_on_postgres")
def test_one_just_used_is_not_asked_and_where_it_is_lost_the_next_one_is_a_new_one(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LONGEST_UNASKED_S", 60.0)
    asked: list[str] = []
    monkeypatch.setattr(db.engine.dialect, "do_ping", lambda _connection: asked.append("ping"))
    with a_lost_one():
        with pytest.raises(OperationalError) as failed, db.engine.connect() as one:
            one.scalar(text("SELECT 1"))
        assert is_away(failed.value), "a bid is tried again"
        with db.engine.connect() as one:
            assert one.scalar(text("SELECT 1")) == 1
    assert asked == []


@pytest.mark.usefixtures("app")
def test_the_connection_used_last_is_used_again() -> None:
    with db.engine.connect(), db.engine.connect():
        pass
    used = []
    event.listen(db.engine, "checkout", lambda connection, *_: used.append(id(connection)))
    for _ in range(5):
        with db.engine.connect() as one:
            one.execute(text("SELECT 1"))
    assert len(set(used)) == 1
