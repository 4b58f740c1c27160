"""The auditor's desk: what there is to look at, and the log leaf by leaf."""

from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from auction.services import reading
from audit.kinds import Kind
from audit.services import COUNTED, body_of, logs_left_unsigned, troubled_logs
from evidence.schemas import LeavesIn
from evidence.services import LeafQuery, check, findings_at, leaf_of, leaves
from evidence.views.blueprint import pages
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.formats import print_json
from kernel.forms import Form
from kernel.languages import say


@pages.get("")
@access(Role.AUDITOR, Role.SUPERVISOR)
def desk() -> ResponseReturnValue:
    """Every sale of the court, and the ways into its logs."""
    session = db.session()
    actor = signed_in()
    return render_template(
        "evidence/audit.html", troubled=troubled_logs(session),
        unsigned=logs_left_unsigned(session, clock.now()),
        lots=[lot for lot in reading.lots_of_court(session, actor.court_id or "", exercises=True)
              if lot.sale.published_at is not None])


@pages.get("/chains")
@access(Role.AUDITOR, Role.SUPERVISOR)
def chains() -> ResponseReturnValue:
    """Every log recomputed from the stored bytes: it takes long where there are many leaves."""
    return render_template("evidence/chains.html", chains=check(db.session()))


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


@pages.get("/leaves/<path:origin>/<int(max=9007199254740991):index>")
@access(Role.AUDITOR, Role.SUPERVISOR)
def leaf(origin: str, index: int) -> ResponseReturnValue:
    """One leaf: its bytes, its hash, its place in the chain, and what was noted at it."""
    return leaf_page(origin, index, Form())


def leaf_page(origin: str, index: int, form: Form) -> str:
    """The page of a leaf with the form for a finding, as it was typed."""
    found = leaf_of(db.session(), origin, index, signed_in())
    return render_template("evidence/leaf.html", leaf=found, body=print_json(body_of(found)), form=form,
                           raw=bytes(found.raw).decode(), findings=findings_at(db.session(), found))


def _beside(name: str, index: int) -> str:
    """The address of the page beside this one: the same question, from another place on."""
    kept = {key: value for key, value in request.args.items() if value and key not in ("before", "after")}
    return "?" + urlencode(kept | {name: index})
