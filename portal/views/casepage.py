"""One case on one page: its file, price, lots, money and plan, and every act in order."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from auction.services import reading
from audit import services as audit
from cases import services as cases
from kernel import clock
from kernel.access import STAFF, access, may_open, signed_in
from kernel.database import db
from kernel.languages import say
from ledger import services as ledger
from portal.services.desks import doers_of, is_late
from portal.views.context import work_items
from portal.views.desk import doer
from settlement import services as settlement
from valuation import services as valuation

pages = Blueprint("casepage", __name__, url_prefix="/desk/cases")


@pages.get("/<case_id>")
@access(*STAFF)
def case(case_id: str) -> ResponseReturnValue:
    """The whole case for staff of its court."""
    session, now = db.session(), clock.now()
    found = cases.case_file(session, case_id)
    cases.may_read(signed_in(), found)
    items = [item for item in work_items() if item.case_id == case_id]
    names = doers_of(session, items)
    lots = reading.lots_of_case(session, case_id)
    things = ({f"property:{one.id}": one.title for one in found.properties}
              | {f"party:{one.id}": one.name for one in found.parties}
              | {f"lot:{lot.id}/{sale.number}": lot.title for lot in lots for sale in lot.sales})
    return render_template(
        "portal/case.html", case=found, now=now, mine=signed_in().id == found.officer_id,
        reads_plans=signed_in().may_act_as(*settlement.READERS), settings=current_app.extensions["settings"],
        steps=[{"title": say(item.title, item.details), "url": item.url if may_open(item.url) else "",
                "due_at": item.due_at,
                "rule": item.rule, "is_awaited": bool(doer(item, names)), "is_late": is_late(item, now),
                "who": doer(item, names)} for item in items],
        valuations=valuation.valuations_of_case(session, case_id),
        prices={price.property_id: price for price in valuation.prices_of_case(session, case_id)},
        lots=lots, plans=settlement.plans_of(session, case_id),
        balance_fen=ledger.case_balance(session, case_id),
        account_number=ledger.case_account_number(case_id),
        leaves=audit.leaves_of_case(session, case_id),
        things=things)
