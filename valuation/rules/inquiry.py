"""The reference price of an online inquiry: the mean of what the platforms delivered.

Contract: docs/contracts.md, inquiry/v1. Law: 法释〔2018〕15号 arts. 11 to 13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from kernel.formats import Reader
from kernel.money import Fen, half_up

FORMAT: Final = "inquiry/v1"


class Ruling(StrEnum):
    """What became of an objection that corrected nothing."""

    PENDING = "pending"
    REJECTED = "rejected"
    UPHELD = "upheld"


class Next(StrEnum):
    """What follows where there is no price."""

    APPRAISAL = "appraisal"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Corrected:
    """An objection that made the platform correct its value."""

    value_fen: Fen


@dataclass(frozen=True, slots=True)
class Report:
    """What one platform answered.

    Attributes:
        in_time: delivered within the term, or the extension granted (REF-11.1, REF-11.2).
        defective: still so after the term of REF-12.1.
        objection: one raised in time; None for none.
    """

    name: str
    value_fen: Fen | None
    in_time: bool
    defective: bool
    objection: Ruling | Corrected | None

    def __post_init__(self) -> None:
        if self.in_time and self.value_fen is None:
            raise ValueError("a report in time has a value")


@dataclass(frozen=True, slots=True)
class Mean:
    """The price with its inputs and the rule it rests on; ``next`` where there is none."""

    reference_price_fen: Fen | None
    used: tuple[str, ...]
    next: Next | None
    rule: str

    def as_json(self) -> dict[str, object]:
        return {"reference_price_fen": self.reference_price_fen, "used": list(self.used),
                "next": self.next, "rule": self.rule}


def read(value: Any) -> list[Report]:
    """Read an ``inquiry/v1``.

    Raises:
        FormatError: names the member that does not fit.
    """
    root = Reader(value).members(("format", "platforms"))
    root.at("format").choice(FORMAT)
    reports: dict[str, Report] = {}
    for item in root.at("platforms").items(least=1):
        report = _report(item)
        if report.name in reports:
            raise item.at("name").refuse("must be another name than those before it")
        reports[report.name] = report
    return list(reports.values())


def _report(item: Reader) -> Report:
    item.members(("name", "value_fen", "in_time", "defective", "objection"))
    in_time = item.at("in_time").boolean()
    value = item.at("value_fen")
    if in_time and value.value is None:
        raise value.refuse("must be there where in_time is true")
    amount = value.or_null(Reader.fen)
    return Report(item.at("name").text(), None if amount is None else Fen(amount), in_time,
                  item.at("defective").boolean(), item.at("objection").or_null(_objection))


def _objection(reader: Reader) -> Ruling | Corrected:
    if isinstance(reader.value, dict):
        return Corrected(Fen(reader.members(("corrected_fen",)).at("corrected_fen").fen()))
    return Ruling(reader.choice(*Ruling))


def mean(reports: Sequence[Report]) -> Mean:
    """Find the price (REF-11.3, REF-12.1, REF-13.1 to REF-13.3).

    Late reports count for nothing, defective ones neither; highest and lowest are not dropped.
    """
    in_time = [report for report in reports if report.in_time]
    if not in_time:
        return _without_price(Next.APPRAISAL, "REF-11.3")
    counted = [report for report in in_time if not report.defective]
    if not counted:
        return _without_price(Next.APPRAISAL, "REF-12.1")
    undisputed = [report for report in counted if report.objection is None]
    if undisputed:
        rule = "REF-13.1" if len(undisputed) == len(counted) else "REF-13.2"
        return _mean_of({report.name: report.value_fen for report in undisputed}, rule)
    if any(report.objection is Ruling.PENDING for report in counted):
        return _without_price(Next.WAIT, "REF-13.3")
    standing = {report.name: _standing_value(report) for report in counted
                if report.objection is not Ruling.UPHELD}
    if not standing:
        return _without_price(Next.APPRAISAL, "REF-13.3")
    return _mean_of(standing, "REF-13.3")


def _standing_value(report: Report) -> Fen | None:
    objection = report.objection
    return objection.value_fen if isinstance(objection, Corrected) else report.value_fen


def _mean_of(values: dict[str, Fen | None], rule: str) -> Mean:
    amounts = [value for value in values.values() if value is not None]
    return Mean(half_up(Fraction(sum(amounts), len(amounts))), tuple(values), None, rule)


def _without_price(follows: Next, rule: str) -> Mean:
    return Mean(None, (), follows, rule)
