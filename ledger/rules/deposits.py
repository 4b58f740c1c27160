"""The life of a deposit (保证金), from the day it is expected to the day it is gone.

A deposit never leaves but by one of its transfers, and each transfer is booked once. The states
in which it rests are those in which somebody still owes something about it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import N_, Filled
from ledger.errors import DepositStateError
from ledger.rules.kinds import TransferKind


class DepositState(StrEnum):
    """Where a deposit is."""

    EXPECTED = "expected"
    LAPSED = "lapsed"
    RECEIVED = "received"
    RELEASED = "released"
    MOVED_TO_PRICE = "moved_to_price"
    HELD = "held"
    FORFEITED = "forfeited"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    DepositState.EXPECTED: N_("待缴"),
    DepositState.LAPSED: N_("未缴"),
    DepositState.RECEIVED: N_("已到账"),
    DepositState.RELEASED: N_("已解除，退还付款人"),
    DepositState.MOVED_TO_PRICE: N_("已转价款"),
    DepositState.HELD: N_("暂存"),
    DepositState.FORFEITED: N_("不予退还"),
}

_S = DepositState
_T = TransferKind

STEPS: Final[Mapping[tuple[DepositState, DepositState], TransferKind | None]] = {
    (_S.EXPECTED, _S.RECEIVED): _T.DEPOSIT_RECEIVED,
    (_S.EXPECTED, _S.LAPSED): None,
    (_S.RECEIVED, _S.RELEASED): _T.DEPOSIT_RELEASED,
    (_S.RECEIVED, _S.MOVED_TO_PRICE): _T.DEPOSIT_TO_PRICE,
    (_S.RECEIVED, _S.HELD): _T.DEPOSIT_HELD,
    (_S.RECEIVED, _S.FORFEITED): _T.DEPOSIT_FORFEITED,
    (_S.HELD, _S.RELEASED): _T.DEPOSIT_RELEASED,
    (_S.HELD, _S.MOVED_TO_PRICE): _T.DEPOSIT_TO_PRICE,
    (_S.HELD, _S.FORFEITED): _T.DEPOSIT_FORFEITED,
    (_S.MOVED_TO_PRICE, _S.FORFEITED): _T.DEPOSIT_FORFEITED,
    (_S.MOVED_TO_PRICE, _S.RELEASED): _T.PRICE_RETURNED,
}
"""Every step a deposit may take, and the transfer that books it; None where no money moves.

Losers are released after the sale (AUC-23.2), the winner's deposit counts to the price (AUC-23.1)
and goes to the court, so a later default forfeits it from there (AUC-24.1), and a sale annulled
gives it back. A deposit is held while a court decides whose it is. Released and forfeited are
final: nothing goes back to a defaulter, even if the next sale brings more (AUC-24.2).
"""


def step(state: DepositState, to: DepositState) -> TransferKind | None:
    """The transfer that books this step of a deposit; None where no money moves.

    Raises:
        DepositStateError: a deposit in ``state`` cannot become ``to``.
    """
    if (state, to) not in STEPS:
        raise DepositStateError(state=Filled(state.word), wanted=Filled(to.word))
    return STEPS[state, to]
