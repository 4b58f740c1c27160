"""Figures of a message as JSON and back, so that each reader sees it in their language.

The names say what a figure is, as everywhere: ``…_at`` an instant, ``…_on`` a day, ``…_fen`` money.
"""

from collections.abc import Mapping
from datetime import date, datetime

from kernel.errors import Filled, Name
from kernel.formats import instant_text, parse_instant


def pack(details: Mapping[str, object]) -> dict[str, object]:
    """The figures as JSON values.

    Raises:
        TypeError: a figure that is no text, whole number, instant, day or sentence.
    """
    return {name: _pack(name, value) for name, value in details.items()}


def unpack(packed: Mapping[str, object]) -> dict[str, object]:
    """The figures as they were packed."""
    return {name: _unpack(name, value) for name, value in packed.items()}


def _pack(name: str, value: object) -> object:
    if isinstance(value, datetime) and name.endswith("_at"):
        return instant_text(value)
    if isinstance(value, date) and not isinstance(value, datetime) and name.endswith("_on"):
        return value.isoformat()
    if isinstance(value, Filled):
        return {"text": str(value), "details": pack(value.details)}
    if isinstance(value, Name):
        return {"zh": str(value), "en": value.en}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{name} of a message is a {type(value).__name__}")


def _unpack(name: str, value: object) -> object:
    if isinstance(value, dict) and "zh" in value:
        return Name(value["zh"], value["en"])
    if isinstance(value, dict):
        return Filled(value["text"], **unpack(value["details"]))
    if isinstance(value, str) and name.endswith("_at"):
        return parse_instant(value)
    if isinstance(value, str) and name.endswith("_on"):
        return date.fromisoformat(value)
    return value
