"""The course of a reference price up to the choice of institutions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import FactTopic, PartyRole, PropertyStatus
from cases.services import Party, Property
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput
from kernel.gates import Obstacle, pass_gate
from kernel.ids import new_id
from valuation.errors import AlreadyOpen, PartiesMissing, StepNotOpen
from valuation.models import InstitutionOrder, MethodOut, Valuation
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
from valuation.services.institutions import listed
from valuation.services.reading import failed_here, handled, law_of, record, situation_of

_FACTS: Final = {FactTopic.TITLE: Fact.TITLE, FactTopic.BURDENS: Fact.BURDENS,
                 FactTopic.OCCUPATION: Fact.OCCUPATION, FactTopic.TAXES: Fact.UNPAID_TAXES,
                 FactTopic.DEFECTS: Fact.DEFECTS}
_OPENS: Final = {Method.DIRECTED_INQUIRY: Step.OPEN_DIRECTED_INQUIRY,
                 Method.ONLINE_INQUIRY: Step.OPEN_ONLINE_INQUIRY,
                 Method.COMMISSIONED_APPRAISAL: Step.OPEN_APPOINTMENT}
SIDES: Final = frozenset({PartyRole.APPLICANT, PartyRole.RESPONDENT})
"""Whose agreement the law asks for (REF-16.1)."""


def facts_missing(found: Property) -> tuple[Obstacle, ...]:
    """The facts that still have to be established before any method (REF-3.1)."""
    return fact_obstacles([_FACTS[topic] for topic in found.facts])


def open_valuation(session: Session, *, property_id: str, field: str, has_official_price: bool,
                   online_possible: bool, inspection_needed: bool, appraisal_mandated: bool = False,
                   joint_wish: Method | None = None, actor: Actor, now: datetime) -> Valuation:
    """Begin to find the reference price of a seized property (REF-1, REF-3.1).

    Raises:
        GateClosed: one of the five facts is not established.
        PartiesMissing: a side of the case is not registered.
        AlreadyOpen: a course is running, or a price is in force.
    """
    found = cases.get_property(session, property_id)
    case = cases.get_case(session, found.case_id)
    cases.may_handle(actor, case)
    if session.scalar(select(Valuation.id).where(
            Valuation.property_id == property_id, Valuation.stage.not_in(list(ENDS)))):
        raise AlreadyOpen
    pass_gate(facts_missing(found))
    if {party.role for party in sides_of(session, case.id)} != SIDES:
        raise PartiesMissing
    situation = Situation(has_official_price, online_possible, inspection_needed,
                          appraisal_mandated, joint_wish)
    if joint_wish is not None and not situation.wishes(joint_wish):
        raise InvalidInput({"joint_wish": N_("这种方式的条件不具备，当事人一致要求也不能采用。")})
    valuation = Valuation(
        id=new_id("val"), court_id=case.court_id, case_id=case.id, property_id=property_id,
        stage=move(Stage.FACTS, Step.OPEN_NEGOTIATION).target, rule_set=case.rule_set, field=field,
        has_official_price=has_official_price, online_possible=online_possible,
        inspection_needed=inspection_needed, appraisal_mandated=appraisal_mandated,
        joint_wish=joint_wish, party_missing=False, wish_a_draw=False, opened_by=actor.id,
        opened_at=now)
    session.add(valuation)
    cases.set_property_status(session, property_id, PropertyStatus.VALUING, actor=actor, now=now)
    record(session, valuation, Kind.VALUATION_OPENED, actor, {
        "property": property_id, "has_official_price": has_official_price, "field": field,
        "online_possible": online_possible, "inspection_needed": inspection_needed,
        "appraisal_mandated": appraisal_mandated, "joint_wish": joint_wish,
        "rules": case.rule_set})
    session.flush()
    return valuation


def record_method_out(session: Session, valuation_id: str, *, method: Method, ground: Ground,
                      on: date, term_ended_on: date | None, note: str, actor: Actor,
                      now: datetime) -> MethodOut:
    """Record that a method gave no price, on its ground; the next of the ladder is open then.

    Args:
        session: where to write.
        valuation_id: which course.
        method: the method whose turn it is.
        ground: why it is out.
        on: the day on which that was found, today at the latest.
        term_ended_on: the last day of the term set for the method; None where none was set.
        note: what the file says of it; it stands in no leaf.
        actor: the officer in charge.
        now: when.

    Raises:
        GateClosed: the ground is not of this method, not true, or its term is not over.
        StepNotOpen: it is not this method's turn.
        InvalidInput: ``on`` lies ahead.
    """
    valuation = handled(session, valuation_id, actor)
    if on > beijing_day(now):
        raise InvalidInput({"on": N_("这一天还没有到，请检查。")})
    pass_gate(way_out_obstacles(WayOut(method, ground, on, term_ended_on),
                                situation_of(valuation)))
    step = _OPENS[LADDER[LADDER.index(method) + 1]]
    if valuation.stage != method.value:
        raise StepNotOpen(stage=valuation.stage.value, step=step.value)
    valuation.stage = move(valuation.stage, step).target
    row = MethodOut(valuation_id=valuation_id, method=method, ground=ground, on=on,
                    term_ended_on=term_ended_on, note=note, recorded_by=actor.id, recorded_at=now)
    valuation.ways_out.append(row)
    record(session, valuation, Kind.METHOD_OUT, actor,
           {"method": method, "ground": ground, "on": on.isoformat(),
            "term_ended_on": term_ended_on.isoformat() if term_ended_on else None})
    return row


def ask_parties(session: Session, valuation_id: str, *, agree_by_on: date, party_missing: bool,
                wish_a_draw: bool = False, actor: Actor, now: datetime) -> Valuation:
    """Set the parties' term to agree on three institutions and their order (REF-16.1).

    Args:
        session: where to write.
        valuation_id: which course.
        agree_by_on: the last day of the term.
        party_missing: a party cannot be reached, so that there is nothing to wait for (REF-16.2).
        wish_a_draw: both sides jointly ask for a draw (REF-16.3).
        actor: the officer in charge.
        now: when.

    Raises:
        StepNotOpen: the methods before the appraisal are not out yet.
        InvalidInput: the term would be over on the day on which it is set.
    """
    valuation = handled(session, valuation_id, actor)
    move(valuation.stage, Step.FREEZE_DRAW)
    today = beijing_day(now)
    if agree_by_on <= today:
        raise InvalidInput({"agree_by_on": N_("期限至少到明天。")})
    valuation.asked_on, valuation.agree_by_on = today, agree_by_on
    valuation.party_missing, valuation.wish_a_draw = party_missing, wish_a_draw
    record(session, valuation, Kind.PARTIES_ASKED, actor,
           {"agree_by_on": agree_by_on.isoformat(), "party_missing": party_missing,
            "wish_a_draw": wish_a_draw})
    for party in sides_of(session, valuation.case_id):
        if party.person_id is not None:
            accounts.send_message(
                session, person_id=party.person_id, now=now,
                url=f"/my/cases/{valuation.case_id}/valuations",
                text=N_("请在 %(agree_by_on)s 以前与对方协商确定三家评估机构及其次序；"
                        "协商不成的，摇号确定。"),
                details={"agree_by_on": agree_by_on})
    return valuation


def record_agreement(session: Session, valuation_id: str, *, filed: Mapping[str, Sequence[str]],
                     filed_on: date, actor: Actor, now: datetime) -> Valuation:
    """Record that the parties agreed on three institutions in one order (REF-16.1).

    Args:
        session: where to write.
        valuation_id: which course.
        filed: party id -> what that party filed, entries in order.
        filed_on: the day on which the last party filed.
        actor: the officer in charge.
        now: when.

    Raises:
        GateClosed: not three, not distinct, not listed, not the same, or late.
        StepNotOpen: the parties were not asked, or the order stands already.
        InvalidInput: ``filed_on`` lies ahead.
    """
    valuation = handled(session, valuation_id, actor)
    target = move(valuation.stage, Step.RECORD_AGREEMENT).target
    if valuation.agree_by_on is None:
        raise StepNotOpen(stage=valuation.stage.value, step=Step.RECORD_AGREEMENT.value)
    if filed_on > beijing_day(now):
        raise InvalidInput({"filed_on": N_("这一天还没有到，请检查。")})
    names = _names(sides_of(session, valuation.case_id))
    entries = {one.entry for one in listed(session, valuation)} - failed_here(valuation)
    pass_gate(agreement_obstacles(
        {name: filed.get(party, ()) for party, name in names.items()}, parties=names.values(),
        listed=entries, filed_on=filed_on, term_ends_on=valuation.agree_by_on,
        rules=law_of(session, valuation)))
    order = list(filed[next(iter(names))])
    valuation.stage = target
    fix_order(valuation, order, draw_id=None, now=now)
    record(session, valuation, Kind.INSTITUTIONS_AGREED, actor,
           {"order": order, "filed_on": filed_on.isoformat()})
    return valuation


def fix_order(valuation: Valuation, entries: Sequence[str], *, draw_id: str | None,
              now: datetime) -> None:
    """Keep the order of three of the next round."""
    valuation.orders.append(InstitutionOrder(
        valuation_id=valuation.id, round=len(valuation.orders) + 1, draw_id=draw_id,
        entries=list(entries), fixed_at=now))


def sides_of(session: Session, case_id: str) -> list[Party]:
    """Applicants and respondents, in the order of the file."""
    return [party for party in cases.parties_of(session, case_id) if party.role in SIDES]


def _names(parties: Sequence[Party]) -> dict[str, str]:
    """Party id -> a name that is nobody else's, for sentences about one of them."""
    count = Counter(party.name for party in parties)
    return {party.id: party.name if count[party.name] == 1 else f"{party.name} ({party.position})"
            for party in parties}
