"""The lawful way of a reference price as a page shows it: each step, who, until when, by which rule."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.errors import N_
from kernel.gates import Basis
from kernel.law import RuleSet
from valuation import services
from valuation.models import Draw, Valuation
from valuation.rules import basis
from valuation.rules.appraisal import delivery_due_on
from valuation.rules.drawing import DrawState
from valuation.rules.ladder import GROUNDS, LADDER, METHOD_NAMES, entry_basis, standing_grounds
from valuation.rules.objections import term_ends_on
from valuation.rules.stages import Stage

STAGE_NAMES: Final = {
    Stage.FACTS: N_("查明财产情况"), Stage.NEGOTIATION: N_("当事人议价"),
    Stage.DIRECTED_INQUIRY: N_("定向询价"), Stage.ONLINE_INQUIRY: N_("网络询价"),
    Stage.ONLINE_EXTENDED: N_("网络询价延期"), Stage.ONLINE_REVIEW: N_("审查网络询价结果"),
    Stage.ONLINE_CORRECTION: N_("网络询价补正"), Stage.APPOINTMENT: N_("选定评估机构"),
    Stage.DRAW: N_("摇号"), Stage.COMMISSION: N_("委托评估"), Stage.APPRAISING: N_("评估中"),
    Stage.PAUSED: N_("评估暂停"), Stage.COURT_REVIEW: N_("审查评估报告"),
    Stage.DELIVERY: N_("送达评估报告"), Stage.OBJECTION_TERM: N_("异议期"),
    Stage.ACT_OBJECTION: N_("审查异议"), Stage.EXPLANATION: N_("机构说明"),
    Stage.TECHNICAL_REVIEW: N_("专业技术评审"), Stage.CORRECTION: N_("补正"),
    Stage.IN_FORCE: N_("参考价生效"), Stage.SUPERVISION: N_("执行监督"),
    Stage.REISSUE: N_("重新出具结果"), Stage.EXPIRED: N_("已过有效期"),
    Stage.WITHDRAWN: N_("已撤回"),
}

_PLACES: Final = ("negotiation", "directed_inquiry", "online_inquiry", "appointment", "draw",
                  "commission", "appraising", "court_review", "delivery", "objection_term",
                  "in_force")
_PLACE_OF: Final = {
    Stage.FACTS: 0, Stage.ONLINE_EXTENDED: 2, Stage.ONLINE_REVIEW: 2, Stage.ONLINE_CORRECTION: 2,
    Stage.PAUSED: 6, Stage.ACT_OBJECTION: 9, Stage.EXPLANATION: 9, Stage.TECHNICAL_REVIEW: 9,
    Stage.CORRECTION: 9, Stage.SUPERVISION: 10, Stage.REISSUE: 10, Stage.EXPIRED: 11,
    Stage.WITHDRAWN: 11,
    **{Stage(name): place for place, name in enumerate(_PLACES)},
}
_TITLES: Final = {
    "appointment": N_("当事人协商确定三家机构"), "draw": N_("摇号确定三家及其次序"),
    "commission": N_("委托与接受"), "appraising": N_("机构出具报告"),
    "court_review": N_("法院审查报告"), "delivery": N_("送达当事人和利害关系人"),
    "objection_term": N_("异议期"), "in_force": N_("参考价生效"),
}
_BASES: Final = {
    "appointment": basis.AGREEMENT, "draw": basis.DRAW, "commission": basis.ACCEPTANCE,
    "appraising": basis.REPORT_CONTENT, "court_review": basis.COURT_REVIEW,
    "delivery": basis.DELIVERY, "objection_term": basis.ACT_OBJECTION, "in_force": basis.IN_FORCE,
}


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step.

    Attributes:
        state: done, now (the reader's own act), wait (somebody else's), later.
        who: whose act it is, a marked text; empty where it is done.
        on: the day on which it was done.
        until_on: the last day for it.
        earliest_on: for a step to come, the first day on which it can be.
        ground: for a method that is out, why, a marked text.
    """

    key: str
    title: str
    state: str
    basis: Basis
    who: str = ""
    on: date | None = None
    until_on: date | None = None
    earliest_on: date | None = None
    ground: str = ""


class Way:
    """All steps of one course, as one reader sees them on one day."""

    def __init__(self, session: Session, valuation: Valuation, actor: Actor, today: date) -> None:
        self._session = session
        self._valuation = valuation
        self._actor = actor
        self._today = today
        self._rules: RuleSet = services.law_of(session, valuation)
        self.is_officer = services.case_of(session, valuation).officer_id == actor.id
        self.is_clerk = actor.may_act_as(Role.DRAW_CLERK) and not self.is_officer
        self.here = _PLACE_OF[valuation.stage]
        self.draw = services.running_draw(valuation)
        if valuation.stage is Stage.APPOINTMENT and self._is_over_to_draw():
            self.here = _PLACES.index("draw")

    def _is_over_to_draw(self) -> bool:
        """Whether the parties' time is over, or a pool is proposed, so that the draw is next."""
        return self.draw is not None or services.is_over_to_draw(self._valuation, self._today)

    def steps(self) -> list[WayStep]:
        """In their order, the methods of the ladder first."""
        return [*(self._method(place) for place in range(len(LADDER) - 1)),
                *(self._other(place) for place in range(len(LADDER) - 1, len(_PLACES)))]

    def _method(self, place: int) -> WayStep:
        method = LADDER[place]
        title, where = METHOD_NAMES[method], entry_basis(method, services.situation_of(self._valuation))
        out = next((one for one in self._valuation.ways_out if one.method is method), None)
        if out is not None:
            rule = GROUNDS[method][out.ground]
            return WayStep(method.value, title, "done", rule.basis, on=out.on, ground=rule.name)
        state = "later" if place > self.here else "now" if self.is_officer else "wait"
        return WayStep(method.value, title, state, where, who=self._who("officer", place))

    def barred(self) -> bool:
        """Whether the method whose turn it is cannot be used at all, so that only its ground is due."""
        return self.here < len(LADDER) - 1 and bool(
            standing_grounds(LADDER[self.here], services.situation_of(self._valuation)))

    def _other(self, place: int) -> WayStep:
        key = _PLACES[place]
        is_done = place < self.here or (key == "in_force" and self.here >= place)
        doer = {"draw": "clerk", "appraising": "institution"}.get(key, "officer")
        state = "done" if is_done else "later" if place > self.here else self._present(key, doer)
        return WayStep(
            key, _TITLES[key], state, _BASES[key], who="" if is_done else self._who(doer, place),
            on=self._done_on(key) if is_done else None,
            until_on=self._until_on(key) if state in ("now", "wait") else None,
            earliest_on=self._earliest_on(key) if state == "later" else None)

    def _present(self, key: str, doer: str) -> str:
        if key == "draw" and self.draw is not None:
            return "wait"
        if key == "objection_term":
            return "wait"
        if key == "appointment" and not self.is_officer:
            return "wait"
        if doer == "clerk":
            return "now" if self.is_clerk else "wait"
        return "now" if self.is_officer else "wait"

    def _who(self, doer: str, place: int) -> str:
        if place == self.here and _PLACES[place] == "draw" and self.draw is not None:
            return N_("监督人员核准名单") if self.draw.state is DrawState.PROPOSED \
                else N_("双方当事人和监督员")
        if _PLACES[place] == "objection_term":
            return N_("收到报告的每一个人")
        if _PLACES[place] == "in_force":
            return N_("期限届满，自行生效")
        return {"officer": N_("承办人"), "clerk": N_("司法辅助人员"),
                "institution": N_("受委托的机构")}[doer]

    def _done_on(self, key: str) -> date | None:
        if key in ("appointment", "draw"):
            return self._chosen_on(key)
        if key == "commission":
            current = services.current_commission(self._valuation)
            return current.accepted_on if current else None
        if key == "in_force":
            price = services.price_of(self._session, self._valuation.id)
            return price.in_force_on if price else None
        return self._reported_on(key) if self._valuation.reports else None

    def _chosen_on(self, key: str) -> date | None:
        order = self._valuation.orders[-1] if self._valuation.orders else None
        fixed_on = beijing_day(order.fixed_at) if order else None
        if order is not None and order.draw_id is not None:
            return fixed_on if key == "draw" else self._chance_over_on()
        return fixed_on or self._chance_over_on() if key == "appointment" else None

    def _reported_on(self, key: str) -> date | None:
        """The days of the latest report: received, reviewed, in everybody's hands, no longer open."""
        if key == "appraising":
            return self._valuation.reports[-1].received_on
        if key == "court_review":
            return self._reviewed_on()
        days = [one.received_on if key == "delivery" else one.ends_on
                for one in services.hearings_of(self._session, self._valuation)]
        return max((on for on in days if on is not None), default=None)

    def _chance_over_on(self) -> date | None:
        """The last day on which the parties could agree; the day of the pool if that came before."""
        until_on = self._valuation.agree_by_on
        pools = [one for one in self._valuation.draws if one.state is not DrawState.REFUSED]
        return min(until_on, beijing_day(pools[-1].proposed_at)) if until_on and pools else until_on

    def _reviewed_on(self) -> date | None:
        done = audit.leaves_of_subject(self._session, self._valuation.subject, kind=Kind.REPORT_REVIEWED)
        return beijing_day(done[-1].at) if done else None

    def _until_on(self, key: str) -> date | None:
        """The last day of the present step."""
        valuation = self._valuation
        current = services.current_commission(valuation)
        if key == "appointment":
            return valuation.agree_by_on
        if key == "draw":
            return _until(self.draw) if self.draw is not None else None
        if key in ("commission", "appraising") and current is not None:
            return current.accept_by_on if key == "commission" else current.report_by_on
        if key == "delivery":
            return delivery_due_on(valuation.reports[-1].received_on, self._rules)
        if key == "objection_term":
            return max((one.ends_on for one in services.hearings_of(self._session, valuation)
                        if one.ends_on is not None), default=None)
        return None

    def _earliest_on(self, key: str) -> date | None:
        """The first day of a step to come, if all goes well."""
        valuation = self._valuation
        if key == "draw" and self.here <= _PLACES.index("appointment"):
            term = self._rules.days("reference_price.agreement_days")
            return (valuation.agree_by_on or self._today + timedelta(days=term)) + timedelta(days=1)
        return self._in_force_earliest() if key == "in_force" else None

    def _in_force_earliest(self) -> date | None:
        """Nobody can say before the report has been reviewed; then a service of today would count."""
        if self.here < _PLACES.index("delivery"):
            return None
        if self._valuation.reports:
            found = services.standing_of(self._session, self._valuation, self._today).in_force_on
            if found is not None:
                return found
        return term_ends_on(self._today, self._rules) + timedelta(days=1)


def _until(draw: Draw) -> date | None:
    until_at = draw.seal_by_at if draw.state is DrawState.SEALING else draw.open_by_at
    return beijing_day(until_at) if until_at and draw.state is not DrawState.PROPOSED else None
