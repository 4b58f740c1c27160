"""Taking up a case: its number, its basis, and how ordinary claims will share.

Source: 民诉法解释 articles 506, 508 and 514 (REG-01, REG-03, REG-09, REG-10).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from cases.rules.numbers import read_case_number
from cases.rules.words import DebtorKind, Regime
from kernel.errors import N_, InvalidInput

LAWFUL_REGIMES: Final = {
    DebtorKind.NATURAL_PERSON: Regime.PRO_RATA,
    DebtorKind.OTHER_ORGANISATION: Regime.PRO_RATA,
    DebtorKind.ENTERPRISE: Regime.SEIZURE_ORDER,
}
"""How ordinary claims share unless decided otherwise; for a public body the law does not say."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as registered.

    Attributes:
        cause: the cause of action (案由).
        basis: number and name of the document that is enforced (执行依据).
        regime: None leaves it to what the law says of ``debtor_kind``.
    """

    number: str
    cause: str
    basis: str
    filed_on: date
    debtor_kind: DebtorKind
    regime: Regime | None = None
    regime_reason: str = ""


def check_case(facts: CaseFacts, *, today: date) -> tuple[str, Regime]:
    """The case number in its one spelling, and the regime in force.

    Raises:
        InvalidInput: a number of another form, a day to come, or a regime that is not settled.
    """
    number = read_case_number(facts.number, today=today)
    if facts.filed_on > today:
        raise InvalidInput({"filed_on": N_("立案日期还没有到，请检查。")})
    return str(number), settle_regime(facts.debtor_kind, facts.regime, facts.regime_reason)


def settle_regime(debtor: DebtorKind, chosen: Regime | None = None, reason: str = "") -> Regime:
    """How ordinary claims share, from what the debtor is (民诉法解释 508, 514; REG-01, REG-03).

    The officer may decide otherwise with a reason (REG-10), and must decide with a reason where
    the law does not say: for bodies that are neither enterprise nor "other organisation" (REG-09).

    Raises:
        InvalidInput: ``regime`` or ``regime_reason`` is missing.
    """
    lawful = LAWFUL_REGIMES.get(debtor)
    regime = chosen or lawful
    if regime is None:
        raise InvalidInput({"regime": N_("法律没有规定这类债务人的清偿方式，请决定并写明理由。")},
                           rule="REG-09")
    if regime is not lawful and not reason:
        raise InvalidInput({"regime_reason": N_("请写明采用这种清偿方式的理由。")},
                           rule="REG-09" if lawful is None else "REG-10")
    return regime
