"""Granting and revoking roles; it takes effect with the next request or socket event."""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.errors import RoleNotHeld
from accounts.models import Person, RoleGrant
from accounts.rules.roles import NAMED, check_roles
from accounts.services.people import check_may_staff, log_of, new_grant, own_identity, person
from audit import services as audit
from audit.kinds import Kind
from kernel.access import STAFF, Actor, Role
from kernel.errors import NotAllowed
from kernel.formats import instant_text


def grant_role(session: Session, person_id: str, role: Role, *, actor: Actor,
               now: datetime) -> RoleGrant:
    """Give a person one more role; a role already held stays as it was granted.

    Who becomes an institution acts under a public name from then on.

    Raises:
        NotAllowed: nobody grants to themselves; staff only by an administrator of the court.
        RolesDoNotFit: see ``accounts.rules.roles``.
    """
    found = person(session, person_id)
    _check_may_change(found, role, actor)
    held = _in_force(found, role)
    if held is not None:
        return held
    check_roles(found.roles | {role}, found.court_id)
    grant = new_grant(role, found.court_id, actor, now)
    found.grants.append(grant)
    if role in NAMED and found.public_name is None:
        found.public_name = own_identity(session, found.id).name
    audit.record(session, court_id=log_of(found), kind=Kind.ROLE_GRANTED,
                 subject=f"person:{person_id}", actor=actor,
                 body={"role": role, "granted_at": instant_text(now)})
    return grant


def revoke_role(session: Session, person_id: str, role: Role, *, actor: Actor,
                now: datetime) -> None:
    """Take a role away.

    Raises:
        RoleNotHeld: the person does not hold it.
        NotAllowed: see ``grant_role``.
    """
    found = person(session, person_id)
    _check_may_change(found, role, actor)
    held = _in_force(found, role)
    if held is None:
        raise RoleNotHeld
    held.revoked_at, held.revoked_by = now, actor.id
    audit.record(session, court_id=log_of(found), kind=Kind.ROLE_REVOKED,
                 subject=f"person:{person_id}", actor=actor,
                 body={"role": role, "revoked_at": instant_text(now)})


def _check_may_change(found: Person, role: Role, actor: Actor) -> None:
    if actor.id == found.id:
        raise NotAllowed
    if role in STAFF:
        check_may_staff(actor, found.court_id)


def _in_force(found: Person, role: Role) -> RoleGrant | None:
    return next((grant for grant in found.grants
                 if grant.role == role and grant.revoked_at is None), None)
