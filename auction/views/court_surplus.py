"""The form about one applicant of a sale that would leave nothing: told, then insisting (GEN-6)."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from auction.errors import NoSuchLot
from auction.models import Lot
from auction.schemas import InsistedOnIn, SurplusNoticeIn
from auction.services import stops
from auction.services.handling import law_of
from auction.services.stops import Applicant
from auction.views.court_blueprint import PAPERS, back, choices, handled_lot, kept_paper, pages, taken_paper
from cases.rules.words import DocumentKind, ServiceWay
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.transactions import unit_of_work


@pages.route("/<lot_id>/surplus/<party_id>", methods=["GET", "POST"])
@access(Role.OFFICER)
def surplus(lot_id: str, party_id: str) -> ResponseReturnValue:
    """Record that the applicant was told; afterwards, that it applies for the auction to go on."""
    lot = handled_lot(lot_id)
    found = stops.surplus_of(db.session(), lot.sale)
    one = next((one for one in found.applicants if one.party_id == party_id), None)
    if one is None:
        raise NoSuchLot(lot_id=lot_id)
    today = beijing_day(clock.now())
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"served_at": clock.now(), "insisted_on": today})
    form.values["party_id"] = party_id
    if request.method == "POST":
        with form.attempt():
            said = _tell(lot, one, form) if one.notice is None else _insist(lot, one, form)
            return back(lot_id, said, "surplus")
    return render_template(
        "auction/court/surplus_form.html", form=form, lot=lot, one=one, found=found, accept=PAPERS,
        ways=choices(way for way in ServiceWay if way is not ServiceWay.WAIVED), today=today,
        days=law_of(db.session(), lot.sale).days("no_surplus_reply_days")), form.status


def _tell(lot: Lot, one: Applicant, form: Form) -> str:
    data = form.load(SurplusNoticeIn())
    stored = taken_paper(lot, "proof")
    with unit_of_work() as work:
        proof = kept_paper(work, lot, stored, title=f"无剩余可能通知：{one.name}",
                           kind=DocumentKind.SERVICE_PROOF)
        stops.tell_applicant(
            work.session, lot.id, party_id=one.party_id, way=ServiceWay(data["way"]),
            served_at=data["served_at"], proof_document_id=proof, actor=signed_in(), now=clock.now())
    return N_("通知已记录。")


def _insist(lot: Lot, one: Applicant, form: Form) -> str:
    data = form.load(InsistedOnIn())
    stored = taken_paper(lot, "paper")
    if stored is None:
        raise InvalidInput({"paper": N_("请上传申请执行人继续拍卖的申请书。")}, rule="GEN-6")
    with unit_of_work() as work:
        paper = kept_paper(work, lot, stored, title=f"继续拍卖申请：{one.name}",
                           kind=DocumentKind.APPLICATION)
        stops.note_insistence(
            work.session, lot.id, party_id=one.party_id, insisted_on=data["insisted_on"],
            document_id=paper or "", actor=signed_in(), now=clock.now())
    return N_("申请已记录。起拍价须重新确定，大于优先债权与执行费用之和。")
