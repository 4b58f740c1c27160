"""The log: what is recorded is chained, what is changed is found, what is written is never lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.errors import NoSuchLog
from audit.kinds import Kind
from audit.models import Leaf, Log
from audit.rules.leaves import GENESIS, leaf_hash
from kernel import clock
from kernel.access import Actor
from kernel.database import db
from kernel.formats import canonical, parse_json
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court

OFFICER = Actor(id="person-officer", name="沈同舟")


def record(subject: str = "case:1", *, court: str, kind: Kind = Kind.CASE_REGISTERED, **body: object) -> None:
    with unit_of_work() as work:
        audit.record(work.session, court_id=court, kind=kind, subject=subject, actor=OFFICER,
                     body=body, case_id="1")


@pytest.fixture
def court(session: Session) -> str:
    found: Court = a_court(session)
    return found.id


@pytest.mark.both_databases
def test_a_leaf_binds_the_one_before_it_of_its_subject(session: Session, court: str) -> None:
    record(court=court, step=1)
    record("case:2", court=court, step=1)
    record(court=court, step=2)
    first, second = audit.leaves_of_subject(session, "case:1")
    assert parse_json(bytes(first.raw))["prev"] == GENESIS
    assert parse_json(bytes(second.raw))["prev"] == first.hash == leaf_hash(bytes(first.raw))
    assert (first.seq, second.seq) == (1, 2)


@pytest.mark.both_databases
def test_the_acts_of_one_transaction_are_leaves_in_their_order(session: Session, court: str) -> None:
    with unit_of_work() as work:
        for step in range(5):
            audit.record(work.session, court_id=court, kind=Kind.CASE_AMENDED, subject="case:9",
                         actor=OFFICER, body={"step": step})
    assert [leaf.seq for leaf in work.leaves] == [1, 2, 3, 4, 5]
    indexes = [leaf.index for leaf in work.leaves]
    assert indexes == list(range(indexes[0], indexes[0] + 5))
    assert len({leaf.at for leaf in work.leaves}) == 1


def test_an_act_that_fails_leaves_no_leaf(session: Session, court: str) -> None:
    def fail() -> None:
        with unit_of_work() as work:
            audit.record(work.session, court_id=court, kind=Kind.CASE_REGISTERED, subject="case:1",
                         actor=OFFICER, body={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not audit.leaves_of_subject(session, "case:1")


def test_a_body_with_a_float_is_refused_where_it_is_written(session: Session, court: str) -> None:
    with pytest.raises(ValueError, match="float"), unit_of_work() as work:
        audit.record(work.session, court_id=court, kind=Kind.CASE_REGISTERED, subject="case:1",
                     actor=OFFICER, body={"amount": 1.5})


def test_a_court_without_a_log_can_do_nothing(session: Session, court: str) -> None:
    with pytest.raises(NoSuchLog), unit_of_work() as work:
        audit.record(work.session, court_id="nowhere", kind=Kind.CASE_REGISTERED, subject="case:1",
                     actor=OFFICER, body={})


@pytest.mark.both_databases
def test_time_in_a_log_never_goes_back(session: Session, court: str,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    record(court=court, step=1)
    earlier = clock.now() - timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    record(court=court, step=2)
    first, second = audit.leaves_of_subject(session, "case:1")
    assert second.at >= first.at


@pytest.mark.both_databases
def test_an_untouched_log_holds(session: Session, court: str) -> None:
    for step in range(20):
        record(f"case:{step % 3}", court=court, step=step)
    assert set(audit.check_logs(session).values()) == {None}


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", [
    "UPDATE leaves SET actor = 'somebody else' WHERE subject = 'case:1'",
    "DELETE FROM leaves WHERE subject = 'case:1'",
])
def test_the_database_itself_refuses_to_change_a_leaf(session: Session, court: str,
                                                      statement: str) -> None:
    record(court=court, step=1)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(statement))
    session.rollback()


def without_triggers(session: Session) -> None:
    for name in ("leaves_no_update", "leaves_no_delete"):
        session.execute(text(f"DROP TRIGGER {name}"))


def a_log_of_eight(court: str) -> None:
    for step in range(8):
        record(f"case:{step % 2}", court=court, step=step)


def spoil(session: Session, court: str, statement: str) -> str:
    """Change the database behind the platform's back; the problem that the check then names."""
    a_log_of_eight(court)
    without_triggers(session)
    session.connection().exec_driver_sql(statement)
    session.commit()
    found = [misfit for misfit in audit.check_logs(session).values() if misfit is not None]
    assert len(found) == 1
    return f"{found[0].index}: {found[0].problem}"


def test_a_changed_byte_is_found_at_its_leaf(session: Session, court: str) -> None:
    said = spoil(session, court, "UPDATE leaves SET raw = CAST(replace(CAST(raw AS TEXT), "
                                 "'\"step\":3', '\"step\":4') AS BLOB)")
    assert "not the hash" in said


def test_bytes_that_became_text_are_found_at_their_leaf(session: Session, court: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no text in a column of bytes")
    said = spoil(session, court, "UPDATE leaves SET raw = CAST(raw AS TEXT) WHERE \"index\" = 3")
    assert said == "3: the bytes are no bytes"


def test_a_changed_byte_with_its_hash_made_to_fit_is_found_in_the_chain(session: Session,
                                                                        court: str) -> None:
    a_log_of_eight(court)
    without_triggers(session)
    leaf = session.scalars(select(Leaf).where(Leaf.subject == "case:1", Leaf.seq == 2)).one()
    raw = canonical(parse_json(bytes(leaf.raw)) | {"body": {"step": 99}})
    session.execute(text("UPDATE leaves SET raw = :raw, hash = :hash "
                         "WHERE log = :log AND \"index\" = :index"),
                    {"raw": raw, "hash": leaf_hash(raw), "log": leaf.log, "index": leaf.index})
    session.commit()
    found = next(misfit for misfit in audit.check_logs(session).values() if misfit)
    assert found.subject == "case:1"
    assert "prev" in found.problem


@pytest.mark.parametrize(("statement", "problem"), [
    ("DELETE FROM leaves WHERE subject = 'case:1' AND seq = 2", "is missing"),
    ("DELETE FROM leaves WHERE \"index\" = (SELECT max(\"index\") FROM leaves WHERE subject LIKE 'case:%')",
     "head counts"),
    ("UPDATE leaves SET actor = 'person:else' WHERE subject = 'case:1' AND seq = 1", "column actor"),
    ("UPDATE leaves SET kind = 'bid' WHERE subject = 'case:0' AND seq = 1", "column kind"),
    ("UPDATE leaves SET at = '2020-01-01 00:00:00' WHERE subject = 'case:0' AND seq = 2", "column at"),
    ("UPDATE subject_heads SET seq = 99 WHERE subject = 'case:0'", "head of the chain"),
    ("DELETE FROM subject_heads WHERE subject = 'case:0'", "head of the chain"),
])
def test_every_other_tampering_is_named(session: Session, court: str, statement: str,
                                        problem: str) -> None:
    assert problem in spoil(session, court, statement)


def test_courts_have_logs_of_their_own(session: Session, court: str) -> None:
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/luochui")
    record(court=court, step=1)
    record(court=other.id, step=1)
    origins = {leaf.log for leaf in audit.leaves_of_subject(session, "case:1")}
    assert len(origins) == 2
    assert {log.court_id for log in session.scalars(select(Log))} >= {court, other.id}
    db.session.rollback()
