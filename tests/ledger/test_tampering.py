"""T10: whoever moves a fen in the journal, or books a transfer twice, is found by ``flask ledger check``.

The forger has the database in hand, and lets the stored balances fit what he forged.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.models import Court
from ledger import services
from ledger.models import JournalEntry, JournalPosting
from tests.factories.accounts import a_court, acting
from tests.factories.ledger import a_paid_deposit, finance
from tests.tampering import TIMES, Chance

Record = Callable[[str, object], None]


@pytest.fixture
def court(session: Session) -> Court:
    """Eight deposits came, and half of them were given free again."""
    found = a_court(session)
    actor = finance(session, found)
    for number in range(8):
        reference = a_paid_deposit(session, found, actor).reference
        if number % 2:
            with acting(session) as s:
                services.release_deposit(s, reference, reason="lost", actor="system", now=actor_time(s))
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))
    session.commit()
    return session.get_one(Court, found.id)


def actor_time(session: Session) -> Any:
    return session.scalars(select(JournalEntry.booked_at).order_by(JournalEntry.number.desc())).first()


def faults(session: Session, court: Court) -> list[str]:
    """What ``flask ledger check`` finds in the books as this transaction sees them."""
    session.expire_all()
    return [*services.check_books(session, court.id), *services.check_against_log(session, court.id)]


def let_balances_fit(session: Session) -> None:
    """Count every stored balance anew from the forged journal, as a careful forger does."""
    session.execute(text("""
        UPDATE account_balances SET balance_fen = abs(coalesce((
            SELECT sum(CASE side WHEN 'debit' THEN amount_fen ELSE -amount_fen END) FROM journal_postings
            WHERE journal_postings.court_id = account_balances.court_id
              AND journal_postings.account = account_balances.account
              AND journal_postings.case_id = account_balances.case_id
              AND journal_postings.owner = account_balances.owner), 0))"""))


def each_place(session: Session, court: Court, name: str, change: Callable[[Chance], None]) -> None:
    for number in range(TIMES):
        rng = Chance(name, number)
        change(rng)
        if rng.random() < 0.5:
            let_balances_fit(session)
        assert faults(session, court), f"{name}, place {number}: nobody sees it"
        session.rollback()


def test_books_that_nobody_touched_have_no_fault_and_recounting_changes_nothing(
        court: Court, session: Session, app: Flask) -> None:
    assert faults(session, court) == []
    let_balances_fit(session)
    assert faults(session, court) == []
    session.rollback()
    assert app.test_cli_runner().invoke(args=["ledger", "check"]).exit_code == 0


@pytest.mark.timeout(3600)
def test_a_fen_moved_between_two_postings_is_found(court: Court, session: Session,
                                                   record_property: Record) -> None:
    def change(rng: Chance) -> None:
        lines = session.scalars(select(JournalPosting)).all()
        taken, given = rng.sample(lines, 2)
        for line, fen in ((taken, -1), (given, 1)):
            session.execute(text("UPDATE journal_postings SET amount_fen = amount_fen + :fen "
                                 "WHERE entry_id = :entry AND line = :line"),
                            {"fen": fen, "entry": line.entry_id, "line": line.line})

    each_place(session, court, "T10 fen", change)
    record_property("tamper", f"T10 {TIMES}")


@pytest.mark.timeout(3600)
def test_a_fen_more_on_both_sides_of_a_transfer_is_found(court: Court, session: Session,
                                                         record_property: Record) -> None:
    def change(rng: Chance) -> None:
        entry = rng.choice(session.scalars(select(JournalEntry)).all())
        session.execute(text("UPDATE journal_postings SET amount_fen = amount_fen + 1 WHERE entry_id = :id"),
                        {"id": entry.id})

    each_place(session, court, "T10 both sides", change)
    record_property("tamper", f"T10 {TIMES}")


@pytest.mark.timeout(3600)
def test_a_doubled_transfer_is_found(court: Court, session: Session, record_property: Record) -> None:
    def change(rng: Chance) -> None:
        entry = rng.choice(session.scalars(select(JournalEntry)).all())
        session.execute(text("""
            INSERT INTO journal (id, court_id, case_id, number, kind, key, cause, ruling, reverses, booked_at,
                                 booked_by)
            SELECT id || 'x', court_id, case_id, number + 1000, kind, key || 'x', cause, ruling, reverses,
                   booked_at, booked_by FROM journal WHERE id = :id"""), {"id": entry.id})
        session.execute(text("""
            INSERT INTO journal_postings (entry_id, line, account, case_id, court_id, owner, side, amount_fen)
            SELECT entry_id || 'x', line, account, case_id, court_id, owner, side, amount_fen
            FROM journal_postings WHERE entry_id = :id"""), {"id": entry.id})

    each_place(session, court, "T10 doubled", change)
    record_property("tamper", f"T10 {TIMES}")


def test_a_transfer_taken_out_of_the_journal_is_found(court: Court, session: Session) -> None:
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc())).first()
    assert entry is not None
    for table, column in (("journal_postings", "entry_id"), ("journal", "id")):
        session.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": entry.id})  # noqa: S608
    let_balances_fit(session)
    found = faults(session, court)
    session.rollback()
    assert len(found) == 1
