"""Whatever is done in whatever order, the books add up, and a changed figure is found."""

import random
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Court
from kernel.access import Actor
from kernel.errors import DomainError
from ledger import services
from ledger.models import AccountBalance
from ledger.rules.accounts import AccountKind, Book
from tests.factories.accounts import a_bidder, a_court, acting
from tests.factories.ledger import BIDDER, a_credit, a_paid_deposit, finance

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


class Desk:
    """A court whose money moves at random; it keeps count of what crossed the door."""

    def __init__(self, session: Session, court: Court, actor: Actor, chance: random.Random) -> None:
        self.session, self.court, self.actor, self.chance = session, court, actor, chance
        self.bidder = a_bidder(session, BIDDER)
        self.references: list[str] = []
        self.door = dict.fromkeys(Book, 0)

    def reference(self) -> str:
        return self.chance.choice(self.references) if self.references else "none"

    def expect(self) -> None:
        with acting(self.session) as s:
            found = services.expect_payment(
                s, court_id=self.court.id, case_id="case-1", purpose=services.Purpose.DEPOSIT,
                subject=f"lot:lot-{self.chance.randrange(3)}/1",
                amount_fen=self.chance.randrange(1, 500), payer_person_id=self.bidder.id,
                actor="system", now=NOW)
        self.references.append(found.reference)

    def receive(self) -> None:
        reference, book = self.reference(), self.chance.choice(list(Book))
        right = self.chance.random() < 0.7 and reference != "none"
        fen = services.payment(self.session, reference).amount_fen if right \
            else self.chance.randrange(1, 500)
        a_credit(self.session, self.actor, remark=reference, amount_fen=fen, book=book,
                 payer_name=self.chance.choice([BIDDER, BIDDER, "李四"]))
        self.door[book] += fen

    def release(self) -> None:
        with acting(self.session) as s:
            services.release_deposit(s, self.reference(), reason="r", actor="system", now=NOW)

    def hold(self) -> None:
        with acting(self.session) as s:
            services.hold_deposit(s, self.reference(), reason="h", actor="system", now=NOW)

    def move(self) -> None:
        reference = self.reference()
        with acting(self.session) as s:
            services.move_deposit_to_price(s, reference, case_id="case-1", actor="system", now=NOW)
        fen = services.payment(self.session, reference).amount_fen
        self.door[Book.DEPOSITS] -= fen
        self.door[Book.CASE_MONEY] += fen

    def settle(self) -> None:
        with acting(self.session) as s:
            services.settle_price(s, court_id=self.court.id, case_id="case-1",
                                  subject=f"lot:lot-{self.chance.randrange(3)}/1", actor="system", now=NOW)

    def refund(self) -> None:
        for one in services.refunds_open(self.session, self.court.id)[:1]:
            with acting(self.session) as s:
                services.note_refund(s, court_id=self.court.id, owner=one.owner, bank_line="T",
                                     actor=self.actor, now=NOW)
            self.door[Book.DEPOSITS] -= one.amount_fen

    def give_back(self) -> None:
        for one in services.unidentified_credits(self.session, self.court.id)[:1]:
            with acting(self.session) as s:
                services.return_credit(s, one.id, bank_line="T", actor=self.actor, now=NOW)
            if one.book is Book.CASE_MONEY:
                self.door[Book.CASE_MONEY] -= one.amount_fen

    def share(self) -> None:
        held = services.case_balance(self.session, "case-1")
        if held:
            with acting(self.session) as s:
                services.distribute(
                    s, court_id=self.court.id, case_id="case-1", plan_id=f"p{self.chance.random()}",
                    shares=[(AccountKind.PAYABLE, "claim-1", held)], actor="system", now=NOW)

    def pay_too_much(self) -> None:
        with acting(self.session) as s:
            services.pay_out(s, court_id=self.court.id, case_id="case-1", owner="claim-1",
                             account=AccountKind.PAYABLE, amount_fen=10**9, actor=self.actor,
                             payout_id=f"q{self.chance.random()}", now=NOW)


ACTS = ("expect", "expect", "receive", "receive", "release", "hold", "move", "settle", "refund",
        "give_back", "share", "pay_too_much")


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(4))
def test_random_acts_keep_the_books_right_and_every_book_covered(session: Session, seed: int) -> None:
    court = a_court(session)
    chance = random.Random(seed)  # noqa: S311 - a course of events, not a secret
    desk = Desk(session, court, finance(session, court), chance)
    refused = 0
    for _ in range(60):
        try:
            getattr(desk, chance.choice(ACTS))()
        except DomainError:
            refused += 1
        assert services.check_books(session, court.id) == []
    assert services.bank_balances(session, court.id) == desk.door
    assert refused


def test_a_balance_changed_behind_the_journal_is_named(session: Session) -> None:
    court = a_court(session)
    a_paid_deposit(session, court, finance(session, court))
    session.execute(text("UPDATE account_balances SET balance_fen = balance_fen + 1 "
                         "WHERE account = 'deposit'"))
    session.commit()
    (fault,) = services.check_books(session, court.id)
    assert fault.details["stored_fen"] == fault.details["counted_fen"] + 1  # type: ignore[attr-defined]


def test_an_account_below_nothing_is_refused_by_the_database_itself(session: Session) -> None:
    court = a_court(session)
    a_paid_deposit(session, court, finance(session, court))
    with pytest.raises(Exception, match="never_overdrawn"):
        session.execute(text("UPDATE account_balances SET balance_fen = -1"))
    session.rollback()


def test_the_command_prints_each_court_and_fails_on_a_fault(app: Flask, session: Session) -> None:
    court = a_court(session)
    a_paid_deposit(session, court, finance(session, court))
    right = app.test_cli_runner().invoke(args=["ledger", "check"])
    assert (right.exit_code, court.name_zh in right.output) == (0, True)
    session.query(AccountBalance).filter_by(account=AccountKind.DEPOSIT).update({"balance_fen": 7})
    session.commit()
    wrong = app.test_cli_runner().invoke(args=["ledger", "check"])
    assert wrong.exit_code == 1
    assert "0.07" in wrong.output


def test_entries_of_a_court_are_numbered_without_a_gap(session: Session) -> None:
    first, second = a_court(session), a_court(session, "另一法院", "Another Court", "other.example/x")
    for court in (first, second, first):
        a_paid_deposit(session, court, finance(session, court))
    numbers = [row.number for row in session.execute(
        text("SELECT number FROM journal WHERE court_id = :court ORDER BY number"), {"court": first.id})]
    assert numbers == [1, 2]
