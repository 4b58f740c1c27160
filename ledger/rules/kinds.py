"""The kinds of transfers, and which accounts each may move money between."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import N_
from ledger.rules.accounts import AccountKind
from ledger.rules.accounts import AccountKind as Kind


class TransferKind(StrEnum):
    """The business events that move money."""

    DEPOSIT_RECEIVED = "deposit_received"
    DEPOSIT_RELEASED = "deposit_released"
    DEPOSIT_REFUNDED = "deposit_refunded"
    DEPOSIT_TO_PRICE = "deposit_to_price"
    DEPOSIT_HELD = "deposit_held"
    DEPOSIT_FORFEITED = "deposit_forfeited"
    DEPOSIT_CLAIMED = "deposit_claimed"
    PRICE_RECEIVED = "price_received"
    PRICE_SETTLED = "price_settled"
    PRICE_RETURNED = "price_returned"
    CASE_MONEY_RECEIVED = "case_money_received"
    UNIDENTIFIED_RECEIVED = "unidentified_received"
    UNIDENTIFIED_CLAIMED = "unidentified_claimed"
    UNIDENTIFIED_RETURNED = "unidentified_returned"
    DISTRIBUTED = "distributed"
    FORFEIT_APPLIED = "forfeit_applied"
    HELD_RESOLVED = "held_resolved"
    ESCROWED = "escrowed"
    PAID_OUT = "paid_out"
    REVERSAL = "reversal"

    @property
    def word(self) -> str:
        return _WORDS[self]

    @property
    def crosses_the_door(self) -> bool:
        """Whether money comes in or goes out; all other kinds leave the two banks' sum as it is."""
        return self in _THROUGH_THE_DOOR


_WORDS: Final = {
    TransferKind.DEPOSIT_RECEIVED: N_("保证金到账"),
    TransferKind.DEPOSIT_RELEASED: N_("保证金解除"),
    TransferKind.DEPOSIT_REFUNDED: N_("保证金退回"),
    TransferKind.DEPOSIT_TO_PRICE: N_("保证金转价款"),
    TransferKind.DEPOSIT_HELD: N_("保证金暂存"),
    TransferKind.DEPOSIT_FORFEITED: N_("保证金不予退还"),
    TransferKind.DEPOSIT_CLAIMED: N_("保证金认领"),
    TransferKind.PRICE_RECEIVED: N_("余款到账"),
    TransferKind.PRICE_SETTLED: N_("价款转案款"),
    TransferKind.PRICE_RETURNED: N_("退还价款"),
    TransferKind.CASE_MONEY_RECEIVED: N_("执行款到账"),
    TransferKind.UNIDENTIFIED_RECEIVED: N_("不明款挂账"),
    TransferKind.UNIDENTIFIED_CLAIMED: N_("不明款认领"),
    TransferKind.UNIDENTIFIED_RETURNED: N_("不明款退回"),
    TransferKind.DISTRIBUTED: N_("按方案分配"),
    TransferKind.FORFEIT_APPLIED: N_("不予退还的保证金抵用"),
    TransferKind.HELD_RESOLVED: N_("暂存款处理"),
    TransferKind.ESCROWED: N_("提存"),
    TransferKind.PAID_OUT: N_("付款"),
    TransferKind.REVERSAL: N_("冲正"),
}

ROUTES: Final[Mapping[TransferKind, frozenset[tuple[AccountKind, AccountKind]]]] = {
    TransferKind.DEPOSIT_RECEIVED: frozenset({
        (Kind.DEPOSIT_BANK, Kind.DEPOSIT), (Kind.DEPOSIT_BANK, Kind.DEPOSIT_UNIDENTIFIED)}),
    TransferKind.DEPOSIT_RELEASED: frozenset({
        (Kind.DEPOSIT, Kind.DEPOSIT_REFUND), (Kind.DEPOSIT_HELD, Kind.DEPOSIT_REFUND),
        (Kind.DEPOSIT_UNIDENTIFIED, Kind.DEPOSIT_REFUND)}),
    TransferKind.DEPOSIT_REFUNDED: frozenset({(Kind.DEPOSIT_REFUND, Kind.DEPOSIT_BANK)}),
    TransferKind.DEPOSIT_TO_PRICE: frozenset({
        (Kind.DEPOSIT, Kind.DEPOSIT_BANK), (Kind.DEPOSIT_HELD, Kind.DEPOSIT_BANK),
        (Kind.CASE_BANK, Kind.PRICE)}),
    TransferKind.DEPOSIT_HELD: frozenset({(Kind.DEPOSIT, Kind.DEPOSIT_HELD)}),
    TransferKind.DEPOSIT_FORFEITED: frozenset({
        (Kind.DEPOSIT, Kind.DEPOSIT_BANK), (Kind.DEPOSIT_HELD, Kind.DEPOSIT_BANK),
        (Kind.CASE_BANK, Kind.FORFEITED), (Kind.PRICE, Kind.FORFEITED)}),
    TransferKind.DEPOSIT_CLAIMED: frozenset({(Kind.DEPOSIT_UNIDENTIFIED, Kind.DEPOSIT)}),
    TransferKind.PRICE_RECEIVED: frozenset({(Kind.CASE_BANK, Kind.PRICE)}),
    TransferKind.PRICE_SETTLED: frozenset({(Kind.PRICE, Kind.CASE_MONEY)}),
    TransferKind.PRICE_RETURNED: frozenset({(Kind.PRICE, Kind.CASE_BANK)}),
    TransferKind.CASE_MONEY_RECEIVED: frozenset({(Kind.CASE_BANK, Kind.CASE_MONEY)}),
    TransferKind.UNIDENTIFIED_RECEIVED: frozenset({(Kind.CASE_BANK, Kind.UNIDENTIFIED)}),
    TransferKind.UNIDENTIFIED_CLAIMED: frozenset({
        (Kind.UNIDENTIFIED, Kind.CASE_MONEY), (Kind.UNIDENTIFIED, Kind.PRICE)}),
    TransferKind.UNIDENTIFIED_RETURNED: frozenset({(Kind.UNIDENTIFIED, Kind.CASE_BANK)}),
    TransferKind.DISTRIBUTED: frozenset({
        (Kind.CASE_MONEY, Kind.EXECUTION_FEE), (Kind.CASE_MONEY, Kind.COSTS),
        (Kind.CASE_MONEY, Kind.PAYABLE), (Kind.CASE_MONEY, Kind.HELD),
        (Kind.CASE_MONEY, Kind.SURPLUS)}),
    TransferKind.FORFEIT_APPLIED: frozenset({
        (Kind.FORFEITED, Kind.COSTS), (Kind.FORFEITED, Kind.CASE_MONEY),
        (Kind.FORFEITED, Kind.HELD)}),
    TransferKind.HELD_RESOLVED: frozenset({
        (Kind.HELD, Kind.CASE_MONEY), (Kind.HELD, Kind.PAYABLE), (Kind.HELD, Kind.COSTS),
        (Kind.HELD, Kind.SURPLUS)}),
    TransferKind.ESCROWED: frozenset({(Kind.PAYABLE, Kind.ESCROW), (Kind.SURPLUS, Kind.ESCROW)}),
    TransferKind.PAID_OUT: frozenset({
        (Kind.EXECUTION_FEE, Kind.CASE_BANK), (Kind.COSTS, Kind.CASE_BANK),
        (Kind.PAYABLE, Kind.CASE_BANK), (Kind.ESCROW, Kind.CASE_BANK),
        (Kind.SURPLUS, Kind.CASE_BANK), (Kind.HELD, Kind.CASE_BANK)}),
}
"""Which account may be debited against which credit, kind by kind; inside one book each time.

A debit takes from what is owed (or adds to a bank), a credit adds to it. A reversal has no routes
of its own: it is the mirror of what it reverses.
"""

_THROUGH_THE_DOOR: Final = frozenset({
    TransferKind.DEPOSIT_RECEIVED, TransferKind.DEPOSIT_REFUNDED, TransferKind.PRICE_RECEIVED,
    TransferKind.PRICE_RETURNED, TransferKind.CASE_MONEY_RECEIVED,
    TransferKind.UNIDENTIFIED_RECEIVED, TransferKind.UNIDENTIFIED_RETURNED, TransferKind.PAID_OUT,
})
