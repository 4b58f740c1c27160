"""The unit of work: all or nothing, promises after the commit, and no change without a leaf."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from kernel import clock
from kernel.access import SYSTEM
from kernel.database import db
from kernel.errors import Overtaken
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court


def a_change(session: Session, court_id: str, name: str) -> None:
    session.get_one(Court, court_id).name_en = name
    audit.record(session, court_id=court_id, kind=Kind.COURT_READINGS_SET, subject=f"court:{court_id}",
                 actor=SYSTEM, body={"name": name})


def test_a_change_without_a_leaf_does_not_commit(session: Session) -> None:
    court_id = a_court(session).id
    with pytest.raises(RuntimeError, match=r"without a leaf.*courts"), unit_of_work() as work:
        work.session.get_one(Court, court_id).name_en = "Another name"
    session.rollback()
    assert session.get_one(Court, court_id).name_en != "Another name"


def fail(court_id: str, kept: list[str]) -> None:
    with unit_of_work() as work:
        a_change(work.session, court_id, "Two")
        work.after_commit(lambda: kept.append("never"))
        raise ZeroDivisionError


def test_promises_are_kept_after_the_commit_and_only_then(session: Session) -> None:
    court_id = a_court(session).id
    kept: list[str] = []
    with unit_of_work() as work:
        a_change(work.session, court_id, "One")
        work.after_commit(lambda: kept.append("told"))
        assert not kept
    assert kept == ["told"]
    with pytest.raises(ZeroDivisionError):
        fail(court_id, kept)
    assert kept == ["told"]


def test_units_of_work_do_not_nest(session: Session) -> None:
    a_court(session)
    with pytest.raises(RuntimeError, match="do not nest"), unit_of_work(), unit_of_work():
        pass


@pytest.mark.both_databases
def test_whoever_takes_a_unique_place_second_is_told_so(session: Session) -> None:
    a_court(session, name_zh="甲法院", origin="a.example/log")
    with pytest.raises(Overtaken):
        a_court(session, name_zh="甲法院", origin="b.example/log")


@pytest.mark.race
@pytest.mark.both_databases
def test_many_writers_lose_nothing(app: Flask, session: Session) -> None:
    court_id = a_court(session).id
    session.rollback()
    start = threading.Barrier(8)

    def write(number: int) -> None:
        with app.app_context():
            start.wait()
            for step in range(10):
                with unit_of_work() as work:
                    audit.record(work.session, court_id=court_id, kind=Kind.CASE_AMENDED,
                                 subject=f"case:{number % 3}", actor=SYSTEM,
                                 body={"writer": number, "step": step})
            db.session.remove()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(session.scalars(select(Leaf).where(Leaf.kind == Kind.CASE_AMENDED)).all()) == 80
    assert set(audit.check_logs(session).values()) == {None}


def test_the_clock_only_moves_forward() -> None:
    clock.set_offset(clock.offset() + timedelta(hours=1))
    with pytest.raises(ValueError, match="forward"):
        clock.set_offset(clock.offset() - timedelta(seconds=1))
    clock.reset_for_tests()
