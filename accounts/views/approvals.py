"""The approvals desk: what waits for a second person, and what became of one's own requests."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from accounts import services
from accounts.models import Approval
from accounts.rules.messages import unpack
from accounts.schemas import DecisionIn
from kernel import clock
from kernel.access import ROLE_NAMES, STAFF, SYSTEM, Actor, access, signed_in
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
    rows = shown(session, services.approvals_of(session, actor), actor)
    return render_template(
        "accounts/approvals.html", form=form, refused_id=refused_id,
        waiting=[row for row in rows if row["may_decide"]],
        asked=[row for row in rows if row["state"] == "pending" and not row["may_decide"]],
        decided=[row for row in rows if row["state"] != "pending"]), form.status


@pages.post("/<approval_id>")
@access(*STAFF)
def decide(approval_id: str) -> ResponseReturnValue:
    """Approve or send back; the button pressed says which."""
    form = Form(request.form)
    with form.attempt():
        approval = settle(approval_id, form.load(DecisionIn()), signed_in())
        flash(say(N_("已批准。") if approval else N_("已退回。")))
        return redirect(url_for("approvals.approvals"))
    return _page(form, approval_id)


def settle(approval_id: str, wish: dict[str, Any], actor: Actor) -> bool:
    """Write one decision; the page and the API do the same. Returns what was decided."""
    with unit_of_work() as work:
        services.decide_approval(work.session, approval_id, approve=wish["approve"],
                                 reason=wish["reason"] or "", actor=actor, now=clock.now())
    return bool(wish["approve"])


def shown(session: Session, approvals: Iterable[Approval], actor: Actor) -> list[dict[str, Any]]:
    """Requests as a page and the API show them to this actor."""
    found = list(approvals)
    people = {person_id for one in found
              for person_id in (one.maker_id, *(word.person_id for word in one.decisions))}
    names = services.names_of(session, people) | {SYSTEM.id: say(SYSTEM.name)}
    return [_shown(one, names, actor) for one in found]


def _shown(approval: Approval, names: dict[str, str], actor: Actor) -> dict[str, Any]:
    hindrance = services.obstacle_for(approval, actor)
    return {
        **{name: getattr(approval, name) for name in (
            "id", "act", "subject", "case_id", "digest", "rule", "url", "needed", "maker_id",
            "requested_at", "decided_at")},
        "summary": say(approval.summary, unpack(approval.details)),
        "state": str(approval.state), "role": str(approval.role),
        "role_name": say(ROLE_NAMES[approval.role]), "maker": names[approval.maker_id],
        "approvals": len(approval.approver_ids),
        "decisions": [{"person_id": word.person_id, "name": names[word.person_id],
                       "approve": word.approve, "reason": word.reason,
                       "decided_at": word.decided_at} for word in approval.decisions],
        "may_decide": hindrance is None,
        "why_not": explain(hindrance) if hindrance else None,
    }
