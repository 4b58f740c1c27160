"""Arrays as PostgreSQL reads them: many values of a column as one parameter of a statement.

The driver's own way from a list costs a microsecond and more a value, which a batch of bids has by the
thousand. The type is named where the array is used: ``%s::text[]``.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final


def array(values: Iterable[Any]) -> str:
    """The text of an array of these values (PostgreSQL: "Array Input and Output Syntax").

    Raises:
        TypeError: a value is none of those that our columns hold.
    """
    try:
        return "{" + ",".join([_SHOWN[type(value)](value) for value in values]) + "}"
    except KeyError as kind:
        raise TypeError(f"an array cannot hold {kind}") from None


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SHOWN: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "NULL",
    bool: str,
    int: str,
    str: _quoted,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    datetime: lambda value: f'"{value.isoformat()}"',
}
