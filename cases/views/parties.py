"""Pages of the parties: entering, correcting, linking an account, reading a sealed number."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cases import services
from cases.models import Case, Party
from cases.rules.numbers import PartyFacts
from cases.rules.words import IdentityReason, IdKind, PartyKind, PartyRole
from cases.schemas import IdentityIn, LinkIn, PartyIn
from cases.views.blueprint import back, choices, handled_case, pages, within
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.transactions import unit_of_work


def _form_page(case: Case, party: Party | None, form: Form) -> ResponseReturnValue:
    return render_template("cases/party_form.html", form=form, case=case, party=party,
                           roles=choices(PartyRole), kinds=choices(PartyKind),
                           id_kinds=choices(IdKind)), form.status


def _party(case: Case, party_id: str) -> Party:
    party = services.get_party(db.session(), party_id)
    within(case, party.case_id)
    return party


@pages.route("/<case_id>/parties/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def add_party(case_id: str) -> ResponseReturnValue:
    """Enter a party."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"role": request.args.get("role", "")})
    if request.method == "POST":
        with form.attempt():
            data = form.load(PartyIn())
            with unit_of_work() as work:
                services.add_party(work.session, case_id=case_id, role=data.pop("role"),
                                   facts=PartyFacts(**data), actor=signed_in(), now=clock.now())
            return back(case_id, "parties", N_("当事人已登记。"))
    return _form_page(case, None, form)


@pages.route("/<case_id>/parties/<party_id>/edit", methods=["GET", "POST"])
@access(Role.OFFICER)
def edit_party(case_id: str, party_id: str) -> ResponseReturnValue:
    """Correct a party; without a new number the sealed one stays."""
    case = handled_case(case_id)
    party = _party(case, party_id)
    form = Form(request.form) if request.method == "POST" else Form(initial={
        name: getattr(party, name) for name in ("role", "kind", "name", "address", "phone")})
    if request.method == "POST":
        with form.attempt():
            data = form.load(PartyIn())
            with unit_of_work() as work:
                services.amend_party(work.session, party_id=party_id, role=data.pop("role"),
                                     facts=PartyFacts(**data), actor=signed_in(), now=clock.now())
            return back(case_id, "parties", N_("已保存。"))
    return _form_page(case, party, form)


@pages.route("/<case_id>/parties/<party_id>/account", methods=["GET", "POST"])
@access(Role.OFFICER)
def link_party(case_id: str, party_id: str) -> ResponseReturnValue:
    """Say which account is this party's."""
    case = handled_case(case_id)
    party = _party(case, party_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            data = form.load(LinkIn())
            with unit_of_work() as work:
                services.link_party(work.session, party_id=party_id, login=data["login"],
                                    actor=signed_in(), now=clock.now())
            return back(case_id, "parties", N_("账户已关联。"))
    return render_template("cases/link_form.html", form=form, case=case, party=party), form.status


@pages.route("/<case_id>/parties/<party_id>/identity", methods=["GET", "POST"])
@access(Role.OFFICER)
def read_identity(case_id: str, party_id: str) -> ResponseReturnValue:
    """Show the sealed identity number once, for a reason that goes into the log."""
    case = handled_case(case_id)
    party = _party(case, party_id)
    form = Form(request.form) if request.method == "POST" else Form()
    number = ""
    if request.method == "POST":
        with form.attempt():
            data = form.load(IdentityIn())
            with unit_of_work() as work:
                number = services.identity_of_party(work.session, party_id, reason=data["reason"],
                                                    actor=signed_in(), now=clock.now())
    return render_template("cases/identity.html", form=form, case=case, party=party, number=number,
                           reasons=choices(IdentityReason)), form.status
