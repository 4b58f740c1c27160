"""Practising: exercises that run, one's own seats in them. Keys of seats lie in the signed cookie."""

from typing import Any, Final

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from auction.errors import NotRunning
from auction.services import exercises
from auction.services.reading import end_in_force
from auction.views.blueprint import pages
from auction.views.story import title_of
from config.settings import Mode, Settings
from kernel import clock
from kernel.access import Actor, Role, current_actor, public
from kernel.database import db
from kernel.errors import NotAllowed
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.transactions import unit_of_work

SEATS: Final = "seats"
"""The member of the signed cookie that holds lot -> key."""
MOST_SEATS: Final = 8
"""Seats kept in one cookie; the oldest goes first."""


def own_key(lot_id: str) -> str | None:
    """The key of the visitor's seat in an exercise; None without one."""
    seats: dict[str, str] = session.get(SEATS, {})
    return seats.get(lot_id)


def may_open(actor: Actor | None) -> bool:
    """Whether this reader may open an exercise: officers always, everybody in a demo."""
    settings: Settings = current_app.extensions["settings"]
    return settings.mode is not Mode.PRODUCTION or (
        actor is not None and actor.may_act_as(Role.OFFICER))


@pages.get("/practice")
@public
def practice() -> ResponseReturnValue:
    """What an exercise is, those that run, and a way to open one."""
    return _page(Form())


@pages.post("/practice")
@public
def open_practice() -> ResponseReturnValue:
    """Open an exercise, sit down in it and go to its room."""
    actor = current_actor()
    if not may_open(actor):
        raise NotAllowed
    form = Form(request.form)
    with form.attempt():
        with unit_of_work() as work:
            lot = exercises.practice_lot(work.session, actor=actor, now=clock.now())
            lot_id = lot.id
            seat = exercises.take_seat(work.session, lot_id, now=clock.now())
        keep(lot_id, seat.key)
        return redirect(url_for("lots.room", lot_id=lot_id))
    return _page(form)


@pages.post("/lots/<lot_id>/seat")
@public
def sit_down(lot_id: str) -> ResponseReturnValue:
    """Take a seat in a running exercise; who has one goes straight to the room."""
    form = Form(request.form)
    with form.attempt():
        if own_key(lot_id) is None:
            with unit_of_work() as work:
                seat = exercises.take_seat(work.session, lot_id, now=clock.now())
            keep(lot_id, seat.key)
        return redirect(url_for("lots.room", lot_id=lot_id))
    if form.status == NotRunning.status:
        form.summary = _("这场练习已经结束，请另选一场。")
    return _page(form)


def keep(lot_id: str, key: str) -> None:
    """Keep the key of a seat in the visitor's signed cookie."""
    seats = {**session.get(SEATS, {}), lot_id: key}
    session[SEATS] = dict(list(seats.items())[-MOST_SEATS:])


def _page(form: Form) -> ResponseReturnValue:
    now = clock.now()
    return render_template("auction/practice.html", form=form, rival=exercises.RIVAL_CODE,
                           may_open=may_open(current_actor()),
                           rows=[_row(sale) for sale in exercises.running_exercises(db.session(), now)],
                           ), form.status


def _row(sale: Any) -> dict[str, Any]:
    return {"lot_id": sale.lot_id, "title": title_of(sale.lot), "price_fen": sale.price_fen,
            "start_fen": sale.start_price_fen, "opens_at": sale.opens_at,
            "closes_at": end_in_force(sale), "bids": sale.accepted,
            "seated": own_key(sale.lot_id) is not None}
