"""The auditor's desk: sales attempt by attempt, the log leaf by leaf, and the check of the chains."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from auction.rules.bidding import Reason
from auction.services import reading
from audit.kinds import Kind
from audit.services import COUNTED, body_of
from evidence.rules.film import REASON_NAMES
from evidence.schemas import AttemptsIn, LeavesIn
from evidence.services import (
    LeafQuery,
    Shot,
    Wanted,
    check,
    leaf_of,
    leaves,
    sale_of_court,
    shots,
)
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.formats import print_json
from kernel.forms import Form
from kernel.languages import say

pages = Blueprint("audit", __name__, url_prefix="/desk/audit")


@pages.get("")
@access(Role.AUDITOR, Role.SUPERVISOR)
def desk() -> ResponseReturnValue:
    """Every sale of the court, and whether its logs hold now."""
    session = db.session()
    actor = signed_in()
    return render_template(
        "evidence/audit.html", chains=check(session),
        lots=[lot for lot in reading.lots_of_court(session, actor.court_id or "", exercises=True)
              if lot.sale.published_at is not None])


@pages.get("/lots/<lot_id>/<int:number>")
@access(Role.AUDITOR, Role.SUPERVISOR)
def sale(lot_id: str, number: int) -> ResponseReturnValue:
    """One sale: every attempt with its verdict, reason and times; filters at the head."""
    session = db.session()
    found = sale_of_court(session, lot_id, number, signed_in())
    form = Form(request.args)
    wanted = Wanted()
    with form.attempt():
        wanted = Wanted(**form.load(AttemptsIn()))
    everything = shots(session, found, Wanted())
    shown = everything if wanted == Wanted() else shots(session, found, wanted)
    return render_template(
        "evidence/sale.html", sale=found, lot=found.lot, form=form, total=len(everything),
        rows=[_row(shot) for shot in shown], differing=[s for s in everything if not s.agrees],
        code_options=[(code, code) for code in
                      sorted({shot.frame.entry.bid.code for shot in everything})],
        reason_options=[(reason.value, say(REASON_NAMES[reason])) for reason in Reason]), form.status


@pages.get("/lots/<lot_id>/<int:number>/replay.json")
@access(Role.AUDITOR, Role.SUPERVISOR)
def replay(lot_id: str, number: int) -> ResponseReturnValue:
    """The sale as a replay/v1 file."""
    found = sale_of_court(db.session(), lot_id, number, signed_in())
    return Response(print_json(reading.bid_log(db.session(), found).as_json()), mimetype="application/json",
                    headers={"Content-Disposition": f"attachment; filename={lot_id}-{number}.replay.json"})


@pages.get("/leaves")
@access(Role.AUDITOR, Role.SUPERVISOR)
def log() -> ResponseReturnValue:
    """The leaves of one of the court's logs, newest first."""
    form = Form(request.args)
    session, actor = db.session(), signed_in()
    found = None
    with form.attempt():
        found = leaves(session, LeafQuery(**form.load(LeavesIn())), actor)
    if found is None:
        found = leaves(session, LeafQuery(), actor)
    return render_template(
        "evidence/leaves.html", form=form, found=found, counted=COUNTED,
        older=_beside("before", found.leaves[-1].index) if found.older else "",
        newer=_beside("after", found.leaves[0].index) if found.newer and found.leaves else "",
        kind_options=[(str(kind), say(kind.word)) for kind in Kind]), form.status


@pages.get("/leaves/<path:origin>/<int:index>")
@access(Role.AUDITOR, Role.SUPERVISOR)
def leaf(origin: str, index: int) -> ResponseReturnValue:
    """One leaf: its bytes, its hash, its place in the chain."""
    found = leaf_of(db.session(), origin, index, signed_in())
    return render_template("evidence/leaf.html", leaf=found, body=print_json(body_of(found)),
                           raw=bytes(found.raw).decode())


def _beside(name: str, index: int) -> str:
    """The address of the page beside this one: the same question, from another place on."""
    kept = {key: value for key, value in request.args.items() if value and key not in ("before", "after")}
    return "?" + urlencode(kept | {name: index})


def _row(shot: Shot) -> dict[str, Any]:
    entry, decision, refusal = shot.frame.entry, shot.frame.decision, shot.frame.refusal
    return {
        "n": shot.position, "code": entry.bid.code, "amount_fen": entry.bid.amount_fen,
        "accepted": decision.accepted, "extended_to": decision.closes_at if shot.extended else None,
        "reason_text": "" if refusal is None else say(refusal.message, refusal.details),
        "rule": None if refusal is None else refusal.rule, "received_at": entry.received_at,
        "decided_at": shot.decided_at,
    }
