"""The desk of every role: what needs doing now, worst first, one next step each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import STAFF, access, may_open, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.domain import WorkItem
from kernel.errors import N_
from kernel.languages import say
from kernel.pages import role_names
from portal.services.desks import Desk, collect, desk_of, doers_of
from portal.views.context import domains

pages = Blueprint("desk", __name__, url_prefix="/desk")

_GROUPS: Final = {
    "overdue": (N_("已过期限"), "over", N_("逾期")),
    "today": (N_("今天"), "today", N_("今天")),
    "soon": (N_("三天内"), "soon", N_("临近")),
    "later": (N_("以后"), "later", N_("未到")),
}


@pages.get("/")
@access(*STAFF)
def desk() -> ResponseReturnValue:
    """One page for every role of a court."""
    now = clock.now()
    items = collect((domain.work for domain in domains() if domain.work), db.session(), now)
    mine = desk_of(items, signed_in(), now)
    names = doers_of(db.session(), (*mine.late, *mine.waiting))
    groups, late, waiting = _groups(mine), _late(mine, names), _waiting(mine, names)
    return render_template(
        "portal/desk.html", desk=mine, groups=groups, late=late, waiting=waiting, today=beijing_day(now),
        marks=_marks(mine, now), first=groups[0]["rows"][0] if groups else None,
        next_wait=next((row for row in waiting if row["when"]), None))


@pages.get("")
@access(*STAFF)
def desk_without_slash() -> ResponseReturnValue:
    return redirect("/desk/")


def _groups(desk: Desk) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for name, items in desk.groups:
        title, light, word = _GROUPS[name]
        groups.append({"title": say(title), "rows": [_row(item, light, say(word)) for item in items]})
    if groups:
        groups[0]["rows"][0]["action"]["main"] = True
    return groups


def _row(item: WorkItem, light: str, word: str) -> dict[str, Any]:
    return {"light": light, "word": word, "when": item.due_at, "title": say(item.title, item.details),
            "url": item.url, "rule": item.rule, "why": "", "line": "", "left": "", "detail": "",
            "action": {"url": item.url, "label": say(N_("去办理")), "main": False}}


def _late(desk: Desk, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_others(item, "over", say(N_("逾期")), names) for item in desk.late]


def _waiting(desk: Desk, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_others(item, "wait", say(N_("等待")), names) for item in desk.waiting]


def _others(item: WorkItem, light: str, word: str, names: Mapping[str, str]) -> dict[str, Any]:
    who = doer(item, names)
    return _row(item, light, word) | {
        "action": None, "url": item.url if may_open(item.url) else "",
        "line": say(N_("由%(who)s办理"), {"who": who}) if who else ""}


def doer(item: WorkItem, names: Mapping[str, str]) -> str:
    """Who must act; empty where time brings it about."""
    if item.who:
        return say(item.who)
    if item.person_id is not None and item.person_id in names:
        return names[item.person_id]
    return say(N_("、")).join(role_names(item.roles))


def _marks(desk: Desk, now: datetime) -> list[dict[str, Any]]:
    return [{"on": beijing_day(item.due_at), "label": say(item.title, item.details),
             "kind": "over" if item.due_at < now else "soon"}
            for item in desk.mine if item.due_at is not None]
