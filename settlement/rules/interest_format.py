"""interest/v1 (docs/contracts.md): a late debt read from a public file, and the result printed."""

import re
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kernel.formats import FormatError, Reader
from kernel.law import RuleSet
from settlement.rules.interest import (
    Days,
    Debt,
    General,
    Overpaid,
    Owed,
    Payment,
    Segment,
    doubled_days,
    owed,
)

FORMAT: Final = "interest/v1"
RESULT_FORMAT: Final = "interest-result/v1"
MOST_FEN: Final = 10**15

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE: Final = re.compile(r"[0-9]+(?:\.[0-9]{1,10})?")
_DAY_BASES: Final = (360, 365)


def compute(value: Any, law: RuleSet) -> dict[str, Any]:
    """From a parsed interest/v1 to a printable interest-result/v1.

    Raises:
        FormatError: naming the first member that does not fit.
    """
    debt = read_debt(value)
    runs = doubled_days(debt)
    first_on = law.day("interest.doubled_first_on")
    if runs and runs[0][0] < first_on.toordinal():
        raise FormatError("due_on", f"leads to days before {first_on}; the older rule that holds "
                                    "for them is not computed")
    try:
        return _result(owed(debt, law.fraction("interest.doubled_daily_rate")))
    except Overpaid as error:
        raise FormatError(f"payments[{error.position}].amount_fen",
                          "is above all that is owed on its day") from error


def read_debt(value: Any) -> Debt:
    """Read interest/v1 from a parsed JSON value.

    Raises:
        FormatError: naming the first member that does not fit.
    """
    top = Reader(value).members(
        ("format", "principal_fen", "due_on", "ends_on"),
        ("count_due_day", "payments", "excluded", "general"),
    )
    top.at("format").choice(FORMAT)
    principal_fen = _fen(top.at("principal_fen"))
    due_on = _day(top.at("due_on"))
    ends_on = _day(top.at("ends_on"))
    if ends_on < due_on:
        raise top.at("ends_on").refuse("must not lie before due_on")
    return Debt(
        principal_fen, due_on, ends_on,
        count_due_day=top.at("count_due_day").boolean() if top.has("count_due_day") else False,
        payments=tuple(_payment(item, ends_on) for item in _items(top, "payments")),
        excluded=tuple(_excluded(item) for item in _items(top, "excluded")),
        general=top.at("general").or_null(lambda at: _general(at, ends_on)),
    )


def _items(top: Reader, name: str) -> list[Reader]:
    return top.at(name).items() if top.has(name) else []


def _payment(item: Reader, ends_on: date) -> Payment:
    item.members(("on", "amount_fen"))
    on = _day(item.at("on"))
    if on > ends_on:
        raise item.at("on").refuse("must not lie after ends_on")
    return Payment(on, _fen(item.at("amount_fen")))


def _excluded(item: Reader) -> Days:
    item.members(("from", "to"))
    days = Days(_day(item.at("from")), _day(item.at("to")))
    if days.to_on < days.from_on:
        raise item.at("to").refuse("must not lie before from")
    return days


def _general(at: Reader, ends_on: date) -> General:
    if isinstance(at.value, dict) and "annual_rate" in at.value:
        at.members(("from", "annual_rate", "day_basis"))
        day_basis = at.at("day_basis").integer(min(_DAY_BASES), max(_DAY_BASES))
        if day_basis not in _DAY_BASES:
            raise at.at("day_basis").refuse("must be 360 or 365")
        daily_rate = _rate(at.at("annual_rate")) / day_basis
    else:
        at.members(("from", "daily_rate"))
        daily_rate = _rate(at.at("daily_rate"))
    from_on = _day(at.at("from"))
    if from_on > ends_on:
        raise at.at("from").refuse("must not lie after ends_on")
    return General(from_on, daily_rate)


def _fen(at: Reader) -> int:
    return at.integer(1, MOST_FEN)


def _day(at: Reader) -> date:
    text = at.text()
    if not _DAY.fullmatch(text):
        raise at.refuse("must be a day such as 2024-01-31")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise at.refuse(f"is no day: {error}") from error


def _rate(at: Reader) -> Fraction:
    text = at.text()
    if not _RATE.fullmatch(text) or Fraction(text) > 1:
        raise at.refuse('must be decimal text from "0" to "1" with at most ten decimals')
    return Fraction(text)


def _result(found: Owed) -> dict[str, Any]:
    return {
        "format": RESULT_FORMAT,
        "principal_fen": found.principal_fen,
        "general_fen": found.general_fen,
        "doubled_fen": found.doubled_fen,
        "total_fen": found.total_fen,
        "segments": [_segment(segment) for segment in found.segments],
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "from": segment.from_on.isoformat(),
        "to": segment.to_on.isoformat(),
        "days": segment.days,
        "principal_fen": segment.principal_fen,
        "doubled_exact": f"{segment.doubled.numerator}/{segment.doubled.denominator}",
    }
