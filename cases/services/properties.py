"""Seized property: its description, the five facts, and how far it is on its way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from audit import services as audit
from audit.kinds import Kind
from cases.errors import NoSuchProperty, PropertySettled
from cases.models import Property, PropertyFact
from cases.rules.properties import PropertyFacts, check_property
from cases.rules.words import FactTopic, PropertyStatus
from cases.services.files import get_case, may_handle
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput
from kernel.formats import canonical
from kernel.ids import new_id

AMENDABLE = frozenset({PropertyStatus.SEIZED, PropertyStatus.VALUING})


def get_property(session: Session, property_id: str) -> Property:
    """The property with this id.

    Raises:
        NoSuchProperty: there is none.
    """
    found = session.get(Property, property_id)
    if found is None:
        raise NoSuchProperty
    return found


def properties_among(session: Session, ids: Collection[str]) -> dict[str, Property]:
    """Several properties at once, by their ids; one that does not exist is left out."""
    return {found.id: found for found in session.scalars(
        select(Property).where(Property.id.in_(ids)))}


def properties_of(session: Session, case_id: str) -> Sequence[Property]:
    """The properties of a case in the order in which they were entered, with their facts."""
    return session.scalars(
        select(Property).where(Property.case_id == case_id).order_by(Property.position)
        .options(selectinload(Property.fact_versions))).all()


def properties_with_status(session: Session, status: PropertyStatus, *,
                           court_id: str | None = None) -> Sequence[Property]:
    """Properties that are so far on their way, with their cases; of every court where none is named."""
    query = select(Property).where(Property.status == status)
    if court_id is not None:
        query = query.where(Property.court_id == court_id)
    return session.scalars(query.options(selectinload(Property.case))
                           .order_by(Property.added_at, Property.id)).all()


def add_property(session: Session, *, case_id: str, facts: PropertyFacts, actor: Actor,
                 now: datetime) -> Property:
    """Enter a seized property.

    Raises:
        InvalidInput: see ``cases.rules.properties.check_property``.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    check_property(facts, today=beijing_day(now))
    last = session.scalar(select(func.max(Property.position)).where(Property.case_id == case_id))
    found = Property(id=new_id("prop"), court_id=case.court_id, case_id=case_id,
                     position=(last or 0) + 1, status=PropertyStatus.SEIZED, added_at=now)
    _take_over(found, facts)
    session.add(found)
    _record(session, found, Kind.PROPERTY_SEIZED, actor)
    session.flush()
    return found


def amend_property(session: Session, property_id: str, facts: PropertyFacts, *, actor: Actor,
                   now: datetime) -> Property:
    """Correct the description, as long as no price rests on it.

    Raises:
        InvalidInput, NotAllowed: as ``add_property``.
        PropertySettled: a reference price is fixed, or the property is on sale, sold or released.
    """
    found = get_property(session, property_id)
    may_handle(actor, found.case)
    if found.status not in AMENDABLE:
        raise PropertySettled
    check_property(facts, today=beijing_day(now))
    _take_over(found, facts)
    _record(session, found, Kind.PROPERTY_AMENDED, actor)
    return found


def _take_over(found: Property, facts: PropertyFacts) -> None:
    for name in PropertyFacts.__slots__:
        setattr(found, name, getattr(facts, name))


def _record(session: Session, found: Property, kind: Kind, actor: Actor) -> None:
    audit.record(session, court_id=found.court_id, kind=kind, subject=found.subject, actor=actor,
                 case_id=found.case_id,
                 body={"case": found.case_id, "kind": found.kind, "category": found.category,
                       "seized_on": found.seized_on.isoformat(),
                       "area_hundredths": found.area_hundredths})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one topic, where, and when that was checked (REF-3.1)."""

    text: str
    source: str
    checked_on: date


def record_fact(session: Session, *, property_id: str, topic: FactTopic, finding: Finding,
                actor: Actor, now: datetime) -> PropertyFact:
    """Record what was found on one of the five topics; what was recorded before stays readable.

    Raises:
        InvalidInput: checked on a day to come.
        NotAllowed: not the officer in charge.
    """
    found = get_property(session, property_id)
    may_handle(actor, found.case)
    if finding.checked_on > beijing_day(now):
        raise InvalidInput({f"{topic}.checked_on": N_("核查日期还没有到，请检查。")})
    before = found.facts.get(topic)
    fact = PropertyFact(property_id=property_id, topic=topic, text=finding.text,
                        version=1 if before is None else before.version + 1,
                        source=finding.source, checked_on=finding.checked_on,
                        recorded_by=actor.id, recorded_at=now)
    session.add(fact)
    said = canonical({"text": finding.text, "source": finding.source})
    audit.record(session, court_id=found.court_id, kind=Kind.PROPERTY_FACT, subject=found.subject,
                 actor=actor, case_id=found.case_id,
                 body={"topic": topic, "version": fact.version, "sha256": sha256(said).hexdigest(),
                       "checked_on": finding.checked_on.isoformat()})
    session.flush()
    session.expire(found, ["fact_versions"])
    return fact


def set_property_status(session: Session, property_id: str, status: PropertyStatus, *,
                        actor: Actor, now: datetime) -> Property:
    """Say how far the property is; valuation and auction call this as their facts come about.

    Raises:
        PropertySettled: it was released, and nothing can be done with it any more.
    """
    found = get_property(session, property_id)
    if found.status is status:
        return found
    if found.status is PropertyStatus.RELEASED:
        raise PropertySettled(N_("查封已经解除，财产不能再处置。"))
    before, found.status = found.status, status
    audit.record(session, court_id=found.court_id, kind=Kind.PROPERTY_STATUS, subject=found.subject,
                 actor=actor, case_id=found.case_id, body={"status": status, "before": before})
    return found
