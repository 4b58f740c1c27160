"""Cases, their parties and their claims, for programs."""

from typing import Any

from cases import services
from cases.api.blueprint import api, read_case
from cases.models import Case, Claim, Party
from cases.rules.numbers import PartyFacts
from cases.rules.registration import CaseFacts
from cases.schemas import (
    AssignIn,
    CaseIn,
    CaseLineOut,
    CaseOut,
    CasesOut,
    ClaimIn,
    ClaimOut,
    IdentityIn,
    IdentityOut,
    LinkIn,
    ListIn,
    PartyIn,
    PartyOut,
    claim_facts,
)
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.transactions import unit_of_work


@api.get("")
@api.arguments(ListIn, location="query")
@api.response(200, CasesOut)
@access(*STAFF)
def list_cases(wanted: dict[str, Any]) -> services.CasePage:
    """The cases of the court, newest first, thirty a page."""
    actor = signed_in()
    return services.cases_of_court(
        db.session(), actor.court_id or "", query=wanted["q"], page=wanted["page"],
        officer_id=actor.id if wanted["mine"] else None)


@api.post("")
@api.arguments(CaseIn)
@api.response(201, CaseLineOut)
@access(Role.OFFICER)
def register_case(data: dict[str, Any]) -> Case:
    """Register a case; it is assigned to the officer who registers it."""
    with unit_of_work() as work:
        return services.register_case(work.session, CaseFacts(**data), actor=signed_in(),
                                      now=clock.now())


@api.get("/<case_id>")
@api.response(200, CaseOut)
@access(*STAFF)
def get_case(case_id: str) -> Case:
    """The file of a case; claims in the order of filing."""
    return read_case(case_id)


@api.put("/<case_id>")
@api.arguments(CaseIn)
@api.response(200, CaseLineOut)
@access(Role.OFFICER)
def amend_case(data: dict[str, Any], case_id: str) -> Case:
    """Correct what was registered."""
    with unit_of_work() as work:
        return services.amend_case(work.session, case_id, CaseFacts(**data), actor=signed_in(),
                                   now=clock.now())


@api.put("/<case_id>/officer")
@api.arguments(AssignIn)
@api.response(200, CaseLineOut)
@access(Role.OFFICER, Role.ADMINISTRATOR)
def assign_case(data: dict[str, Any], case_id: str) -> Case:
    """Hand the case to another officer of the court."""
    with unit_of_work() as work:
        return services.assign_case(work.session, case_id, data["officer_id"], actor=signed_in(),
                                    now=clock.now())


@api.post("/<case_id>/parties")
@api.arguments(PartyIn)
@api.response(201, PartyOut)
@access(Role.OFFICER)
def add_party(data: dict[str, Any], case_id: str) -> Party:
    """Enter a party; the identity number is sealed and comes back masked."""
    with unit_of_work() as work:
        return services.add_party(work.session, case_id=case_id, role=data.pop("role"),
                                  facts=PartyFacts(**data), actor=signed_in(), now=clock.now())


@api.put("/parties/<party_id>")
@api.arguments(PartyIn)
@api.response(200, PartyOut)
@access(Role.OFFICER)
def amend_party(data: dict[str, Any], party_id: str) -> Party:
    """Correct a party; without a new number the sealed one stays."""
    with unit_of_work() as work:
        return services.amend_party(work.session, party_id=party_id, role=data.pop("role"),
                                    facts=PartyFacts(**data), actor=signed_in(), now=clock.now())


@api.put("/parties/<party_id>/account")
@api.arguments(LinkIn)
@api.response(200, PartyOut)
@access(Role.OFFICER)
def link_party(data: dict[str, Any], party_id: str) -> Party:
    """Say which account is this party's."""
    with unit_of_work() as work:
        return services.link_party(work.session, party_id=party_id, login=data["login"],
                                   actor=signed_in(), now=clock.now())


@api.post("/parties/<party_id>/identity")
@api.arguments(IdentityIn)
@api.response(200, IdentityOut)
@access(Role.OFFICER)
def read_identity(data: dict[str, Any], party_id: str) -> dict[str, str]:
    """Open the sealed identity number; that it was read goes into the log."""
    with unit_of_work() as work:
        number = services.identity_of_party(work.session, party_id, reason=data["reason"],
                                            actor=signed_in(), now=clock.now())
    return {"id_number": number}


@api.post("/<case_id>/claims")
@api.arguments(ClaimIn)
@api.response(201, ClaimOut)
@access(Role.OFFICER)
def file_claim(data: dict[str, Any], case_id: str) -> Claim:
    """Enter a claim; members as in claims/v1."""
    now = clock.now()
    with unit_of_work() as work:
        return services.file_claim(work.session, case_id=case_id, facts=claim_facts(data, now),
                                   actor=signed_in(), now=now)


@api.put("/claims/<claim_id>")
@api.arguments(ClaimIn)
@api.response(200, ClaimOut)
@access(Role.OFFICER)
def amend_claim(data: dict[str, Any], claim_id: str) -> Claim:
    """Correct a claim; it has to be checked again."""
    with unit_of_work() as work:
        before = services.get_claim(work.session, claim_id)
        return services.amend_claim(work.session, claim_id, claim_facts(data, before.filed_at),
                                    actor=signed_in(), now=clock.now())


@api.post("/claims/<claim_id>/check")
@api.response(200, ClaimOut)
@access(Role.OFFICER)
def check_claim(claim_id: str) -> Claim:
    """State that the claim stands as entered."""
    with unit_of_work() as work:
        return services.check_claim(work.session, claim_id, actor=signed_in(), now=clock.now())
