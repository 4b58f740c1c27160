"""The ledger's use cases; floors above call these names."""

from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.words import Purpose
from ledger.services.credits import (
    Booked,
    book_credit,
    credits_of,
    get_credit,
    return_credit,
    unidentified_credits,
)
from ledger.services.journal import (
    balances_of_case,
    bank_balances,
    case_account_number,
    case_balance,
    cases_with_money,
    check_against_log,
    check_books,
    entries_of_case,
    post,
)
from ledger.services.payments import (
    expect_payment,
    expected_payments,
    hold_deposit,
    is_received,
    lapse,
    move_deposit_to_price,
    payment,
    payments_due,
    release_deposit,
)
from ledger.services.plans import distribute, pay_out, settle_price
from ledger.services.refunds import Refund, note_refund, refunded_at, refunds_open

__all__ = [
    "Account", "AccountKind", "Book", "Booked", "DepositState", "Purpose", "Refund",
    "balances_of_case", "bank_balances", "book_credit", "case_account_number", "case_balance",
    "cases_with_money", "check_against_log", "check_books", "credits_of", "distribute", "entries_of_case",
    "expect_payment", "expected_payments", "get_credit", "hold_deposit", "is_received", "lapse",
    "move_deposit_to_price", "note_refund", "pay_out", "payment", "payments_due", "post",
    "refunded_at", "refunds_open", "release_deposit", "return_credit", "settle_price", "unidentified_credits",
]
