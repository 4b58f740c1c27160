"""A party's own cases, for programs."""

from typing import Any

from cases import services
from cases.schemas import MyCaseOut, MyCasesOut
from kernel.access import access, signed_in
from kernel.database import db
from kernel.http import ApiBlueprint

api = ApiBlueprint("my-cases-api", __name__, url_prefix="/my/cases",
                   description="The cases in which one is a party")


@api.get("")
@api.response(200, MyCasesOut)
@access()
def list_mine() -> dict[str, Any]:
    """The cases in which the reader's account is a party, newest first."""
    return {"cases": services.cases_of_person(db.session(), signed_in().id)}


@api.get("/<case_id>")
@api.response(200, MyCaseOut)
@access()
def get_mine(case_id: str) -> dict[str, Any]:
    """One case: own roles and claims, and what was served on oneself."""
    mine = services.own_case(db.session(), case_id, signed_in().id)
    return {"id": mine.case.id, "number": mine.case.number, "cause": mine.case.cause,
            "roles": [party.role for party in mine.parties], "claims": mine.claims,
            "services": mine.services}
