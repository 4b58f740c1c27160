"""Findings: the list of them, and the forms that write one at a leaf or an attempt."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from evidence.schemas import AttemptFindingIn, FindingIn, FindingsIn
from evidence.services import findings_of_court, mark_attempt, mark_leaf
from evidence.views.audit import leaf_page
from evidence.views.blueprint import pages
from evidence.views.film import sale_page
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work

_WRITTEN = N_("发现已写入日志。")


@pages.get("/findings")
@access(Role.AUDITOR, Role.SUPERVISOR)
def findings() -> ResponseReturnValue:
    """Every finding of the court, newest first."""
    before = Form(request.args).sift(FindingsIn())["before"]
    found = findings_of_court(db.session(), signed_in(), before=before)
    return render_template("evidence/findings.html", found=found, is_first=not before)


@pages.route("/leaves/<path:origin>/<int(max=9007199254740991):index>/findings",
             methods=["GET", "POST"])
@access(Role.AUDITOR, Role.SUPERVISOR)
def note_at_leaf(origin: str, index: int) -> ResponseReturnValue:
    """Write a finding at a leaf."""
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            wish = form.load(FindingIn())
            with unit_of_work() as work:
                mark_leaf(work.session, log=origin, index=index, **wish, actor=signed_in(), now=clock.now())
            flash(say(_WRITTEN))
            return redirect(f"/desk/audit/leaves/{origin}/{index}#findings")
    return leaf_page(origin, index, form), form.status


@pages.route("/lots/<lot_id>/<int:number>/findings", methods=["GET", "POST"])
@access(Role.AUDITOR, Role.SUPERVISOR)
def note_at_attempt(lot_id: str, number: int) -> ResponseReturnValue:
    """Write a finding at an attempt."""
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            wish = form.load(AttemptFindingIn())
            with unit_of_work() as work:
                mark_attempt(work.session, lot_id=lot_id, number=number, **wish, actor=signed_in(),
                             now=clock.now())
            flash(say(_WRITTEN))
            return redirect(f"/desk/audit/lots/{lot_id}/{number}?at={wish['position']}#findings")
    return sale_page(lot_id, number, form), form.status
