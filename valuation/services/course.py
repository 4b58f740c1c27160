"""The course of a reference price up to the choice of institutions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import FactTopic, PartyRole, PropertyStatus
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.gates import pass_gate
from kernel.ids import new_id
from kernel.law import RuleSet
from valuation.errors import AlreadyOpen, NoSuchValuation
from valuation.models import Institution, MethodOut, ReferencePrice, Valuation
from valuation.rules.ladder import (
    LADDER,
    Fact,
    Ground,
    Method,
    Situation,
    WayOut,
    fact_obstacles,
    way_out_obstacles,
)
from valuation.rules.selection import agreement_obstacles
from valuation.rules.stages import ENDS, Stage, Step, move

RULE_SET = "civil-online-2017.01"

_FACTS = {FactTopic.TITLE: Fact.TITLE, FactTopic.BURDENS: Fact.BURDENS,
          FactTopic.OCCUPATION: Fact.OCCUPATION, FactTopic.TAXES: Fact.UNPAID_TAXES,
          FactTopic.DEFECTS: Fact.DEFECTS}
_OPENS = {Method.DIRECTED_INQUIRY: Step.OPEN_DIRECTED_INQUIRY,
          Method.ONLINE_INQUIRY: Step.OPEN_ONLINE_INQUIRY,
          Method.COMMISSIONED_APPRAISAL: Step.OPEN_APPOINTMENT}


def law_of(session: Session, valuation: Valuation) -> RuleSet:
    """The rule set of a course as its court reads it."""
    return accounts.court_law(session, valuation.court_id, valuation.rule_set)


def get_valuation(session: Session, valuation_id: str) -> Valuation:
    """One course.

    Raises:
        NoSuchValuation: there is none.
    """
    found = session.get(Valuation, valuation_id)
    if found is None:
        raise NoSuchValuation
    return found


def valuations_of_case(session: Session, case_id: str) -> Sequence[Valuation]:
    """The courses of a case, oldest first."""
    return session.scalars(select(Valuation).where(Valuation.case_id == case_id)
                           .order_by(Valuation.opened_at)).all()


def valuations_of_court(session: Session, court_id: str) -> Sequence[Valuation]:
    """The courses of a court, newest first."""
    return session.scalars(select(Valuation).where(Valuation.court_id == court_id)
                           .order_by(Valuation.opened_at.desc())).all()


def open_valuation(session: Session, *, property_id: str, field: str, has_official_price: bool,
                   online_possible: bool, inspection_needed: bool, actor: Actor,
                   now: datetime) -> Valuation:
    """Begin to find the reference price of a seized property (REF-1, REF-3.1).

    Raises:
        GateClosed: one of the five facts is not established.
        AlreadyOpen: a course is running, or a price is in force.
    """
    found = cases.get_property(session, property_id)
    case = cases.get_case(session, found.case_id)
    cases.may_handle(actor, case)
    if session.scalar(select(Valuation.id).where(
            Valuation.property_id == property_id, Valuation.stage.not_in(list(ENDS)))):
        raise AlreadyOpen
    pass_gate(fact_obstacles([_FACTS[topic] for topic in found.facts]))
    valuation = Valuation(
        id=new_id("val"), court_id=case.court_id, case_id=case.id, property_id=property_id,
        stage=move(Stage.FACTS, Step.OPEN_NEGOTIATION).target, rule_set=RULE_SET, field=field,
        has_official_price=has_official_price, online_possible=online_possible,
        inspection_needed=inspection_needed, party_missing=False, opened_by=actor.id, opened_at=now)
    session.add(valuation)
    cases.set_property_status(session, property_id, PropertyStatus.VALUING, actor=actor, now=now)
    record(session, valuation, Kind.VALUATION_OPENED, actor,
           {"property": property_id, "has_official_price": has_official_price,
            "online_possible": online_possible, "inspection_needed": inspection_needed})
    session.flush()
    return valuation


def situation_of(valuation: Valuation) -> Situation:
    """What decides which methods are open."""
    return Situation(valuation.has_official_price, valuation.online_possible,
                     valuation.inspection_needed)


def ways_out_of(valuation: Valuation) -> tuple[WayOut, ...]:
    """The methods recorded as out."""
    return tuple(WayOut(one.method, one.ground, one.on, one.term_ended_on)
                 for one in valuation.ways_out)


def record_method_out(session: Session, valuation_id: str, *, method: Method, ground: Ground,
                      on: date, term_ended_on: date | None, note: str, actor: Actor,
                      now: datetime) -> MethodOut:
    """Record that a method gave no price, on its ground; the next of the ladder is open then.

    Raises:
        GateClosed: the ground is not of this method, not true, or its term is not over.
        StepNotOpen: it is not this method's turn.
    """
    valuation = _handled(session, valuation_id, actor)
    out = WayOut(method, ground, on, term_ended_on)
    pass_gate(way_out_obstacles(out, situation_of(valuation)))
    following = LADDER[LADDER.index(method) + 1]
    valuation.stage = move(_stage_of(method, valuation), _OPENS[following]).target
    row = MethodOut(valuation_id=valuation_id, method=method, ground=ground, on=on,
                    term_ended_on=term_ended_on, note=note, recorded_by=actor.id, recorded_at=now)
    valuation.ways_out.append(row)
    record(session, valuation, Kind.METHOD_OUT, actor,
           {"method": method, "ground": ground, "on": on.isoformat()})
    return row


def _stage_of(method: Method, valuation: Valuation) -> Stage:
    """The present stage, which must be the method's own for its outcome to be recorded."""
    own = Stage(method.value) if method is not Method.COMMISSIONED_APPRAISAL else Stage.APPOINTMENT
    if valuation.stage is not own:
        move(valuation.stage, Step.TAKE_ANSWER if own is Stage.APPOINTMENT else Step.HOLD_DRAW)
    return own


def ask_parties(session: Session, valuation_id: str, *, agree_by_on: date, party_missing: bool,
                actor: Actor, now: datetime) -> Valuation:
    """Set the parties' term to agree on three institutions and their order (REF-16.1).

    Raises:
        StepNotOpen: the methods before the appraisal are not out yet.
    """
    valuation = _handled(session, valuation_id, actor)
    move(valuation.stage, Step.FREEZE_DRAW)
    valuation.asked_on, valuation.agree_by_on = beijing_day(now), agree_by_on
    valuation.party_missing = party_missing
    record(session, valuation, Kind.PARTIES_ASKED, actor,
           {"agree_by_on": agree_by_on.isoformat(), "party_missing": party_missing})
    return valuation


def record_agreement(session: Session, valuation_id: str, *, filed: Mapping[str, Sequence[str]],
                     filed_on: date, actor: Actor, now: datetime) -> Valuation:
    """Record that the parties agreed on three institutions in one order (REF-16.1).

    Raises:
        GateClosed: not three, not distinct, not listed, not the same, or late.
    """
    valuation = _handled(session, valuation_id, actor)
    parties = [party.name for party in cases.parties_of(session, valuation.case_id)
               if party.role in (PartyRole.APPLICANT, PartyRole.RESPONDENT)]
    pass_gate(agreement_obstacles(
        filed, parties=parties, listed=[one.entry for one in listed(session, valuation)],
        filed_on=filed_on, term_ends_on=valuation.agree_by_on or beijing_day(now),
        rules=law_of(session, valuation)))
    valuation.stage = move(valuation.stage, Step.RECORD_AGREEMENT).target
    valuation.agreed_order = list(next(iter(filed.values())))
    record(session, valuation, Kind.INSTITUTIONS_AGREED, actor, {"order": valuation.agreed_order})
    return valuation


def list_institution(session: Session, *, court_id: str, number: str, name: str, field: str,
                     region: str, person_id: str | None, actor: Actor, now: datetime) -> Institution:
    """Enter an institution into the court's sub-list (REF-15.1)."""
    found = Institution(id=new_id("inst"), court_id=court_id, number=number, name=name, field=field,
                        region=region, person_id=person_id, is_active=True, listed_at=now)
    session.add(found)
    audit.record(session, court_id=court_id, kind=Kind.INSTITUTION_LISTED,
                 subject=f"institution:{found.id}", actor=actor,
                 body={"number": number, "name": name, "field": field, "region": region})
    return found


def listed(session: Session, valuation: Valuation) -> Sequence[Institution]:
    """The institutions of the sub-list for this field, by number."""
    return institutions_of(session, valuation.court_id, field=valuation.field)


def institutions_of(session: Session, court_id: str, *, field: str | None = None
                    ) -> Sequence[Institution]:
    """The active institutions of a court's sub-lists."""
    query = select(Institution).where(Institution.court_id == court_id, Institution.is_active)
    if field is not None:
        query = query.where(Institution.field == field)
    return session.scalars(query.order_by(Institution.number)).all()


def order_of(valuation: Valuation) -> tuple[str, ...]:
    """The three institutions in their order: as agreed, else as drawn; empty while neither."""
    if valuation.agreed_order:
        return tuple(valuation.agreed_order)
    done = [draw for draw in valuation.draws if draw.transcript is not None]
    return tuple((done[-1].transcript or {}).get("result", ())) if done else ()


def mark_price_used(session: Session, price_id: str, *, lot_id: str, actor: Actor,
                    now: datetime) -> None:
    """Take note that a sale rests on a price: from then on it is not opened again (REF-25)."""
    price = session.get_one(ReferencePrice, price_id)
    audit.record(session, court_id=price.court_id, kind=Kind.PRICE_USED,
                 subject=f"valuation:{price.valuation_id}", actor=actor, case_id=price.case_id,
                 body={"lot": lot_id, "price": price_id, "on": beijing_day(now).isoformat()})


def _handled(session: Session, valuation_id: str, actor: Actor) -> Valuation:
    valuation = get_valuation(session, valuation_id)
    cases.may_handle(actor, cases.get_case(session, valuation.case_id))
    return valuation


def record(session: Session, valuation: Valuation, kind: Kind, actor: Actor | str,
           body: dict[str, object]) -> None:
    """The leaf of an act upon a course."""
    audit.record(session, court_id=valuation.court_id, kind=kind, subject=valuation.subject,
                 actor=actor, case_id=valuation.case_id, body=body)
