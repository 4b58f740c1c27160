"""One leaf for everybody: what it says, and whether it stands in the signed log. Papers lead here."""

import json

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from evidence.errors import NoSuchLeaf
from evidence.rules.openness import OPEN_TO_ALL
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.formats import parse_instant

pages = Blueprint("leaves", __name__, url_prefix="/logs")


@pages.get("/<path:origin>/leaves/<int(max=9007199254740991):index>")
@public
def leaf(origin: str, index: int) -> ResponseReturnValue:
    """A leaf of a sale, a draw or a plan; the reader's browser checks that the log has it.

    It says nothing of who bid: a leaf holds a code.
    """
    session = db.session()
    found = session.get(Leaf, (origin, index))
    if found is None or not found.subject.startswith(OPEN_TO_ALL):
        raise NoSuchLeaf
    newest = audit.published_checkpoint(session, origin, clock.now())
    body = audit.body_of(found)
    return render_template(
        "evidence/public_leaf.html", leaf=found, bid=body if found.kind == Kind.BID else None,
        received_at=parse_instant(body["bid"]["received_at"]) if found.kind == Kind.BID else None,
        lot_id=_public_lot(session, found),
        body=json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2),
        checkpoint=newest if newest is not None and newest.size > index else None,
        keys=audit.log_keys(session, origin))


def _public_lot(session: Session, leaf: Leaf) -> str:
    """The lot that has a page of its own; empty for exercises, draws and plans."""
    kind, _, rest = leaf.subject.partition(":")
    return rest.partition("/")[0] if kind == "lot" and not audit.is_exercise_log(session, leaf.log) else ""
