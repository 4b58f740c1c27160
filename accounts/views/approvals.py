"""The approvals desk: what waits for a second person, and what became of one's own requests."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts import services
from accounts.rules.approvals import ApprovalState
from accounts.rules.messages import unpack
from accounts.schemas import DecisionIn
from kernel import clock
from kernel.access import ROLE_NAMES, STAFF, access, signed_in
from kernel.database import db
from kernel.errors import N_, Filled
from kernel.forms import Form
from kernel.languages import explain, say
from kernel.transactions import unit_of_work

_LABELS: Final = {
    "title": N_("标的物"), "start_price_fen": N_("起拍价"), "increment_fen": N_("增价幅度"),
    "deposit_fen": N_("保证金"), "priority": N_("优先购买权"), "count": N_("入池机构，家"),
    "excluded": N_("排除的机构，家"), "number": N_("案件"), "version": N_("方案版次"),
    "total_fen": N_("可分配"), "holder": N_("权利人"), "role": N_("在本案中的身份"), "rank": N_("顺序"),
    "basis": N_("性质和法律依据"), "reason": N_("暂停的原因"), "goes_on": N_("恢复以后"),
}
"""Names of the figures that requests carry (``details``), as an approver reads them."""

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
            "values": _values(unpack(one.details)), "people": _people(seen),
            "requested_at": one.requested_at, "role": say(ROLE_NAMES[one.role]),
            "maker": seen.maker, "summary": say(seen.summary), "decisions": seen.decisions,
            "why_not": explain(seen.hindrance) if seen.hindrance else None}


def _values(details: Mapping[str, object]) -> list[dict[str, Any]]:
    """The figures that come into force with the word of the approver, each by its name."""
    return [{"label": say(_LABELS[name]), "fen" if name.endswith("_fen") else "text":
             say(value) if isinstance(value, Filled) else value}
            for name, value in details.items() if name in _LABELS and value not in (None, "")]


def _people(seen: services.SeenApproval) -> list[dict[str, Any]]:
    """Who has done their part, and who is waited for, in their order."""
    one = seen.approval
    role = say(ROLE_NAMES[one.role])
    rows = [{"name": seen.maker, "role": say(N_("提交")), "state": "done", "at": one.requested_at,
             "word": ""}]
    rows += [{"name": word.name, "role": role, "state": "done" if word.approve else "block",
              "at": word.decided_at, "word": say(N_("批准") if word.approve else N_("退回"))}
             for word in seen.decisions]
    left = one.needed - len(one.approver_ids)
    waited = {"name": say(N_("另一位")), "role": role, "state": "wait", "at": None,
              "word": say(N_("等待表态"))}
    return rows + [waited] * (left if one.state is ApprovalState.PENDING else 0)


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
