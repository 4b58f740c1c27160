"""Identity numbers of natural persons and organisations: reading, checking, masking.

Sources: GB 11643-1999 (resident identity number), GB 32100-2015 (unified social credit code).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stdnum.cn import ric, uscc
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

from kernel.errors import N_, Filled

FIRST_BIRTH_YEAR: Final = 1900
_RESIDENT: Final = re.compile(r"[1-8]\d{16}[\dX]", re.ASCII)


class PersonKind(StrEnum):
    """Whom a number belongs to."""

    NATURAL = "natural"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that holds, in its plain form: 18 characters, capitals."""

    value: str
    kind: PersonKind


class WrongNumber(ValueError):
    """The number does not hold. ``advice`` says what would be right."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice)
        self.advice = advice


def read_identity_number(typed: str) -> IdentityNumber:
    """Check a resident identity number or a unified social credit code.

    A credit code may consist of digits too; but where a birth date stands in the middle it is a
    resident number, and a slip in it is not taken for somebody's credit code.

    Raises:
        WrongNumber: length, characters, date, place or check digit do not fit.
    """
    plain = uscc.compact(typed)
    if _RESIDENT.fullmatch(plain) and (_has_birth_date(plain) or not uscc.is_valid(plain)):
        try:
            return IdentityNumber(ric.validate(plain), PersonKind.NATURAL)
        except ValidationError as error:
            raise WrongNumber(_advice_for_resident(plain, error)) from error
    try:
        return IdentityNumber(uscc.validate(plain), PersonKind.ORGANISATION)
    except ValidationError as error:
        raise WrongNumber(_advice(plain, error)) from error


def _has_birth_date(plain: str) -> bool:
    try:
        return FIRST_BIRTH_YEAR <= ric.get_birth_date(plain).year < FIRST_BIRTH_YEAR + 200
    except InvalidComponent:
        return False


def _advice_for_resident(plain: str, error: ValidationError) -> str:
    if isinstance(error, InvalidChecksum):
        return Filled(N_("身份证号码的校验码不符：按前 17 位计算，末位应为 %(check)s，请逐位核对。"),
                      check=ric.calc_check_digit(plain))
    if isinstance(error, InvalidComponent):
        return N_("身份证号码第 1 至 14 位不是有效的地区和出生日期，请逐位核对。")
    return _advice(plain, error)


def _advice(plain: str, error: ValidationError) -> str:
    if isinstance(error, InvalidLength):
        return Filled(N_("应为 18 位：个人填身份证号码，单位填统一社会信用代码；现在是 %(count)s 位。"),
                      count=len(plain))
    if isinstance(error, InvalidChecksum):
        return Filled(N_("统一社会信用代码的校验码不符：按前 17 位计算，末位应为 %(check)s，"
                         "请逐位核对。"), check=uscc.calc_check_digit(plain[:17]))
    assert isinstance(error, InvalidFormat)  # noqa: S101 - what uscc.validate has left to raise
    return N_("身份证号码是 17 位数字加 1 位数字或 X；统一社会信用代码前 8 位是数字，"
              "其后不含字母 I、O、S、V、Z。")


def masked_name(name: str) -> str:
    """王小明 -> 王**: what others may see of a name."""
    return name[:1] + "*" * (len(name) - 1)


def masked_number(number: str) -> str:
    """The first three and last four characters of an identity number or telephone number."""
    hidden = max(0, len(number) - 7)
    return number[:3] + "*" * hidden + number[-4:] if hidden else "*" * len(number)
