"""What waits in settlement, for whom and until when; approving a plan stands with the approvals."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from cases import services as cases
from cases.services import Case
from kernel.access import Role
from kernel.clock import beijing_day, end_of_day
from kernel.domain import WorkItem
from kernel.errors import N_
from ledger import services as ledger
from settlement import services
from settlement.models import DistributionPlan
from settlement.rules.payouts import Act, Destination
from settlement.rules.service import PlanState

_OFFICER: Final = frozenset({Role.OFFICER})
_FINANCE: Final = frozenset({Role.FINANCE})

_PAYOUTS: Final = {
    Act.PREPARE: N_("制单 %(count)s 笔付款：%(number)s"),
    Act.APPROVE: N_("审批 %(count)s 笔付款：%(number)s"),
    Act.EXECUTE: N_("付款 %(count)s 笔：%(number)s"),
}


def work(session: Session, now: datetime) -> Iterator[WorkItem]:
    """Every open step of this floor."""
    yield from _cases_without_plan(session)
    for plan in services.in_states(session, *(state for state in PlanState
                                              if state is not PlanState.REPLACED)):
        case = cases.get_case(session, plan.case_id)
        if plan.state is PlanState.SENT_BACK:
            yield _of(plan, case, N_("修改被退回的分配方案：%(number)s"), "PLAN-01")
        elif plan.state in (PlanState.APPROVED, PlanState.SERVING):
            yield from _service(session, plan, case, now)
        elif plan.state is PlanState.CONTESTED:
            yield _of(plan, case, N_("处理对分配方案的异议：%(number)s"), "PLAN-03")
        elif plan.state is PlanState.FINAL:
            yield from _payouts(session, plan, case)


def _of(plan: DistributionPlan, case: Case, title: str, rule: str, **details: object) -> WorkItem:
    return WorkItem(court_id=case.court_id, case_id=case.id, title=title, rule=rule,
                    url=f"/desk/plans/{plan.id}", roles=_OFFICER, person_id=case.officer_id,
                    details={"number": case.number, **details})


def _cases_without_plan(session: Session) -> Iterator[WorkItem]:
    for court in accounts.courts(session):
        for case_id in ledger.cases_with_money(session, court.id):
            if not services.plans_of(session, case_id):
                case = cases.get_case(session, case_id)
                yield WorkItem(
                    court_id=court.id, case_id=case_id, title=N_("拟定分配方案：%(number)s"),
                    url=f"/desk/plans/cases/{case_id}", rule="PLAN-01", roles=_OFFICER,
                    person_id=case.officer_id, details={"number": case.number})


def _service(session: Session, plan: DistributionPlan, case: Case, now: datetime
             ) -> Iterator[WorkItem]:
    standing = services.standing_of(session, plan, beijing_day(now))
    if standing.unserved:
        yield _of(plan, case, N_("送达分配方案，还差 %(count)s 人：%(number)s"), "PLAN-01",
                  count=len(standing.unserved))
    if standing.last_on is not None:
        yield WorkItem(
            court_id=case.court_id, case_id=case.id, rule="PLAN-02", url=f"/desk/plans/{plan.id}",
            title=N_("最后一人的异议期届满：%(number)s"), due_at=end_of_day(standing.last_on),
            details={"number": case.number})


def _payouts(session: Session, plan: DistributionPlan, case: Case) -> Iterator[WorkItem]:
    acts = Counter(act for order in plan.payouts if order.destination is not Destination.HELD
                   and (act := services.next_act(order)) is not None)
    due_on = services.due_on(session, plan)
    for act, count in acts.items():
        yield WorkItem(
            court_id=case.court_id, case_id=case.id, title=_PAYOUTS[act], url="/desk/payouts",
            rule="FUND-08", roles=_FINANCE, due_at=None if due_on is None else end_of_day(due_on),
            details={"count": count, "number": case.number})
