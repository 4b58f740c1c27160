"""Payouts for programs: the three steps of three people."""

from collections.abc import Sequence
from typing import Any

from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work
from settlement import services
from settlement.models import PayoutOrder
from settlement.schemas import ExecuteIn, PayoutOut

api = ApiBlueprint("payouts-api", __name__, url_prefix="/payouts",
                   description="Payouts of plans in force")


@api.get("")
@api.response(200, PayoutOut(many=True))
@access(Role.FINANCE, Role.AUDITOR)
def list_payouts() -> Sequence[PayoutOrder]:
    """The payouts of the court, open ones first."""
    return services.payouts_of_court(db.session(), signed_in().court_id or "")


@api.post("/<payout_id>/prepare")
@api.response(200, PayoutOut)
@access(Role.FINANCE)
def prepare(payout_id: str) -> PayoutOrder:
    """Prepare a payout."""
    with unit_of_work() as work:
        return services.prepare_payout(work.session, payout_id, actor=signed_in(), now=clock.now())


@api.post("/<payout_id>/approve")
@api.response(200, PayoutOut)
@access(Role.FINANCE)
def approve(payout_id: str) -> PayoutOrder:
    """Approve a payout that somebody else prepared."""
    with unit_of_work() as work:
        return services.approve_payout(work.session, payout_id, actor=signed_in(), now=clock.now())


@api.post("/<payout_id>/execute")
@api.arguments(ExecuteIn)
@api.response(200, PayoutOut)
@access(Role.FINANCE)
def execute(data: dict[str, Any], payout_id: str) -> PayoutOrder:
    """Book that the bank has paid what two others prepared and approved."""
    with unit_of_work() as work:
        return services.execute_payout(work.session, payout_id, **data, actor=signed_in(),
                                       now=clock.now())
