"""The logs in public: where each stands, who witnesses it, and what anybody can do with that."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from config.settings import Settings
from evidence.services.standing import standing, standings
from kernel import clock
from kernel.access import public
from kernel.database import db

pages = Blueprint("logs", __name__, url_prefix="/logs")


@pages.get("")
@public
def index() -> ResponseReturnValue:
    """Every log, how far it is signed and seen."""
    return render_template("evidence/logs.html", logs=standings(db.session(), clock.now()),
                           beside=_are_beside())


@pages.get("/<path:origin>")
@public
def show(origin: str) -> ResponseReturnValue:
    """One log: its checkpoint, its key, its witnesses."""
    return render_template("evidence/log.html", log=standing(db.session(), origin, clock.now()),
                           beside=_are_beside())


def _are_beside() -> bool:
    """Whether the witnesses are those of a demo, on the same machine."""
    settings: Settings = current_app.extensions["settings"]
    return settings.witnesses.beside
