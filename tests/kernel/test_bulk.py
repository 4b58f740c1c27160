"""Many rows in one statement of the driver, the same on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from audit.models import Log, SubjectHead
from kernel.bulk import Bulk
from kernel.database import db, is_sqlite

pytestmark = pytest.mark.both_databases

KEYS = ("log", "subject")


@pytest.fixture
def bulk(session: Session) -> Bulk:
    session.add(Log(origin="a", court_id="court", is_exercise=False, size=0, last_at=None))
    session.flush()
    made = Bulk(session)
    made.insert(SubjectHead, (*KEYS, "seq", "hash"), [("a", f"s{n}", n, "0" * 64) for n in range(1500)])
    return made


@pytest.mark.parametrize("many", [0, 1, 2, 3, 4, 5, 511, 512, 513, 1025])
def test_every_wanted_row_is_found_once_however_many_are_wanted(bulk: Bulk, many: int) -> None:
    found = bulk.find(SubjectHead, keys=KEYS, columns=("subject", "seq"),
                      wanted=[("a", f"s{n}") for n in range(many)])
    assert sorted(found) == sorted((f"s{n}", n) for n in range(many))


def test_what_nobody_stored_is_not_found(bulk: Bulk) -> None:
    wanted = [("a", "x"), ("b", "s1"), ("a", "s7")]
    assert bulk.find(SubjectHead, keys=KEYS, columns=("seq",), wanted=wanted) == [(7,)]


def test_what_was_written_is_found_under_the_same_lock(bulk: Bulk) -> None:
    before = bulk.find(SubjectHead, keys=KEYS, columns=("seq",), wanted=[("a", "s1")], lock=True)
    bulk.update(SubjectHead, keys=KEYS, columns=("seq",), rows=[(77, "a", "s1"), (78, "a", "s2")])
    bulk.insert_one(SubjectHead, {"log": "a", "subject": "new", "seq": 5, "hash": "1" * 64})
    after = bulk.find(SubjectHead, keys=KEYS, columns=("subject", "seq"),
                      wanted=[("a", "s1"), ("a", "s2"), ("a", "new")])
    assert before == [(1,)]
    assert sorted(after) == [("new", 5), ("s1", 77), ("s2", 78)]


def test_what_is_written_together_is_all_there_at_the_end(bulk: Bulk) -> None:
    with bulk.together():
        bulk.insert_one(SubjectHead, {"log": "a", "subject": "new", "seq": 5, "hash": "1" * 64})
        bulk.update(SubjectHead, keys=KEYS, columns=("seq",), rows=[(77, "a", "s1"), (78, "a", "s2")])
        bulk.update(Log, keys=("origin",), columns=("size",), rows=[(9, "a")])
    heads = bulk.find(SubjectHead, keys=KEYS, columns=("subject", "seq"),
                      wanted=[("a", "s1"), ("a", "s2"), ("a", "new")])
    assert sorted(heads) == [("new", 5), ("s1", 77), ("s2", 78)]
    assert bulk.find(Log, keys=("origin",), columns=("size",), wanted=[("a",)]) == [(9,)]


def test_one_statement_and_none_may_be_written_together(bulk: Bulk) -> None:
    with bulk.together():
        bulk.update(Log, keys=("origin",), columns=("size",), rows=[])
    with bulk.together():
        bulk.update(Log, keys=("origin",), columns=("size",), rows=[(3, "a")])
    bulk.update(Log, keys=("origin",), columns=("last_at",), rows=[(None, "a")])
    assert bulk.find(Log, keys=("origin",), columns=("size",), wanted=[("a",)]) == [(3,)]


def test_after_a_failure_within_the_next_statement_goes_by_itself(bulk: Bulk) -> None:
    with pytest.raises(ZeroDivisionError), bulk.together():
        bulk.update(Log, keys=("origin",), columns=("size",), rows=[(1 // 0, "a")])
    bulk.update(Log, keys=("origin",), columns=("size",), rows=[(4, "a")])
    assert bulk.find(Log, keys=("origin",), columns=("size",), wanted=[("a",)]) == [(4,)]


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (0, 1), (3, 7), (1498, 1500), (1499, 1600), (1500, 1501)])
def test_a_span_has_the_rows_between_two_borders_in_their_order(bulk: Bulk, begin: int, end: int) -> None:
    found = bulk.span(SubjectHead, of={"log": "a"}, along="seq", begin=begin, end=end,
                      columns=("seq", "subject"))
    assert found == [(n, f"s{n}") for n in range(begin, min(end, 1500))]
    assert bulk.span(SubjectHead, of={"log": "b"}, along="seq", begin=begin, end=end, columns=("seq",)) == []


def test_the_stamp_of_a_row_is_of_a_time_after_its_lock_was_got(
        bulk: Bulk, session: Session, app: Flask) -> None:
    """Two processes that share a log: the later one must not stamp by when it began to wait (T1)."""
    ((_, stamp),) = bulk.find(
        Log, keys=("origin",), columns=("size",), wanted=[("a",)], lock=True, stamped=True)
    if is_sqlite():
        assert stamp is None
        return
    session.commit()
    with db.engine.connect() as other, ThreadPoolExecutor(1) as waits:
        other.execute(text("SELECT 1 FROM logs FOR UPDATE"))

        def lock() -> datetime:
            with app.app_context():
                ((_, found),) = Bulk(db.session()).find(
                    Log, keys=("origin",), columns=("size",), wanted=[("a",)], lock=True, stamped=True)
                db.session.remove()
            assert isinstance(found, datetime)
            return found

        stamped = waits.submit(lock)
        while other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) == 0:
            time.sleep(0.01)
        released = other.scalar(text("SELECT clock_timestamp()"))
        other.rollback()
        assert stamped.result() > released > stamp
