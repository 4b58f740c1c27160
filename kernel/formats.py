"""Reading and printing the public formats of docs/contracts.md, strictly.

A reader walks the value once, and names the path of the first member that does not fit.
Pure: takes bytes or values, opens no file.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from json.encoder import encode_basestring  # what json.dumps writes texts with
from typing import Any, Final, TypeVar

from kernel.money import MAX_FEN

T = TypeVar("T")

MAX_DEPTH: Final = 64
BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_LAST: Final = datetime.max.replace(tzinfo=BEIJING).astimezone(UTC)

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class FormatError(Exception):
    """The file does not fit its format.

    Attributes:
        field: path of what does not fit, ``bids[0].amount_fen``; empty for the input itself.
        problem: what is wrong and what would be right.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field or 'input'}: {problem}")
        self.field = field
        self.problem = problem


def parse_json(raw: bytes) -> Any:  # the shape is checked by a Reader afterwards
    """Read one JSON value, refusing what two readers might understand differently.

    Raises:
        FormatError: byte-order mark, not UTF-8, a member named twice, NaN or Infinity, a lone
            surrogate, nesting deeper than 64, or more than one value. ``field`` is empty.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        raise FormatError("", "begins with a byte-order mark; write UTF-8 without one")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("", f"is not UTF-8 (byte {error.start})") from error
    try:
        value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant,
                           parse_float=_Fractional)
    except RecursionError as error:
        raise FormatError("", f"is nested deeper than {MAX_DEPTH}") from error
    except json.JSONDecodeError as error:
        raise FormatError("", f"is not JSON: {error.msg} (line {error.lineno})") from error
    except ValueError as error:
        raise FormatError("", str(error)) from error
    _check_tree(value)
    return value


class _Fractional:
    """A number written with a fraction or an exponent: fits no format, whatever its value."""

    __slots__ = ()

    def __init__(self, shown: str) -> None:
        del shown  # only that it is there counts


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise FormatError("", f"names the member {name!r} twice")
        members[name] = value
    return members


def _no_constant(name: str) -> Any:
    raise FormatError("", f"holds {name}, which is not JSON")


def _check_tree(root: Any) -> None:
    here, depth = [root], 1
    while here:
        inner: list[Any] = []
        for value in here:
            if isinstance(value, str):
                if _SURROGATE.search(value):
                    raise FormatError("", "holds a lone surrogate")
            elif isinstance(value, dict | list):
                if depth > MAX_DEPTH:
                    raise FormatError("", f"is nested deeper than {MAX_DEPTH}")
                inner.extend(value)
                if isinstance(value, dict):
                    inner.extend(value.values())
        here, depth = inner, depth + 1


class Reader:
    """Walks one parsed value and names the path of whatever does not fit.

    ``members`` returns a reader per member; the typed methods return the plain value.
    """

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def refuse(self, problem: str) -> FormatError:
        """The error to raise when this value does not fit."""
        return FormatError(self.path, problem)

    def at(self, name: str) -> "Reader":
        """The reader of one member, present or not; for members already checked by ``members``."""
        return Reader(self.value.get(name), self._path_of(name))

    def has(self, name: str) -> bool:
        return name in self.value

    def members(self, required: tuple[str, ...], optional: tuple[str, ...] = (), *,
                open_ended: bool = False) -> "Reader":
        """Check that this is an object with just these members, and return it."""
        if not isinstance(self.value, dict):
            raise self.refuse("must be an object")
        for name in required:
            if name not in self.value:
                raise FormatError(self._path_of(name), "is missing")
        if not open_ended:
            for name in self.value:
                if name not in required and name not in optional:
                    raise FormatError(self._path_of(name), "is not a member of this format")
        return self

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def items(self, *, least: int = 0) -> list["Reader"]:
        if not isinstance(self.value, list):
            raise self.refuse("must be a list")
        if len(self.value) < least:
            raise self.refuse(f"must hold at least {least}")
        return [Reader(item, f"{self.path}[{i}]") for i, item in enumerate(self.value)]

    def text(self, *, longest: int = 64, shortest: int = 1) -> str:
        if not isinstance(self.value, str):
            raise self.refuse("must be a text")
        if not shortest <= len(self.value) <= longest:
            raise self.refuse(f"must have {shortest} to {longest} characters")
        return self.value

    def integer(self, least: int, most: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.refuse("must be an integer without fraction or exponent")
        if not least <= self.value <= most:
            raise self.refuse(f"must be from {least} to {most}")
        return self.value

    def fen(self) -> int:
        """Money: 1 to 2^53 - 1 fen."""
        return self.integer(1, MAX_FEN)

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def choice(self, *values: str) -> str:
        if not isinstance(self.value, str) or self.value not in values:
            raise self.refuse("must be " + " or ".join(f'"{value}"' for value in values))
        return self.value

    def hexadecimal(self, *, size: int | None = None) -> bytes:
        """Lower-case hexadecimal; ``size`` in bytes, None for any number."""
        shown = self.value
        if not isinstance(shown, str) or not re.fullmatch(r"(?:[0-9a-f]{2})*", shown):
            raise self.refuse("must be lower-case hexadecimal")
        if size is not None and len(shown) != 2 * size:
            raise self.refuse(f"must be {size} bytes, {2 * size} hexadecimal digits")
        return bytes.fromhex(shown)

    def instant(self) -> datetime:
        """A time with an offset, as an instant in UTC."""
        if not isinstance(self.value, str):
            raise self.refuse("must be a time such as 2026-04-03T10:00:00.000+08:00")
        try:
            return parse_instant(self.value)
        except ValueError as error:
            raise self.refuse(str(error)) from error

    def or_null(self, read: Callable[["Reader"], T]) -> T | None:
        """Read the value, or None where it is null or absent."""
        return None if self.value is None else read(self)


def parse_instant(text: str) -> datetime:
    """Read RFC 3339 with an offset and at most three fraction digits, as an instant in UTC.

    Raises:
        ValueError: naive, a fourth fraction digit, second 60, or no such day or hour.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(
            "must be YYYY-MM-DDThh:mm:ss with at most three decimals and an offset (Z or +08:00)"
        )
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    zone = UTC if offset == "Z" else _offset(offset)
    try:
        instant = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second),
                           int((fraction or "0").ljust(3, "0")) * 1000, zone).astimezone(UTC)
        instant.astimezone(BEIJING)  # what cannot be printed is no instant either
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is no instant: {error}") from error
    return instant


def _offset(text: str) -> timezone:
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError("has an offset that does not exist")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def later(instant: datetime, span: timedelta) -> datetime:
    """The instant so much later.

    Raises:
        OverflowError: there is none that can be printed: in Beijing the year 9999 ends before it does in UTC.
    """
    moved = instant + span
    if moved > _LAST:
        raise OverflowError("past the year 9999")
    return moved


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """Print an instant in Beijing time with three fraction digits, as every public format does."""
    if instant.tzinfo is None:
        raise ValueError("a naive time has no place in a public format")
    return instant.astimezone(BEIJING).isoformat(timespec="milliseconds")


def canonical(value: object) -> bytes:
    """Canonical JSON (contracts.md, jdraw/v1): members by code point, no blanks, UTF-8.

    Takes only objects, lists, texts, integers within ±(2^53 - 1), true, false, null.

    Raises:
        ValueError: anything else, a float above all.
    """
    _check_canonical(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"),
                      allow_nan=False).encode("utf-8")


def text_json(value: str) -> bytes:
    """A text as canonical JSON, in one stroke."""
    return encode_basestring(value).encode()


def _check_canonical(root: object) -> None:
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, list | tuple):
            stack.extend(value)
        elif value is None or isinstance(value, str | bool):
            continue
        elif isinstance(value, int):
            if abs(value) > MAX_FEN:
                raise ValueError("canonical JSON holds integers within ±(2^53 - 1)")
        elif isinstance(value, Mapping):
            stack.extend(value.values())
            if not all(isinstance(name, str) for name in value):
                raise ValueError("canonical JSON names its members by texts")
        else:
            raise ValueError(f"canonical JSON has no {type(value).__name__}")


def print_json(value: object) -> str:
    """The text a command prints: UTF-8, sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


_AS_THEY_ARE: Final = (str, int, bool)


def plain(value: Any) -> Any:
    """A value as JSON wants it: instants in Beijing time with milliseconds, inside out."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
