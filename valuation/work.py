"""What waits in valuation, for whom and until when: every open act and every running term."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cases.services import Case, Property
from kernel.access import Role
from kernel.domain import WorkItem
from kernel.errors import N_, Filled
from kernel.law import RuleSet
from kernel.working_days import beijing_day, end_of_day
from valuation.models import Draw, Institution, Valuation
from valuation.rules.appraisal import delivery_due_on
from valuation.rules.drawing import DrawState
from valuation.rules.ladder import METHOD_NAMES, Method
from valuation.rules.objections import Ground, Route, pass_on_due_on, review_due_on, route
from valuation.rules.stages import ENDS, Stage
from valuation.services import (
    current_commission,
    hearings_of,
    is_over_to_draw,
    law_of,
    running_draw,
    standing_of,
)

_OFFICER = frozenset({Role.OFFICER})
_CLERK = frozenset({Role.DRAW_CLERK})


def work(session: Session, now: datetime) -> Iterable[WorkItem]:
    """Every open step of this floor; to begin at all (REF-1) is asked for by cases."""
    running = session.execute(
        select(Valuation, Case, Property).join(Case, Case.id == Valuation.case_id)
        .join(Property, Property.id == Valuation.property_id)
        .where(Valuation.stage.not_in([*ENDS, Stage.IN_FORCE]))
        .order_by(Valuation.opened_at, Valuation.id)
        .options(selectinload(Valuation.commissions), selectinload(Valuation.draws),
                 selectinload(Valuation.reports), selectinload(Valuation.objections),
                 selectinload(Valuation.orders)))
    for valuation, case, found in running.all():
        yield from _Course(session, valuation, case, found, now).items()


class _Course:
    """The items of one course. A helper of ``work``: what all of them name is named once."""

    def __init__(self, session: Session, valuation: Valuation, case: Case, found: Property,
                 now: datetime) -> None:
        self._session = session
        self._valuation = valuation
        self._case = case
        self._now = now
        self._title = found.title

    def items(self) -> Iterator[WorkItem]:
        stage = self._valuation.stage
        if stage in (Stage.NEGOTIATION, Stage.DIRECTED_INQUIRY, Stage.ONLINE_INQUIRY):
            yield self._officer(N_("登记“%(method)s”的结果：%(property)s"), "REF-14",
                                details={"method": Filled(METHOD_NAMES[Method(stage.value)])})
        elif stage is Stage.APPOINTMENT:
            yield from self._appointment()
        elif stage is Stage.DRAW:
            yield from self._draw()
        elif stage in (Stage.COMMISSION, Stage.APPRAISING):
            yield from self._commission()
        elif stage is Stage.COURT_REVIEW:
            yield self._officer(N_("审查评估报告：%(property)s"), "REF-20",
                                due_on=self._delivery_due_on())
        else:
            yield from self._after_the_report()

    def _appointment(self) -> Iterator[WorkItem]:
        valuation = self._valuation
        if valuation.agree_by_on is None:
            yield self._officer(N_("通知当事人协商确定评估机构：%(property)s"), "REF-16.1")
        elif running_draw(valuation) is None:
            if is_over_to_draw(valuation, beijing_day(self._now)):
                yield self._item(N_("提出摇号名单：%(property)s"), "REF-16.2", roles=_CLERK,
                                 url=f"/desk/valuations/{valuation.id}/draw")
            else:
                yield self._waits(N_("等待当事人协商确定评估机构：%(property)s"), "REF-16.1",
                                  due_on=valuation.agree_by_on)

    def _draw(self) -> Iterator[WorkItem]:
        draw = running_draw(self._valuation)
        if draw is None:
            return
        is_sealing = draw.state is DrawState.SEALING
        yield self._item(
            N_("各方封存摇号随机数：%(property)s") if is_sealing
            else N_("各方开启摇号随机数：%(property)s"), "LOT-5",
            due_at=draw.seal_by_at if is_sealing else draw.open_by_at, url=f"/draws/{draw.id}")
        yield from self._seats(draw)

    def _seats(self, draw: Draw) -> Iterator[WorkItem]:
        for part in draw.contributions:
            if draw.state is DrawState.OPENING and part.commitment and not part.nonce:
                yield self._item(N_("开启您封存的那句话：%(property)s"), "LOT-5",
                                 due_at=draw.open_by_at, url=f"/draws/{draw.id}",
                                 person_id=part.person_id)
            elif draw.state is DrawState.SEALING and not part.commitment \
                    and part.role == "observer":
                yield self._item(N_("为摇号封存一句话：%(property)s"), "LOT-5",
                                 due_at=draw.seal_by_at, url=f"/draws/{draw.id}",
                                 roles=frozenset({Role.SUPERVISOR}))

    def _commission(self) -> Iterator[WorkItem]:
        current = current_commission(self._valuation)
        if current is None:
            yield self._officer(N_("委托次序中的下一家评估机构：%(property)s"), "REF-17.1")
            return
        institution = self._session.get_one(Institution, current.institution_id)
        accepting = current.accepted_on is None
        yield self._item(
            N_("答复评估委托：%(property)s") if accepting else N_("出具评估报告：%(property)s"),
            "LOT-10" if accepting else "REF-19.1",
            due_at=end_of_day(current.accept_by_on if accepting or current.report_by_on is None
                              else current.report_by_on),
            url=f"/my/commissions/{current.id}", person_id=institution.person_id,
            who=institution.name)

    def _after_the_report(self) -> Iterator[WorkItem]:
        valuation, rules = self._valuation, law_of(self._session, self._valuation)
        if not valuation.reports:
            return
        hearings = hearings_of(self._session, valuation)
        waiting = [one for one in hearings if one.service is None]
        if valuation.stage is Stage.DELIVERY and waiting:
            yield self._officer(N_("向 %(count)s 人送达评估报告：%(property)s"), "REF-21.1",
                                due_on=self._delivery_due_on(), details={"count": len(waiting)})
        if valuation.stage is Stage.OBJECTION_TERM:
            in_force_on = standing_of(self._session, valuation, beijing_day(self._now)).in_force_on
            if in_force_on is not None:
                yield self._item(N_("异议期届满，参考价生效：%(property)s"), "REF-26",
                                 due_at=end_of_day(max(one.ends_on for one in hearings
                                                       if one.ends_on is not None)))
        for one in hearings:
            if one.ends_on is not None and not one.objections \
                    and end_of_day(one.ends_on) > self._now:
                yield self._item(
                    N_("可以对评估报告提出异议：%(property)s"), "REF-22",
                    due_at=end_of_day(one.ends_on), person_id=one.party.person_id,
                    url=f"/my/cases/{valuation.case_id}/valuations")
        yield from self._objections(rules)

    def _objections(self, rules: RuleSet) -> Iterator[WorkItem]:
        for one in self._valuation.objections:
            way = route([Ground(ground) for ground in one.grounds])
            if way is Route.EXPLANATION:
                yield self._officer(N_("把异议转交评估机构说明：%(property)s"), "REF-23.1",
                                    due_on=pass_on_due_on(one.filed_on, rules))
            else:
                yield self._officer(N_("审查对评估报告的异议：%(property)s"), "REF-22",
                                    due_on=review_due_on(one.filed_on, rules))

    def _delivery_due_on(self) -> date:
        return delivery_due_on(self._valuation.reports[-1].received_on,
                               law_of(self._session, self._valuation))

    def _officer(self, title: str, rule: str, *, due_on: date | None = None,
                 details: dict[str, object] | None = None) -> WorkItem:
        return self._item(title, rule, due_at=end_of_day(due_on) if due_on else None,
                          roles=_OFFICER, person_id=self._case.officer_id, details=details)

    def _waits(self, title: str, rule: str, *, due_on: date) -> WorkItem:
        return self._item(title, rule, due_at=end_of_day(due_on))

    def _item(self, title: str, rule: str, *, due_at: datetime | None = None, url: str = "",
              roles: frozenset[Role] = frozenset(), person_id: str | None = None,
              details: dict[str, object] | None = None, who: str = "") -> WorkItem:
        return WorkItem(
            court_id=self._case.court_id, case_id=self._case.id, title=title, rule=rule,
            due_at=due_at, roles=roles, person_id=person_id, who=who,
            url=url or f"/desk/valuations/{self._valuation.id}",
            details={"property": self._title, **(details or {})})
