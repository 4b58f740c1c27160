"""The court's sub-lists of institutions (名单子库): who is on them, and whose account is whose."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor, Role
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.ids import new_id
from valuation.errors import NoSuchInstitution
from valuation.models import Institution, Valuation

KEEPERS = (Role.ADMINISTRATOR, Role.DRAW_CLERK)
"""Who keeps the sub-lists of a court; never the officer of a case (LOT-4)."""


def may_keep(actor: Actor, court_id: str) -> None:
    """Let in those who keep the lists of this court.

    Raises:
        NotAllowed: anyone else, and staff of another court.
    """
    if actor.id == "system":
        return
    if actor.court_id != court_id or not actor.may_act_as(*KEEPERS):
        raise NotAllowed


def list_institution(session: Session, *, court_id: str, number: str, name: str, field: str,
                     region: str, person_id: str | None = None, actor: Actor,
                     now: datetime) -> Institution:
    """Enter an institution into the court's sub-list (REF-15.1).

    Raises:
        InvalidInput: the number is taken.
        NotAllowed: see ``may_keep``.
    """
    may_keep(actor, court_id)
    if session.scalar(select(Institution.id).where(Institution.court_id == court_id,
                                                   Institution.number == number)):
        raise InvalidInput({"number": N_("这个编号已经在名单中。")})
    found = Institution(id=new_id("inst"), court_id=court_id, number=number, name=name, field=field,
                        region=region, is_active=True, listed_at=now)
    session.add(found)
    session.flush()
    _record(session, found, Kind.INSTITUTION_LISTED, actor,
            {"number": number, "name": name, "field": field, "region": region})
    if person_id is not None:
        _link(session, found, person_id, actor)
    return found


def link_institution(session: Session, institution_id: str, *, login: str, actor: Actor,
                     now: datetime) -> Institution:
    """Give an institution the account through which it answers commissions.

    Raises:
        InvalidInput: no account of an institution has this login.
        NoSuchInstitution, NotAllowed.
    """
    found = get_institution(session, institution_id)
    may_keep(actor, found.court_id)
    wanted = next((one for one in accounts.people_with_role(session, None, Role.INSTITUTION)
                   if one.login == login.strip().lower()), None)
    if wanted is None:
        raise InvalidInput({"login": N_("没有这个账号，或者它不是评估机构的账号。")})
    _link(session, found, wanted.id, actor)
    accounts.send_message(session, person_id=wanted.id, now=now, url="/my/commissions",
                          text=N_("您的账号已关联“%(name)s”，委托会发到这里。"),
                          details={"name": found.name})
    return found


def set_institution_active(session: Session, institution_id: str, *, is_active: bool, actor: Actor,
                           now: datetime) -> Institution:
    """Take an institution out of the pools to come, or back in. Frozen pools do not change.

    Raises:
        NoSuchInstitution, NotAllowed.
    """
    found = get_institution(session, institution_id)
    may_keep(actor, found.court_id)
    if found.is_active is not is_active:
        found.is_active = is_active
        _record(session, found, Kind.INSTITUTION_ACTIVITY, actor,
                {"active": is_active, "number": found.number})
    return found


def get_institution(session: Session, institution_id: str) -> Institution:
    """One institution.

    Raises:
        NoSuchInstitution: there is none.
    """
    found = session.get(Institution, institution_id)
    if found is None:
        raise NoSuchInstitution
    return found


def institutions_of(session: Session, court_id: str) -> Sequence[Institution]:
    """All institutions of a court's sub-lists, by field and number, the inactive ones too."""
    return session.scalars(select(Institution).where(Institution.court_id == court_id)
                           .order_by(Institution.field, Institution.number)).all()


def listed(session: Session, valuation: Valuation) -> Sequence[Institution]:
    """The active institutions of the sub-list for the field of a course, by number."""
    return session.scalars(
        select(Institution).where(Institution.court_id == valuation.court_id,
                                  Institution.field == valuation.field, Institution.is_active)
        .order_by(Institution.number)).all()


def institution_by_entry(session: Session, court_id: str, entry: str) -> Institution:
    """The institution that stands as this in an order.

    Raises:
        NoSuchInstitution: the entry is of no institution of this court.
    """
    found = session.scalars(select(Institution).where(
        Institution.court_id == court_id, Institution.number == entry.split(" ", 1)[0])).first()
    if found is None:
        raise NoSuchInstitution
    return found


def institutions_of_person(session: Session, person_id: str) -> Sequence[Institution]:
    """The institutions for which an account answers; one may be on the lists of several courts."""
    return session.scalars(select(Institution).where(Institution.person_id == person_id)
                           .order_by(Institution.number)).all()


def _link(session: Session, found: Institution, person_id: str, actor: Actor) -> None:
    found.person_id = person_id
    _record(session, found, Kind.INSTITUTION_LINKED, actor,
            {"number": found.number, "person": person_id})


def _record(session: Session, found: Institution, kind: Kind, actor: Actor,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=found.court_id, kind=kind, subject=f"institution:{found.id}",
                 actor=actor, body=body)
