"""Fields of input that pages and the API share: the same schema, read in two ways.

A form types yuan and Beijing wall time; the API sends fen and RFC 3339 with an offset.
``load_form`` and ``load_json`` say which is meant; nothing is guessed from the value.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from kernel.errors import N_, Filled, InvalidInput
from kernel.formats import BEIJING, instant_text, parse_instant
from kernel.money import MOST_FEN, AmountTooLarge, parse_yuan

YEARS: Final = range(1900, 2200)
"""What a day or an instant may name; terms reckoned from it then stay within the calendar."""
_FAR: Final = N_("年份应在 1900 年至 2199 年之间。")

_typed: ContextVar[bool] = ContextVar("typed_by_a_person", default=False)


def typed_by_a_person() -> bool:
    """Whether the values being read were typed into a form, for fields of other domains."""
    return _typed.get()


fields.Field.default_error_messages = {
    "required": N_("这一项必须填写。"),
    "null": N_("这一项不能为空。"),
    "validator_failed": N_("这一项的内容不符合要求。"),
}
fields.String.default_error_messages = {"invalid": N_("请填写文字。"),
                                        "invalid_utf8": N_("文字编码不是 UTF-8。")}
fields.Integer.default_error_messages = {"invalid": N_("请填写整数。"),
                                         "too_large": N_("数字太大。")}
fields.Boolean.default_error_messages = {"invalid": N_("请选择是或否。")}
fields.List.default_error_messages = {"invalid": N_("这里应当是一个列表。")}
fields.Nested.default_error_messages = {"type": N_("这里应当是一个对象。")}
fields.Enum.default_error_messages = {"unknown": N_("请从给出的选项中选择。")}
Schema.error_messages = {"unknown": N_("没有这一项。"), "type": N_("这里应当是一个对象。")}


_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL keeps no NUL, and UTF-8, which leaves and answers are written in, knows no lone surrogate."""
UNWRITABLE: Final = N_("这里有无法保存的字符，请删去。")


class Characters(fields.String):
    """A text that a database and a leaf can hold, every character as it came."""

    default_error_messages = {"unwritable": UNWRITABLE}  # noqa: RUF012 - as marshmallow's

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNWRITABLE.search(text):
            raise self.make_error("unwritable")
        return text


class Text(Characters):
    """A text of at least one visible character, edges trimmed.

    Args:
        longest: the most characters it may have.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "longest": N_("最多填写 %(longest)s 个字。"),
                              "empty": N_("这一项必须填写。")}

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(  # type: ignore[override]  # null passes where allow_none lets it
            self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text and self.required:
            raise self.make_error("empty")
        if len(text) > self.longest:
            raise ValidationError(Filled(N_("最多填写 %(longest)s 个字。"), longest=self.longest))
        return text or (self.load_default if isinstance(self.load_default, str) else None)


class Money(fields.Field[int]):
    """An amount in fen: whole fen in JSON, yuan with at most two decimals in a form."""

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "yuan": N_("请填写以元为单位的金额，最多两位小数，例如 1,234,567.89。"),
        "fen": N_("金额必须是以分为单位的整数，不能带小数。"),
        "none": N_("金额必须大于零。"),
        "negative": N_("请填写 0 或者更大的金额。"),
    }

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if _typed.get():
            try:
                amount = int(parse_yuan(str(value)))
            except AmountTooLarge as error:
                raise _too_large() from error
            except ValueError as error:
                raise self.make_error("yuan") from error
        elif isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("fen")
        else:
            amount = value
        return self.within(amount)

    def within(self, amount: int) -> int:
        """The amount, if it is within the bounds.

        Raises:
            ValidationError: it is not.
        """
        if amount > MOST_FEN:
            raise _too_large()
        if amount < self.least:
            raise self.make_error("none" if self.least > 0 else "negative")
        return amount


def _too_large() -> ValidationError:
    return ValidationError(Filled(N_("金额太大，最多 %(most_fen)s 元。"), most_fen=MOST_FEN))


class Instant(fields.Field[datetime]):
    """An instant in UTC: RFC 3339 with an offset in JSON, Beijing wall time in a form."""

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "wall": N_("请填写北京时间，例如 2026-11-21 10:00。"),
        "rfc3339": N_("时间必须带时区，例如 2026-11-21T10:00:00+08:00。"),
        "far": _FAR,
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        text = str(value).strip()
        if not _typed.get():
            try:
                instant = parse_instant(text)
            except ValueError as error:
                raise self.make_error("rfc3339") from error
            return self._near(instant)
        try:
            wall = datetime.fromisoformat(text)
        except ValueError as error:
            raise self.make_error("wall") from error
        if wall.tzinfo is not None:  # what says another zone must not be read as Beijing's
            raise self.make_error("wall")
        return self._near(wall.replace(tzinfo=BEIJING)).astimezone(UTC)

    def _near(self, instant: datetime) -> datetime:
        if instant.year not in YEARS:
            raise self.make_error("far")
        return instant

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any,
                   **kwargs: Any) -> str | None:
        return None if value is None else instant_text(value)


class Day(fields.Field[date]):
    """A day as ``YYYY-MM-DD``."""

    default_error_messages = {"day": N_("请填写日期，例如 2026-11-21。"),  # noqa: RUF012 - as marshmallow's
                              "far": _FAR}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(str(value).strip())
        except ValueError as error:
            raise self.make_error("day") from error
        if day.year not in YEARS:
            raise self.make_error("far")
        return day

    def _serialize(self, value: date | None, attr: str | None, obj: Any,
                   **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Within(validate.Range):
    """Bounds of a whole number in an address; whoever is outside is told them."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ValidationError as error:
            raise _outside(self.min, self.max) from error


def _outside(least: int, most: int) -> ValidationError:
    return ValidationError(Filled(N_("应在 %(least)s 到 %(most)s 之间。"),
                                  least=f"{least:,}", most=f"{most:,}"))


MOST_WHOLE: Final = 2**31 - 1
"""The largest whole number that a column of the database takes."""
_WHOLE: Final = re.compile(r"-?\d{1,40}")
"""A whole number of a length that Python turns into one."""


class Count(fields.Integer):
    """A whole number within bounds, never a fraction or a text in JSON."""

    default_error_messages = {"invalid": N_("请填写整数。")}  # noqa: RUF012 - as marshmallow's

    def __init__(self, *, least: int = 0, most: int = MOST_WHOLE, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)
        self.least, self.most = least, most

    def _deserialize(  # type: ignore[override]  # null passes where allow_none lets it
            self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if not _typed.get() and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid")
        number = super()._deserialize(int(value) if _typed.get() and _WHOLE.fullmatch(str(value).strip())
                                      else value, attr, data, **kwargs)
        if number is not None and not self.least <= number <= self.most:
            raise self._refusal(number)
        return number

    def _refusal(self, number: int) -> ValidationError:
        """What would be right; a bound that only the database sets is named to whom it concerns."""
        if self.most < MOST_WHOLE:
            return _outside(self.least, self.most)
        if number < self.least:
            return ValidationError(Filled(N_("不能小于 %(least)s。"), least=f"{self.least:,}"))
        return ValidationError(Filled(N_("数字太大，最多 %(most)s。"), most=f"{self.most:,}"))


class Choice(Characters):
    """One of a few words."""

    def __init__(self, *values: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(values, error=N_("请从给出的选项中选择。")),
                         **kwargs)


@contextmanager
def _read_as_typed() -> Iterator[None]:
    token = _typed.set(True)
    try:
        yield
    finally:
        _typed.reset(token)


def load_json(schema: Schema, data: Any) -> dict[str, Any]:
    """Check what a program sent; an unknown member is refused.

    Raises:
        InvalidInput: ``fields`` maps the path of each member that does not fit to its message.
    """
    return _load(schema, data, RAISE)


def load_form(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a person typed: yuan, Beijing time; empty boxes count as not filled in.

    Raises:
        InvalidInput: as ``load_json``.
    """
    filled = {name: value for name, value in data.items() if value not in ("", None, [])}
    with _read_as_typed():
        return _load(schema, filled, EXCLUDE)


def _load(schema: Schema, data: Any, unknown: Literal["exclude", "raise"]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(data, unknown=unknown)
    except ValidationError as error:
        raise InvalidInput(flatten(_messages(error))) from error
    return loaded


def _messages(error: ValidationError) -> Any:
    return error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow left it so


def flatten(messages: Any, path: str = "") -> dict[str, str]:
    """Turn marshmallow's nested messages into ``{"bids[0].amount_fen": message}``.

    Every path can be written: a lone surrogate in a name is shown as an escape.
    """
    if isinstance(messages, Mapping):
        flat: dict[str, str] = {}
        for name, inner in messages.items():
            step = f"[{name}]" if isinstance(name, int) else f".{_writable(str(name))}"
            flat |= flatten(inner, path if name == "_schema" else (path + step).lstrip("."))
        return flat
    first = messages[0] if isinstance(messages, list) else messages
    return {path: first if isinstance(first, Filled) else str(first)}


def _writable(name: str) -> str:
    return name.encode(errors="backslashreplace").decode()
