"""The chart of accounts: two books that never mix, and what each account stands for.

Bidders' deposits are a trust book apart from case money (FUND-17): the money in its bank account
belongs to the bidders and can never enter a distribution plan. Everything else is case money,
kept case by case (FUND-03).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from kernel.errors import N_


class Book(StrEnum):
    CASE_MONEY = "case_money"
    DEPOSITS = "deposits"

    @property
    def word(self) -> str:
        return N_("案款账簿") if self is Book.CASE_MONEY else N_("保证金账簿")


class AccountKind(StrEnum):
    """What the money on an account is. Only the two banks are assets; all others are owed."""

    DEPOSIT_BANK = "deposit_bank"
    DEPOSIT = "deposit"
    DEPOSIT_HELD = "deposit_held"
    DEPOSIT_REFUND = "deposit_refund"
    DEPOSIT_UNIDENTIFIED = "deposit_unidentified"
    CASE_BANK = "case_bank"
    PRICE = "price"
    CASE_MONEY = "case_money"
    EXECUTION_FEE = "execution_fee"
    COSTS = "costs"
    PAYABLE = "payable"
    SURPLUS = "surplus"
    HELD = "held"
    ESCROW = "escrow"
    FORFEITED = "forfeited"
    UNIDENTIFIED = "unidentified"

    @property
    def word(self) -> str:
        return CHART[self].word

    @property
    def book(self) -> Book:
        return CHART[self].book

    @property
    def is_bank(self) -> bool:
        """Whether it is money at the bank, an asset; all other accounts say to whom it is owed."""
        return self in (AccountKind.CASE_BANK, AccountKind.DEPOSIT_BANK)


class Entry(NamedTuple):
    """One kind of account in the chart: whose case, and which owner, every account of it names."""

    book: Book
    word: str
    of_case: bool
    of_owner: bool


CHART: Final = {
    AccountKind.DEPOSIT_BANK: Entry(Book.DEPOSITS, N_("保证金专户存款"), False, False),
    AccountKind.DEPOSIT: Entry(Book.DEPOSITS, N_("保证金"), False, True),
    AccountKind.DEPOSIT_HELD: Entry(Book.DEPOSITS, N_("暂存保证金"), False, True),
    AccountKind.DEPOSIT_REFUND: Entry(Book.DEPOSITS, N_("待退保证金"), False, True),
    AccountKind.DEPOSIT_UNIDENTIFIED: Entry(Book.DEPOSITS, N_("待认领保证金"), False, True),
    AccountKind.CASE_BANK: Entry(Book.CASE_MONEY, N_("案款专户存款"), False, False),
    AccountKind.PRICE: Entry(Book.CASE_MONEY, N_("成交价款"), True, True),
    AccountKind.CASE_MONEY: Entry(Book.CASE_MONEY, N_("案款"), True, False),
    AccountKind.EXECUTION_FEE: Entry(Book.CASE_MONEY, N_("执行费"), True, False),
    AccountKind.COSTS: Entry(Book.CASE_MONEY, N_("其他执行费用"), True, True),
    AccountKind.PAYABLE: Entry(Book.CASE_MONEY, N_("应付债权款"), True, True),
    AccountKind.SURPLUS: Entry(Book.CASE_MONEY, N_("应退被执行人款"), True, True),
    AccountKind.HELD: Entry(Book.CASE_MONEY, N_("暂存"), True, True),
    AccountKind.ESCROW: Entry(Book.CASE_MONEY, N_("提存"), True, True),
    AccountKind.FORFEITED: Entry(Book.CASE_MONEY, N_("不予退还的保证金"), True, True),
    AccountKind.UNIDENTIFIED: Entry(Book.CASE_MONEY, N_("待认领款"), False, True),
}


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account: its kind, and whose it is.

    Attributes:
        case_id: the case it belongs to (FUND-03); empty for accounts that belong to none.
        owner: what tells accounts of one kind apart: a payment reference, lot, claim or cost,
            or the bank's line of an unidentified credit.
    """

    kind: AccountKind
    case_id: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        entry = CHART[self.kind]
        if bool(self.case_id) is not entry.of_case or bool(self.owner) is not entry.of_owner:
            raise ValueError(f"an account {self.kind} needs "
                             f"{'a' if entry.of_case else 'no'} case and "
                             f"{'an' if entry.of_owner else 'no'} owner")

    @property
    def key(self) -> str:
        """The account as one text, unique among all accounts of a court."""
        return f"{self.kind.value}:{self.case_id}:{self.owner}"
