"""A served plan for everybody: sums by step, nobody's name (PLAN-09)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from kernel.access import public
from kernel.database import db
from settlement import services
from settlement.views.plans import LIGHTS

pages = Blueprint("public_plans", __name__, url_prefix="/plans")


@pages.get("/<plan_id>")
@public
def show(plan_id: str) -> ResponseReturnValue:
    """Where the proceeds went, step by step."""
    plan = services.public_plan(db.session(), plan_id)
    return render_template(
        "settlement/public_plan.html", plan=plan, steps=services.steps_of(plan), lights=LIGHTS,
        court=accounts.get_court(db.session(), plan.court_id),
        commitment=services.commitment_of(plan), same=services.recomputed(plan))
