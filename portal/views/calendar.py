"""The calendar of sales: a month, a day, and a file for calendars of one's own."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import public
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import NotFound
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.working_days import is_provisional
from portal.models import Entry
from portal.rules.calendar_file import Event, calendar_file
from portal.rules.months import Month, month_of, read_month, rests
from portal.schemas import CalendarIn, PageIn
from portal.services.days import Day, ahead, day_of, days_of
from portal.views.addresses import outer
from portal.views.cards import court_names, line_of
from portal.views.context import name_of_court
from portal.views.entries import court_among, event_of, named

pages = Blueprint("calendar", __name__)

SHOWN: Final = 3
"""Names in one cell of the grid; the rest stands on the page of the day."""


@pages.get("/calendar")
@public
def this_month() -> ResponseReturnValue:
    """The month in which we are."""
    return _month(month_of(beijing_day(clock.now())))


@pages.get("/calendar/<name>")
@public
def named_month_or_day(name: str) -> ResponseReturnValue:
    """A month (2026-11) or a day (2026-11-22)."""
    month = read_month(name)
    if month is not None:
        return _month(month)
    on = _read_day(name)
    if on is None:
        raise NotFound
    return _day(on)


@pages.get("/calendar.ics")
@public
def file() -> ResponseReturnValue:
    """What runs and what is announced, as iCalendar (RFC 5545)."""
    return calendar_of(None)


def calendar_of(court: Any) -> Response:
    """The calendar of one court, or of all."""
    now = clock.now()
    courts = court_names()
    events = [Event(uid=f"{entry.lot_id}-{entry.number}@{request.host}", starts_at=entry.opens_at,
                    ends_at=entry.closes_at, title=entry.title,
                    text=line_of(entry, courts.get(entry.court_id, "")), url=outer(f"/lots/{entry.lot_id}"))
              for entry in ahead(db.session(), now, court.id if court else None)]
    name = _("%(court)s的拍卖", court=name_of_court(court)) if court else _("司法拍卖日历")
    return Response(calendar_file(name, events, now), content_type="text/calendar; charset=utf-8")


def _month(month: Month) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    form, courts = Form(request.args), court_names()
    chosen = court_among(courts, form.sift(CalendarIn())["court"], form)
    days = {day.on: day for day in days_of(session, month, chosen)}
    today = beijing_day(now)
    cells = [[None if on is None else _cell(days[on], today) for on in week] for week in month.weeks()]
    return render_template(
        "portal/calendar.html", form=form, month=month, weeks=cells, courts=list(courts.items()),
        chosen=chosen,
        agenda=[cell for week in cells for cell in week if cell and (cell["opens"] or cell["closes"])],
        total=sum(day.closes for day in days.values()), starting=sum(day.opens for day in days.values()),
        provisional=_provisional(month), is_now=month == month_of(today)), form.status


def _cell(day: Day, today: date) -> dict[str, Any]:
    events = sorted([*((entry.closes_at, "closes", entry) for entry in day.closing),
                     *((entry.opens_at, "opens", entry) for entry in day.opening)],
                    key=lambda one: (one[0], one[1], one[2].slot))
    return {"on": day.on, "opens": day.opens, "closes": day.closes, "rests": rests(day.on),
            "today": day.on == today, "past": day.on < today,
            "shown": [_event(*one) for one in events[:SHOWN]], "few": [_event(*one) for one in events],
            "more": day.opens + day.closes - min(len(events), SHOWN)}


def _event(at: datetime, kind: str, entry: Entry) -> dict[str, Any]:
    return {"at": at, "kind": kind, "court_id": entry.court_id, **named(entry)}


def _day(on: date) -> ResponseReturnValue:
    session = db.session()
    form = Form(request.args)
    page = form.sift(PageIn())["page"]
    found = day_of(session, on, page=page)
    courts = court_names()
    return render_template(
        "portal/calendar_day.html", form=form, on=on, month=month_of(on), page=page, more=found.more,
        rests=rests(on), before=on - timedelta(days=1), after=on + timedelta(days=1),
        events=[_event(at, kind, entry) | {
            "line": line_of(entry, courts.get(entry.court_id, "")), "price_fen": entry.price_fen,
            "machine": event_of(entry, courts)} for at, kind, entry in found.events]), form.status


def _provisional(month: Month) -> bool:
    return rests(month.first) is None or is_provisional(month.first.year)


def _read_day(text: str) -> date | None:
    month = read_month(text[:7])
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if month is not None and on.isoformat() == text else None
