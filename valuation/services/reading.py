"""What every act upon a course needs: the course itself, its law, its order, its leaf."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PropertyStatus
from cases.services import Case, Property
from kernel.access import Actor, Role
from kernel.law import RuleSet
from valuation.errors import NoSuchValuation
from valuation.models import Commission, Institution, Valuation
from valuation.rules.ladder import Situation, WayOut
from valuation.rules.selection import Round
from valuation.rules.stages import ENDS


def get_valuation(session: Session, valuation_id: str) -> Valuation:
    """One course.

    Raises:
        NoSuchValuation: there is none.
    """
    found = session.get(Valuation, valuation_id)
    if found is None:
        raise NoSuchValuation
    return found


def locked_valuation(session: Session, valuation_id: str) -> Valuation:
    """One course, held until the end of the transaction: two acts never both find it as it was.

    Raises:
        NoSuchValuation: there is none.
    """
    found = session.scalars(select(Valuation).where(Valuation.id == valuation_id).with_for_update()
                            .execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NoSuchValuation
    return found


def handled(session: Session, valuation_id: str, actor: Actor) -> Valuation:
    """The course, locked, for the officer in charge of its case.

    Raises:
        NoSuchValuation: there is none.
        NotAllowed: anyone else.
    """
    valuation = locked_valuation(session, valuation_id)
    cases.may_handle(actor, case_of(session, valuation))
    return valuation


def case_of(session: Session, valuation: Valuation) -> Case:
    return cases.get_case(session, valuation.case_id)


def law_of(session: Session, valuation: Valuation) -> RuleSet:
    """The rule set of a course as its court reads it."""
    return accounts.court_law(session, valuation.court_id, valuation.rule_set)


def valuations_of_case(session: Session, case_id: str) -> Sequence[Valuation]:
    """The courses of a case, oldest first."""
    return session.scalars(select(Valuation).where(Valuation.case_id == case_id)
                           .order_by(Valuation.opened_at)).all()


def valuations_of_court(session: Session, court_id: str) -> Sequence[Valuation]:
    """The courses of a court, newest first."""
    return session.scalars(
        select(Valuation).where(Valuation.court_id == court_id)
        .order_by(Valuation.opened_at.desc(), Valuation.id)
        .options(selectinload(Valuation.commissions), selectinload(Valuation.draws),
                 selectinload(Valuation.reports))).all()


def valuation_of_property(session: Session, property_id: str) -> Valuation | None:
    """The newest course of a property; None while there is none."""
    return session.scalars(select(Valuation).where(Valuation.property_id == property_id)
                           .order_by(Valuation.opened_at.desc()).limit(1)).first()


def openable(session: Session, court_id: str) -> list[Property]:
    """Properties for which a course may begin (REF-1): on no course, and with no price in force."""
    taken = set(session.scalars(select(Valuation.property_id).where(
        Valuation.court_id == court_id, Valuation.stage.not_in(list(ENDS)))))
    return [found for status in (PropertyStatus.SEIZED, PropertyStatus.VALUING, PropertyStatus.PRICED)
            for found in cases.properties_with_status(session, status, court_id=court_id)
            if found.id not in taken]


def is_over_to_draw(valuation: Valuation, today: date) -> bool:
    """Whether the parties' chance to agree on three is over, so that the draw is next (REF-16.2)."""
    return valuation.agree_by_on is not None and (
        valuation.party_missing or valuation.wish_a_draw or today > valuation.agree_by_on)


def situation_of(valuation: Valuation) -> Situation:
    """What decides which methods are open."""
    return Situation(valuation.has_official_price, valuation.online_possible,
                     valuation.inspection_needed, valuation.appraisal_mandated,
                     valuation.joint_wish)


def ways_out_of(valuation: Valuation) -> tuple[WayOut, ...]:
    """The methods recorded as out."""
    return tuple(WayOut(one.method, one.ground, one.on, one.term_ended_on)
                 for one in valuation.ways_out)


def order_of(valuation: Valuation) -> tuple[str, ...]:
    """The latest order of three, as agreed or drawn; empty while there is none."""
    return tuple(valuation.orders[-1].entries) if valuation.orders else ()


def rounds_of(valuation: Valuation) -> list[Round]:
    """Every order so far, with those of it that did not finish."""
    return [Round(tuple(order.entries), frozenset(
        one.institution for one in valuation.commissions
        if one.round == order.round and one.failure is not None)) for order in valuation.orders]


def failed_here(valuation: Valuation) -> frozenset[str]:
    """Institutions that did not finish on this property; they are not chosen again (REF-19.5)."""
    return frozenset(one.institution for one in valuation.commissions if one.failure is not None)


def current_commission(valuation: Valuation) -> Commission | None:
    """The commission that runs, or that gave the report; None while nobody is commissioned."""
    return next((one for one in valuation.commissions if one.failure is None), None)


def institution_of(session: Session, commission: Commission) -> Institution:
    return session.get_one(Institution, commission.institution_id)


def may_see(session: Session, valuation: Valuation, actor: Actor) -> bool:
    """Whether this is staff of the court, the commissioned institution, or a party of the case."""
    if actor.is_staff:
        return actor.court_id == valuation.court_id
    if actor.may_act_as(Role.INSTITUTION):
        current = current_commission(valuation)
        if current is not None and institution_of(session, current).person_id == actor.id:
            return True
    return any(party.person_id == actor.id
               for party in cases.parties_of(session, valuation.case_id))


def record(session: Session, valuation: Valuation, kind: Kind, actor: Actor | str,
           body: dict[str, object]) -> None:
    """The leaf of an act upon a course."""
    audit.record(session, court_id=valuation.court_id, kind=kind, subject=valuation.subject,
                 actor=actor, case_id=valuation.case_id, body=body)
