"""The case itself: registering, assigning, finding, and who may work on it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases.errors import CaseExists, NoSuchCase, NotYourCase
from cases.models import Case, Claim, Party, Property
from cases.rules.registration import CaseFacts, check_case
from cases.rules.words import Regime
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.ids import new_id
from kernel.law import CURRENT

PAGE = 30


def get_case(session: Session, case_id: str) -> Case:
    """The case with this id.

    Raises:
        NoSuchCase: there is none.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NoSuchCase
    return case


def case_file(session: Session, case_id: str) -> Case:
    """The case with everything that its page shows, read in a fixed number of queries.

    Raises:
        NoSuchCase: there is none.
    """
    case = session.scalar(select(Case).where(Case.id == case_id).options(
        selectinload(Case.parties),
        selectinload(Case.properties).selectinload(Property.fact_versions),
        selectinload(Case.claims).selectinload(Claim.seizures),
    ))
    if case is None:
        raise NoSuchCase
    return case


def may_read(actor: Actor, case: Case) -> None:
    """Let in staff of the case's court.

    Raises:
        NotAllowed: anyone else.
    """
    if not actor.is_staff or actor.court_id != case.court_id:
        raise NotAllowed


def may_handle(actor: Actor, case: Case) -> None:
    """Let the officer in charge act.

    Raises:
        NotAllowed: staff of another court, or no staff.
        NotYourCase: others of the same court.
    """
    may_read(actor, case)
    if actor.id != case.officer_id or not actor.may_act_as(Role.OFFICER):
        raise NotYourCase


def register_case(session: Session, facts: CaseFacts, *, actor: Actor, now: datetime) -> Case:
    """Take up a case; it is assigned to the officer who registers it.

    Raises:
        InvalidInput: see ``cases.rules.registration.check_case``.
        CaseExists: the court has this number already.
    """
    number, regime = check_case(facts, today=beijing_day(now))
    if actor.court_id is None or not actor.may_act_as(Role.OFFICER):
        raise NotAllowed
    _refuse_double(session, actor.court_id, number)
    case = Case(id=new_id("case"), court_id=actor.court_id, rule_set=CURRENT, officer_id=actor.id,
                registered_by=actor.id, registered_at=now, **_columns(facts, number, regime))
    session.add(case)
    audit.record(session, court_id=case.court_id, kind=Kind.CASE_REGISTERED, subject=case.subject,
                 actor=actor, case_id=case.id, body=_body(case) | {"officer": case.officer_id})
    session.flush()
    return case


def amend_case(session: Session, case_id: str, facts: CaseFacts, *, actor: Actor,
               now: datetime) -> Case:
    """Correct what was registered.

    Raises:
        InvalidInput, CaseExists: as ``register_case``.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    number, regime = check_case(facts, today=beijing_day(now))
    if number != case.number:
        _refuse_double(session, case.court_id, number)
    for name, value in _columns(facts, number, regime).items():
        setattr(case, name, value)
    audit.record(session, court_id=case.court_id, kind=Kind.CASE_AMENDED, subject=case.subject,
                 actor=actor, case_id=case.id, body=_body(case))
    return case


def _columns(facts: CaseFacts, number: str, regime: Regime) -> dict[str, object]:
    return {"number": number, "cause": facts.cause, "basis": facts.basis,
            "filed_on": facts.filed_on, "debtor_kind": facts.debtor_kind, "regime": regime,
            "regime_reason": facts.regime_reason}


def _body(case: Case) -> dict[str, object]:
    return {"number": case.number, "filed_on": case.filed_on.isoformat(),
            "debtor_kind": case.debtor_kind, "regime": case.regime, "rules": case.rule_set}


def _refuse_double(session: Session, court_id: str, number: str) -> None:
    if session.scalar(select(Case.id).where(Case.court_id == court_id, Case.number == number)):
        raise CaseExists(number=number)


def assign_case(session: Session, case_id: str, officer_id: str, *, actor: Actor,
                now: datetime) -> Case:
    """Hand the case to another officer of the court: by the officer in charge or an administrator.

    Raises:
        InvalidInput: ``officer_id`` is no officer of this court.
        NotAllowed: anyone else tries.
    """
    case = get_case(session, case_id)
    may_read(actor, case)
    if actor.id != case.officer_id and not actor.may_act_as(Role.ADMINISTRATOR):
        raise NotYourCase
    officers = accounts.people_with_role(session, case.court_id, Role.OFFICER)
    if officer_id not in {officer.id for officer in officers}:
        raise InvalidInput({"officer_id": N_("请从本院的执行人员中选择。")})
    before, case.officer_id = case.officer_id, officer_id
    audit.record(session, court_id=case.court_id, kind=Kind.CASE_ASSIGNED, subject=case.subject,
                 actor=actor, case_id=case.id, body={"officer": officer_id, "before": before})
    if officer_id != actor.id:
        accounts.send_message(session, person_id=officer_id, now=now, url=f"/desk/cases/{case.id}",
                              text=N_("案件 %(number)s 已交由您承办。"),
                              details={"number": case.number})
    return case


class CasePage(NamedTuple):
    """One page of a list of cases."""

    cases: Sequence[Case]
    total: int


def cases_of_court(session: Session, court_id: str, *, officer_id: str | None = None,
                   query: str = "", page: int = 1) -> CasePage:
    """The cases of a court, newest first, with parties and properties.

    Args:
        session: where to read.
        court_id: whose cases.
        officer_id: only those of this officer in charge.
        query: a part of the number, of a party's name or of a property's title.
        page: from 1, ``PAGE`` cases each.
    """
    wanted = select(Case).where(Case.court_id == court_id)
    if officer_id is not None:
        wanted = wanted.where(Case.officer_id == officer_id)
    if query:
        part = query.replace("(", "（").replace(")", "）")
        wanted = wanted.where(or_(
            Case.number.contains(part, autoescape=True),
            Case.parties.any(Party.name.contains(query, autoescape=True)),
            Case.properties.any(Property.title.contains(query, autoescape=True)),
        ))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    found = session.scalars(
        wanted.order_by(Case.registered_at.desc(), Case.id).limit(PAGE).offset(PAGE * (page - 1))
        .options(selectinload(Case.parties), selectinload(Case.properties)))
    return CasePage(found.all(), total)


def cases_of_person(session: Session, person_id: str) -> Sequence[Case]:
    """The cases in which this person's account is a party, newest first."""
    return session.scalars(
        select(Case).where(Case.parties.any(Party.person_id == person_id))
        .order_by(Case.registered_at.desc(), Case.id)
        .options(selectinload(Case.parties), selectinload(Case.properties))).all()


def case_named(session: Session, court_id: str, named: str) -> Case | None:
    """The case of a court that has this id or this number; None where there is none."""
    number = named.replace("(", "（").replace(")", "）").replace(" ", "")
    return session.scalars(select(Case).where(
        Case.court_id == court_id, or_(Case.id == named, Case.number == number))).first()


def numbers_of(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    """Case -> its number, of many cases at once, for lists of floors above."""
    rows = session.execute(select(Case.id, Case.number).where(Case.id.in_(case_ids)))
    return {row.id: row.number for row in rows}


def officers_of(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    """Case -> the officer in charge, of many cases at once, for lists of floors above."""
    rows = session.execute(select(Case.id, Case.officer_id).where(Case.id.in_(case_ids)))
    return {row.id: row.officer_id for row in rows}
