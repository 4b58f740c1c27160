"""Arrays as PostgreSQL reads them: many values of a column as one parameter of a statement.

The driver's own way from a list costs a microsecond and more a value, which a batch of bids has by the
thousand. The type is named where the array is used: ``%s::text[]``.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


def array(values: Iterable[Any]) -> str:
    """The text of an array of these values (PostgreSQL: "Array Input and Output Syntax").

    Raises:
        TypeError: a value is of no kind that our columns hold.
    """
    return "{" + ",".join([_SHOWN[type(value)](value) for value in values]) + "}"


class _Kinds(dict[type, Callable[[Any], str]]):
    """How values are shown, by their type; one that derives from a known type is shown as that is."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        for known in kind.__mro__:
            if known in self:
                self[kind] = self[known]
                return self[known]
        raise TypeError(f"an array cannot hold {kind.__name__}")


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SHOWN = _Kinds({
    type(None): lambda _: "NULL",
    bool: str,
    int: int.__repr__,
    str: _quoted,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    datetime: lambda value: f'"{value.isoformat()}"',
})
