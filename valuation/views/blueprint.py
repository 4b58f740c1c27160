"""What the pages share: their blueprints, the course they speak of, the way back."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from kernel.access import of_own_court, signed_in
from kernel.database import db
from kernel.gates import Obstacle
from kernel.languages import say
from valuation import services
from valuation.models import Valuation

desk = Blueprint("valuations", __name__, url_prefix="/desk/valuations")
draw_desk = Blueprint("draw_desk", __name__, url_prefix="/desk/draws")
institution_desk = Blueprint("institutions", __name__, url_prefix="/desk/institutions")
draws = Blueprint("draws", __name__, url_prefix="/draws")
mine = Blueprint("my_valuations", __name__, url_prefix="/my")

W = TypeVar("W", bound=StrEnum)


def read_valuation(valuation_id: str) -> Valuation:
    """The course, for staff of its court."""
    valuation = services.get_valuation(db.session(), valuation_id)
    of_own_court(signed_in(), valuation.court_id)
    return valuation


def back(url: str, said: str, **details: object) -> ResponseReturnValue:
    """Say what was done, and go on."""
    flash(say(said, details))
    return redirect(url)


def to_course(valuation_id: str, said: str, **details: object) -> ResponseReturnValue:
    """Say what was done, and return to the course."""
    return back(f"/desk/valuations/{valuation_id}", said, **details)


def uploaded(name: str) -> bytes | None:
    """The bytes of an uploaded file; None where none was chosen."""
    found = request.files.get(name)
    return found.read() if found is not None and found.filename else None


def shown(obstacles: Iterable[Obstacle]) -> list[dict[str, str]]:
    """Obstacles as the gate of a page lists them."""
    return [{"text": say(one.problem, one.details), "remedy": say(one.remedy, one.details),
             "rule": one.basis.rule} for one in obstacles]


def choices(names: Mapping[W, str]) -> list[tuple[str, str]]:
    """The options of a select or of boxes."""
    return [(word.value, say(name)) for word, name in names.items()]
