"""Objections of third parties to a seized property: filed, decided, and whether they stop a sale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases.errors import NoSuchObjection, ObjectionStepNotAllowed, PropertySettled
from cases.models import ThirdPartyObjection
from cases.rules import third_parties as rules
from cases.rules.third_parties import NEXT, ObjectionFacts
from cases.rules.words import DocumentKind, ObjectionState, PropertyStatus
from cases.services.documents import keep_document
from cases.services.files import may_handle
from cases.services.properties import get_property
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, Filled
from kernel.files import StoredFile
from kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Standing:
    """How an objection stands today.

    Attributes:
        stops: whether the property may not be disposed of today.
        until_on: the last day of that, where it ends by itself; or of the examination.
        next: the states that may follow.
    """

    objection: ThirdPartyObjection
    stops: bool
    until_on: date | None
    next: tuple[ObjectionState, ...]


def get_objection(session: Session, objection_id: str) -> ThirdPartyObjection:
    """One objection.

    Raises:
        NoSuchObjection: there is none.
    """
    found = session.get(ThirdPartyObjection, objection_id)
    if found is None:
        raise NoSuchObjection
    return found


def file_objection(session: Session, *, property_id: str, facts: ObjectionFacts, stored: StoredFile,
                   actor: Actor, now: datetime) -> ThirdPartyObjection:
    """Record that somebody outside the case objects to a property in writing (CPL-238).

    Raises:
        NotAllowed: not the officer in charge.
        PropertySettled: the property was released.
        InvalidInput: dated ahead.
    """
    found = get_property(session, property_id)
    may_handle(actor, found.case)
    if found.status is PropertyStatus.RELEASED:
        raise PropertySettled(N_("查封已经解除，财产不能再处置。"))
    rules.check_objection(facts, today=beijing_day(now))
    objection_id = new_id("obj")
    paper = keep_document(session, case_id=found.case_id, subject=found.subject,
                          kind=DocumentKind.OBJECTION, title=f"案外人异议：{facts.objector}",
                          stored=stored, is_public=False, actor=actor, now=now)
    objection = ThirdPartyObjection(
        id=objection_id, court_id=found.court_id, case_id=found.case_id, property_id=property_id,
        objector=facts.objector, claimed_right=facts.claimed_right, reason=facts.reason,
        filed_on=facts.filed_on, document_id=paper.id, state=ObjectionState.PENDING,
        state_on=facts.filed_on,
        recorded_by=actor.id, recorded_at=now)
    session.add(objection)
    _record(session, objection, Kind.OBJECTION_FILED, actor, {
        "property": property_id, "right": facts.claimed_right, "document": paper.id, "sha256": stored.sha256})
    session.flush()
    return objection


def decide_objection(session: Session, objection_id: str, *, state: ObjectionState, on: date,
                     stored: StoredFile, actor: Actor, now: datetime) -> ThirdPartyObjection:
    """Record what became of an objection, with the paper that says so.

    ``on`` is the day on which a ruling was served, a suit was brought, a judgment took effect.

    Raises:
        NotAllowed: not the officer in charge.
        ObjectionStepNotAllowed: no such step from where it stands.
        InvalidInput: see ``cases.rules.third_parties.check_step``.
    """
    found = get_objection(session, objection_id)
    may_handle(actor, found.case)
    if state not in NEXT[found.state]:
        raise ObjectionStepNotAllowed(state=Filled(found.state.word), wanted=Filled(state.word))
    law = accounts.court_law(session, found.court_id, found.case.rule_set)
    rules.check_step(found.state, found.state_on, state, on, today=beijing_day(now), rules=law)
    paper = keep_document(session, case_id=found.case_id, subject=found.asset.subject,
                          kind=DocumentKind.OBJECTION, title=f"案外人异议处理：{found.objector}",
                          stored=stored, is_public=False, actor=actor, now=now)
    found.state, found.state_on, found.decision_id = state, on, paper.id
    _record(session, found, Kind.OBJECTION_DECIDED, actor, {
        "state": state, "document": paper.id, "sha256": stored.sha256})
    return found


def _record(session: Session, found: ThirdPartyObjection, kind: Kind, actor: Actor,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=found.court_id, kind=kind, subject=found.subject, actor=actor,
                 case_id=found.case_id, body={**body, "on": found.state_on.isoformat()})


def objections_to(session: Session, property_id: str, now: datetime) -> list[Standing]:
    """The objections to a property in the order of filing, as they stand today."""
    return [_standing(session, one, now) for one in session.scalars(
        select(ThirdPartyObjection).where(ThirdPartyObjection.property_id == property_id)
        .order_by(ThirdPartyObjection.filed_on, ThirdPartyObjection.id)
        .options(selectinload(ThirdPartyObjection.case)))]


def stopped_properties(session: Session, now: datetime) -> frozenset[str]:
    """Ids of all properties that an objection keeps from being disposed of today (AUC-36.2)."""
    may_stop = session.scalars(
        select(ThirdPartyObjection)
        .where(ThirdPartyObjection.state.in_([*rules.STOPS, ObjectionState.REJECTED]))
        .options(selectinload(ThirdPartyObjection.case)))
    return frozenset(one.property_id for one in may_stop if _standing(session, one, now).stops)


def pending_objections(session: Session) -> Sequence[ThirdPartyObjection]:
    """Objections that are to be examined, with their cases and properties."""
    return session.scalars(
        select(ThirdPartyObjection).where(ThirdPartyObjection.state == ObjectionState.PENDING)
        .options(selectinload(ThirdPartyObjection.case), selectinload(ThirdPartyObjection.asset))).all()


def _standing(session: Session, found: ThirdPartyObjection, now: datetime) -> Standing:
    law = accounts.court_law(session, found.court_id, found.case.rule_set)
    until_on = None
    if found.state is ObjectionState.PENDING:
        until_on = rules.review_due_on(found.filed_on, law)
    elif found.state is ObjectionState.REJECTED:
        until_on = rules.suit_due_on(found.state_on, law)
    stops = rules.stands(found.state, found.state_on, today=beijing_day(now), rules=law)
    return Standing(found, stops, until_on, NEXT[found.state])
