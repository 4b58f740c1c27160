"""Terms of a plan that is served: each person's days to object, and when the plan is final.

The plan goes to every creditor and the debtor (PLAN-01). Each has their own clock, from their own
receipt (PLAN-02, 民诉解释第五百零九条). When the last has run out and nobody objected, the plan is
final. An objection (PLAN-03) stops it; what then follows has terms of its own (PLAN-04, PLAN-06).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kernel.errors import N_
from kernel.law import RuleSet
from kernel.working_days import WorkCalendar, deadline, next_working_day
from settlement.errors import NotServed, ObjectionLate, PlanContested, PlanNotFinal
from settlement.rules.claims import Claims

_DAY = timedelta(days=1)


class PlanState(StrEnum):
    """Where a version of a plan is; it cannot be changed any more once served (PLAN-08)."""

    DRAFT = "draft"
    SENT_BACK = "sent_back"
    REPLACED = "replaced"
    APPROVED = "approved"
    SERVING = "serving"
    CONTESTED = "contested"
    FINAL = "final"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {
    PlanState.DRAFT: N_("等审批"),
    PlanState.SENT_BACK: N_("审批退回"),
    PlanState.REPLACED: N_("已由新版代替"),
    PlanState.APPROVED: N_("已审批，待送达"),
    PlanState.SERVING: N_("等异议期"),
    PlanState.CONTESTED: N_("有异议"),
    PlanState.FINAL: N_("已生效"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a served plan stands on a day.

    Attributes:
        unserved: recipients who have not received it yet, so that their clock has not begun.
        ends_on: each served person's last day to object.
        contested_by: who objected in time.
        last_on: the last day on which anyone may object; None while somebody is unserved.
        payable_from: the first working day on which it may be paid, if nobody objects.
    """

    state: PlanState
    unserved: frozenset[str]
    ends_on: Mapping[str, date]
    contested_by: frozenset[str]
    last_on: date | None
    payable_from: date | None


def recipients(claims: Claims, debtor: str) -> tuple[str, ...]:
    """Everyone the plan is served on: each creditor once, late ones too, and the debtor."""
    return tuple(dict.fromkeys([*(claim.creditor for claim in claims.claims), debtor]))


def objection_ends_on(
    received_on: date, law: RuleSet, calendar: WorkCalendar | None = None
) -> date:
    """The last day to object for one who received the plan on that day (PLAN-02)."""
    return deadline(received_on, law.days("distribution.objection_days"), calendar)


def counter_objection_ends_on(
    notified_on: date, law: RuleSet, calendar: WorkCalendar | None = None
) -> date:
    """The last day to oppose an objection, for one who was told of it on that day (PLAN-04)."""
    return deadline(notified_on, law.days("distribution.counter_objection_days"), calendar)


def suit_ends_on(notified_on: date, law: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The objector's last day to sue, told on that day that somebody opposes (PLAN-06)."""
    return deadline(notified_on, law.days("distribution.suit_days"), calendar)


def check_objection(received_on: date | None, raised_on: date, law: RuleSet,
                    calendar: WorkCalendar | None = None) -> None:
    """Let an objection pass that was handed in or posted in time.

    Raises:
        NotServed: the plan has not reached this person.
        ObjectionLate: the person's term was over before ``raised_on``.
    """
    if received_on is None:
        raise NotServed
    ended_on = objection_ends_on(received_on, law, calendar)
    if raised_on > ended_on:
        raise ObjectionLate(ended_on=ended_on)


def standing(required: Collection[str], received: Mapping[str, date], objectors: Iterable[str],
             today: date, law: RuleSet, calendar: WorkCalendar | None = None) -> Standing:
    """How a plan stands that was approved and is being served.

    ``received`` holds the day of receipt of everyone reached so far; ``objectors`` those whose
    objection ``check_objection`` let pass.
    """
    unserved = frozenset(required) - received.keys()
    ends_on = {person: objection_ends_on(on, law, calendar) for person, on in received.items()
               if person in required}
    contested_by = frozenset(objectors)
    last_on = max(ends_on.values()) if ends_on and not unserved else None
    if contested_by:
        state = PlanState.CONTESTED
    elif last_on is not None and today > last_on:
        state = PlanState.FINAL
    else:
        state = PlanState.SERVING
    payable_from = None if last_on is None else next_working_day(last_on + _DAY, calendar)
    return Standing(state, unserved, ends_on, contested_by, last_on, payable_from)


def check_payable(state: PlanState) -> None:
    """Only a final plan is paid.

    Raises:
        PlanContested: somebody objected.
        PlanNotFinal: it is not approved, not served, or a term still runs.
    """
    if state is PlanState.CONTESTED:
        raise PlanContested
    if state is not PlanState.FINAL:
        raise PlanNotFinal
