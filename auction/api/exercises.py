"""Exercise lots by program: what ``flask auction rehearse`` drives."""

from typing import Any

from auction.api.lots import line
from auction.schemas import ExerciseIn
from auction.services import exercises
from kernel import clock
from kernel.access import Role, access, public, signed_in
from kernel.database import db
from kernel.formats import plain
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work

api = ApiBlueprint("exercises-api", __name__, url_prefix="/exercises", description="练习标的")


@api.get("")
@public
def list_exercises() -> Any:
    """Exercises in which a seat can still be taken."""
    return {"lots": [line(sale) for sale in exercises.running_exercises(db.session(), clock.now())]}


@api.post("")
@api.arguments(ExerciseIn, location="json")
@access(Role.OFFICER)
def open_exercise(body: dict[str, Any]) -> Any:
    """Open an exercise lot; the keys of its seats are shown this once."""
    with unit_of_work() as work:
        lot, seats = exercises.open_exercise(work.session, **body, actor=signed_in(),
                                             now=clock.now())
        answer = plain({"lot": lot.id, "opens_at": body["opens_at"], "closes_at": body["closes_at"],
                        "seats": [{"code": seat.code, "key": seat.key} for seat in seats]})
    return answer, 201


@api.post("/<lot_id>/seats")
@public
def take_seat(lot_id: str) -> Any:
    """A seat for anyone who wants to try."""
    with unit_of_work() as work:
        seat = exercises.take_seat(work.session, lot_id, now=clock.now())
    return {"code": seat.code, "key": seat.key}, 201
