"""What a payment is expected for, and how people read it."""

from enum import StrEnum
from typing import Final

from kernel.errors import N_


class Purpose(StrEnum):
    DEPOSIT = "deposit"
    BALANCE = "balance"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Final = {Purpose.DEPOSIT: N_("竞买保证金"), Purpose.BALANCE: N_("拍卖余款")}
