"""The home page: what this is, and what is on now."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import public
from kernel.database import db
from portal.services.shelf import shelf

pages = Blueprint("home", __name__)


@pages.get("/")
@public
def home() -> ResponseReturnValue:
    """One screen: on sale now, ending today, announced, drawn, sold."""
    return render_template("portal/home.html", shelf=shelf(db.session(), clock.now()))
