"""The report: taken in, reviewed, served, objected to; and the price that comes into force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import DocumentKind, PartyRole, PropertyStatus, ServiceWay
from cases.services import Party, Service
from kernel.access import SYSTEM, Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.files import StoredFile
from kernel.gates import pass_gate
from kernel.ids import new_id
from kernel.money import Fen
from valuation.errors import NotServed, StepNotOpen
from valuation.models import AppraisalReport, ReferencePrice, Valuation, ValuationObjection
from valuation.rules import objections as objecting
from valuation.rules.appraisal import Report, ReportPart, report_obstacles
from valuation.rules.ladder import Method
from valuation.rules.objections import (
    Objection,
    Recipient,
    Route,
    Standing,
    Target,
    objection_obstacles,
    term_ends_on,
)
from valuation.rules.stages import Stage, Step, move
from valuation.services.commissions import commission_for
from valuation.services.reading import case_of, get_valuation, handled, law_of, locked_valuation, record

RECIPIENTS: Final = frozenset({PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.CO_OWNER,
                               PartyRole.MORTGAGEE, PartyRole.INTERESTED})
"""Parties and interested persons to whom a report is sent (REF-21.1)."""

_OBJECTION_ONLY_KEPT: Final = frozenset({Stage.DELIVERY, Stage.ACT_OBJECTION, Stage.EXPLANATION,
                                         Stage.TECHNICAL_REVIEW, Stage.CORRECTION})
"""Where an objection in one's own term is kept, but the course is not moved by it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One recipient of a report: when they had it, and until when they may object.

    ``service`` is the first one, which starts the term; a repeated one does not start another.
    """

    party: Party
    service: Service | None
    received_on: date | None
    ends_on: date | None
    objections: tuple[ValuationObjection, ...]


def may_take_report(session: Session, valuation_id: str, actor: Actor) -> Valuation:
    """Let in who may hand in the report now, before its file is stored.

    Raises:
        StepNotOpen: no appraisal is under way.
        NotCommissioned, NotAllowed: see ``commission_for``.
    """
    valuation = get_valuation(session, valuation_id)
    commission_for(session, valuation, actor)
    move(valuation.stage, Step.TAKE_REPORT)
    return valuation


def take_report(session: Session, valuation_id: str, *, signed_by: Sequence[str], dated_on: date,
                price_fen: int, valid_until_on: date, parts: Sequence[ReportPart],
                stored: StoredFile, actor: Actor, now: datetime) -> AppraisalReport:
    """Take in a report with its price and validity (REF-17.2, REF-27.1, LOT-9).

    Args:
        session: where to write.
        valuation_id: which course.
        signed_by: who signed, at least two appraisers.
        dated_on: the day of the report.
        price_fen: the appraised price.
        valid_until_on: the last day of its validity.
        parts: what of REF-17.2 it contains.
        stored: its file, in the store already.
        actor: the institution, or the officer for a report on paper.
        now: when.

    Raises:
        GateClosed: what the report lacks, each with its rule.
        StepNotOpen: no appraisal is under way.
    """
    valuation = locked_valuation(session, valuation_id)
    commission = commission_for(session, valuation, actor)
    target = move(valuation.stage, Step.TAKE_REPORT).target
    report = Report(sealed_by=commission.institution, signed_by=tuple(signed_by),
                    dated_on=dated_on, received_on=beijing_day(now), price_fen=Fen(price_fen),
                    valid_until_on=valid_until_on, parts=frozenset(parts))
    pass_gate(report_obstacles(report, commission.institution, law_of(session, valuation)))
    valuation.stage = target
    report_id = new_id("rep")
    document = cases.keep_document(
        session, case_id=valuation.case_id, subject=f"report:{report_id}",
        kind=DocumentKind.APPRAISAL_REPORT, title="评估报告", stored=stored, is_public=False,
        actor=actor, now=now)
    row = AppraisalReport(
        id=report_id, commission_id=commission.id, signed_by=list(signed_by), dated_on=dated_on,
        received_on=report.received_on, price_fen=price_fen, valid_until_on=valid_until_on,
        parts=[part.value for part in parts], document_id=document.id,
        report_sha256=stored.sha256, taken_by=actor.id, taken_at=now)
    valuation.reports.append(row)
    session.flush()
    if not actor.is_staff:
        cases.let_read(session, document.id, actor.id, actor=actor, now=now)
        accounts.send_message(
            session, person_id=case_of(session, valuation).officer_id, now=now,
            url=f"/desk/valuations/{valuation.id}",
            text=N_("“%(institution)s”提交了评估报告，请审查。"),
            details={"institution": commission.institution})
    record(session, valuation, Kind.REPORT_TAKEN, actor,
           {"report": row.id, "institution": commission.institution, "price_fen": price_fen,
            "sha256": stored.sha256, "dated_on": dated_on.isoformat(),
            "valid_until_on": valid_until_on.isoformat(), "signatures": len(row.signed_by)})
    return row


def accept_report(session: Session, valuation_id: str, *, actor: Actor,
                  now: datetime) -> Valuation:
    """The court has reviewed the report and found nothing to correct (REF-20)."""
    valuation = handled(session, valuation_id, actor)
    valuation.stage = move(valuation.stage, Step.ACCEPT_REPORT).target
    record(session, valuation, Kind.REPORT_REVIEWED, actor,
           {"report": valuation.reports[-1].id, "on": beijing_day(now).isoformat()})
    return valuation


def serve_report(session: Session, valuation_id: str, *, party_id: str, way: ServiceWay,
                 served_at: datetime, proof: StoredFile | None = None, actor: Actor,
                 now: datetime) -> Valuation:
    """Send the report to a party (REF-21.1); when all have it, the objection terms run.

    Raises:
        StepNotOpen: the court has not reviewed the report.
        InvalidInput: nobody to whom it goes, served already, or see ``cases.services.serve``.
    """
    valuation = handled(session, valuation_id, actor)
    if valuation.stage is not Stage.DELIVERY:
        raise StepNotOpen(stage=valuation.stage.value, step=Step.SERVE_ALL.value)
    report = valuation.reports[-1]
    hearing = next((one for one in hearings_of(session, valuation) if one.party.id == party_id),
                   None)
    if hearing is None or hearing.service is not None:
        raise InvalidInput({"party_id": N_("请选择还没有收到报告的当事人。")})
    if beijing_day(served_at) < report.received_on:
        raise InvalidInput({"served_at": N_("送达不会早于法院收到报告的那一天，请检查。")})
    kept = None if proof is None else cases.keep_document(
        session, case_id=valuation.case_id, subject=report.subject, title="评估报告送达证明",
        kind=DocumentKind.SERVICE_PROOF, stored=proof, is_public=False, actor=actor, now=now).id
    cases.serve(session, case_id=valuation.case_id, party_id=party_id, subject=report.subject,
                title="评估报告", way=way, served_at=served_at, document_id=report.document_id,
                proof_document_id=kept, notice="reference_price.public_posting_days", actor=actor,
                now=now)
    if all(one.service is not None for one in hearings_of(session, valuation)):
        valuation.stage = move(valuation.stage, Step.SERVE_ALL).target
        record(session, valuation, Kind.REPORT_SERVED, actor,
               {"report": report.id, "recipients": len(hearings_of(session, valuation))})
        for objection in valuation.objections:
            _move_by(valuation, objection.grounds)
    return valuation


def hearings_of(session: Session, valuation: Valuation) -> list[Hearing]:
    """The parties and interested persons to whom the latest report goes, and their terms."""
    parties = [party for party in cases.parties_of(session, valuation.case_id)
               if party.role in RECIPIENTS]
    first: dict[str, Service] = {}
    for service in cases.services_of(session, valuation.reports[-1].subject):
        known = first.get(service.party_id)
        if known is None or service.received_at < known.received_at:
            first[service.party_id] = service
    rules = law_of(session, valuation)
    found = []
    for party in parties:
        began = first.get(party.id)
        received_on = beijing_day(began.received_at) if began else None
        found.append(Hearing(
            party, began, received_on, term_ends_on(received_on, rules) if received_on else None,
            tuple(one for one in valuation.objections if one.party_id == party.id)))
    return found


def standing_of(session: Session, valuation: Valuation, on: date) -> Standing:
    """How the price of the latest report stands on a day (REF-26)."""
    recipients = [Recipient(one.party.id, one.received_on)
                  for one in hearings_of(session, valuation)]
    raised = [Objection(one.party_id, one.filed_on) for one in valuation.objections]
    return objecting.standing(Fen(valuation.reports[-1].price_fen), recipients, raised, on=on,
                              rules=law_of(session, valuation))


def file_objection(session: Session, valuation_id: str, *, party_id: str,
                   grounds: Sequence[objecting.Ground], text: str, filed_on: date, actor: Actor,
                   now: datetime) -> ValuationObjection:
    """Record a written objection raised in time; the price then waits for its outcome (REF-22, 23).

    A party files by its own account, today; the officer may record one that came on paper.

    Raises:
        GateClosed: late, or not open to objection.
        NotServed: the report has not reached this party.
        StepNotOpen: the report is not out, or its price is in force.
        NotAllowed: neither this party nor the officer in charge.
        InvalidInput: nobody to whom the report goes, or a day that lies ahead.
    """
    valuation = locked_valuation(session, valuation_id)
    today = beijing_day(now)
    if actor.is_staff:
        cases.may_handle(actor, case_of(session, valuation))
    elif cases.get_party(session, party_id).person_id != actor.id or filed_on != today:
        raise NotAllowed
    if filed_on > today:
        raise InvalidInput({"filed_on": N_("这一天还没有到，请检查。")})
    if valuation.stage is not Stage.OBJECTION_TERM and valuation.stage not in _OBJECTION_ONLY_KEPT:
        raise StepNotOpen(stage=valuation.stage.value, step=Step.OBJECT_TO_RESULT.value)
    hearing = next((one for one in hearings_of(session, valuation) if one.party.id == party_id),
                   None)
    if hearing is None:
        raise InvalidInput({"party_id": N_("请从本案的当事人中选择。")})
    if hearing.received_on is None or hearing.received_on > filed_on:
        raise NotServed
    pass_gate(objection_obstacles(
        Method.COMMISSIONED_APPRAISAL, Target.REPORT, grounds, filed_on=filed_on,
        received_on=hearing.received_on, rules=law_of(session, valuation)))
    row = ValuationObjection(
        id=new_id("obj"), party_id=party_id, grounds=[ground.value for ground in grounds],
        text=text, filed_on=filed_on, recorded_by=actor.id, recorded_at=now)
    valuation.objections.append(row)
    session.flush()
    _move_by(valuation, row.grounds)
    record(session, valuation, Kind.VALUATION_OBJECTED, actor,
           {"objection": row.id, "party": party_id, "grounds": row.grounds,
            "filed_on": filed_on.isoformat()})
    officer_id = case_of(session, valuation).officer_id
    if officer_id != actor.id:
        accounts.send_message(session, person_id=officer_id, now=now,
                              url=f"/desk/valuations/{valuation.id}",
                              text=N_("有当事人对评估报告提出异议，请处理。"), details={})
    return row


def _move_by(valuation: Valuation, grounds: Sequence[str]) -> None:
    """Let the first objection after all are served take the course off its way (REF-22, REF-23)."""
    if valuation.stage is Stage.OBJECTION_TERM:
        named = [objecting.Ground(ground) for ground in grounds]
        is_technical = objecting.route(named) is Route.EXPLANATION
        step = Step.OBJECT_TO_RESULT if is_technical else Step.OBJECT_TO_ACT
        valuation.stage = move(valuation.stage, step).target


def objection_terms_over(session: Session, now: datetime) -> list[str]:
    """Courses whose last objection term has run out, nobody having objected."""
    running = session.scalars(select(Valuation).where(Valuation.stage == Stage.OBJECTION_TERM))
    return [one.id for one in running.all()
            if standing_of(session, one, beijing_day(now)).is_in_force]


def put_in_force(session: Session, valuation_id: str, *, now: datetime) -> ReferencePrice | None:
    """Bring a price into force whose terms ran out without an objection (REF-26); else None."""
    valuation = locked_valuation(session, valuation_id)
    if valuation.stage is not Stage.OBJECTION_TERM:
        return None
    found = standing_of(session, valuation, beijing_day(now))
    if not found.is_in_force or found.price_fen is None or found.in_force_on is None:
        return None
    report = valuation.reports[-1]
    valuation.stage = move(valuation.stage, Step.PUT_IN_FORCE).target
    price = ReferencePrice(
        id=new_id("price"), court_id=valuation.court_id, case_id=valuation.case_id,
        property_id=valuation.property_id, valuation_id=valuation.id,
        method=Method.COMMISSIONED_APPRAISAL, amount_fen=found.price_fen,
        valid_until_on=report.valid_until_on, in_force_on=found.in_force_on,
        fixed_at=now, report_sha256=report.report_sha256)
    session.add(price)
    cases.set_property_status(session, valuation.property_id, PropertyStatus.PRICED, actor=SYSTEM,
                              now=now)
    record(session, valuation, Kind.PRICE_IN_FORCE, "system",
           {"price": price.id, "amount_fen": price.amount_fen, "property": price.property_id,
            "in_force_on": price.in_force_on.isoformat(),
            "valid_until_on": price.valid_until_on.isoformat(), "sha256": price.report_sha256})
    return price
