"""The home page: what this is, and what is on now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import NotFound
from portal.services.shelf import shelf
from portal.views.context import is_demo

pages = Blueprint("home", __name__)


@pages.get("/")
@public
def home() -> ResponseReturnValue:
    """One screen: on sale now, ending today, announced, drawn, sold."""
    return render_template("portal/home.html", shelf=shelf(db.session(), clock.now()))


@pages.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    """Every component with sample data, for whoever builds pages; not in production."""
    if not is_demo():
        raise NotFound
    return render_template("styleguide.html")
