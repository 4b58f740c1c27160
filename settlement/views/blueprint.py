"""What the pages of an officer's plans share."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from cases import services as cases
from cases.services import Case
from kernel.access import Role, signed_in
from kernel.database import db
from settlement import services
from settlement.models import DistributionPlan

pages = Blueprint("plans", __name__, url_prefix="/desk/plans")


def read_case(case_id: str) -> Case:
    """The case, for staff of its court."""
    case = cases.case_file(db.session(), case_id)
    cases.may_read(signed_in(), case)
    return case


def handled_case(case_id: str) -> Case:
    """The case, for its officer in charge."""
    case = cases.case_file(db.session(), case_id)
    cases.may_handle(signed_in(), case)
    return case


def read_plan(plan_id: str) -> DistributionPlan:
    """The plan, for staff of its court."""
    return services.plan_for_staff(db.session(), plan_id, actor=signed_in())


def is_in_charge(case: Case) -> bool:
    """Whether the reader is the officer in charge."""
    actor = signed_in()
    return actor.id == case.officer_id and actor.may_act_as(Role.OFFICER)


FILES = {"claims": "claims-v1", "plan": "plan-v1", "opening": "opening"}


def file_of(plan: DistributionPlan, name: str) -> Response:
    """One of a plan's files, as the verifier and ``flask settlement compute`` read it."""
    values: Mapping[str, Any] = {"claims": plan.claims, "plan": plan.result,
                                 "opening": services.opening_of(plan)}
    text = json.dumps(values[name], ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    answer = Response(text, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{plan.id}-{FILES[name]}.json"')
    return answer
