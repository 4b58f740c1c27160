"""``/api/v1/audit``: the same for programs."""

from typing import Any

from auction.rules.replay import bid_members, decision_members
from audit.services import body_of
from evidence.models import Finding
from evidence.schemas import AttemptsIn, FindingsIn, LeafFindingIn, LeavesIn, ReadingsIn
from evidence.services import (
    LeafQuery,
    Wanted,
    check,
    findings_of_court,
    leaves,
    mark_leaf,
    readings_of_court,
    sale_of_court,
    shots,
    wanted_shots,
)
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.formats import plain
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work

api = ApiBlueprint("audit-api", __name__, url_prefix="/audit", description="Looking back.")


@api.get("/chains")
@access(Role.AUDITOR, Role.SUPERVISOR)
def chains() -> Any:
    """Every log: null, or its first leaf that does not fit."""
    return {"chains": check(db.session())}


@api.get("/lots/<lot_id>/<int:number>/attempts")
@api.arguments(AttemptsIn, location="query")
@access(Role.AUDITOR, Role.SUPERVISOR)
def attempts(query: dict[str, Any], lot_id: str, number: int) -> Any:
    """Every attempt of a sale with its verdict and times; ``leaf`` is its index in the log."""
    sale = sale_of_court(db.session(), lot_id, number, signed_in())
    return plain({"attempts": [
        {"position": shot.position, "bid": bid_members(shot.frame.entry.bid, shot.frame.entry.received_at),
         "decision": decision_members(shot.frame.decision), "decided_at": shot.decided_at,
         "agrees": shot.agrees, "leaf": shot.leaf_index}
        for shot in wanted_shots(shots(db.session(), sale), Wanted(**query))]})


@api.post("/findings")
@api.arguments(LeafFindingIn, location="json")
@access(Role.AUDITOR, Role.SUPERVISOR)
def note(body: dict[str, Any]) -> Any:
    """Note something at a leaf; at the leaf of a bid it is noted at the attempt.

    The note is kept beside the log, which holds a salted hash of it.
    """
    with unit_of_work() as work:
        found = mark_leaf(work.session, **body, actor=signed_in(), now=clock.now())
        return plain(_finding(found)), 201


@api.get("/findings")
@api.arguments(FindingsIn, location="query")
@access(Role.AUDITOR, Role.SUPERVISOR)
def findings(query: dict[str, Any]) -> Any:
    """Findings of the court, newest first, 50 a page; ``older`` goes into ``before`` of the next."""
    found = findings_of_court(db.session(), signed_in(), before=query["before"])
    return plain({"older": found.older, "findings": [_finding(one.finding) for one in found.findings]})


@api.get("/readings")
@api.arguments(ReadingsIn, location="query")
@access(Role.AUDITOR, Role.SUPERVISOR)
def readings(query: dict[str, Any]) -> Any:
    """Readings of sealed identities, newest first, 50 a page; ``older`` goes into ``before`` of the next."""
    found = readings_of_court(db.session(), signed_in(), before=query["before"])
    return plain({"older": found.older, "readings": [
        {"log": one.leaf.log, "index": one.leaf.index, "at": one.leaf.at, "by": one.leaf.actor,
         "subject": one.leaf.subject, "reason": body_of(one.leaf).get("reason"),
         "sale": None if one.sale is None else one.sale.subject, "case": one.leaf.case_id,
         "was_open": one.was_open} for one in found.readings]})


def _finding(found: Finding) -> dict[str, Any]:
    return {"id": found.id, "log": found.log, "index": found.leaf_index, "lot": found.lot_id,
            "number": found.number, "position": found.position, "note": found.note, "by": found.written_by,
            "written_at": found.written_at}


@api.get("/leaves")
@api.arguments(LeavesIn, location="query")
@access(Role.AUDITOR, Role.SUPERVISOR)
def log(query: dict[str, Any]) -> Any:
    """Leaves of a log of the court, newest first, 100 a page.

    ``older`` and ``newer`` are what to send as ``before`` and ``after`` for the pages beside this one; null
    where there is none. ``total`` is null where more fit than are counted, and on all but the first page.
    """
    found = leaves(db.session(), LeafQuery(**query), signed_in())
    return plain({
        "total": found.total, "older": found.leaves[-1].index if found.older else None,
        "newer": found.leaves[0].index if found.newer and found.leaves else None, "leaves": [
            {"log": one.log, "index": one.index, "subject": one.subject, "seq": one.seq, "kind": one.kind,
             "at": one.at, "actor": one.actor, "hash": one.hash, "raw": bytes(one.raw).decode()}
            for one in found.leaves]})
