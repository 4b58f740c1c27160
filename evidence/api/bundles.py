"""``/api/v1/bundles``: an ended sale, draw or served plan as a file that proves it (bundle/v1), for all.

The bytes are those of ``flask audit export``; they name nobody whom the law does not publish.
"""

from typing import Final

from flask import Response, request

from evidence.services import Ended, Shelf, ended
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.http import ApiBlueprint
from kernel.sockets import socketio

api = ApiBlueprint("bundles-api", __name__, url_prefix="/bundles",
                   description="卷宗：一次拍卖、摇号或分配方案的全部记录与证明（bundle/v1）")

FRESH: Final = "public, max-age=60"
"""A newer checkpoint proves no more of what has ended: a crowd may share one file for a minute."""
REST_S: Final = 0.002
"""Between two slices of a large bundle: bids are taken up meanwhile."""

_shelf = Shelf()


@api.get("/lot/<lot_id>/<int:number>.zip")
@public
def of_sale(lot_id: str, number: int) -> Response:
    """A sale that has ended, or was withdrawn, under the newest checkpoint (bundle/v1)."""
    return _bundle(f"lot:{lot_id}/{number}", f"{lot_id}-{number}")


@api.get("/draw/<draw_id>.zip")
@public
def of_draw(draw_id: str) -> Response:
    """A draw that was held, under the newest checkpoint (bundle/v1)."""
    return _bundle(f"draw:{draw_id}", draw_id)


@api.get("/plan/<plan_id>.zip")
@public
def of_plan(plan_id: str) -> Response:
    """A plan that has been served, without names, under the newest checkpoint (bundle/v1)."""
    return _bundle(f"plan:{plan_id}", plan_id)


def _bundle(subject: str, name: str) -> Response:
    session, now = db.session(), clock.now()
    wanted = ended(session, subject, now)
    if request.if_none_match.contains(wanted.mark):
        return _marked(Response(status=304), wanted)
    packed = _shelf.take(session, wanted, now, _rest)
    response = Response(packed.pieces, mimetype="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{name}.zip"'})
    response.content_length = packed.length
    return _marked(response, packed.of)


def _marked(response: Response, of: Ended) -> Response:
    response.set_etag(of.mark)
    response.headers["Cache-Control"] = FRESH
    return response


def _rest() -> None:
    socketio.sleep(REST_S)
