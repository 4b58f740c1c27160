"""Objections to an inquiry or appraisal, and the day on which the price comes into force.

Law: 法释〔2018〕15号 arts. 21 to 26; rules REF-21.1 to REF-26. Every recipient has an own term.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_
from kernel.gates import Obstacle
from kernel.law import RuleSet
from kernel.money import Fen
from kernel.working_days import WorkCalendar, deadline
from valuation.rules import basis
from valuation.rules.ladder import Method


class Ground(StrEnum):
    """What an objection says: the first four by art. 22, the others by art. 23."""

    BASICS_WRONG = "basics_wrong"
    BEYOND_OR_OMITS = "beyond_or_omits"
    UNQUALIFIED = "unqualified"
    PROCEDURE = "procedure"
    STANDARD = "standard"
    METHOD = "method"
    RESULT = "result"


GROUND_NAMES: Final[Mapping[Ground, str]] = MappingProxyType({
    Ground.BASICS_WRONG: N_("财产基本信息错误"),
    Ground.BEYOND_OR_OMITS: N_("超出财产范围或者遗漏财产"),
    Ground.UNQUALIFIED: N_("评估机构或者评估人员不具备相应资质"),
    Ground.PROCEDURE: N_("评估程序严重违法"),
    Ground.STANDARD: N_("对评估的参照标准有异议"),
    Ground.METHOD: N_("对评估的计算方法有异议"),
    Ground.RESULT: N_("对评估结果有异议"),
})

_DAY: Final = timedelta(days=1)

TECHNICAL: Final = frozenset({Ground.STANDARD, Ground.METHOD, Ground.RESULT})
DECIDED_FIRST: Final = frozenset({Ground.UNQUALIFIED, Ground.PROCEDURE})


class Route(StrEnum):
    """Who deals with an objection."""

    ACT = "act"
    """Reviewed by the court as an objection to an enforcement act (REF-22)."""
    EXPLANATION = "explanation"
    """Passed on to the institution, then to the association's technical review (REF-23.1)."""
    ACT_FIRST = "act_first"
    """Qualification and procedure are decided first, the rest is passed on (REF-23.3)."""


def route(grounds: Collection[Ground]) -> Route:
    """Where an objection goes (REF-22, REF-23.1, REF-23.3).

    Raises:
        ValueError: it names no ground.
    """
    named = set(grounds)
    if not named:
        raise ValueError("an objection names a ground")
    if not named & TECHNICAL:
        return Route.ACT
    return Route.ACT_FIRST if named & DECIDED_FIRST else Route.EXPLANATION


class Target(StrEnum):
    """What an objection turns against."""

    REPORT = "report"
    CORRECTION = "correction"
    TECHNICAL_REVIEW = "technical_review"


def term_ends_on(received_on: date, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day on which a recipient may object (REF-22, REF-23.1)."""
    return deadline(received_on, rules.days("reference_price.objection_days"), calendar)


def objection_obstacles(method: Method, target: Target, grounds: Collection[Ground], *,
                        filed_on: date, received_on: date, rules: RuleSet,
                        calendar: WorkCalendar | None = None) -> tuple[Obstacle, ...]:
    """Why an objection is not accepted (REF-22, REF-23.1, REF-24.1, REF-24.2)."""
    return tuple(_inadmissible(method, target, set(grounds), filed_on,
                               term_ends_on(received_on, rules, calendar)))


def _inadmissible(method: Method, target: Target, grounds: set[Ground], filed_on: date,
                  last_on: date) -> Iterator[Obstacle]:
    if method in {Method.NEGOTIATION, Method.DIRECTED_INQUIRY}:
        yield Obstacle(
            "not_open_to_objection", basis.NOT_OPEN_TO_OBJECTION,
            N_("对议价结果或者定向询价结果不能提出异议。"),
            N_("有证据证明欺诈、胁迫、恶意串通或者虚假结果的，可以请求监督。"))
    if target is not Target.REPORT:
        yield Obstacle(
            "final_document", basis.INADMISSIBLE, N_("对补正或者专业技术评审结论不能再提出异议。"),
            N_("有证据证明处理错误的，可以在发布一拍公告前请求监督。"))
    if not grounds:
        yield Obstacle("no_ground", basis.ACT_OBJECTION, N_("没有写明异议的理由。"),
                       N_("请从列出的理由中至少选择一项。"))
    if grounds & TECHNICAL and method is Method.ONLINE_INQUIRY:
        yield Obstacle(
            "technical_ground_of_inquiry", basis.EXPLANATION,
            N_("对参照标准、计算方法或者结果的异议，只能对评估报告提出。"),
            N_("对网络询价可以就基本信息、财产范围、资质和程序提出异议。"))
    if filed_on > last_on:
        yield Obstacle(
            "objection_late", basis.INADMISSIBLE, N_("提出异议的期限已于 %(last_on)s 届满。"),
            N_("逾期提出的异议不予受理。"), {"last_on": last_on})


def review_due_on(filed_on: date, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day for the court to decide an objection of art. 22 (CPL-236)."""
    return deadline(filed_on, rules.days("objection.review_days"), calendar)


def reconsideration_ends_on(served_on: date, rules: RuleSet,
                            calendar: WorkCalendar | None = None) -> date:
    """The last day to ask for reconsideration of that decision (CPL-236)."""
    return deadline(served_on, rules.days("objection.reconsideration_days"), calendar)


def pass_on_due_on(filed_on: date, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
    """The last day for the court to pass an objection of art. 23 on (REF-23.1)."""
    return deadline(filed_on, rules.days("reference_price.pass_on_days"), calendar)


def explanation_due_on(received_on: date, rules: RuleSet,
                       calendar: WorkCalendar | None = None) -> date:
    """The last day for the institution to explain (REF-23.1)."""
    return deadline(received_on, rules.days("reference_price.explain_days"), calendar)


class Outcome(StrEnum):
    """What became of an accepted objection."""

    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    NEGATED = "negated"
    """Qualification or procedure fell: the report is void, the next institution is commissioned."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to whom the report is sent; ``received_on`` None while it is not served."""

    party: str
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Objection:
    """An accepted objection.

    Attributes:
        settled_on: the day on which the outcome became final.
        corrected_fen: the price as corrected, for the outcome ``CORRECTED``.
    """

    party: str
    filed_on: date
    outcome: Outcome = Outcome.PENDING
    settled_on: date | None = None
    corrected_fen: Fen | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.PENDING) != (self.settled_on is None):
            raise ValueError("an objection is settled on a day, or pending")
        if (self.outcome is Outcome.CORRECTED) != (self.corrected_fen is not None):
            raise ValueError("a correction has a price, and only a correction")


class Wait(StrEnum):
    """What a price still waits for."""

    SERVICE = "service"
    OBJECTION_TERM = "objection_term"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a price stands on a day (REF-26).

    Attributes:
        price_fen: the price that is, or will be, in force; None where the report was negated.
        in_force_on: the first day on which it is; None while that is not known.
        waits_for: what is still open on that day; empty once in force, or negated.
        basis_is_report: whether the price is the report's own, and not a correction's.
    """

    price_fen: Fen | None
    in_force_on: date | None
    waits_for: tuple[Wait, ...]
    basis_is_report: bool

    @property
    def is_in_force(self) -> bool:
        return self.price_fen is not None and not self.waits_for

    @property
    def is_negated(self) -> bool:
        return self.price_fen is None


def standing(price_fen: Fen, recipients: Sequence[Recipient], objections: Sequence[Objection], *,
             on: date, rules: RuleSet, calendar: WorkCalendar | None = None) -> Standing:
    """How the price of a report stands on the day ``on``.

    It comes into force on the day after the last recipient's term, if nobody objected, else once
    the last objection is settled too: the report's own price, or the one last corrected.

    Raises:
        ValueError: nobody is to receive the report.
    """
    if not recipients:
        raise ValueError("a report is served on somebody")
    if any(objection.outcome is Outcome.NEGATED for objection in objections):
        return Standing(None, None, (), basis_is_report=False)
    received = [recipient.received_on for recipient in recipients
                if recipient.received_on is not None]
    settled = [objection.settled_on for objection in objections
               if objection.settled_on is not None and objection.settled_on <= on]
    is_served = len(received) == len(recipients)
    is_settled = len(settled) == len(objections)
    waits = [] if is_served else [Wait.SERVICE]
    in_force_on = None
    if is_served:
        term_over_on = max(term_ends_on(day, rules, calendar) for day in received) + _DAY
        in_force_on = max([term_over_on, *settled]) if is_settled else None
        waits += [Wait.OBJECTION_TERM] if on < term_over_on else []
    waits += [] if is_settled else [Wait.OBJECTION]
    current_fen, is_report = _current_price(price_fen, objections)
    return Standing(current_fen, in_force_on, tuple(waits), is_report)


def _current_price(price_fen: Fen, objections: Sequence[Objection]) -> tuple[Fen, bool]:
    corrections = [(objection.settled_on, objection.corrected_fen) for objection in objections
                   if objection.corrected_fen is not None and objection.settled_on is not None]
    if not corrections:
        return price_fen, True
    return max(corrections, key=lambda correction: correction[0])[1], False
