"""``/api/v1/logs``: where each court's log stands, in the formats of others (C2SP), for everybody.

Whoever keeps what he fetched here can later show that the log was changed: a checkpoint is the platform's
signed word, and every later one has to begin with the same leaves (design: "The log").
"""

from base64 import b64encode
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from audit import services as audit
from audit.models import Leaf, Log
from audit.rules.notes import read_checkpoint, read_note
from audit.rules.proofs import LARGEST
from evidence.errors import NoCheckpointYet, NoSuchLeaf, NoSuchLog
from evidence.rules.openness import OPEN_TO_ALL
from evidence.schemas import EarlierIn
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import N_, Filled, InvalidInput
from kernel.formats import plain
from kernel.http import ApiBlueprint

api = ApiBlueprint("logs-api", __name__, url_prefix="/logs", description="法院的日志：检查点与证明")


@api.get("")
@public
def logs() -> Any:
    """Every log: its keys and witnesses, how many leaves it has, and how far that is signed."""
    session, now = db.session(), clock.now()
    return plain({"logs": [
        {"origin": origin, "size": size, "signed": _signed(audit.published_checkpoint(session, origin, now)),
         "witnesses": _witnesses(audit.witnesses_of(session, origin)),
         "keys": [{"signs": key.signs, "key": key.vkey, "since": key.since}
                  for key in audit.published_keys(session, origin)]}
        for origin, size in audit.log_sizes(session).items()]})


def _signed(newest: audit.Published | None) -> dict[str, Any] | None:
    return None if newest is None else {
        "size": newest.size, "at": newest.signed_at, "cosigned": len(newest.cosigned_by)}


def _witnesses(found: audit.LogWitnesses | None) -> dict[str, Any] | None:
    return None if found is None else {
        "quorum": found.policy.quorum, "cosigned": found.cosigned, "missing_since": found.missing_since,
        "named": [{"key": one.key, "size": one.size, "at": one.signed_at,
                   "trouble": None if one.trouble is None else str(one.trouble)} for one in found.witnesses]}


@api.get("/<path:origin>/checkpoint")
@public
def checkpoint(origin: str) -> Any:
    """The newest checkpoint that is given out (C2SP tlog-checkpoint), with its cosignatures, as text."""
    return _text(_newest(db.session(), origin).note)


@api.get("/<path:origin>/leaves/<int:index>/proof")
@public
def proof(origin: str, index: int) -> Any:
    """A leaf of a sale, a draw or a plan with its way to the newest checkpoint (C2SP tlog-proof), as text."""
    session = db.session()
    newest = _newest(session, origin)
    leaf = session.get(Leaf, (origin, index)) if index <= LARGEST else None
    if leaf is None or not leaf.subject.startswith(OPEN_TO_ALL):
        raise NoSuchLeaf
    if index >= newest.size:
        raise NoCheckpointYet
    return _text(audit.proof_of(session, newest, leaf))


@api.get("/<path:origin>/consistency")
@api.arguments(EarlierIn, location="query")
@public
def consistency(query: dict[str, Any], origin: str) -> Any:
    """What shows that the newest log begins with that of an earlier checkpoint (RFC 9162, 2.1.4)."""
    session = db.session()
    newest = _newest(session, origin)
    earlier: int = query["earlier"]
    if earlier > newest.size:
        raise InvalidInput({"from": Filled(
            N_("签名的检查点只到第 %(size)s 条；请填写 1 到 %(size)s 之间的整数。"), size=newest.size)})
    path = audit.tree_of(session, origin, newest.size).consistency(earlier)
    begun = audit.tree_of(session, origin, earlier).root()
    return {"from": earlier, "to": newest.size, "path": [one.hex() for one in path],
            "from_root": b64encode(begun).decode(),
            "root": b64encode(read_checkpoint(read_note(newest.note).body).root).decode(),
            "checkpoint": newest.note}


def _newest(session: Session, origin: str) -> audit.Published:
    if session.get(Log, origin) is None:
        raise NoSuchLog
    newest = audit.published_checkpoint(session, origin, clock.now())
    if newest is None:
        raise NoCheckpointYet
    return newest


def _text(shown: str) -> Response:
    return Response(shown, mimetype="text/plain", headers={"Cache-Control": "no-cache"})
