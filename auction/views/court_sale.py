"""A lot from its announcement to the hand-over, as the court sees and brings it on its way.

While the sale runs nobody here sees who is behind a code or who has paid a deposit (AUC-18.3):
these pages do not ask for registrations at all.
"""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from auction.live.updates import promise_standing
from auction.models import Lot, Sale
from auction.rules import schedule
from auction.rules.lifecycle import AFTER_SALE, SEALED, LotState, Step, allowed_steps
from auction.schemas import (
    SUSPENSION_GROUNDS,
    WITHDRAWAL_GROUNDS,
    CauseEndedIn,
    HandOverIn,
    RulingServiceIn,
    SuspendIn,
    WithdrawIn,
)
from auction.services import closing, delivery, holding
from auction.services.handling import law_of
from auction.services.reading import codes_that_bid, end_in_force
from auction.views.court_blueprint import (
    PAPERS,
    back,
    choices,
    handled_lot,
    kept_paper,
    may_handle,
    pages,
    taken_paper,
)
from auction.views.court_priority import rights_shown
from auction.views.court_steps import steps_of
from auction.views.words import ground, round_name, shown_state, stated
from cases import services as cases
from cases.rules.words import DocumentKind, ServiceWay
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.transactions import unit_of_work


def sale_page(lot: Lot) -> ResponseReturnValue:
    """How the sale stands, its lawful course, and what the officer in charge may do now."""
    session, sale, now = db.session(), lot.sale, clock.now()
    handles = may_handle(lot)
    stop = next((one for one in sale.suspensions if one.to_at is None), None)
    return render_template(
        "auction/court/sale.html", lot=lot, sale=sale, may_handle=handles,
        steps=steps_of(session, sale, now, handles=handles), state=shown_state(sale, now),
        round=round_name(sale), is_sealed=sale.state in SEALED, is_sold=sale.state in AFTER_SALE,
        closes_at=end_in_force(sale), codes=codes_that_bid(session, sale), stop=stop,
        rights=rights_shown(sale),
        stop_ground=ground(stop.ground) if stop else "", stop_reason=stated(stop.reason) if stop else "",
        asked_at=holding.asked_at(session, sale), acts=_acts(sale) if handles else [],
        resume_by_on=schedule.resume_due_on(stop.cause_ended_on, law_of(session, sale))
        if stop and stop.cause_ended_on else None,
        ruling_by_on=delivery.ruling_due_on(sale), handover_by_on=delivery.handover_due_on(sale),
        case_number=cases.numbers_of(session, {lot.case_id or ""}).get(lot.case_id or "", ""))


def _acts(sale: Sale) -> list[dict[str, str]]:
    """What may be done beside the next step: stopping the sale, or giving it up."""
    steps = allowed_steps(LotState(sale.state))
    base = f"/desk/lots/{sale.lot_id}"
    acts = []
    if Step.SUSPEND in steps:
        acts.append({"url": f"{base}/suspend", "label": _("暂停拍卖"), "icon": "pause"})
    if Step.WITHDRAW in steps:
        acts.append({"url": f"{base}/withdraw", "label": _("撤回拍卖"), "icon": "undo"})
    if Step.TERMINATE in steps:
        acts.append({"url": f"{base}/withdraw", "label": _("终结拍卖"), "icon": "undo"})
    return acts


def _act_page(lot: Lot, form: Form, act: str, **more: Any) -> ResponseReturnValue:
    return render_template("auction/court/act_form.html", form=form, lot=lot, sale=lot.sale, act=act,
                           accept=PAPERS, **more), form.status


@pages.route("/<lot_id>/suspend", methods=["GET", "POST"])
@access(Role.OFFICER)
def suspend(lot_id: str) -> ResponseReturnValue:
    """Stop a running sale, with the ground that everybody will read (AUC-28)."""
    lot = handled_lot(lot_id)
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            data = form.load(SuspendIn())
            stored = taken_paper(lot, "paper")
            with unit_of_work() as work:
                kept_paper(work, lot, stored, kind=DocumentKind.NOTICE, title="暂缓、中止拍卖文书")
                closing.suspend(work.session, lot_id, ground=data["ground"], reason=data["reason"],
                                document_sha256=stored.sha256 if stored else None,
                                actor=signed_in(), now=clock.now())
                promise_standing(work, lot_id)
            return back(lot_id, N_("拍卖已暂停，理由已在公开页面公布。"))
    return _act_page(lot, form, "suspend", grounds=[(word, ground(word)) for word in SUSPENSION_GROUNDS])


@pages.route("/<lot_id>/cause-ended", methods=["GET", "POST"])
@access(Role.OFFICER)
def cause_ended(lot_id: str) -> ResponseReturnValue:
    """Record the day on which the cause of the suspension was gone."""
    lot = handled_lot(lot_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"ended_on": beijing_day(clock.now())})
    if request.method == "POST":
        with form.attempt():
            data = form.load(CauseEndedIn())
            with unit_of_work() as work:
                closing.note_cause_ended(work.session, lot_id, ended_on=data["ended_on"],
                                         actor=signed_in(), now=clock.now())
            return back(lot_id, N_("已记录，恢复拍卖的期限开始计算。"))
    return _act_page(lot, form, "cause_ended", resume_days=law_of(
        db.session(), lot.sale).days("after.resume_within_days"))


@pages.post("/<lot_id>/resume")
@access(Role.OFFICER)
def resume(lot_id: str) -> ResponseReturnValue:
    """Let the sale go on with the time that was left, or propose it after a fault of the platform."""
    handled_lot(lot_id)
    with unit_of_work() as work:
        ends_at = closing.resume(work.session, lot_id, actor=signed_in(), now=clock.now())
        if ends_at is not None:
            promise_standing(work, lot_id)
    if ends_at is None:
        return back(lot_id, N_("已提请恢复，须一位法官同意后恢复。"))
    return back(lot_id, N_("拍卖已恢复，剩余的竞价时间接着计算。"))


@pages.route("/<lot_id>/withdraw", methods=["GET", "POST"])
@access(Role.OFFICER)
def withdraw(lot_id: str) -> ResponseReturnValue:
    """Take the lot back, or end a suspended sale for good; the deposits go back."""
    lot = handled_lot(lot_id)
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            data = form.load(WithdrawIn())
            with unit_of_work() as work:
                sale = closing.withdraw(work.session, lot_id, ground=data["ground"],
                                        reason=data["reason"], actor=signed_in(), now=clock.now())
                if sale.published_at is not None:
                    promise_standing(work, lot_id)
            return back(lot_id, N_("标的物已撤回，已收的保证金全部解除。"))
    return _act_page(lot, form, "terminate" if lot.sale.state == LotState.SUSPENDED else "withdraw",
                     grounds=[(word, ground(word)) for word in WITHDRAWAL_GROUNDS])


@pages.route("/<lot_id>/ruling", methods=["GET", "POST"])
@access(Role.OFFICER)
def ruling(lot_id: str) -> ResponseReturnValue:
    """Make the ruling of the sale: the paper is uploaded and entered in the case (AUC-25.3)."""
    lot = handled_lot(lot_id)
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            stored = taken_paper(lot, "paper")
            if stored is None:
                raise InvalidInput({"paper": N_("请上传成交裁定书。")})
            with unit_of_work() as work:
                document_id = kept_paper(work, lot, stored, kind=DocumentKind.SALE_RULING,
                                         title="拍卖成交裁定书")
                delivery.issue_ruling(work.session, lot_id, document_id=document_id or "",
                                      actor=signed_in(), now=clock.now())
            return back(lot_id, N_("成交裁定已作出，接下来送达买受人。"))
    return _act_page(lot, form, "ruling", delivery=lot.sale.delivery)


@pages.route("/<lot_id>/ruling-service", methods=["GET", "POST"])
@access(Role.OFFICER)
def ruling_service(lot_id: str) -> ResponseReturnValue:
    """Record that the ruling reached the buyer: title passes (AUC-22.2)."""
    lot = handled_lot(lot_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"served_at": clock.now()})
    if request.method == "POST":
        with form.attempt():
            data = form.load(RulingServiceIn())
            stored = taken_paper(lot, "proof")
            with unit_of_work() as work:
                proof = kept_paper(work, lot, stored, kind=DocumentKind.SERVICE_PROOF,
                                   title="成交裁定送达回证")
                delivery.serve_ruling(
                    work.session, lot_id, way=ServiceWay(data["way"]), served_at=data["served_at"],
                    proof_document_id=proof, actor=signed_in(), now=clock.now())
            return back(lot_id, N_("送达已记录，所有权自送达时起转移。"))
    return _act_page(lot, form, "ruling_service", delivery=lot.sale.delivery,
                     ways=choices(sorted(delivery.RULING_WAYS)))


@pages.route("/<lot_id>/hand-over", methods=["GET", "POST"])
@access(Role.OFFICER)
def hand_over(lot_id: str) -> ResponseReturnValue:
    """Record that the buyer has the property."""
    lot = handled_lot(lot_id)
    form = Form(request.form)
    if request.method == "POST":
        with form.attempt():
            data = form.load(HandOverIn())
            stored = taken_paper(lot, "paper")
            with unit_of_work() as work:
                kept_paper(work, lot, stored, kind=DocumentKind.HANDOVER_RECORD, title="财产交付笔录")
                delivery.hand_over(work.session, lot_id, note=data["note"], actor=signed_in(),
                                   now=clock.now())
            return back(lot_id, N_("财产已交付。"))
    return _act_page(lot, form, "hand_over", delivery=lot.sale.delivery)

