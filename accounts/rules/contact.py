"""How a court is reached, and where a complaint about it goes (AUC-13, item 10)."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from kernel.errors import N_

_NUMBER: Final = r"(?:0\d{2,3}-?\d{3,4}-?\d{4}|[48]00-?\d{3}-?\d{4}|1[3-9]\d{9}|12\d{3})"
"""With its area code; a service number, a mobile one, or a hotline such as 12368."""
TELEPHONE: Final = re.compile(rf"(?<![\d-]){_NUMBER}(?![\d-])", re.ASCII)
"""A telephone number wherever it stands in a text."""
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a court can be asked; what is not known is empty."""

    address: str = ""
    telephone: str = ""
    supervision_telephone: str = ""
    email: str = ""
    office_hours: str = ""

    @property
    def suffices(self) -> bool:
        """Whether it says what article 13 wants: how to reach the court, and who watches it."""
        return bool(self.telephone and self.supervision_telephone)


def plain_telephone(typed: str) -> str:
    """A number as it is shown: no blanks, no brackets round the area code."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).removeprefix("(")
    return re.sub(r"[)\u2010-\u2015\u2212]", "-", plain)


def telephone_advice(telephone: str) -> str | None:
    """What a court's number lacks; None if it will do."""
    if TELEPHONE.fullmatch(telephone):
        return None
    return N_("请填写带区号的电话号码，例如 026-5550-0102；也可以是手机号码或者 12368 这样的热线。")


def email_advice(email: str) -> str | None:
    """What an address lacks; None if it will do."""
    return None if _EMAIL.fullmatch(email) else N_("请填写电子邮箱地址，例如 zhixing@court.example。")
