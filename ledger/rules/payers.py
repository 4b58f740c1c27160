"""Whether a payment came from whom it was expected, without anyone learning who that is.

Until the bidding ends finance sees a reference, a sum and "payer matches: yes or no" (AUC-18.3).
The expected payer is stored only as a keyed digest of the name.
"""

import hmac
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.errors import N_
from ledger.rules.references import references_in

Digest = Callable[[str], str]
"""A keyed digest of a text, such as ``vault.digest`` bound to its purpose."""

_NOT_PART_OF_A_NAME: Final = frozenset("·•・‧.,，。、-－_ ")


def normal_name(name: str) -> str:
    """A name as banks and registers agree on it: width, case, blanks and middle dots aside."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded
                   if sign not in _NOT_PART_OF_A_NAME and not sign.isspace())


def payer_digest(name: str, digest: Digest) -> str:
    """What is stored of the payer whom a payment is expected from."""
    return digest(normal_name(name))


def matches(expected_payer_digest: str, name: str, digest: Digest) -> bool:
    """Whether the payer the bank names is the one expected."""
    return hmac.compare_digest(expected_payer_digest, payer_digest(name, digest))


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """What a reference stands for: how much, and from whom (as a digest)."""

    reference: str
    amount_fen: int
    payer_digest: str


class Verdict(StrEnum):
    """What the machine makes of one credit on a bank statement."""

    MATCHED = "matched"
    OTHER_PAYER = "other_payer"
    OTHER_AMOUNT = "other_amount"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Verdict.MATCHED: N_("自动匹配"),
    Verdict.OTHER_PAYER: N_("付款人不一致，须本人重付"),
    Verdict.OTHER_AMOUNT: N_("金额不符"),
    Verdict.AMBIGUOUS: N_("附言指向多笔应收款，请确认"),
    Verdict.UNKNOWN: N_("认不出，入挂账"),
}


def judge(remark: str, amount_fen: int, payer: str, expected: Mapping[str, ExpectedPayment],
          digest: Digest) -> tuple[Verdict, ExpectedPayment | None]:
    """Find the expected payment that a bank line quotes, and say whether sum and payer fit.

    ``remark`` is the bank's text (附言) in which the payer quotes the reference; ``expected``
    holds the open expected payments by reference, none that is paid already.
    """
    quoted = [expected[found] for found in references_in(remark) if found in expected]
    if not quoted:
        return Verdict.UNKNOWN, None
    if len(quoted) > 1:
        return Verdict.AMBIGUOUS, None
    payment = quoted[0]
    if not matches(payment.payer_digest, payer, digest):
        return Verdict.OTHER_PAYER, payment
    if payment.amount_fen != amount_fen:
        return Verdict.OTHER_AMOUNT, payment
    return Verdict.MATCHED, payment
