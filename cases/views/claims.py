"""Pages of the claims: filing, correcting, checking."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cases import services
from cases.models import Case, Claim
from cases.rules.claims import NO_CREDITORS
from cases.rules.words import ClaimClass
from cases.schemas import ClaimIn, claim_facts
from cases.views.blueprint import back, choices, handled_case, pages, within
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.transactions import unit_of_work

_SEIZED = "seized_at."


def _load(form: Form) -> dict[str, Any]:
    """Read the form, in which each property has a box of its own for the time of seizure."""
    seized = {name.removeprefix(_SEIZED): at for name, at in form.values.items()
              if name.startswith(_SEIZED) and at}
    whole = Form({**form.values, "seized_at": seized})
    return whole.load(ClaimIn())


def _form_page(case: Case, claim: Claim | None, form: Form) -> ResponseReturnValue:
    creditors = [(party.id, party.name) for party in case.parties
                 if party.role not in NO_CREDITORS]
    return render_template("cases/claim_form.html", form=form, case=case, claim=claim,
                           classes=choices(ClaimClass), creditors=creditors,
                           properties=[(found.id, found.title) for found in case.properties],
                           ), form.status


def _claim(case: Case, claim_id: str) -> Claim:
    claim = services.get_claim(db.session(), claim_id)
    within(case, claim.case_id)
    return claim


@pages.route("/<case_id>/claims/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def file_claim(case_id: str) -> ResponseReturnValue:
    """Enter a claim as it was filed."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"filed_at": clock.now(), "party_id": request.args.get("party", "")})
    if request.method == "POST":
        with form.attempt():
            facts = claim_facts(_load(form), clock.now())
            with unit_of_work() as work:
                services.file_claim(work.session, case_id=case_id, facts=facts, actor=signed_in(),
                                    now=clock.now())
            return back(case_id, "claims", N_("债权已登记，等待核对。"))
    return _form_page(case, None, form)


@pages.route("/<case_id>/claims/<claim_id>/edit", methods=["GET", "POST"])
@access(Role.OFFICER)
def edit_claim(case_id: str, claim_id: str) -> ResponseReturnValue:
    """Correct a claim; it has to be checked again."""
    case = handled_case(case_id)
    claim = _claim(case, claim_id)
    form = Form(request.form) if request.method == "POST" else Form(initial=_initial(claim))
    if request.method == "POST":
        with form.attempt():
            facts = claim_facts(_load(form), claim.filed_at)
            with unit_of_work() as work:
                services.amend_claim(work.session, claim_id, facts, actor=signed_in(),
                                     now=clock.now())
            return back(case_id, "claims", N_("债权已更正，须重新核对。"))
    return _form_page(case, claim, form)


def _initial(claim: Claim) -> dict[str, Any]:
    shown = {field.data_key or name: getattr(claim, name)
             for name, field in ClaimIn().fields.items() if name != "seized_at"}
    return shown | {_SEIZED + asset: at for asset, at in claim.seized_at.items()}


@pages.post("/<case_id>/claims/<claim_id>/check")
@access(Role.OFFICER)
def check_claim(case_id: str, claim_id: str) -> ResponseReturnValue:
    """State that the claim stands as entered."""
    _claim(handled_case(case_id), claim_id)
    with unit_of_work() as work:
        services.check_claim(work.session, claim_id, actor=signed_in(), now=clock.now())
    return back(case_id, "claims", N_("债权已核对。"))
