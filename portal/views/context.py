"""What every page knows: who reads it, the time, the demo, the rooms of the reader's desk."""

from datetime import date
from time import monotonic
from typing import Any, Final

from babel.dates import format_date
from flask import Flask, current_app, g, request

from config.settings import Mode, Settings
from kernel import clock
from kernel.access import Actor, current_actor
from kernel.database import db
from kernel.domain import Domain, WorkItem
from kernel.languages import english, reader_language, say
from kernel.law import CURRENT, rule_set
from portal.rules.figures import figures_of
from portal.rules.glossary import BY_WORD
from portal.services.desks import collect, desk_of, waiting_in
from portal.views.addresses import remember_language, shared

DESK: Final = "/desk/"
LATELY: Final = 5.0
"""Seconds for which the numbers beside the rooms are good; a desk itself always asks anew."""


def setup(app: Flask) -> None:
    app.context_processor(page_context)
    app.after_request(remember_language)
    app.jinja_env.globals.update(shared=shared, explained=explained, name_of_court=name_of_court)
    app.jinja_env.filters["monthname"] = month_name


def page_context() -> dict[str, Any]:
    """The context that templates/base.html and desk.html count on."""
    actor = current_actor()
    return {"actor": actor, "now": clock.now(), "locale": reader_language(), "demo": _demo(),
            "desk_rooms": _rooms(), "rule_set": CURRENT}


def explained(word: str) -> dict[str, Any]:
    """A word of the glossary for the macro ``term``, with an id that no other on the page has.

    Raises:
        KeyError: the glossary does not know the word.
    """
    found = BY_WORD[word]
    g.terms_shown = g.get("terms_shown", 0) + 1
    return {"id": f"term-{g.terms_shown}", "slug": found.slug, "rule": found.rule, "article": found.article,
            "word": found.en if english() else word,
            "meaning": say(found.meaning, figures_of(rule_set(CURRENT)))}


def name_of_court(court: Any) -> str:
    """What a court is called in the reader's language."""
    return str(court.name_en if english() else court.name_zh)


def month_name(first: date, style: str = "") -> str:
    """A month by its first day: 2026 年 11 月, November 2026; ``short`` leaves the year out."""
    pattern = {"": "MMMM y" if english() else "y 年 M 月", "short": "MMMM" if english() else "M 月"}[style]
    return str(format_date(first, pattern, locale="en" if english() else "zh"))


def is_demo() -> bool:
    settings: Settings = current_app.extensions["settings"]
    return settings.mode is not Mode.PRODUCTION


def domains() -> tuple[Domain, ...]:
    """All domains of this app, in the order of their floors."""
    found: tuple[Domain, ...] = current_app.extensions["domains"]
    return found


def _demo() -> dict[str, Any] | None:
    if not is_demo():
        return None
    return {"now": clock.now(), "offset": clock.offset(), "may_walk": current_actor() is not None}


def work_items() -> list[WorkItem]:
    """Everything that waits anywhere, asked once for a page."""
    if "work_items" not in g:
        g.work_items = collect((domain.work for domain in domains() if domain.work), db.session(),
                               clock.now())
    found: list[WorkItem] = g.work_items
    return found


def _waiting_lately() -> list[WorkItem]:
    """What waits anywhere, as this process saw it a few seconds ago: for the numbers beside the rooms."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    seen = app.extensions.get("waiting")
    if "work_items" in g or seen is None or monotonic() - seen[0] > LATELY or seen[1] != clock.offset():
        seen = app.extensions["waiting"] = (monotonic(), clock.offset(), work_items())
    found: list[WorkItem] = seen[2]
    return found


def _rooms() -> list[dict[str, Any]]:
    actor = current_actor()
    if actor is None:
        return []
    rooms = [room for domain in domains() for room in domain.rooms if room.roles & actor.roles]
    rooms.sort(key=lambda room: room.url != DESK)
    counts = _counts(actor, [room.url for room in rooms])
    return [{"url": room.url, "label": say(room.label), "icon": room.icon, "count": counts.get(room.url),
             "current": request.path == room.url or request.path.startswith(room.url + "/")}
            for room in rooms]


def _counts(actor: Actor, rooms: list[str]) -> dict[str, int]:
    """How much waits for the reader in each room; only desks and pages of one's own say it."""
    if not request.path.startswith((DESK, "/my")):
        return {}
    mine = desk_of(_waiting_lately(), actor, clock.now()).mine
    return waiting_in(rooms, mine) | ({DESK: len(mine)} if mine else {})
