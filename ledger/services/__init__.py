"""The ledger's use cases; floors above call these names."""

from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.words import Purpose
from ledger.services.journal import (
    balances_of_case,
    case_account_number,
    case_balance,
    check_books,
    entries_of_case,
    post,
)
from ledger.services.payments import (
    book_credit,
    expect_payment,
    expected_payments,
    is_received,
    lapse,
    move_deposit_to_price,
    note_refund,
    payment,
    refunds_open,
    release_deposit,
    unidentified_credits,
)
from ledger.services.plans import distribute, pay_out, settle_price

__all__ = [
    "Account", "AccountKind", "Book", "DepositState", "Purpose", "balances_of_case", "book_credit",
    "case_account_number", "case_balance", "check_books", "distribute", "entries_of_case",
    "expect_payment", "expected_payments", "is_received", "lapse", "move_deposit_to_price",
    "note_refund", "pay_out", "payment", "post", "refunds_open", "release_deposit", "settle_price",
    "unidentified_credits",
]
