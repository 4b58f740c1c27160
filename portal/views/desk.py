"""The desk of every role: what needs doing now, worst first, one next step each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services as cases
from kernel import clock
from kernel.access import ROLE_NAMES, STAFF, Role, access, may_open, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.domain import WorkItem
from kernel.errors import N_
from kernel.languages import say
from kernel.pages import duration, role_names
from portal.services.desks import A_MOMENT, Desk, desk_of, doers_of, is_late, latest_acts
from portal.views.context import work_items
from portal.views.uploads import say_where

pages = Blueprint("desk", __name__, url_prefix="/desk")
pages.after_app_request(say_where)

_GROUPS: Final = {
    "overdue": (N_("已过期限"), "over", N_("逾期")),
    "today": (N_("今天"), "today", N_("今天")),
    "soon": (N_("三天内"), "soon", N_("临近")),
    "later": (N_("以后"), "later", N_("未到")),
}
_MARKS: Final = {"over": 0, "today": 1, "soon": 2, "later": 3, "wait": 4}
"""Kinds of marks on the ruler, the most urgent lowest on its day."""

NEWEST: Final = 8
SHOWN: Final = ("all", "mine", "others")


@pages.get("/")
@access(*STAFF)
def desk() -> ResponseReturnValue:
    """One page for every role of a court."""
    actor, session, now = signed_in(), db.session(), clock.now()
    mine = desk_of(work_items(), actor, now)
    everything = (*mine.mine, *mine.late, *mine.waiting)
    names = doers_of(session, everything)
    numbers = cases.numbers_of(session, {item.case_id for item in everything if item.case_id})
    groups = _groups(mine, numbers)
    late = [_others(item, "over", say(N_("逾期")), names, numbers) for item in mine.late]
    waiting = [_others(item, "wait", say(N_("等待")), names, numbers) for item in mine.waiting]
    shown = request.args.get("show", "")
    return render_template(
        "portal/desk.html", desk=mine, groups=groups, late=late, waiting=waiting, today=beijing_day(now),
        shown=shown if shown in SHOWN else SHOWN[0], marks=_marks(groups, (*late, *waiting)),
        first=groups[0]["rows"][0] if groups else None,
        next_wait=next((row for row in waiting if row["when"]), None),
        over=sum(is_late(item, now) for item in mine.mine), inbox=_inbox(),
        opens_cases=Role.OFFICER in actor.roles, changes=latest_acts(session, actor, NEWEST))


@pages.get("")
@access(*STAFF)
def desk_without_slash() -> ResponseReturnValue:
    return redirect("/desk/")


def _groups(desk: Desk, numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for name, items in desk.groups:
        title, light, word = _GROUPS[name]
        rows = [_row(item, light, say(word), numbers) for item in items]
        groups.append({"title": say(title), "rows": rows})
    if groups:
        groups[0]["rows"][0]["action"]["main"] = True
    return groups


def _row(item: WorkItem, light: str, word: str, numbers: Mapping[str, str]) -> dict[str, Any]:
    title = say(item.title, item.details)
    number = numbers.get(item.case_id or "", "")
    return {"light": light, "word": word, "when": item.due_at, "title": title,
            "url": item.url, "rule": item.rule, "why": "", "left": _left(item),
            "line": "" if number in title else number, "detail": "",
            "action": {"url": item.url, "label": say(N_("去办理")), "main": False}}


def _left(item: WorkItem) -> str:
    """How long there is still, or how long it is over; in whole days once it is more than a day."""
    if item.due_at is None:
        return ""
    span = item.due_at - clock.now()
    way = N_("剩 %(span)s") if span >= timedelta(0) else N_("过 %(span)s")
    size = abs(span)
    return say(way, {"span": duration(timedelta(days=size.days) if size.days else size)})


def _others(item: WorkItem, light: str, word: str, names: Mapping[str, str],
            numbers: Mapping[str, str]) -> dict[str, Any]:
    who = doer(item, names)
    row = _row(item, light, word, numbers)
    said = say(N_("由%(who)s办理"), {"who": who}) if who else ""
    return row | {"action": None, "url": item.url if may_open(item.url) else "",
                  "line": " · ".join(part for part in (row["line"], said) if part)}


def doer(item: WorkItem, names: Mapping[str, str]) -> str:
    """Who must act; empty where time brings it about."""
    if item.who:
        return say(item.who)
    if item.person_id is not None and item.person_id in names:
        return names[item.person_id]
    roles = item.roles or ({Role.PARTY} if item.person_id is not None else set())
    return say(N_("、")).join(role_names(roles))


def _marks(groups: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = [row for group in groups for row in group["rows"]] + list(others)
    marks = [{"on": beijing_day(row["when"] - A_MOMENT),  # midnight ends the day before it
              "label": row["title"], "kind": row["light"]} for row in rows if row["when"]]
    return sorted(marks, key=lambda mark: _MARKS[mark["kind"]])


def _inbox() -> list[dict[str, Any]]:
    """What waits for the reader's own word, the oldest first."""
    actor, session, now = signed_in(), db.session(), clock.now()
    seen = accounts.seen_by(session, accounts.approvals_of(session, actor), actor)
    waiting = [one for one in reversed(seen) if one.hindrance is None]
    return [{"title": say(one.summary), "url": f"/desk/approvals#{one.approval.id}",
             "age": say(N_("等 %(span)s"), {"span": duration(now - one.approval.requested_at)}),
             "warn": now - one.approval.requested_at > timedelta(days=1), "rule": one.approval.rule,
             "line": say(N_("%(maker)s 提交，由%(role)s批准"),
                         {"maker": one.maker, "role": say(ROLE_NAMES[one.approval.role])})}
            for one in waiting]
