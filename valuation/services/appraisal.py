"""Commission, report, service, objections, and the price in force."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole, PropertyStatus, ServiceWay
from kernel.access import SYSTEM, Actor, Role
from kernel.clock import beijing_day
from kernel.errors import NotAllowed
from kernel.gates import pass_gate
from kernel.ids import new_id
from kernel.money import Fen
from valuation.errors import NobodyLeft, NotCommissioned
from valuation.models import (
    AppraisalReport,
    Commission,
    Institution,
    ReferencePrice,
    Valuation,
    ValuationObjection,
)
from valuation.rules import objections as objecting
from valuation.rules.appraisal import (
    Failure,
    Report,
    ReportPart,
    Term,
    acceptance_due_on,
    next_institution,
    report_obstacles,
)
from valuation.rules.ladder import Method
from valuation.rules.objections import Objection, Recipient, Standing, Target, objection_obstacles
from valuation.rules.stages import Stage, Step, move
from valuation.services.course import get_valuation, law_of, order_of, record

RECIPIENTS = frozenset({PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.CO_OWNER,
                        PartyRole.MORTGAGEE, PartyRole.INTERESTED})
"""Parties and interested persons to whom a report is sent (REF-21.1)."""


def send_commission(session: Session, valuation_id: str, *, actor: Actor, now: datetime) -> Commission:
    """Commission the next of the order (REF-17.1, REF-19.3); never a new draw while one is left.

    Raises:
        StepNotOpen: no order of institutions yet.
        NobodyLeft: all three failed.
    """
    valuation = _handled(session, valuation_id, actor)
    move(valuation.stage, Step.ACCEPT_COMMISSION)
    order = order_of(valuation)
    failed = [one.institution for one in valuation.commissions if one.failure is not None]
    name = next_institution(order, failed)
    if name is None:
        raise NobodyLeft
    sent_on = beijing_day(now)
    found = Commission(
        id=new_id("com"), position=order.index(name) + 1, institution=name, sent_on=sent_on,
        accept_by_on=acceptance_due_on(sent_on, law_of(session, valuation)), sent_by=actor.id)
    valuation.commissions.append(found)
    record(session, valuation, Kind.COMMISSIONED, actor, {"institution": name, "position": found.position})
    session.flush()
    return found


def accept_commission(session: Session, valuation_id: str, *, actor: Actor, now: datetime) -> Commission:
    """The institution accepts, and declares that it has no interest in the matter (LOT-8, LOT-10).

    The 30 days begin. The court's officer may record an acceptance that came on paper.

    Raises:
        NotCommissioned: nobody is commissioned.
        NotAllowed: neither the institution nor the officer.
    """
    valuation = get_valuation(session, valuation_id)
    found = _current(valuation)
    _institution_or_officer(session, valuation, found, actor)
    valuation.stage = move(valuation.stage, Step.ACCEPT_COMMISSION).target
    found.accepted_on = beijing_day(now)
    found.report_by_on = Term(found.accepted_on).ends_on(law_of(session, valuation))
    record(session, valuation, Kind.COMMISSION_ACCEPTED, actor,
           {"institution": found.institution, "report_by_on": found.report_by_on.isoformat()})
    return found


def note_commission_failed(session: Session, valuation_id: str, *, failure: Failure, actor: Actor,
                           now: datetime) -> Commission:
    """Record that an institution did not finish; the next of the order is commissioned then.

    Raises:
        NotCommissioned: nobody is commissioned.
    """
    valuation = _handled(session, valuation_id, actor)
    found = _current(valuation)
    failed = [one.institution for one in valuation.commissions if one.failure] + [found.institution]
    left = next_institution(order_of(valuation), failed)
    step = Step.COMMISSION_NEXT if left is not None else Step.EXHAUST_ORDER
    valuation.stage = move(valuation.stage, step).target
    found.failure, found.failed_on = failure, beijing_day(now)
    record(session, valuation, Kind.COMMISSION_FAILED, actor,
           {"institution": found.institution, "failure": failure})
    return found


def take_report(session: Session, valuation_id: str, *, signed_by: Sequence[str], dated_on: date,
                price_fen: int, valid_until_on: date, parts: Sequence[ReportPart], document_id: str,
                report_sha256: str, actor: Actor, now: datetime) -> AppraisalReport:
    """Take in a report with its price and validity (REF-17.2, REF-27.1, LOT-9).

    Raises:
        GateClosed: what the report lacks, each with its rule.
        StepNotOpen: no appraisal is under way.
    """
    valuation = get_valuation(session, valuation_id)
    found = _current(valuation)
    _institution_or_officer(session, valuation, found, actor)
    report = Report(sealed_by=found.institution, signed_by=tuple(signed_by), dated_on=dated_on,
                    received_on=beijing_day(now), price_fen=Fen(price_fen),
                    valid_until_on=valid_until_on, parts=frozenset(parts))
    pass_gate(report_obstacles(report, found.institution, law_of(session, valuation)))
    valuation.stage = move(valuation.stage, Step.TAKE_REPORT).target
    row = AppraisalReport(
        id=new_id("rep"), commission_id=found.id, signed_by=list(signed_by), dated_on=dated_on,
        received_on=report.received_on, price_fen=price_fen, valid_until_on=valid_until_on,
        parts=[part.value for part in parts], document_id=document_id, report_sha256=report_sha256,
        taken_by=actor.id, taken_at=now)
    valuation.reports.append(row)
    record(session, valuation, Kind.REPORT_TAKEN, actor,
           {"institution": found.institution, "price_fen": price_fen, "sha256": report_sha256,
            "valid_until_on": valid_until_on.isoformat()})
    session.flush()
    return row


def accept_report(session: Session, valuation_id: str, *, actor: Actor) -> Valuation:
    """The court has reviewed the report and found nothing to correct (REF-20)."""
    valuation = _handled(session, valuation_id, actor)
    valuation.stage = move(valuation.stage, Step.ACCEPT_REPORT).target
    record(session, valuation, Kind.REPORT_SERVED, actor, {"reviewed": True})
    return valuation


def serve_report(session: Session, valuation_id: str, *, party_id: str, way: ServiceWay,
                 served_at: datetime, proof_document_id: str | None, actor: Actor,
                 now: datetime) -> None:
    """Send the report to a party (REF-21.1); when all have it, the objection terms run."""
    valuation = _handled(session, valuation_id, actor)
    report = valuation.reports[-1]
    cases.serve(session, case_id=valuation.case_id, party_id=party_id, subject=valuation.subject,
                title="评估报告", way=way, served_at=served_at, document_id=report.document_id,
                proof_document_id=proof_document_id, notice="reference_price.public_posting_days",
                actor=actor, now=now)
    served = {one.party_id for one in cases.services_of(session, valuation.subject)}
    if valuation.stage is Stage.DELIVERY and all(
            party.id in served for party in recipients_of(session, valuation)):
        valuation.stage = move(valuation.stage, Step.SERVE_ALL).target
        record(session, valuation, Kind.REPORT_SERVED, actor, {"served_on_all": True})


def recipients_of(session: Session, valuation: Valuation) -> list[Any]:
    """The parties and interested persons to whom the report goes."""
    return [party for party in cases.parties_of(session, valuation.case_id)
            if party.role in RECIPIENTS]


def standing_of(session: Session, valuation: Valuation, on: date) -> Standing:
    """How the price of the latest report stands on a day (REF-26)."""
    received = {one.party_id: beijing_day(one.received_at)
                for one in cases.services_of(session, valuation.subject)}
    recipients = [Recipient(party.id, received.get(party.id))
                  for party in recipients_of(session, valuation)]
    raised = [Objection(one.party_id, one.filed_on) for one in valuation.objections]
    return objecting.standing(Fen(valuation.reports[-1].price_fen), recipients, raised, on=on,
                              rules=law_of(session, valuation))


def file_objection(session: Session, valuation_id: str, *, party_id: str,
                   grounds: Sequence[objecting.Ground], text: str, filed_on: date, actor: Actor,
                   now: datetime) -> ValuationObjection:
    """Record a written objection raised in time; the price then waits for its outcome (REF-22, 23).

    Raises:
        GateClosed: late, or not open to objection.
        StepNotOpen: the report is not out.
    """
    valuation = get_valuation(session, valuation_id)
    received = {one.party_id: beijing_day(one.received_at)
                for one in cases.services_of(session, valuation.subject)}
    pass_gate(objection_obstacles(
        Method.COMMISSIONED_APPRAISAL, Target.REPORT, grounds, filed_on=filed_on,
        received_on=received.get(party_id, filed_on), rules=law_of(session, valuation)))
    step = (Step.OBJECT_TO_RESULT if set(grounds) <= objecting.TECHNICAL else Step.OBJECT_TO_ACT)
    valuation.stage = move(valuation.stage, step).target
    row = ValuationObjection(
        id=new_id("obj"), party_id=party_id, grounds=[ground.value for ground in grounds], text=text,
        filed_on=filed_on, recorded_by=actor.id, recorded_at=now)
    valuation.objections.append(row)
    record(session, valuation, Kind.VALUATION_OBJECTED, actor,
           {"party": party_id, "grounds": row.grounds, "filed_on": filed_on.isoformat()})
    return row


def in_objection_term(session: Session) -> Sequence[str]:
    """Courses whose objection terms are running."""
    return session.scalars(select(Valuation.id).where(Valuation.stage == Stage.OBJECTION_TERM)).all()


def put_in_force(session: Session, valuation_id: str, *, now: datetime) -> ReferencePrice | None:
    """Bring a price into force whose terms ran out without an objection (REF-26); else None."""
    valuation = get_valuation(session, valuation_id)
    if valuation.stage is not Stage.OBJECTION_TERM:
        return None
    found = standing_of(session, valuation, beijing_day(now))
    if not found.is_in_force or found.price_fen is None:
        return None
    report = valuation.reports[-1]
    valuation.stage = move(valuation.stage, Step.PUT_IN_FORCE).target
    price = ReferencePrice(
        id=new_id("price"), court_id=valuation.court_id, case_id=valuation.case_id,
        property_id=valuation.property_id, valuation_id=valuation.id,
        method=Method.COMMISSIONED_APPRAISAL, amount_fen=found.price_fen,
        valid_until_on=report.valid_until_on, in_force_on=found.in_force_on or beijing_day(now),
        fixed_at=now, report_sha256=report.report_sha256)
    session.add(price)
    cases.set_property_status(session, valuation.property_id, PropertyStatus.PRICED, actor=SYSTEM,
                              now=now)
    record(session, valuation, Kind.PRICE_IN_FORCE, "system",
           {"price": price.id, "amount_fen": price.amount_fen,
            "valid_until_on": price.valid_until_on.isoformat(), "sha256": price.report_sha256})
    return price


def price_in_force(session: Session, property_id: str, now: datetime) -> ReferencePrice | None:
    """The reference price of a property that is in force; None while there is none.

    Whether it still carries a sale is for ``auction.rules.schedule.price_holds`` (REF-27.2).
    """
    return session.scalars(select(ReferencePrice).where(
        ReferencePrice.property_id == property_id, ReferencePrice.fixed_at <= now)
        .order_by(ReferencePrice.fixed_at.desc()).limit(1)).first()


def prices_of_case(session: Session, case_id: str) -> Sequence[ReferencePrice]:
    """The reference prices of a case."""
    return session.scalars(select(ReferencePrice).where(ReferencePrice.case_id == case_id)).all()


def objection_ends_on(session: Session, valuation: Valuation) -> date | None:
    """The last day on which anybody may still object; None while somebody is not served."""
    found = standing_of(session, valuation, date.max - timedelta(days=400))
    return None if found.in_force_on is None else found.in_force_on - timedelta(days=1)


def commissioned_to(session: Session, person_id: str) -> Sequence[Valuation]:
    """The courses in which an institution's account is commissioned now."""
    entries = [one.entry for one in session.scalars(
        select(Institution).where(Institution.person_id == person_id))]
    return session.scalars(
        select(Valuation).join(Commission, Commission.valuation_id == Valuation.id)
        .where(Commission.institution.in_(entries), Commission.failure.is_(None))
        .order_by(Valuation.opened_at)).unique().all()


def _current(valuation: Valuation) -> Commission:
    found = next((one for one in valuation.commissions if one.failure is None), None)
    if found is None:
        raise NotCommissioned
    return found


def _institution_or_officer(session: Session, valuation: Valuation, found: Commission,
                            actor: Actor) -> None:
    if actor.may_act_as(Role.OFFICER):
        cases.may_handle(actor, cases.get_case(session, valuation.case_id))
        return
    mine = session.scalars(select(Institution).where(Institution.person_id == actor.id)).all()
    if found.institution not in [one.entry for one in mine]:
        raise NotAllowed


def _handled(session: Session, valuation_id: str, actor: Actor) -> Valuation:
    valuation = get_valuation(session, valuation_id)
    cases.may_handle(actor, cases.get_case(session, valuation.case_id))
    return valuation
