"""Objections of third parties to a seized property (案外人异议): their course, and what they stop.

While one is examined or tried the court disposes of nothing (AUC-36.2); when its rejection has
been served, not for another fifteen days, in which the objector may sue (CPL-238).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from cases.rules.words import ObjectionRight, ObjectionState
from kernel.errors import N_, InvalidInput
from kernel.law import RuleSet
from kernel.working_days import deadline

_S = ObjectionState

NEXT: Final[Mapping[ObjectionState, tuple[ObjectionState, ...]]] = MappingProxyType({
    _S.PENDING: (_S.REJECTED, _S.UPHELD, _S.WITHDRAWN),
    _S.REJECTED: (_S.SUED,),
    _S.UPHELD: (_S.SUED,),
    _S.SUED: (_S.DISMISSED, _S.EXCLUDED, _S.WITHDRAWN),
    _S.WITHDRAWN: (),
    _S.DISMISSED: (),
    _S.EXCLUDED: (),
})
"""What may follow. A rejection and a stay may be fought in court, within fifteen days."""

STOPS: Final = frozenset({_S.PENDING, _S.UPHELD, _S.SUED, _S.EXCLUDED})
"""While an objection stands so, the property is not disposed of at all."""


@dataclass(frozen=True, slots=True)
class ObjectionFacts:
    """An objection as it was filed, in writing."""

    objector: str
    claimed_right: ObjectionRight
    reason: str
    filed_on: date


def check_objection(found: ObjectionFacts, *, today: date) -> None:
    """Refuse an objection that is dated ahead.

    Raises:
        InvalidInput: it is.
    """
    if found.filed_on > today:
        raise InvalidInput({"filed_on": N_("日期还没有到，请检查。")})


def check_step(state: ObjectionState, state_on: date, wanted: ObjectionState, on: date, *,
               today: date, rules: RuleSet) -> None:
    """Refuse a day that cannot be that of the next step.

    Raises:
        InvalidInput: before the last step or to come; a suit after its fifteen days.
    """
    if not state_on <= on <= today:
        raise InvalidInput({"on": N_("日期应在 %(since_on)s 以后、今天或者以前。")}, since_on=state_on)
    if wanted is _S.SUED and on > suit_due_on(state_on, rules):
        raise InvalidInput({"on": N_("起诉的期限到 %(due_on)s 为止。")}, rule="CPL-238",
                           due_on=suit_due_on(state_on, rules))


def review_due_on(filed_on: date, rules: RuleSet) -> date:
    """The last day for the court's ruling on an objection (CPL-238)."""
    return deadline(filed_on, rules.days("objection.third_party_review_days"))


def suit_due_on(served_on: date, rules: RuleSet) -> date:
    """The last day for suing over a ruling that was served on this day (CPL-238)."""
    return deadline(served_on, rules.days("objection.third_party_suit_days"))


def stands(state: ObjectionState, state_on: date, *, today: date, rules: RuleSet) -> bool:
    """Whether the property may not be disposed of today (AUC-36.2, CPL-238)."""
    if state is _S.REJECTED:
        return today <= suit_due_on(state_on, rules)
    return state in STOPS
