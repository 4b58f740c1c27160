"""Payments expected, received, turned back, refunded: services on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from kernel import clock
from kernel.errors import InvalidInput
from ledger import services
from ledger.errors import (
    BankLineBooked,
    DepositStateError,
    NoSuchPayment,
    NoSuchRefund,
    NothingToReturn,
)
from ledger.models import BankCredit, JournalEntry
from ledger.rules.accounts import Book
from ledger.rules.deposits import DepositState
from ledger.rules.payers import Verdict
from tests.factories.accounts import a_bidder, a_court, acting
from tests.factories.ledger import (
    BIDDER,
    DEPOSIT_FEN,
    a_credit,
    a_paid_deposit,
    an_expected_deposit,
    finance,
)

pytestmark = pytest.mark.both_databases
NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


def test_a_deposit_from_the_right_payer_with_the_right_sum_is_received(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = an_expected_deposit(session, court).reference
    booked = a_credit(session, actor, remark=f"竞买保证金{reference}谢谢")
    assert (booked.verdict, booked.payer_matches) == (Verdict.MATCHED, True)
    found = services.payment(session, reference)
    assert (found.state, found.is_received) == (DepositState.RECEIVED, True)
    assert services.bank_balances(session, court.id)[Book.DEPOSITS] == DEPOSIT_FEN
    assert services.check_books(session, court.id) == []


@pytest.mark.parametrize(("payer", "fen", "verdict", "matches"), [
    ("王晓明", DEPOSIT_FEN, Verdict.OTHER_PAYER, False),
    (BIDDER, DEPOSIT_FEN - 1, Verdict.OTHER_AMOUNT, True),
    (BIDDER, DEPOSIT_FEN + 1, Verdict.OTHER_AMOUNT, True),
])
def test_another_payer_or_sum_goes_straight_to_the_refunds(
        session: Session, payer: str, fen: int, verdict: Verdict, matches: bool) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = an_expected_deposit(session, court).reference
    booked = a_credit(session, actor, remark=reference, payer_name=payer, amount_fen=fen)
    assert (booked.verdict, booked.payer_matches) == (verdict, matches)
    assert services.payment(session, reference).state is DepositState.EXPECTED
    assert services.payment(session, reference).turned_back == 1
    (refund,) = services.refunds_open(session, court.id)
    assert (refund.amount_fen, refund.is_turned_back) == (fen, True)
    assert services.check_books(session, court.id) == []


def test_a_payer_who_was_turned_back_may_pay_again(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = an_expected_deposit(session, court).reference
    a_credit(session, actor, remark=reference, payer_name="李四")
    a_credit(session, actor, remark=reference)
    assert services.is_received(session, reference)


def test_a_second_payment_of_the_same_deposit_fits_nothing(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    found = a_paid_deposit(session, court, actor)
    booked = a_credit(session, actor, remark=found.reference)
    assert (booked.verdict, booked.payer_matches) == (Verdict.UNKNOWN, None)
    assert [one.amount_fen for one in services.unidentified_credits(session, court.id)] == [DEPOSIT_FEN]


def test_a_line_of_the_bank_is_booked_once(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    a_credit(session, actor, remark="", bank_line="202606100001")
    with pytest.raises(BankLineBooked) as refused:
        a_credit(session, actor, remark="", bank_line="202606100001")
    assert list(refused.value.fields) == ["bank_line"]
    assert session.query(BankCredit).count() == 1


def test_money_of_tomorrow_is_not_booked(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    with pytest.raises(InvalidInput) as refused, acting(session) as s:
        services.book_credit(
            s, court_id=court.id, book=Book.DEPOSITS, bank_line="1", remark="", amount_fen=1,
            payer_name="某", received_at=NOW + timedelta(milliseconds=1), actor=actor, now=NOW)
    assert "received_at" in refused.value.fields


def test_nobody_finds_a_payer_or_a_remark_in_the_tables(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = an_expected_deposit(session, court).reference
    a_credit(session, actor, remark=f"{BIDDER}的保证金 {reference}")
    line = session.query(BankCredit).one()
    shown = [str(value) for name, value in vars(line).items() if name != "sealed"]
    assert not any(BIDDER in value for value in shown)
    assert BIDDER.encode() not in line.sealed
    assert line.quoted == reference


def test_a_released_deposit_waits_24_hours_for_its_bank_order(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = a_paid_deposit(session, court, actor).reference
    with acting(session) as s:
        services.release_deposit(s, reference, reason="sold", actor="system", now=NOW)
    (refund,) = services.refunds_open(session, court.id)
    assert (refund.due_at, refund.rule) == (NOW + timedelta(hours=24), "AUC-23.2")
    with acting(session) as s:
        services.note_refund(s, court_id=court.id, owner=reference, bank_line="T1", actor=actor, now=NOW)
    assert services.refunds_open(session, court.id) == []
    assert services.bank_balances(session, court.id)[Book.DEPOSITS] == 0
    with pytest.raises(NoSuchRefund), acting(session) as s:
        services.note_refund(s, court_id=court.id, owner=reference, bank_line="T2", actor=actor, now=NOW)


def test_a_deposit_leaves_only_once(session: Session) -> None:
    court = a_court(session)
    reference = a_paid_deposit(session, court, finance(session, court)).reference
    with acting(session) as s:
        services.release_deposit(s, reference, reason="sold", actor="system", now=NOW)
    entries = session.query(JournalEntry).count()
    with pytest.raises(DepositStateError), acting(session) as s:
        services.release_deposit(s, reference, reason="again", actor="system", now=NOW)
    with pytest.raises(DepositStateError), acting(session) as s:
        services.move_deposit_to_price(s, reference, case_id="case-1", actor="system", now=NOW)
    assert session.query(JournalEntry).count() == entries


def test_money_that_never_came_cannot_be_released_and_lapses(session: Session) -> None:
    court = a_court(session)
    reference = an_expected_deposit(session, court).reference
    with pytest.raises(DepositStateError), acting(session) as s:
        services.release_deposit(s, reference, reason="sold", actor="system", now=NOW)
    with acting(session) as s:
        services.lapse(s, reference, actor="system", now=NOW)
    assert services.payment(session, reference).state is DepositState.LAPSED


def test_a_held_deposit_can_still_go_back(session: Session) -> None:
    court = a_court(session)
    reference = a_paid_deposit(session, court, finance(session, court)).reference
    with acting(session) as s:
        services.hold_deposit(s, reference, reason="异议审查", actor="system", now=NOW)
    with acting(session) as s:
        services.release_deposit(s, reference, reason="rejected", actor="system", now=NOW)
    assert [one.amount_fen for one in services.refunds_open(session, court.id)] == [DEPOSIT_FEN]
    assert services.check_books(session, court.id) == []


def test_a_price_gathers_deposit_and_balance_and_becomes_case_money(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    reference = a_paid_deposit(session, court, actor, subject="lot:lot-x/1").reference
    buyer = a_bidder(session, "赵买受")
    with acting(session) as s:
        services.move_deposit_to_price(s, reference, case_id="case-1", actor="system", now=NOW)
        balance = services.expect_payment(
            s, court_id=court.id, case_id="case-1", purpose=services.Purpose.BALANCE,
            subject="lot:lot-x/1", amount_fen=5_00, payer_person_id=buyer.id, actor="system", now=NOW)
    a_credit(session, actor, remark=balance.reference, amount_fen=5_00, payer_name="赵买受",
             book=Book.CASE_MONEY)
    assert services.case_balance(session, "case-1") == 0
    with acting(session) as s:
        services.settle_price(s, court_id=court.id, case_id="case-1", subject="lot:lot-x/1",
                              actor="system", now=NOW)
    assert services.case_balance(session, "case-1") == DEPOSIT_FEN + 5_00
    assert services.cases_with_money(session, court.id) == {"case-1": DEPOSIT_FEN + 5_00}
    with acting(session) as s:
        assert services.settle_price(s, court_id=court.id, case_id="case-1", subject="lot:lot-x/1",
                                     actor="system", now=NOW) is None


def test_unknown_case_money_goes_back_with_its_line_and_once(session: Session) -> None:
    court = a_court(session)
    actor = finance(session, court)
    credit_id = a_credit(session, actor, remark="执行款", amount_fen=8_640_00,
                         book=Book.CASE_MONEY).credit.id
    with pytest.raises(InvalidInput), acting(session) as s:
        services.return_credit(s, credit_id, bank_line="", actor=actor, now=clock.now())
    with acting(session) as s:
        services.return_credit(s, credit_id, bank_line="T9", actor=actor, now=clock.now())
    with pytest.raises(NothingToReturn), acting(session) as s:
        services.return_credit(s, credit_id, bank_line="T9", actor=actor, now=clock.now())
    assert services.bank_balances(session, court.id)[Book.CASE_MONEY] == 0


def test_an_unknown_reference_is_said_to_be_unknown(session: Session) -> None:
    assert services.is_received(session, "0000-0000") is False
    with pytest.raises(NoSuchPayment):
        services.payment(session, "0000-0000")
