"""The home page: what this is, and what is on now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import NotFound
from kernel.languages import say
from kernel.law import CURRENT, rule_set
from portal.rules.figures import figures_of
from portal.services.front import front
from portal.views.cards import cards_of, court_names
from portal.views.context import is_demo
from portal.views.entries import by_the_hour, ended_row, permille_text

pages = Blueprint("home", __name__)


@pages.get("/")
@public
def home() -> ResponseReturnValue:
    """One screen: search, what ends today, what comes, how to take part, what ended."""
    now = clock.now()
    found = front(db.session(), now)
    courts = court_names()
    cards = {card["url"]: card for card in cards_of({one.slot: one for one in
                                                     (*found.ending, *found.coming)}.values(), now, courts)}
    return render_template(
        "portal/home.html", front=found, f=figures_of(rule_set(CURRENT)),
        categories=[(one.value, say(one.word), count) for one, count in found.categories],
        ending=by_the_hour(found.ending, cards, courts),
        coming=[cards[url] for one in found.coming if (url := f"/lots/{one.lot_id}") in cards],
        ended=[ended_row(one, courts) for one in found.ended], median=permille_text(found.prices.median))


@pages.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    """Every component with sample data, for whoever builds pages; not in production."""
    if not is_demo():
        raise NotFound
    return render_template("styleguide.html")
