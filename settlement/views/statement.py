"""The account of one case: what every account holds, and each transfer with its lines.

The books are the ledger's; it knows the owners of accounts only by id. What a claim or a cost is,
this floor can say.
"""

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from accounts import services as accounts
from cases import services as cases
from kernel.access import SYSTEM, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.languages import say
from ledger import services as ledger
from settlement import services

pages = Blueprint("statement", __name__, url_prefix="/desk/money/cases")


@pages.get("/<case_id>")
@access(*services.READERS)
def show(case_id: str) -> ResponseReturnValue:
    """The statement, for staff of the court."""
    session = db.session()
    case = cases.get_case(session, case_id)
    cases.may_read(signed_in(), case)
    entries = ledger.entries_of_case(session, case_id)
    people = {entry.booked_by.removeprefix("person:") for entry in entries}
    owners = {claim.id: claim.party.name for claim in cases.claims_of(session, case_id)}
    owners |= {cost_id: _cost(word, text)
               for cost_id, (word, text) in services.cost_words(session, case_id).items()}
    return render_template(
        "settlement/statement.html", case=case, number=ledger.case_account_number(case_id),
        money_fen=ledger.case_balance(session, case_id), entries=entries,
        balances=ledger.balances_of_case(session, case_id),
        names=accounts.names_of(session, people) | {SYSTEM.id: say(SYSTEM.name)},
        owner=lambda owner: _owner(owner, owners),
        faults=[say(fault) for fault in ledger.check_books(session, case.court_id)])


def _cost(word: str, text: str) -> str:
    kind = say(word)
    return f"{kind} · {text}" if text and text != kind else kind


def _owner(owner: str, owners: Mapping[str, str]) -> Markup:
    """Whose account it is, in words."""
    item = owner.removesuffix("/finder")
    if item in owners:
        return escape(owners[item])
    if owner.startswith("lot:"):
        lot_id = owner.removeprefix("lot:").partition("/")[0]
        return Markup('<a href="/lots/{}">{}</a>').format(lot_id, say(N_("看标的")))
    if owner == "debtor":
        return escape(say(N_("被执行人")))
    return Markup('<span class="mono">{}</span>').format(owner)
