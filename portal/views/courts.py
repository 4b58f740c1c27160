"""The courts of this installation: what each sells, draws and pays out, and what its record says."""

from typing import Any, Final

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from auction.rules.lifecycle import Group
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import NotFound
from kernel.languages import gettext as _
from kernel.law import CURRENT
from portal.services import catalogue
from portal.services.front import latest_draws, running_in
from portal.services.results import results
from portal.services.statistics import record_of, spread
from portal.views.calendar import calendar_of
from portal.views.context import name_of_court
from portal.views.entries import ended_row, hourly, permille_text, share_text
from portal.views.feeds import lots_feed
from settlement import services as settlement

pages = Blueprint("courts", __name__, url_prefix="/courts")

LOTS: Final = 8
FEW: Final = 5


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """Every court with what it sells now."""
    session = db.session()
    counted = [catalogue.counts_by_court(session, groups)
               for groups in (catalogue.OPEN, frozenset({Group.SOLD, Group.FAILED}), frozenset({Group.SOLD}))]
    return render_template("portal/courts.html", courts=[
        (court, *(counts.get(court.id, 0) for counts in counted)) for court in accounts.courts(session)])


@pages.get("/<court_id>")
@public
def show(court_id: str) -> ResponseReturnValue:
    """One court: its lots, its record, its draws, its plans, the law it applies."""
    session, now, court = db.session(), clock.now(), _court(court_id)
    name = name_of_court(court)
    lots, total = running_in(session, court.id, LOTS)
    record, prices = record_of(session, court.id, now), spread(session, court.id)
    return render_template(
        "portal/court.html", court=court, name=name, record=record, prices=prices, total=total,
        ending=hourly(lots, now),
        figures=_figures(record), median=permille_text(prices.median),
        ended=[ended_row(one, {}) for one in results(session, court_id=court.id).rows[:FEW]],
        draws=latest_draws(session, court_id=court.id, most=FEW),
        plans=settlement.public_plans(session, court.id, most=FEW), current=CURRENT)


@pages.get("/<court_id>/calendar.ics")
@public
def calendar(court_id: str) -> ResponseReturnValue:
    """The sales of one court as iCalendar."""
    return calendar_of(_court(court_id))


@pages.get("/<court_id>/lots.atom")
@public
def feed(court_id: str) -> Response:
    """The announcements of one court as Atom."""
    return lots_feed(_court(court_id))


def _court(court_id: str) -> Any:
    found = next((one for one in accounts.courts(db.session()) if one.id == court_id), None)
    if found is None:
        raise NotFound
    return found


def _figures(record: Any) -> dict[str, str]:
    return {"sold": share_text(record.sold, record.ended), "failed": share_text(record.failed, record.ended),
            "median": permille_text(record.median) or "—",
            "bids": f"{record.bids / record.ended:.1f}" if record.ended else _("还没有")}
