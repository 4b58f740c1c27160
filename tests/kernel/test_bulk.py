"""Many rows in one statement of the driver, the same on both databases."""

import pytest
from sqlalchemy.orm import Session

from audit.models import Log, SubjectHead
from kernel.bulk import Bulk

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
