"""What every template can say: money, instants, days, durations, rules.

``init_app`` registers the filters and globals. Chinese and English are told apart by
Flask-Babel's locale; the figures themselves are the same in both.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date, format_datetime
from flask import Flask, request
from jinja2 import FileSystemBytecodeCache
from markupsafe import Markup, escape

from kernel import charts, clock, descriptions, drawings, rulers
from kernel.access import ROLE_NAMES, Role
from kernel.files import MAX_BYTES
from kernel.formats import BEIJING
from kernel.languages import cite, english, gettext
from kernel.money import Fen, parse_yuan, yuan_text
from kernel.money import capitals as capitals_text

DASH: Final = "—"
THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "theme"

_CLOCK: Final = {"time": "HH:mm:ss", "time-ms": "HH:mm:ss.SSS", "hour": "HH:mm"}
_WHEN: Final = {
    "zh": {"": "yyyy-MM-dd HH:mm:ss", "minute": "yyyy-MM-dd HH:mm", "short": "MM-dd HH:mm",
           "ms": "yyyy-MM-dd HH:mm:ss.SSS", **_CLOCK},
    "en": {"": "d MMM y, HH:mm:ss", "minute": "d MMM y, HH:mm", "short": "d MMM, HH:mm",
           "ms": "d MMM y, HH:mm:ss.SSS", **_CLOCK},
}
_DAY: Final = {
    "zh": {"": "yyyy-MM-dd", "short": "MM-dd", "long": "y 年 M 月 d 日", "week": "MM-dd EEE"},
    "en": {"": "d MMM y", "short": "d MMM", "long": "d MMMM y", "week": "EEE d MMM"},
}
_WITH_YEAR: Final = {
    "zh": {"MM-dd HH:mm": "yyyy-MM-dd HH:mm", "MM-dd": "yyyy-MM-dd", "MM-dd EEE": "yyyy-MM-dd EEE"},
    "en": {"d MMM, HH:mm": "d MMM y, HH:mm", "d MMM": "d MMM y", "EEE d MMM": "EEE d MMM y"},
}
"""Short forms leave the year out while it is the present one."""


def init_app(app: Flask) -> None:
    """Register filters, globals and the visitor's theme."""
    filters: dict[str, Callable[..., Any]] = {
        "money": money, "yuan": yuan, "wan": wan, "capitals": capitals, "percent_of": percent_of,
        "when": when, "until": until, "day": day, "weekday": weekday, "duration": duration,
        "brief_hash": brief_hash, "filesize": filesize, "field_id": field_id,
        "field_value": field_value, "typed_capitals": typed_capitals, "cite": cite,
        "file_kinds": file_kinds,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        law=law, charts=charts, rulers=rulers, drawings=drawings,
        descriptions=descriptions, english=english,
        role_names=role_names, timedelta=timedelta, largest_file=MAX_BYTES,
    )
    app.context_processor(_theme)


def keep_compiled(app: Flask, folder: Path) -> None:
    """Keep compiled templates in a folder of our own, so that after a restart pages come at once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _theme() -> dict[str, str]:
    chosen = request.cookies.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}


def _tongue() -> str:
    return "en" if english() else "zh"


def law(rule: str, article: str = "") -> Markup:
    """A rule id as it stands beside what rests on it, after the name of its article if given."""
    shown = Markup('<span class="rule">{}</span>').format(rule)
    return escape(cite(article)) + Markup(" ") + shown if article else shown


def role_names(roles: Iterable[str]) -> list[str]:
    """What the roles of a person are called, in the order of ``Role``."""
    held = set(roles)
    return [gettext(ROLE_NAMES[role]) for role in Role if role in held]


# Things ----------------------------------------------------------------------------------


def square_metres(hundredths: int) -> str:
    """An area, from hundredths of a square metre."""
    return gettext("%(area)s ㎡", area=f"{hundredths // 100:,}.{hundredths % 100:02d}")


def picture(thing: Any) -> dict[str, Any]:
    """The arguments of the macro ``art``: what is drawn of a thing without a photograph.

    Args:
        thing: has category, floors, floor, rooms, area_hundredths, address and title.
    """
    area = thing.area_hundredths
    return {"kind": str(thing.category), "floors": thing.floors, "floor": thing.floor, "rooms": thing.rooms,
            "area": area, "text": f"{thing.address} {thing.title}",
            "label": square_metres(area) if area else ""}


# Money ------------------------------------------------------------------------------------


def money(amount: int | None, size: str = "", *, unit: bool = True, signed: bool = False) -> Markup:
    """Fen as yuan: small decimals, and in ``xl`` a mark under the 万 place.

    Args:
        amount: fen; None prints a dash.
        size: ``""``, ``"lg"`` or ``"xl"``.
        unit: whether 元 follows.
        signed: whether a gain shows its plus.
    """
    if amount is None:
        return Markup('<span class="money none">{}</span>').format(DASH)
    whole, decimals = yuan_text(abs(amount)).split(".")
    sign = "−" if amount < 0 else "+" if signed and amount else ""
    digits = escape(whole)
    plain = " plain"
    if size == "xl" and _tongue() == "zh" and abs(amount) >= 1_000_000:
        at = len(whole) - 6  # the fifth digit from the right, one comma between
        digits = Markup('{}<span class="wan">{}</span>{}').format(
            whole[:at], whole[at], whole[at + 1:])
        plain = ""
    kind = f" {size}{plain if size == 'xl' else ''}" if size else ""
    tail = Markup('<span class="u">{}</span>').format(gettext("元")) if unit else Markup("")
    return Markup('<span class="money{}">{}{}<span class="dec">.{}</span>{}</span>').format(
        kind, sign, digits, decimals, tail)


def yuan(amount: int | None) -> str:
    """Fen as plain text with the unit, for titles, labels and messages."""
    return DASH if amount is None else gettext("%(amount)s 元", amount=yuan_text(amount))


def wan(amount: int | None) -> str:
    """Fen in 万元 where Chinese reads so: short and exact, for axes and buttons. English: yuan."""
    if amount is None:
        return DASH
    if _tongue() == "en":
        return yuan_text(amount).removesuffix(".00")
    if abs(amount) < 1_000_000:
        return gettext("%(amount)s 元", amount=yuan_text(amount).removesuffix(".00"))
    whole, rest = divmod(abs(amount), 1_000_000)
    decimals = f"{rest:06d}".rstrip("0")
    sign = "−" if amount < 0 else ""
    shown = f"{sign}{whole:,}{'.' if decimals else ''}{decimals}"
    return gettext("%(amount)s 万", amount=shown)


def capitals(amount: int | None) -> str:
    """Fen in capitals (大写金额), the same in every language."""
    return DASH if amount is None else capitals_text(Fen(amount))


def percent_of(part: int | None, whole: int | None, digits: int = 1, *, cut: bool = False) -> str:
    """``part`` in percent of ``whole``, rounded half up in integers.

    Args:
        part: the sum shown; None prints a dash.
        whole: what it is held against.
        digits: after the point.
        cut: round down, beside a least share: what is under it must not look as if it reached it.
    """
    if part is None or not whole:
        return DASH
    scale = 10**digits
    value = part * 100 * scale // whole if cut else (2 * part * 100 * scale + whole) // (2 * whole)
    return f"{value // scale}.{value % scale:0{digits}d}%" if digits else f"{value}%"


# Time -------------------------------------------------------------------------------------


def beijing(instant: datetime) -> datetime:
    """The wall clock in Beijing at an instant.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive time has no place on a page")
    return instant.astimezone(BEIJING)


def when(instant: datetime | None, style: str = "", *, markup: bool = True) -> str:
    """An instant in Beijing time, as ``<time>`` unless ``markup`` is false.

    Args:
        instant: aware; None prints a dash.
        style: ``""`` to the second, ``minute``, ``short``, ``ms``, ``time``, ``time-ms``, ``hour``.
        markup: false where only text fits (titles, attributes).
    """
    if instant is None:
        return DASH
    local = beijing(instant)
    tongue = _tongue()
    # Babel knows no fraction without rounding; the clock's own milliseconds are cut, never rounded.
    local = local.replace(microsecond=local.microsecond // 1000 * 1000)
    shown = format_datetime(local, _pattern(_WHEN, style, local.year), locale=tongue)
    return _instant(instant, shown) if markup else shown


def _pattern(patterns: Mapping[str, Mapping[str, str]], style: str, year: int) -> str:
    tongue = _tongue()
    pattern = patterns[tongue][style]
    return pattern if year == beijing(clock.now()).year else _WITH_YEAR[tongue].get(pattern, pattern)


def _instant(instant: datetime, shown: str) -> Markup:
    exact = instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(exact, shown)


def until(instant: datetime | None, style: str = "", *, markup: bool = True) -> str:
    """The end of a term: midnight in Beijing belongs to the day that ends there, as 24:00.

    Args:
        instant: aware; None prints a dash.
        style: ``""`` day and hour, ``day`` with its weekday, ``hour`` alone.
        markup: as in ``when``.
    """
    if instant is None:
        return DASH
    local = beijing(instant)
    midnight = local.time() == time()
    on = local.date() - timedelta(days=1) if midnight else local.date()
    hour = "24:00" if midnight else f"{local:%H:%M}"
    if style == "hour":
        shown = hour
    elif style == "day":
        shown = day(on, "week", markup=False)
    else:
        shown = f"{day(on, markup=False)} {hour}"
    return _instant(instant, shown) if markup else shown


def day(value: date | datetime | None, style: str = "", *, markup: bool = True) -> str:
    """A day, or the day in Beijing of an instant; styles ``""``, ``short``, ``long``, ``week``."""
    if value is None:
        return DASH
    on = beijing(value).date() if isinstance(value, datetime) else value
    tongue = _tongue()
    shown = format_date(on, _pattern(_DAY, style, on.year), locale=tongue)
    if not markup:
        return shown
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), shown)


def weekday(value: date | datetime | None) -> str:
    """周六, Sat."""
    if value is None:
        return DASH
    on = beijing(value).date() if isinstance(value, datetime) else value
    return format_date(on, "EEE", locale=_tongue())


def duration(span: timedelta | float | None) -> str:
    """A span of time in its two largest units: 2 天 3 小时, 18 分 33 秒."""
    if span is None:
        return DASH
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    seconds = max(0, seconds)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        parts = (gettext("%(n)s 天", n=days), gettext("%(n)s 小时", n=hours) if hours else "")
    elif hours:
        parts = (gettext("%(n)s 小时", n=hours), gettext("%(n)s 分", n=minutes) if minutes else "")
    elif minutes:
        parts = (gettext("%(n)s 分", n=minutes), gettext("%(n)s 秒", n=seconds) if seconds else "")
    else:
        parts = (gettext("%(n)s 秒", n=seconds), "")
    return " ".join(part for part in parts if part)


# Files and forms --------------------------------------------------------------------------


def brief_hash(digest: str) -> str:
    """Both ends of a hash, for the eye; the whole one is never far."""
    return digest if len(digest) <= 12 else f"{digest[:4]}…{digest[-4:]}"


def filesize(count: int | None) -> str:
    """Bytes as people count them: 214 KB, 1.2 MB."""
    if count is None:
        return DASH
    if count < 1000:
        return f"{count} B"
    for unit, size in (("KB", 1000), ("MB", 1000**2), ("GB", 1000**3)):
        if count < 1000 * size:
            tenths = (20 * count + size) // (2 * size)
            whole = tenths >= 100 or tenths % 10 == 0
            return f"{tenths // 10} {unit}" if whole else f"{tenths / 10:.1f} {unit}"
    return f"{count // 1000**4} TB"


def file_kinds(accept: str) -> str:
    """The kinds of an ``accept`` as people call them: PDF, PNG, JPEG."""
    return ", ".join(kind.strip().rpartition("/")[2].upper() for kind in accept.split(",") if kind.strip())


def field_id(path: str) -> str:
    """The id of a form field: ``claims[0].amount`` -> ``f-claims-0-amount``."""
    return "f-" + re.sub(r"[^0-9A-Za-z]+", "-", path).strip("-")


def field_value(value: object, kind: str) -> str:
    """What stands in an input: what was typed, or a stored value as one would type it."""
    if value is None:
        return ""
    if kind == "money" and isinstance(value, int):
        return yuan_text(value)
    if isinstance(value, datetime):
        return beijing(value).strftime("%Y-%m-%dT%H:%M" if kind != "date" else "%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def typed_capitals(value: object) -> str:
    """Capitals under a field of money; empty while what stands there is no amount."""
    if isinstance(value, int):
        return capitals_text(Fen(value))
    try:
        amount = parse_yuan(str(value or ""))
    except ValueError:
        return ""
    return capitals_text(amount) if amount > 0 else ""
