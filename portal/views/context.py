"""What every page knows: who reads it, the time, the demo, the rooms of the reader's desk."""

from typing import Any, Final

from flask import Flask, current_app, request

from config.settings import Mode, Settings
from kernel import clock
from kernel.access import current_actor
from kernel.domain import Domain
from kernel.languages import reader_language, say
from kernel.law import CURRENT

DESK: Final = "/desk/"


def setup(app: Flask) -> None:
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """The context that templates/base.html and desk.html count on."""
    actor = current_actor()
    return {"actor": actor, "now": clock.now(), "locale": reader_language(), "demo": _demo(),
            "desk_rooms": _rooms(), "rule_set": CURRENT}


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


def _rooms() -> list[dict[str, Any]]:
    actor = current_actor()
    if actor is None:
        return []
    rooms = [room for domain in domains() for room in domain.rooms if room.roles & actor.roles]
    rooms.sort(key=lambda room: room.url != DESK)
    return [{"url": room.url, "label": say(room.label), "icon": room.icon, "count": None,
             "current": request.path == room.url or request.path.startswith(room.url + "/")}
            for room in rooms]
