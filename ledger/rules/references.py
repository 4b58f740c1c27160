"""Payment references: what a payer quotes, so that the bank's line finds its expected payment.

A reference is seven random characters and a check character, written ``B7K2-90QF``. It names
neither lot nor person. The check (over the field of 32 elements) finds every wrong character,
every two characters exchanged, wherever they stand, and every doubled pair mistyped as another.
"""

import re
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U, so that nothing can be misread."""

LENGTH: Final = 8
BODIES: Final = len(ALPHABET) ** (LENGTH - 1)
"""How many references there are: a caller draws a number below this at random."""

_POLYNOMIAL: Final = 0b100101
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_BREAKS: Final = re.compile(r"[-–—\s]")
_CANDIDATE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?=([0-9A-Za-z]{4}[-–—\s]?[0-9A-Za-z]{4})(?![0-9A-Za-z]))"
)


def reference(number: int) -> str:
    """The reference with this number.

    Raises:
        ValueError: not from 0 to ``BODIES`` - 1.
    """
    if not 0 <= number < BODIES:
        raise ValueError("no such reference")
    values: list[int] = []
    for _ in range(LENGTH - 1):
        number, value = divmod(number, len(ALPHABET))
        values.insert(0, value)
    values.append(_times_alpha(_syndrome(values)))
    text = "".join(ALPHABET[value] for value in values)
    return f"{text[:4]}-{text[4:]}"


def read_reference(text: str) -> str | None:
    """A reference as somebody typed it, in its one written form; None where it is none.

    Width, case, the dash and the letters O, I, L for 0, 1, 1 do not matter.
    """
    typed = _BREAKS.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_LOOK_ALIKES)
    if len(typed) != LENGTH or not set(typed) <= set(ALPHABET):
        return None
    if _syndrome([ALPHABET.index(sign) for sign in typed]) != 0:
        return None
    return f"{typed[:4]}-{typed[4:]}"


def references_in(remark: str) -> list[str]:
    """All references in a bank line's remark (附言), in their written form, each once."""
    plain = unicodedata.normalize("NFKC", remark)
    found = (read_reference(candidate[1]) for candidate in _CANDIDATE.finditer(plain))
    return list(dict.fromkeys(text for text in found if text is not None))


def _syndrome(values: list[int]) -> int:
    """Horner's rule at the field's generator: zero for a reference with its right check."""
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled > 31 else doubled
