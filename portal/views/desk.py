"""The desk of every role: what needs doing now, worst first, one next step each."""

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
from portal.services.desks import Desk, collect, desk_of
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
    groups, waiting = _groups(mine), _waiting(mine)
    return render_template(
        "portal/desk.html", desk=mine, groups=groups, waiting=waiting, today=beijing_day(now),
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


def _waiting(desk: Desk) -> list[dict[str, Any]]:
    return [_row(item, "wait", say(N_("等待")))
            | {"action": None, "url": item.url if may_open(item.url) else ""} for item in desk.waiting]


def _marks(desk: Desk, now: datetime) -> list[dict[str, Any]]:
    return [{"on": beijing_day(item.due_at), "label": say(item.title, item.details),
             "kind": "over" if item.due_at < now else "soon"}
            for item in desk.mine if item.due_at is not None]
