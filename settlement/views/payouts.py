"""Payouts: prepared, approved and executed by three different people (FUND-01)."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services as cases
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import explain, say
from kernel.transactions import unit_of_work
from settlement import services
from settlement.models import PayoutOrder
from settlement.rules.payouts import Act
from settlement.schemas import ActIn, ExecuteIn

pages = Blueprint("payouts", __name__, url_prefix="/desk/payouts")


@pages.get("")
@access(Role.FINANCE, Role.AUDITOR)
def index() -> ResponseReturnValue:
    """Every payout of the court: what is due, who did which step, whose turn it is."""
    session, court_id = db.session(), signed_in().court_id or ""
    orders = services.payouts_of_court(session, court_id)
    rows = shown(orders)
    return render_template(
        "settlement/payouts.html", rows=rows, acts=Act, may_act=signed_in().may_act_as(Role.FINANCE),
        open_fen=sum(row["order"].amount_fen for row in rows if row["act"] is not None),
        paid_fen=sum(row["order"].amount_fen for row in rows if row["act"] is None),
        due=[row for row in rows if row["may"]])


def shown(orders: Sequence[PayoutOrder]) -> list[dict[str, Any]]:
    """Payouts with their steps, people and the reason why a button is off."""
    session, actor = db.session(), signed_in()
    names = accounts.names_of(session, {person for order in orders
                                        for person in services.done_by(order).values()})
    numbers = cases.numbers_of(session, {order.case_id for order in orders})
    due = {order.plan_id: services.due_on(session, order.plan) for order in orders}
    texts = {case_id: services.cost_texts(session, case_id)
             for case_id in {order.case_id for order in orders}}
    rows = []
    for order in orders:
        act, hindrance = services.next_act(order), services.hindrance(session, order, actor)
        may_act = actor.may_act_as(Role.FINANCE)
        rows.append({
            "order": order, "act": act, "number": numbers[order.case_id],
            "payee": order.payee or texts[order.case_id].get(order.item, ""),
            "due_on": due[order.plan_id], "steps": _steps(order, act, names),
            "may": act is not None and may_act and hindrance is None,
            "why_not": explain(hindrance) if hindrance and may_act else "",
            "rule": hindrance.rule if hindrance else ""})
    return rows


def _steps(order: PayoutOrder, due: Act | None, names: dict[str, str]) -> list[dict[str, Any]]:
    done = services.done_by(order)
    times = {Act.PREPARE: order.prepared_at, Act.APPROVE: order.approved_at,
             Act.EXECUTE: order.executed_at}
    return [{"name": names.get(done[act], "") if act in done else say(N_("待定")),
             "role": say(act.word), "at": times[act], "word": "",
             "state": "done" if act in done else "now" if act is due else "later"} for act in Act]


@pages.route("/<payout_id>", methods=["GET", "POST"])
@access(Role.FINANCE)
def show(payout_id: str) -> ResponseReturnValue:
    """One payout and its next step."""
    services.get_payout(db.session(), payout_id, actor=signed_in())
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            act: Act = form.load(ActIn())["act"]
            take_step(payout_id, act, form)
            flash(say(N_("已记录：%(act)s。"), {"act": say(act.word)}))
            return redirect(url_for("payouts.index"))
    row = shown([services.get_payout(db.session(), payout_id, actor=signed_in())])[0]
    return render_template("settlement/payout.html", row=row, form=form, acts=Act), form.status


def take_step(payout_id: str, act: Act, form: Form) -> None:
    """Do one step; the bank's line belongs to the last."""
    data = form.load(ExecuteIn()) if act is Act.EXECUTE else {}
    with unit_of_work() as work:
        if act is Act.PREPARE:
            services.prepare_payout(work.session, payout_id, actor=signed_in(), now=clock.now())
        elif act is Act.APPROVE:
            services.approve_payout(work.session, payout_id, actor=signed_in(), now=clock.now())
        else:
            services.execute_payout(work.session, payout_id, **data, actor=signed_in(),
                                    now=clock.now())
