"""Comparing rows while others write: every read is of the moment of the first."""

import threading

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Court
from kernel.database import db, is_sqlite, of_one_moment
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court
from tests.kernel.test_transactions import a_change

pytestmark = pytest.mark.both_databases
SIZE = text("SELECT sum(size) FROM logs")


def rename(app: Flask, court_id: str, name: str) -> None:
    """Change a row by a connection of its own, as another process does."""

    def work() -> None:
        with app.app_context():
            with unit_of_work() as one:
                a_change(one.session, court_id, name)
            db.session.remove()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_what_another_commits_between_two_reads_is_not_seen(app: Flask, session: Session) -> None:
    court_id = a_court(session).id
    with app.app_context():
        reading = of_one_moment()
        name, size = reading.get_one(Court, court_id).name_en, reading.scalar(SIZE)
        rename(app, court_id, "Another name")
        reading.expire_all()
        assert (reading.get_one(Court, court_id).name_en, reading.scalar(SIZE)) == (name, size)
        again = of_one_moment()
        assert (again.get_one(Court, court_id).name_en, again.scalar(SIZE)) == ("Another name", size + 1)
        db.session.remove()


def test_it_may_stand_idle_for_as_long_as_it_takes_and_no_other_may(app: Flask, session: Session) -> None:
    if is_sqlite():
        pytest.skip("SQLite ends no transaction that stands idle")
    limit = text("SHOW idle_in_transaction_session_timeout")
    with app.app_context():
        assert of_one_moment().scalar(limit) == "0"
        for _ in range(3):   # whichever connection comes next
            db.session.rollback()
            assert db.session.scalar(limit) == "1min"
        db.session.remove()
