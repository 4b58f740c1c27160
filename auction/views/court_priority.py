"""The court's page on the priority rights in a sale: put before the panel, and how each stands (AUC-19).

It asks for no registration: whether a holder bids stays hidden from the court (AUC-18.3).
"""

from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from auction.errors import NoSuchLot
from auction.models import Lot, PriorityRight, Sale
from auction.rules.lifecycle import LotState
from auction.rules.priority import HOLDERS, KNOWN_BY, MOST_RANK, STATE_WORDS, RightState, takes_rights
from auction.schemas import RightIn
from auction.services import priority
from auction.services.priority import PRIORITY_ACT, Proposal
from auction.services.reading import end_in_force
from auction.views.court_blueprint import (
    PAPERS,
    back,
    handled_lot,
    kept_paper,
    may_handle,
    pages,
    papers_of,
    read_lot,
    taken_paper,
)
from cases import services as cases
from cases.rules.words import DocumentKind
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.languages import say
from kernel.transactions import unit_of_work

_LIGHTS: Final = {RightState.PENDING: "wait", RightState.CONFIRMED: "done",
                  RightState.REFUSED: "block", RightState.LAPSED: "none"}


@pages.get("/<lot_id>/priority")
@access(*STAFF)
def priority_rights(lot_id: str) -> ResponseReturnValue:
    """Whose rights are confirmed, in which order, and what lies before the panel."""
    return _page(_sold_by_law(read_lot(lot_id)), Form(initial={"rank": 1}))


@pages.post("/<lot_id>/priority")
@access(Role.OFFICER)
def propose_right(lot_id: str) -> ResponseReturnValue:
    """Put somebody's right before the panel."""
    lot = _sold_by_law(handled_lot(lot_id))
    form = Form(request.form)
    with form.attempt():
        data = form.load(RightIn())
        stored = taken_paper(lot, "paper")
        if stored is None and data["document_id"] is None:
            raise InvalidInput({"document_id": N_("请选择案卷里的证据，或者上传一份。")}, rule="AUC-19.1")
        with unit_of_work() as work:
            kept = kept_paper(work, lot, stored, kind=DocumentKind.PROPERTY_PROOF, title="优先购买权的证据")
            priority.propose_right(
                work.session, lot_id, Proposal(data["party_id"], data["rank"], data["basis"],
                                               kept or data["document_id"]),
                actor=signed_in(), now=clock.now())
        return back(f"{lot_id}/priority", N_("已提请合议庭，三名成员分别表决。"))
    return _page(read_lot(lot_id), form)


def _sold_by_law(lot: Lot) -> Lot:
    """The lot itself; an exercise sells nothing, so that nobody has a right in it."""
    if lot.case_id is None:
        raise NoSuchLot(lot_id=lot.id)
    return lot


def _page(lot: Lot, form: Form) -> ResponseReturnValue:
    sale, now = lot.sale, clock.now()
    case_id = lot.case_id or ""
    holders = [one for one in cases.parties_of(db.session(), case_id) if one.role in HOLDERS]
    return render_template(
        "auction/court/priority.html", form=form, lot=lot, sale=sale, rights=rights_shown(sale),
        may_handle=may_handle(lot), accept=PAPERS, most=MOST_RANK, papers=papers_of(lot),
        is_open=takes_rights(LotState(sale.state), now, end_in_force(sale)),
        holders=[(one.id, _("，").join((one.name, say(one.role.word)))) for one in holders],
        unknown=[one for one in holders if one.id_kind not in KNOWN_BY],
        case_number=cases.numbers_of(db.session(), {case_id}).get(case_id, "")), form.status


def rights_shown(sale: Sale) -> list[dict[str, Any]]:
    """The rights in a sale as the desk lists them, those in force and those that wait first."""
    found = priority.rights_of(db.session(), sale)
    living = (RightState.CONFIRMED, RightState.PENDING)
    return [_shown(sale, one) for one in sorted(found, key=lambda one: one.state not in living)]


def _shown(sale: Sale, right: PriorityRight) -> dict[str, Any]:
    session = db.session()
    party, paper = cases.get_party(session, right.party_id), cases.get_document(session, right.document_id)
    approval = accounts.approval_for(session, subject=right.subject, act=PRIORITY_ACT)
    waits = right.state is RightState.PENDING
    return {
        "name": party.name, "number": party.id_masked, "role": say(right.role.word),
        "rank": right.rank, "basis": right.basis, "paper": {"title": paper.title, "url": paper.url},
        "is_living": right.state in (RightState.CONFIRMED, RightState.PENDING),
        "state": _LIGHTS[right.state], "word": say(STATE_WORDS[right.state]), "waits": waits,
        "note": _("第 %(rank)s 顺序", rank=right.rank),
        "at": right.decided_at or right.proposed_at, "approval_id": approval.id if approval else "",
        "votes": _("%(n)s / %(all)s 人同意", n=len(approval.approver_ids), all=approval.needed)
        if approval is not None and waits else "",
        "reason": next((word.reason for word in approval.decisions if not word.approve), "")
        if approval is not None and right.state is RightState.REFUSED else "",
        "digest": priority.digest_of(session, sale, right)}
