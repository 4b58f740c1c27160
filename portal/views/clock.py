"""The demo clock's buttons. In production the routes answer that there is no demo."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import Actor, access, signed_in
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.jobs import run_once
from kernel.languages import say
from kernel.sockets import tell_the_time
from kernel.transactions import unit_of_work
from portal.errors import NoDemo
from portal.schemas import WalkIn
from portal.services.clock import next_deadline, walk_to
from portal.services.desks import collect
from portal.views.context import domains, is_demo

pages = Blueprint("demo_clock", __name__, url_prefix="/demo")

SPANS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
BEFORE: Final = timedelta(minutes=2)


@pages.post("/clock")
@access()
def walk() -> ResponseReturnValue:
    """Walk the clock, let the jobs do what is due, and go back to the page one came from."""
    form = Form(request.form)
    with form.attempt():
        reached = walk_clock(form.load(WalkIn()), signed_in())
        flash(say(N_("时钟已拨到 %(now_at)s。"), {"now_at": reached}))
    if form.summary:
        flash(form.summary, "error")
    return redirect(_back())


def walk_clock(wish: dict[str, Any], actor: Actor) -> datetime:
    """Do one walk and everything that time then brings about.

    Raises:
        NoDemo: in production.
        NothingAhead, ClockBackwards: see ``portal.services.clock``.
    """
    if not is_demo():
        raise NoDemo
    with unit_of_work() as work:
        now = clock.now()
        offset = walk_to(work.session, _target(wish, now), actor=actor, now=now,
                         offset=clock.offset())
        work.after_commit(lambda: clock.set_offset(offset))
        work.after_commit(tell_the_time)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for job in app.extensions["jobs"]:
        run_once(app, job)
    return clock.now()


def _target(wish: dict[str, Any], now: datetime) -> datetime:
    by = wish["by"]
    if by in SPANS:
        return now + SPANS[by]
    if by == "instant":
        if wish["to"] is None:
            raise InvalidInput({"to": N_("请填写要拨到的时间。")})
        to: datetime = wish["to"]
        return to
    sources = [domain.work for domain in domains() if domain.work is not None]
    item = next_deadline(collect(sources, db.session(), now), now)
    due = item.due_at or now
    return due - BEFORE if by == "before_deadline" and due - BEFORE > now else due


def _back() -> str:
    came_from = request.form.get("next", "")
    safe = came_from.startswith("/") and not came_from.startswith("//") and "\\" not in came_from
    return came_from if safe else url_for("home.home")
