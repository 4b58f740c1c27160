"""Courses for programs: what the desk's pages do."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import NotAllowed
from kernel.files import the_store
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work
from valuation import services
from valuation.errors import NoPriceYet
from valuation.models import Commission, ReferencePrice, Valuation, ValuationObjection
from valuation.rules.appraisal import Failure
from valuation.schemas import (
    AcceptanceIn,
    AgreementIn,
    CommissionOut,
    DrawOut,
    FailureIn,
    MethodOutIn,
    ObjectionOfIn,
    OpenIn,
    PriceOut,
    ProposalIn,
    ReportFileIn,
    ReportIn,
    ReportObjectionOut,
    ReportProofIn,
    ReportServiceOnIn,
    TermIn,
    ValuationLineOut,
    ValuationOut,
)
from valuation.services import LeftOut

api = ApiBlueprint("valuations-api", __name__, url_prefix="/valuations",
                   description="Reference prices: methods, institutions, appraisal, objections")
commissions_api = ApiBlueprint("commissions-api", __name__, url_prefix="/commissions",
                               description="Commissions to the caller's institutions")


def _read(valuation_id: str) -> Valuation:
    valuation = services.get_valuation(db.session(), valuation_id)
    if not services.may_see(db.session(), valuation, signed_in()):
        raise NotAllowed
    return valuation


@api.get("")
@api.response(200, ValuationLineOut(many=True))
@access(*STAFF)
def list_valuations() -> Sequence[Valuation]:
    """The courses of the court, newest first."""
    return services.valuations_of_court(db.session(), signed_in().court_id or "")


@api.post("")
@api.arguments(OpenIn)
@api.response(201, ValuationOut)
@access(Role.OFFICER)
def open_valuation(data: dict[str, Any]) -> Valuation:
    """Begin to find the price of a seized property; all five facts must be established."""
    with unit_of_work() as work:
        return services.open_valuation(work.session, **data, actor=signed_in(), now=clock.now())


@api.get("/<valuation_id>")
@api.response(200, ValuationOut)
@access(*STAFF, Role.INSTITUTION)
def show(valuation_id: str) -> Valuation:
    """One course, for staff of the court and the commissioned institution."""
    return _read(valuation_id)


@api.post("/<valuation_id>/methods-out")
@api.arguments(MethodOutIn)
@api.response(200, ValuationOut)
@access(Role.OFFICER)
def record_method_out(data: dict[str, Any], valuation_id: str) -> Valuation:
    """Record that the method whose turn it is gave no price."""
    with unit_of_work() as work:
        services.record_method_out(work.session, valuation_id, **data, actor=signed_in(),
                                   now=clock.now())
    return _read(valuation_id)


@api.post("/<valuation_id>/term")
@api.arguments(TermIn)
@api.response(200, ValuationOut)
@access(Role.OFFICER)
def ask_parties(data: dict[str, Any], valuation_id: str) -> Valuation:
    """Set the parties' term to agree on three institutions."""
    with unit_of_work() as work:
        return services.ask_parties(work.session, valuation_id, **data, actor=signed_in(),
                                    now=clock.now())


@api.post("/<valuation_id>/agreement")
@api.arguments(AgreementIn)
@api.response(200, ValuationOut)
@access(Role.OFFICER)
def record_agreement(data: dict[str, Any], valuation_id: str) -> Valuation:
    """Record on which three, in which order, the named parties agreed."""
    filed = dict.fromkeys(data["party_ids"], data["institutions"])
    with unit_of_work() as work:
        return services.record_agreement(work.session, valuation_id, filed=filed,
                                         filed_on=data["filed_on"], actor=signed_in(),
                                         now=clock.now())


@api.post("/<valuation_id>/draw")
@api.arguments(ProposalIn)
@api.response(201, DrawOut)
@access(Role.DRAW_CLERK)
def propose_draw(data: dict[str, Any], valuation_id: str) -> Any:
    """Propose the pool of a draw; a supervisor approves it."""
    with unit_of_work() as work:
        return services.propose_draw(
            work.session, valuation_id, actor=signed_in(), now=clock.now(),
            left_out=[LeftOut(one["entry"], one["ground"], one["note"])
                      for one in data["exclusions"]])


@api.post("/<valuation_id>/commissions")
@api.response(201, CommissionOut)
@access(Role.OFFICER)
def send_commission(valuation_id: str) -> Commission:
    """Commission the next of the order."""
    with unit_of_work() as work:
        return services.send_commission(work.session, valuation_id, actor=signed_in(),
                                        now=clock.now())


@api.post("/<valuation_id>/acceptance")
@api.arguments(AcceptanceIn)
@api.response(200, CommissionOut)
@access(Role.OFFICER, Role.INSTITUTION)
def accept_commission(data: dict[str, Any], valuation_id: str) -> Commission:
    """Accept, with the declaration that there is no interest."""
    with unit_of_work() as work:
        return services.accept_commission(work.session, valuation_id, declared=data["declared"],
                                          actor=signed_in(), now=clock.now())


@api.post("/<valuation_id>/failure")
@api.arguments(FailureIn)
@api.response(200, CommissionOut)
@access(Role.OFFICER, Role.INSTITUTION)
def note_failure(data: dict[str, Any], valuation_id: str) -> Commission:
    """The institution declines, or the officer records that it did not finish."""
    actor = signed_in()
    act = services.note_commission_failed if actor.is_staff else services.decline_commission
    with unit_of_work() as work:
        return act(work.session, valuation_id, failure=Failure(data["failure"]),
                   note=data["failure_note"], actor=actor, now=clock.now())


@api.post("/<valuation_id>/report")
@api.arguments(ReportIn, location="form")
@api.arguments(ReportFileIn, location="files")
@api.response(201, ValuationOut)
@access(Role.OFFICER, Role.INSTITUTION)
def take_report(data: dict[str, Any], files: dict[str, FileStorage],
                valuation_id: str) -> Valuation:
    """Hand in the report as a PDF with its figures."""
    actor = signed_in()
    services.may_take_report(db.session(), valuation_id, actor)
    stored = the_store().keep_document(files["file"].read(), "file")
    with unit_of_work() as work:
        services.take_report(work.session, valuation_id, stored=stored, **data, actor=actor,
                             now=clock.now())
    return _read(valuation_id)


@api.post("/<valuation_id>/review")
@api.response(200, ValuationOut)
@access(Role.OFFICER)
def accept_report(valuation_id: str) -> Valuation:
    """The court found nothing to correct."""
    with unit_of_work() as work:
        return services.accept_report(work.session, valuation_id, actor=signed_in(),
                                      now=clock.now())


@api.post("/<valuation_id>/services")
@api.arguments(ReportServiceOnIn, location="form")
@api.arguments(ReportProofIn, location="files")
@api.response(201, ValuationOut)
@access(Role.OFFICER)
def serve_report(data: dict[str, Any], files: dict[str, FileStorage],
                 valuation_id: str) -> Valuation:
    """Record that the report was served on a party."""
    found = files.get("proof")
    proof = None if found is None else the_store().keep_document(found.read(), "proof")
    with unit_of_work() as work:
        return services.serve_report(work.session, valuation_id, proof=proof, **data,
                                     actor=signed_in(), now=clock.now())


@api.post("/<valuation_id>/objections")
@api.arguments(ObjectionOfIn)
@api.response(201, ReportObjectionOut)
@access(Role.OFFICER, Role.PARTY)
def file_objection(data: dict[str, Any], valuation_id: str) -> ValuationObjection:
    """Object to the report; a party for itself and today, the officer for one on paper."""
    with unit_of_work() as work:
        return services.file_objection(work.session, valuation_id, **data, actor=signed_in(),
                                       now=clock.now())


@api.get("/prices/<property_id>")
@api.response(200, PriceOut)
@access(*STAFF)
def price(property_id: str) -> ReferencePrice | None:
    """The price in force of a property; 404 while there is none."""
    session, actor = db.session(), signed_in()
    found = services.price_in_force(session, property_id, clock.now())
    if found is None or found.court_id != actor.court_id:
        raise NoPriceYet
    return found


@commissions_api.get("")
@commissions_api.response(200, CommissionOut(many=True))
@access(Role.INSTITUTION)
def list_commissions() -> Sequence[Commission]:
    """All commissions to the caller's institutions, newest first."""
    return services.commissions_of_person(db.session(), signed_in().id)
