"""Payouts: what a plan has paid to whom, who may do which step of it, and by when.

Enforcement and finance check each other (FUND-01): whoever prepares a payout neither approves nor
executes it. Money goes to the creditor alone (FUND-10), within the term (FUND-08).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kernel.errors import N_
from kernel.law import RuleSet
from kernel.working_days import WorkCalendar, deadline
from settlement.errors import PayeeNotCreditor, PayoutOutOfOrder, SamePerson
from settlement.rules.claims import Claims
from settlement.rules.plan import Plan

EXECUTION_FEE: Final = "execution_fee"
"""The cost kind that goes to the treasury and to nobody's pocket (FEE-05)."""


class Destination(StrEnum):
    """Where money of a plan goes."""

    TREASURY = "treasury"
    COST = "cost"
    ADVANCER = "advancer"
    CREDITOR = "creditor"
    FINDER = "finder"
    HELD = "held"
    DEBTOR = "debtor"

    @property
    def word(self) -> str:
        return _DESTINATION_WORDS[self]


_DESTINATION_WORDS: Final = {
    Destination.TREASURY: N_("执行费，缴国库"),
    Destination.COST: N_("执行费用，付收费单位"),
    Destination.ADVANCER: N_("垫付费用，退垫付人"),
    Destination.CREDITOR: N_("付债权人"),
    Destination.FINDER: N_("悬赏金，付提供线索的人"),
    Destination.HELD: N_("暂存"),
    Destination.DEBTOR: N_("余款退被执行人"),
}


@dataclass(frozen=True, slots=True)
class Payout:
    """One sum of a plan and where it goes; ``payee`` None where the plan names nobody.

    ``id`` is that of the claim, cost or reserve; empty for the surplus.
    """

    destination: Destination
    id: str
    payee: str | None
    amount_fen: int


def payouts_of(claims: Claims, plan: Plan, debtor: str) -> tuple[Payout, ...]:
    """Everything a plan pays, one sum for each claim or cost and destination, in its order.

    The sums add up to the proceeds, to the fen.
    """
    fees = {cost.id for cost in claims.costs if cost.kind == EXECUTION_FEE}
    claim_ids = {claim.id for claim in claims.claims}
    sums: dict[tuple[Destination, str, str | None], int] = {}
    for line in plan.lines:
        if line.id in claim_ids:
            to = Destination.CREDITOR
        elif line.creditor is not None:
            to = Destination.ADVANCER
        else:
            to = Destination.TREASURY if line.id in fees else Destination.COST
        for destination, payee, amount_fen in (
            (to, line.creditor, line.paid_fen),
            (Destination.HELD, line.creditor, line.reserved_fen),
            (Destination.FINDER, None, line.reward_fen),
        ):
            place = (destination, line.id, payee)
            sums[place] = sums.get(place, 0) + amount_fen
    sums[Destination.DEBTOR, "", debtor] = plan.surplus_fen
    return tuple(Payout(*place, amount_fen) for place, amount_fen in sums.items() if amount_fen)


class Act(StrEnum):
    """The three steps of a payout, in their order."""

    PREPARE = "prepare"
    APPROVE = "approve"
    EXECUTE = "execute"

    @property
    def word(self) -> str:
        return _ACT_WORDS[self]


_ACT_WORDS: Final = {
    Act.PREPARE: N_("制单"),
    Act.APPROVE: N_("审批"),
    Act.EXECUTE: N_("付款"),
}


def check_act(act: Act, person_id: str, done: Mapping[Act, str], law: RuleSet) -> None:
    """Let a person do the next step of a payout whose earlier steps others did.

    ``done`` names who did each step so far.

    Raises:
        PayoutOutOfOrder: it is not this step's turn.
        SamePerson: this person did one of the others (FUND-01).
    """
    steps = list(Act)
    if set(done) != set(steps[: steps.index(act)]):
        raise PayoutOutOfOrder
    if person_id in done.values():
        raise SamePerson(people=law.integer("distribution.payout_people"))


def check_payee(creditor: str, payee: str, panel_decision: str | None) -> None:
    """Money goes to the creditor; to somebody else only after a panel decided so (FUND-10).

    Raises:
        PayeeNotCreditor: another payee, and no decision.
    """
    if payee != creditor and not panel_decision:
        raise PayeeNotCreditor


class DelayReason(StrEnum):
    """Why a payout may be put off, with approval (FUND-09): a closed list."""

    DISTRIBUTION = "distribution"
    FROZEN = "frozen"
    UNCOLLECTED = "uncollected"
    SUSPENDED = "suspended"
    OTHER = "other"

    @property
    def word(self) -> str:
        return _DELAY_WORDS[self]


_DELAY_WORDS: Final = {
    DelayReason.DISTRIBUTION: N_("需要进行案款分配"),
    DelayReason.FROZEN: N_("申请执行人的债权在他案中被冻结或保全"),
    DelayReason.UNCOLLECTED: N_("已通知申请执行人而未领取"),
    DelayReason.SUSPENDED: N_("案件中止或暂缓执行"),
    DelayReason.OTHER: N_("其他正当事由"),
}


def pay_by(noticed_on: date, law: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day to pay out what finance reported as arrived on that day (FUND-08)."""
    return deadline(noticed_on, law.days("distribution.payout_days"), calendar)


def pay_by_after_delay(ended_on: date, law: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day to pay out after the reason for an approved delay ended (FUND-09)."""
    return deadline(ended_on, law.days("distribution.payout_days_after_delay"), calendar)
