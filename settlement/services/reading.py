"""Plans as their readers need them: terms person by person, sums without names, one's own case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from cases import services as cases
from cases.services import MyCase, Party
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from settlement.errors import NoSuchPlan, NotServed
from settlement.models import DistributionPlan
from settlement.rules.ladder import Step
from settlement.services.plans import plan_of
from settlement.services.serving import received_on, recipients_of, standing_of

READERS: Final = (Role.OFFICER, Role.JUDGE, Role.FINANCE, Role.AUDITOR, Role.SUPERVISOR)
"""Staff who may read plans; acting on one is for the officer in charge."""


@dataclass(frozen=True, slots=True)
class Term:
    """One recipient's term to object; both days None before the plan reached them."""

    party: Party
    received_on: date | None
    ends_on: date | None
    objected: bool

    @property
    def party_id(self) -> str:
        return self.party.id


def terms_of(session: Session, plan: DistributionPlan, today: date) -> list[Term]:
    """Each recipient with the day of receipt, the last day to object, and whether they did."""
    received = received_on(session, plan)
    standing = standing_of(session, plan, today)
    return [Term(party, received.get(party.id), standing.ends_on.get(party.id),
                 party.id in standing.contested_by) for party in recipients_of(session, plan)]


@dataclass(frozen=True, slots=True)
class StepSum:
    """What one step of the ladder asks and gets, without anybody's name (PLAN-09)."""

    step: Step
    lines: int
    due_fen: int
    paid_fen: int
    unpaid_fen: int


def steps_of(plan: DistributionPlan) -> list[StepSum]:
    """The sums of a plan, step by step."""
    found = []
    for step in Step:
        own = [line for line in plan.result["lines"] if line["step"] == step]
        if own:
            found.append(StepSum(
                step, len(own), sum(line["due_fen"] for line in own),
                sum(line["paid_fen"] + line["reserved_fen"] + line["reward_fen"] for line in own),
                sum(line["unpaid_fen"] for line in own)))
    return found


def served_plan(session: Session, case_id: str, *, actor: Actor, now: datetime
                ) -> tuple[MyCase, DistributionPlan, Party]:
    """The plan of the actor's own case, once it has reached them, and as which party.

    Raises:
        NoSuchCase: no case of the actor.
        NoSuchPlan: no plan has been served in it.
        NotServed: not on the actor yet.
    """
    mine = cases.own_case(session, case_id, actor.id)
    plan = plan_of(session, case_id)
    if plan is None:
        raise NoSuchPlan
    received, today = received_on(session, plan), beijing_day(now)
    own = [party for party in mine.parties
           if party.id in received and received[party.id] <= today]
    if not own:
        raise NotServed
    return mine, plan, own[0]
