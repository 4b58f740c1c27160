"""How sales ended, for everyone: the list with the proof of each end."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import InvalidInput
from kernel.forms import Form
from kernel.languages import gettext as _
from portal.rules.months import Month, month_of, read_month
from portal.schemas import NO_MONTH, ResultsIn
from portal.services.results import DEEPEST, first_and_last, results
from portal.views.cards import court_names
from portal.views.entries import court_among, ended_row

pages = Blueprint("results", __name__)

MONTHS: Final = 24
"""Months offered in the filter, the last ones; any other can be written into the address."""


@pages.get("/results")
@public
def index() -> ResponseReturnValue:
    """Ended sales, the last first; by court, month and outcome."""
    session = db.session()
    form = Form(request.args)
    wish = form.sift(ResultsIn())
    courts = court_names()
    court_id = court_among(courts, wish["court"], form)
    month = read_month(wish["month"])
    if wish["month"] and month is None and not form.errors:
        form.refuse(InvalidInput({"month": NO_MONTH}))
    page = min(wish["page"], DEEPEST)
    found = results(session, court_id=court_id, month=month, outcome=wish["outcome"], page=page)
    chosen = {"court": court_id, "month": month.name if month else None, "outcome": wish["outcome"]}
    return render_template(
        "portal/results.html", form=form, rows=[ended_row(one, courts) for one in found.rows], page=page,
        chosen=chosen,
        courts=list(courts.items()), months=_months(month), is_filtered=any(chosen.values()),
        tabs=[(word, _address(chosen | {"outcome": value}), value == wish["outcome"])
              for value, word in ((None, _("全部")), ("sold", _("成交")), ("failed", _("流拍")),
                                  ("withdrawn", _("已撤回")))],
        previous=_address(chosen | {"page": page - 1 if page > 2 else None}) if page > 1 else "",
        following=_address(chosen | {"page": page + 1}) if found.more and page < DEEPEST else ""), form.status


def _address(members: dict[str, Any]) -> str:
    query = urlencode({name: value for name, value in members.items() if value})
    return f"/results?{query}" if query else "/results"


def _months(chosen: Month | None) -> list[Month]:
    """The months in which sales ended, the last one first; the one chosen is among them."""
    ends = first_and_last(db.session())
    if ends is None:
        return [chosen] if chosen else []
    first, month = month_of(beijing_day(ends[0])), month_of(beijing_day(ends[1]))
    found: list[Month] = []
    while month.first >= first.first and len(found) < MONTHS:
        found.append(month)
        month = month.previous
    return found if chosen is None or chosen in found else [chosen, *found]
