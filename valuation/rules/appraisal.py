"""The commissioned appraisal: who is next, until when, and what a report must have.

Law: 法释〔2018〕15号 arts. 17 to 21, 资产评估法 arts. 24 to 29; rules REF-17.2 to REF-21.2, LOT-9.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import N_, Filled
from kernel.gates import Basis, Obstacle
from kernel.law import RuleSet
from kernel.money import Fen
from kernel.working_days import (
    WorkCalendar,
    after_days,
    after_working_days,
    deadline,
    latest_act,
    months_after,
    next_working_day,
)
from valuation.errors import NotInTheOrder
from valuation.rules import basis


class Failure(StrEnum):
    """Why an institution did not finish, so that the next in the order is commissioned."""

    DECLINED = "declined"
    CONFLICT = "conflict"
    REMOVED = "removed"
    NOT_DELIVERED = "not_delivered"
    NOT_CORRECTED = "not_corrected"
    UNQUALIFIED = "unqualified"


FAILURES: Final[Mapping[Failure, tuple[str, Basis]]] = MappingProxyType({
    Failure.DECLINED: (N_("说明理由，不接受委托"), basis.ACCEPTANCE),
    Failure.CONFLICT: (N_("有利害关系，应当回避"), basis.STEP_ASIDE),
    Failure.REMOVED: (N_("已被除名或者停业整顿"), basis.POOL_EXCLUSION),
    Failure.NOT_DELIVERED: (N_("期限内没有出具报告，也没有按时申请延期"), basis.REPLACEMENT),
    Failure.NOT_CORRECTED: (N_("期限内没有补正报告"), basis.REPLACEMENT),
    Failure.UNQUALIFIED: (N_("对资质或者程序的异议成立"), basis.MIXED_OBJECTION),
})


def next_institution(order: Sequence[str], failed: Collection[str]) -> str | None:
    """The first of the order that has not failed; None when all have (REF-19.3, REF-19.5).

    Never a new draw while somebody is left.

    Raises:
        NotInTheOrder: ``failed`` names an institution that was never drawn or agreed.
    """
    for name in failed:
        if name not in order:
            raise NotInTheOrder(institution=name)
    return next((name for name in order if name not in failed), None)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that are not charged to the term: ``from_on`` to ``to_on``, the latter running again."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError("a pause ends no earlier than it begins")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time asked for and granted."""

    requested_on: date
    days: int


@dataclass(frozen=True, slots=True)
class Term:
    """The institution's term to report (REF-19.1, REF-19.2, REF-28).

    Attributes:
        received_on: the day on which it had letter and materials; not counted itself.
    """

    received_on: date
    extensions: tuple[Extension, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def ends_on(self, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
        """The last day of the term.

        Term and extensions make one period, of which only the last day moves off a holiday; a
        pause counts if it begins before the term is over.
        """
        ends = after_days(self.received_on, rules.days("reference_price.appraisal_days")
                          + sum(extension.days for extension in self.extensions))
        running_from = self.received_on
        for pause in sorted(self.pauses, key=lambda pause: pause.from_on):
            begins = max(pause.from_on, running_from)
            if begins > next_working_day(ends, calendar):
                break
            if pause.to_on > begins:
                ends += pause.to_on - begins
                running_from = pause.to_on
        return next_working_day(ends, calendar)

    def last_request_on(self, rules: RuleSet, calendar: WorkCalendar | None = None) -> date:
        """The last day on which an extension may be asked for (REF-19.2, TIME-4)."""
        return latest_act(self.ends_on(rules, calendar),
                          rules.days("reference_price.extension_request_before_days"),
                          strict=rules.choice("lead_count") == "strict")


def acceptance_due_on(commissioned_on: date, rules: RuleSet,
                      calendar: WorkCalendar | None = None) -> date:
    """The last day to accept or decline a commission (LOT-10)."""
    return after_working_days(commissioned_on,
                              rules.working_days("reference_price.acceptance_working_days"),
                              calendar)


def extension_obstacles(term: Term, request: Extension, rules: RuleSet,
                        calendar: WorkCalendar | None = None) -> tuple[Obstacle, ...]:
    """What stands against granting more time (REF-19.2)."""
    most_count = rules.integer("reference_price.extension_max_count")
    most_days = rules.days("reference_price.extension_max_days")
    last_on = term.last_request_on(rules, calendar)
    found = []
    if len(term.extensions) >= most_count:
        found.append(Obstacle(
            "extensions_used_up", basis.of(rules, "extension_max_count"),
            N_("已经延期 %(count)s 次。"),
            N_("最多延期 %(count)s 次；期限内没有报告的，委托下一家。"), {"count": most_count}))
    if not 1 <= request.days <= most_days:
        found.append(Obstacle(
            "extension_too_long", basis.of(rules, "extension_max_days"),
            N_("申请延长 %(asked)s 日。"), N_("每次可以延长 1 日至 %(most)s 日。"),
            {"asked": request.days, "most": most_days}))
    if request.requested_on > last_on:
        found.append(Obstacle(
            "extension_asked_too_late", basis.of(rules, "extension_request_before_days"),
            N_("延期申请最迟应当在 %(last_on)s 提出。"),
            N_("期限届满仍没有报告的，收回材料，委托下一家。"), {"last_on": last_on}))
    return tuple(found)


def materials_back_by(term_ended_on: date, rules: RuleSet,
                      calendar: WorkCalendar | None = None) -> date:
    """The day by which a replaced institution returns the materials (REF-19.3)."""
    return deadline(term_ended_on, rules.days("reference_price.return_materials_days"), calendar)


class ReportPart(StrEnum):
    """What a report contains (REF-17.2)."""

    BASICS = "basics"
    METHOD = "method"
    STANDARD = "standard"
    RESULT = "result"
    VALIDITY = "validity"


PART_NAMES: Final[Mapping[ReportPart, str]] = MappingProxyType({
    ReportPart.BASICS: N_("财产基本情况"), ReportPart.METHOD: N_("评估方法"),
    ReportPart.STANDARD: N_("评估标准"), ReportPart.RESULT: N_("评估结果"),
    ReportPart.VALIDITY: N_("有效期"),
})


class Defect(StrEnum):
    """What the court's review may find (REF-20)."""

    BASICS_WRONG = "basics_wrong"
    BEYOND_OR_OMITS = "beyond_or_omits"
    OTHER_INSTITUTION = "other_institution"
    LICENCE_MISMATCH = "licence_mismatch"
    OTHER = "other"


DEFECT_NAMES: Final[Mapping[Defect, str]] = MappingProxyType({
    Defect.BASICS_WRONG: N_("财产基本信息错误"),
    Defect.BEYOND_OR_OMITS: N_("超出财产范围或者遗漏财产"),
    Defect.OTHER_INSTITUTION: N_("盖章的机构不是选定的机构"),
    Defect.LICENCE_MISMATCH: N_("签名的评估人员与所附资格证明不符"),
    Defect.OTHER: N_("其他应当说明或者补正的情形"),
})


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is taken in.

    Attributes:
        sealed_by: the institution whose seal it bears.
        signed_by: the appraisers who signed.
        dated_on: the day of the report; its validity counts from here.
        valid_until_on: the last day of its validity.
    """

    sealed_by: str
    signed_by: tuple[str, ...]
    dated_on: date
    received_on: date
    price_fen: Fen
    valid_until_on: date
    parts: frozenset[ReportPart]


def report_obstacles(report: Report, commissioned: str, rules: RuleSet) -> tuple[Obstacle, ...]:
    """What keeps a report from being taken in (REF-17.2, REF-20, REF-27.1, LOT-9)."""
    return (*_form_obstacles(report, commissioned, rules), *_validity_obstacles(report, rules))


def _form_obstacles(report: Report, commissioned: str, rules: RuleSet) -> Iterator[Obstacle]:
    for part in ReportPart:
        if part not in report.parts:
            yield Obstacle(
                f"report_without_{part}", basis.REPORT_CONTENT, N_("报告没有写明%(part)s。"),
                N_("请机构补正后再登记。"), {"part": Filled(PART_NAMES[part])})
    if report.price_fen < 1:
        yield Obstacle("report_without_price", basis.REPORT_CONTENT, N_("报告没有评估价。"),
                       N_("评估价应当大于零。"))
    least = rules.integer("reference_price.signing_appraisers")
    signed = len(set(report.signed_by))
    if signed < least:
        yield Obstacle(
            "too_few_appraisers", basis.of(rules, "signing_appraisers"),
            N_("在报告上签名的评估人员只有 %(signed)s 人。"),
            N_("至少应当由 %(least)s 名评估人员签名。"), {"signed": signed, "least": least})
    if report.sealed_by != commissioned:
        yield Obstacle(
            "sealed_by_another", basis.COURT_REVIEW, N_("报告上的印章不是受委托机构的印章。"),
            N_("请受委托的机构盖章。"), {"sealed_by": report.sealed_by})


def _validity_obstacles(report: Report, rules: RuleSet) -> Iterator[Obstacle]:
    where = basis.of(rules, "validity_max_months")
    if report.received_on < report.dated_on:
        yield Obstacle(
            "report_dated_later", basis.REPORT_CONTENT,
            N_("报告的日期 %(dated_on)s 晚于收到的日期。"), N_("请核对报告的日期。"),
            {"dated_on": report.dated_on})
    last_on = months_after(report.dated_on, rules.months("reference_price.validity_max_months"))
    if report.valid_until_on > last_on:
        yield Obstacle(
            "validity_too_long", where, N_("报告的有效期超过一年。"),
            N_("有效期最迟到 %(last_on)s。"), {"last_on": last_on})
    if report.valid_until_on < report.received_on:
        yield Obstacle(
            "validity_over", where, N_("报告的有效期已于 %(valid_until_on)s 届满。"),
            N_("请机构重新出具报告。"), {"valid_until_on": report.valid_until_on})


def correction_due_on(ordered_on: date, rules: RuleSet,
                      calendar: WorkCalendar | None = None) -> date:
    """The last day to explain or correct a report (REF-20)."""
    return deadline(ordered_on, rules.days("reference_price.correction_days"), calendar)


def delivery_due_on(received_on: date, rules: RuleSet,
                    calendar: WorkCalendar | None = None) -> date:
    """The last day for the court to send a report or correction to everyone (REF-21.1)."""
    return deadline(received_on, rules.days("reference_price.deliver_days"), calendar)


def deemed_received_on(posted_on: date, rules: RuleSet) -> date:
    """The day on which a report posted in public counts as received (REF-21.2).

    A minimum wait, so it does not move off a holiday.
    """
    return posted_on + timedelta(days=rules.days("reference_price.public_posting_days"))
