"""People: registering them, sealing who they are, and the few ways to see it."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.errors import NoSuchPerson
from accounts.models import Person, RoleGrant
from accounts.rules.credentials import plain_login
from accounts.rules.identity import (
    IdentityNumber,
    WrongNumber,
    masked_number,
    read_identity_number,
)
from accounts.rules.roles import NAMED, check_roles
from accounts.services.courts import INSTALLATION
from audit import services as audit
from audit.kinds import Kind
from kernel.access import STAFF, Actor, Role
from kernel.commitments import SALT_BYTES, identity_commitment
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.formats import instant_text
from kernel.ids import new_id
from kernel.vault import the_vault

_TAKEN_LOGIN = N_("这个账号已经有人使用，请换一个。")
_TAKEN_NUMBER = N_("这个证件号码已经注册过账号，请用原账号登录。")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is. Held only as long as it takes to use it; never logged, never cached."""

    name: str
    id_number: str
    phone: str

    @property
    def masked_number(self) -> str:
        """What a published confirmation shows of the number (AUC-22.1)."""
        return masked_number(self.id_number)


def register_person(
    session: Session, *, login: str, password_hash: str, name: str, roles: Iterable[Role],
    court_id: str | None = None, phone: str = "", id_number: str = "", actor: Actor,
    now: datetime,
) -> Person:
    """Register somebody on behalf of the installation or of a court.

    Raises:
        InvalidInput: the login or the identity number is taken, or the number does not hold.
        NotAllowed: staff may be registered by an administrator of the same court only.
        RolesDoNotFit: see ``accounts.rules.roles``.
    """
    roles = frozenset(roles)
    if roles & STAFF:
        check_may_staff(actor, court_id)
    return _register(session, person_id=new_id("person"), login=login,
                     password_hash=password_hash, identity=Identity(name, id_number, phone),
                     roles=roles, court_id=court_id, terms=None, actor=actor, now=now)


def register_bidder(session: Session, *, login: str, password_hash: str, identity: Identity,
                    terms: str, now: datetime) -> Person:
    """Somebody registers to bid, and acts for the first time by doing so.

    Raises:
        InvalidInput: the login or the identity number is taken, or the number does not hold.
    """
    person_id = new_id("person")
    return _register(session, person_id=person_id, login=login, password_hash=password_hash,
                     identity=identity, roles=frozenset({Role.BIDDER}), court_id=None,
                     terms=terms, actor=Actor(person_id, login), now=now)


def _register(session: Session, *, person_id: str, login: str, password_hash: str,
              identity: Identity, roles: frozenset[Role], court_id: str | None,
              terms: str | None, actor: Actor, now: datetime) -> Person:
    check_roles(roles, court_id)
    login = plain_login(login)
    number = _read_number(identity.id_number)
    digest = the_vault().digest(number.value, "id_number") if number else None
    _refuse_taken(session, login, digest)
    shown = {"name": identity.name, "id_number": number.value if number else "",
             "phone": identity.phone}
    salt = secrets.token_bytes(SALT_BYTES)
    person = Person(
        id=person_id, login=login, password_hash=password_hash,
        public_name=identity.name if roles & NAMED else None, court_id=court_id,
        kind=number.kind if number else None,
        sealed_identity=the_vault().seal({**shown, "salt": salt.hex()}, _place(person_id)),
        number_digest=digest, terms=terms, registered_at=now,
        grants=[new_grant(role, court_id, actor, now) for role in sorted(roles)])
    session.add(person)
    session.flush()
    subject = f"person:{person_id}"
    audit.record(session, court_id=log_of(person), kind=Kind.PERSON_REGISTERED, subject=subject,
                 actor=actor,
                 body={"roles": sorted(roles), "kind": person.kind, "terms": terms,
                       "registered_at": instant_text(now),
                       "identity_commitment": identity_commitment(
                           subject=subject, code="", salt=salt, identity=shown)})
    return person


def _read_number(typed: str) -> IdentityNumber | None:
    if not typed:
        return None
    try:
        return read_identity_number(typed)
    except WrongNumber as error:
        raise InvalidInput({"id_number": error.advice}) from error


def _refuse_taken(session: Session, login: str, digest: str | None) -> None:
    taken = {}
    if session.scalar(select(Person.id).where(Person.login == login)) is not None:
        taken["login"] = _TAKEN_LOGIN
    if digest is not None and session.scalar(
            select(Person.id).where(Person.number_digest == digest)) is not None:
        taken["id_number"] = _TAKEN_NUMBER
    if taken:
        raise InvalidInput(taken)


def new_grant(role: Role, court_id: str | None, actor: Actor, now: datetime) -> RoleGrant:
    return RoleGrant(id=new_id("grant"), role=role, court_id=court_id if role in STAFF else None,
                     granted_by=actor.id, granted_at=now)


def check_may_staff(actor: Actor, court_id: str | None) -> None:
    """Only the installation itself and an administrator of that court make or unmake its staff.

    Raises:
        NotAllowed: anyone else.
    """
    if actor.id != "system" and not (
            actor.may_act_as(Role.ADMINISTRATOR) and actor.court_id == court_id):
        raise NotAllowed


def log_of(person: Person) -> str:
    """The court_id of the log in which acts upon this person stand."""
    return person.court_id or INSTALLATION


def person(session: Session, person_id: str) -> Person:
    """One person.

    Raises:
        NoSuchPerson: there is none with this id.
    """
    found = session.get(Person, person_id)
    if found is None:
        raise NoSuchPerson
    return found


def people_with_role(session: Session, court_id: str | None, role: Role) -> Sequence[Person]:
    """Everyone who holds a role now, in a court for its staff; by their public names."""
    return session.scalars(
        select(Person).join(RoleGrant)
        .where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None),
               RoleGrant.court_id == (court_id if role in STAFF else None))
        .order_by(Person.public_name, Person.login)).all()


def names_of(session: Session, person_ids: Collection[str]) -> dict[str, str]:
    """The names others may see, of many people at once; the platform itself is ``system``."""
    people = session.scalars(select(Person).where(Person.id.in_(set(person_ids))))
    return {one.id: one.shown_name for one in people}


def person_by_login(session: Session, login: str) -> Person | None:
    """Whose login this is; None where nobody has it."""
    return session.scalars(select(Person).where(Person.login == plain_login(login))).one_or_none()


def credentials(session: Session, login: str) -> tuple[str, str] | None:
    """Id and password hash behind a login, to be verified outside any unit of work."""
    row = session.execute(select(Person.id, Person.password_hash)
                          .where(Person.login == plain_login(login))).one_or_none()
    return (row.id, row.password_hash) if row else None


def change_password(session: Session, *, password_hash: str, actor: Actor,
                    now: datetime) -> None:
    """Set one's own password; the caller has verified the old one."""
    found = person(session, actor.id)
    found.password_hash = password_hash
    audit.record(session, court_id=log_of(found), kind=Kind.PASSWORD_CHANGED,
                 subject=f"person:{found.id}", actor=actor,
                 body={"changed_at": instant_text(now)})


def identity_of(session: Session, person_id: str, *, reason: str, actor: Actor,
                now: datetime) -> Identity:
    """Open a sealed identity; the reading itself is a leaf.

    ``reason`` is a stable word for the act that needs it, such as ``buyer.published``; it goes
    into the log, so it names nobody.
    """
    found = person(session, person_id)
    audit.record(session, court_id=actor.court_id or log_of(found), kind=Kind.IDENTITY_READ,
                 subject=f"person:{person_id}", actor=actor,
                 body={"reason": reason, "read_at": instant_text(now)})
    return _open(found)


def own_identity(session: Session, person_id: str) -> Identity:
    """What a person sees of themselves: no secret from them, so no leaf. Show it to no one else."""
    return _open(person(session, person_id))


def identity_for_machine(session: Session, person_id: str) -> Identity:
    """An identity for a computation that shows it to nobody: a digest, a salted commitment.

    No leaf: a leaf beside a bidder's admission would tell the person behind a code (AUC-18.3).
    """
    return _open(person(session, person_id))


def _open(found: Person) -> Identity:
    opened = the_vault().open(found.sealed_identity, _place(found.id))
    return Identity(opened["name"], opened["id_number"], opened["phone"])


def _place(person_id: str) -> str:
    return f"people.sealed_identity:{person_id}"
