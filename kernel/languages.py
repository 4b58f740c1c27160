"""Chinese first, English too: which language a reader sees, and how a refusal is put in it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from gettext import NullTranslations
from typing import Final

from babel.dates import format_date, format_datetime
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations, ngettext

from kernel.clock import beijing
from kernel.errors import DomainError, Filled, Name
from kernel.gates import Obstacle
from kernel.law import read_citation
from kernel.money import yuan_text

LANGUAGES: Final = {"zh_Hans_CN": "中文", "en": "English"}
DEFAULT: Final = "zh_Hans_CN"
COOKIE: Final = "language"
ARGUMENT: Final = "lang"
"""The member of an address that chooses the language, so that a page in it can be shared and found."""
BY_ADDRESS: Final = {"zh": DEFAULT, "en": "en"}

_babel = Babel()
_CATALOGUES: Final[dict[str, NullTranslations]] = {}


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", f"{app.root_path}/translations")
    _babel.init_app(app, locale_selector=reader_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _translated, ngettext, newstyle=True)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Put texts into a reader's language where no request says which it is."""
    with force_locale(language):
        yield


def gettext(text: str, **values: object) -> str:
    """A text in the language of the moment, with its values put in.

    Flask-Babel's own looks for its catalogue anew each time; a page with two hundred texts felt it.
    """
    translated = _translated(text)
    return translated % values if values else translated


def _translated(text: str) -> str:
    locale = get_locale()
    language = str(locale.language) if locale is not None else ""
    found = _CATALOGUES.get(language)
    if found is None:
        found = _CATALOGUES[language] = get_translations()
    return str(found.gettext(text))


def reader_language() -> str:
    """The language of the address, else the reader's choice, else what the browser prefers, else Chinese."""
    if not has_request_context():
        return DEFAULT
    named = BY_ADDRESS.get(request.args.get(ARGUMENT, ""))
    if named is not None:
        return named
    chosen = g.get("language") or request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    if "preferred_language" not in g:
        best = request.accept_languages.best_match(["zh-CN", "zh-Hans-CN", "zh", "en"])
        g.preferred_language = "en" if best == "en" else DEFAULT
    return str(g.preferred_language)


def say(message: str, details: Mapping[str, object] | None = None) -> str:
    """Put a marked message (``N_``) into the reader's language, with its figures printed.

    ``details`` named ``…_fen`` are printed as yuan, ``…_at`` as Beijing time, ``…_on`` as days;
    several of one kind are enumerated.
    """
    own = message.details if isinstance(message, Filled) else {}
    shown = {name: _print(name, value) for name, value in {**(details or {}), **own}.items()}
    translated: str = gettext(message)
    return translated % shown if shown else translated


def explain(error: DomainError) -> str:
    """What a refusal says to its reader."""
    return say(error.message, error.details)


def english() -> bool:
    """Whether texts are English at the moment; outside a request they are Chinese."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


def cite(article: str) -> str:
    """An article of the law as its reader writes it.

    ``网络司法拍卖规定第十条第二款``, or Online Judicial Auction Provisions, art. 10(2).
    """
    found = read_citation(article)
    if found is None or reader_language() != "en":
        return str(gettext(article)) if article else ""
    name = str(gettext(found.instrument.short))
    if not found.article:
        return name
    paragraph = f"({found.paragraph})" if found.paragraph else ""
    item = f", item {found.item}" if found.item else ""
    return f"{name}, art. {found.article}{paragraph}{item}"


def list_obstacles(obstacles: Iterable[Obstacle]) -> list[dict[str, str]]:
    """Obstacles in the reader's words, as pages and problem JSON list them."""
    return [{"code": one.code, "rule": one.rule, "article": cite(one.article), "field": one.about,
             "weight": str(one.weight), "message": say(one.problem, one.details),
             "remedy": say(one.remedy, one.details) if one.remedy else ""} for one in obstacles]


def _print(name: str, value: object) -> object:
    if isinstance(value, Filled):
        return say(value)
    if isinstance(value, Name):
        value = value.en if english() else str(value)
    if name.endswith("_fen") and isinstance(value, int):
        return yuan_text(value)
    if isinstance(value, date):
        return _print_day(value)
    if isinstance(value, (list, tuple)):
        return str(gettext("、")).join(str(_print(name, one)) for one in value)
    return value


def _print_day(value: date) -> str:
    """A day, or an instant with its second, as ``kernel.pages`` writes them."""
    if isinstance(value, datetime):
        local = beijing(value)
        return (format_datetime(local, "d MMM y, HH:mm:ss", locale="en") if english()
                else f"{local:%Y-%m-%d %H:%M:%S}")
    return format_date(value, "d MMM y", locale="en") if english() else value.isoformat()
