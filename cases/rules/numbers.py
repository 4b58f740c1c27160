"""The numbers of cases, and of people and organisations.

Source: 关于人民法院案件案号的若干规定 (法〔2015〕137号, in force 2016-01-01); GB 11643; GB 32100.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.rules.identity import PersonKind, WrongNumber, read_identity_number
from cases.rules.words import IdKind, PartyKind
from kernel.errors import N_, InvalidInput

FIRST_YEAR: Final = 2016

_CASE_NUMBER: Final = re.compile(
    r"\((?P<year>\d{4})\)"
    r"(?P<court>最高法|(?!执)[一-鿿](?:\d{4}|\d{2})?)"
    r"(?P<kind>执恢|执)(?P<serial>[1-9]\d{0,6})号", re.ASCII)

_OTHER_NUMBER: Final = re.compile(r"[0-9A-Z-]{4,40}", re.ASCII)

_FITTING: Final = {
    PartyKind.NATURAL_PERSON: frozenset({IdKind.RESIDENT_ID, IdKind.OTHER}),
    PartyKind.ORGANISATION: frozenset({IdKind.CREDIT_CODE, IdKind.OTHER}),
}


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """The number of an enforcement case, taken apart: （2026）临0102执1234号."""

    year: int
    court: str
    kind: str
    serial: int

    def __str__(self) -> str:
        return f"（{self.year}）{self.court}{self.kind}{self.serial}号"


def read_case_number(text: str, *, today: date) -> CaseNumber:
    """Read the number of a case in which property is sold (type 执 or 执恢).

    Blanks and the width of brackets and digits do not matter; everything else does.

    Raises:
        InvalidInput: ``number`` does not have the form, or its year is not from 2016 to now.
    """
    narrow = "".join(unicodedata.normalize("NFKC", text).split())
    found = _CASE_NUMBER.fullmatch(narrow)
    if found is None:
        raise InvalidInput({"number": N_(
            "案号应写作（2026）临0102执1234号：年份加圆括号，再写法院代字、“执”或“执恢”、编号和“号”。")})
    number = CaseNumber(int(found["year"]), found["court"], found["kind"], int(found["serial"]))
    if not FIRST_YEAR <= number.year <= today.year:
        raise InvalidInput({"number": N_("案号的年份应在 %(first)s 至 %(last)s 之间。")},
                           first=FIRST_YEAR, last=today.year)
    return number


def read_id_number(kind: IdKind, text: str) -> str:
    """Read the number of an identity document or licence, without blanks, letters as capitals.

    Raises:
        InvalidInput: ``id_number`` does not hold; the message says what would.
    """
    if kind is IdKind.OTHER:
        number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
        if not _OTHER_NUMBER.fullmatch(number):
            raise InvalidInput({"id_number": N_("证件号码应为 4 至 40 个字母、数字或连字符。")})
        return number
    try:
        read = read_identity_number(unicodedata.normalize("NFKC", text))
    except WrongNumber as error:
        raise InvalidInput({"id_number": error.advice}) from error
    if (read.kind is PersonKind.NATURAL) is not (kind is IdKind.RESIDENT_ID):
        raise InvalidInput({"id_number": N_("号码与所选的证件种类不符，请检查。")})
    return read.value


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Who a party is, as stated by an officer.

    Attributes:
        id_number: empty where none is known yet; then ``id_kind`` is None.
    """

    kind: PartyKind
    name: str
    id_kind: IdKind | None = None
    id_number: str = ""
    address: str = ""
    phone: str = ""


def check_party(party: PartyFacts) -> str:
    """The party's identity number in its one spelling, empty where none is given.

    Raises:
        InvalidInput: number without kind or kind without number, a kind that does not go with
            the party, or a number that is none.
    """
    if not party.id_number:
        if party.id_kind is not None:
            raise InvalidInput({"id_number": N_("请填写证件号码，或者不选证件种类。")})
        return ""
    if party.id_kind is None:
        raise InvalidInput({"id_kind": N_("请选择这是哪种证件的号码。")})
    if party.id_kind not in _FITTING[party.kind]:
        raise InvalidInput({"id_kind": N_(
            "身份证只属于自然人，统一社会信用代码只属于法人或其他组织。")})
    return read_id_number(party.id_kind, party.id_number)
