"""The approvals desk: what waits for a second person, and what became of one's own requests."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts import services
from accounts.rules.approvals import ApprovalState
from accounts.schemas import DecisionIn
from kernel import clock
from kernel.access import ROLE_NAMES, STAFF, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import explain, say
from kernel.transactions import unit_of_work

pages = Blueprint("approvals", __name__, url_prefix="/desk/approvals")


@pages.get("")
@access(*STAFF)
def approvals() -> ResponseReturnValue:
    return _page(Form(), None)


def _page(form: Form, refused_id: str | None) -> ResponseReturnValue:
    actor, session = signed_in(), db.session()
    rows = [_row(seen) for seen in services.seen_by(
        session, services.approvals_of(session, actor), actor)]
    pending = [row for row in rows if row["state"] is ApprovalState.PENDING]
    return render_template(
        "accounts/approvals.html", form=form, refused_id=refused_id,
        waiting=[row for row in pending if row["why_not"] is None],
        asked=[row for row in pending if row["why_not"] is not None],
        decided=[row for row in rows if row["state"] is not ApprovalState.PENDING]), form.status


def _row(seen: services.SeenApproval) -> dict[str, Any]:
    one = seen.approval
    return {"id": one.id, "url": one.url, "rule": one.rule, "digest": one.digest,
            "state": one.state, "needed": one.needed, "approvals": len(one.approver_ids),
            "requested_at": one.requested_at, "role": say(ROLE_NAMES[one.role]),
            "maker": seen.maker, "summary": say(seen.summary), "decisions": seen.decisions,
            "why_not": explain(seen.hindrance) if seen.hindrance else None}


@pages.post("/<approval_id>")
@access(*STAFF)
def decide(approval_id: str) -> ResponseReturnValue:
    """Approve or send back; the button pressed says which."""
    form = Form(request.form)
    with form.attempt():
        wish = form.load(DecisionIn())
        with unit_of_work() as work:
            services.decide_approval(work.session, approval_id, approve=wish["approve"],
                                     reason=wish["reason"] or "", actor=signed_in(),
                                     now=clock.now())
        flash(say(N_("已批准。") if wish["approve"] else N_("已退回。")))
        return redirect(url_for("approvals.approvals"))
    form.errors = {approval_id if path == "reason" else path: message
                   for path, message in form.errors.items()}  # several reasons stand on one page
    return _page(form, approval_id)
