"""What of an unsent form may be kept, so that nothing typed is lost: never a secret, never an identity."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from accounts.rules.identity import WrongNumber, read_identity_number

KEPT_FOR: Final = timedelta(days=30)
MOST_PER_PERSON: Final = 40
MOST_CHARACTERS: Final = 60_000

_SECRET: Final = re.compile(
    r"password|csrf|token|secret|seed|sentence|salt|otp|id_number|id_type|phone|bank|account", re.IGNORECASE)
_LONG_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])", re.ASCII)

Typed = Mapping[str, Sequence[str]]


def keepable(typed: Typed) -> dict[str, str | list[str]]:
    """The values that may be kept, by field: one, or a list where several were sent.

    Left out are fields whose names say a secret or an identity, and any text that holds an identity number.
    """
    return {name: list(found) if len(found) > 1 else found[0]
            for name, found in typed.items()
            if found and not _SECRET.search(name) and not any(map(has_identity_number, found))}


def has_identity_number(text: str) -> bool:
    """Whether a resident identity number or a social credit code stands somewhere in a text."""
    return any(_holds(found) for found in _LONG_NUMBER.findall(text))


def is_small(values: Mapping[str, str | list[str]]) -> bool:
    """Whether the values fit: a form of this platform does, a flood does not."""
    return sum(len(name) + sum(map(len, [found] if isinstance(found, str) else found))
               for name, found in values.items()) <= MOST_CHARACTERS


def _holds(number: str) -> bool:
    try:
        read_identity_number(number)
    except WrongNumber:
        return False
    return True
