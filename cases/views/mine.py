"""A party's own cases: what was served on them, their claims, how far the property is."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services
from kernel.access import access, signed_in
from kernel.database import db
from kernel.languages import say

pages = Blueprint("my_cases", __name__, url_prefix="/my/cases")


@pages.get("")
@access()
def index() -> ResponseReturnValue:
    """The cases in which the reader's account is a party."""
    person_id = signed_in().id
    cases = services.cases_of_person(db.session(), person_id)
    own = {case.id: [party for party in case.parties if party.person_id == person_id]
           for case in cases}
    return render_template("cases/my_list.html", cases=cases, own=own)


@pages.get("/<case_id>")
@access()
def show(case_id: str) -> ResponseReturnValue:
    """One case as its party sees it; unknown to everyone else."""
    session, person_id = db.session(), signed_in().id
    mine = services.own_case(session, case_id, person_id)
    court = accounts.get_court(session, mine.case.court_id)
    names = accounts.names_of(session, {mine.case.officer_id})
    return render_template("cases/my_case.html", mine=mine, case=mine.case, court=court,
                           roles=[say(party.role.word) for party in mine.parties],
                           officer=names.get(mine.case.officer_id, ""))
