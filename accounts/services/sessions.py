"""Who is behind a request: sign-in sessions of browsers and tokens of programs.

Lifetimes run on the hardware's clock (``kernel.clock.machine_now``): a demo clock walked ahead
by a month must not sign everybody out.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from accounts.errors import NoSuchToken
from accounts.models import ApiToken, Court, LoginSession, Person, RoleGrant
from accounts.services.people import log_of, person
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.formats import instant_text
from kernel.ids import new_id

SESSION_LASTS: Final = timedelta(hours=12)
TOKEN_LASTS: Final = timedelta(days=90)
TOKEN_BYTES: Final = 32


def sign_in(session: Session, person_id: str, *, now: datetime) -> str:
    """Begin a session, always under a new token, and return the token: the table keeps its hash."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(LoginSession(token_hash=_hash(token), person_id=person_id, started_at=now,
                             expires_at=now + SESSION_LASTS, revoked_at=None))
    return token


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End a session: the same token opens nothing any more, on HTTP as on open sockets."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == _hash(token),
                                               LoginSession.revoked_at.is_(None))
                    .values(revoked_at=now))


def sign_out_everywhere(session: Session, person_id: str, *, now: datetime,
                        but: str | None = None) -> None:
    """End all sessions of a person, except the one with the token ``but``."""
    session.execute(update(LoginSession)
                    .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None),
                           LoginSession.token_hash != _hash(but or ""))
                    .values(revoked_at=now))


def forget_sessions(session: Session, *, ended_before: datetime) -> None:
    """Delete the sessions that expired before an instant."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at < ended_before))


def actor_of_session(session: Session, token: str, *, now: datetime,
                     in_english: bool = False) -> Actor | None:
    """Who is behind a session's token; None where it has ended, expired or never was."""
    return _actor(session, and_(
        LoginSession.token_hash == _hash(token), LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now), LoginSession, in_english)


def still_signed_in(session: Session, tokens: Collection[str], *, now: datetime) -> set[str]:
    """Those of these sessions' tokens that still hold: one statement, however many."""
    hashes = {_hash(token): token for token in tokens}
    held = select(LoginSession.token_hash).where(
        LoginSession.token_hash.in_(hashes), LoginSession.revoked_at.is_(None), LoginSession.expires_at > now)
    return {hashes[found] for found in session.scalars(held)}


def actor_of_token(session: Session, token: str, *, now: datetime,
                   in_english: bool = False) -> Actor | None:
    """Who is behind a bearer token; None where it was revoked, expired or never was."""
    return _actor(session, and_(
        ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > now), ApiToken, in_english)


def _actor(session: Session, holds: ColumnElement[bool],
           bearer: type[LoginSession] | type[ApiToken], in_english: bool) -> Actor | None:
    # One statement, as it is asked with every request and every bid.
    rows: Sequence[Any] = session.execute(
        select(Person.id, Person.login, Person.public_name, Person.court_id,
               Court.name_en if in_english else Court.name_zh, RoleGrant.role)
        .select_from(bearer).join(Person, Person.id == bearer.person_id)
        .outerjoin(Court, Court.id == Person.court_id)
        .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id,
                                   RoleGrant.revoked_at.is_(None)))
        .where(holds)).all()
    if not rows:
        return None
    person_id, login, public_name, court_id, court_name, _ = rows[0]
    roles = frozenset(row.role for row in rows if row.role is not None)
    return Actor(person_id, public_name or login, roles, court_id, court_name)


def issue_token(session: Session, person_id: str, *, label: str, now: datetime,
                ) -> tuple[ApiToken, str]:
    """A new bearer token and its secret, which is shown this once."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken(id=new_id("token"), person_id=person_id, token_hash=_hash(secret),
                     label=label, issued_at=now, expires_at=now + TOKEN_LASTS, revoked_at=None)
    session.add(token)
    audit.record(session, court_id=log_of(person(session, person_id)), kind=Kind.TOKEN_ISSUED,
                 subject=f"person:{person_id}", actor=f"person:{person_id}",
                 body={"token": token.id, "expires_at": instant_text(token.expires_at)})
    return token, secret


def tokens_of(session: Session, person_id: str, *, now: datetime) -> Sequence[ApiToken]:
    """The tokens of a person that still work, newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None),
               ApiToken.expires_at > now)
        .order_by(ApiToken.issued_at.desc(), ApiToken.id)).all()


def revoke_token(session: Session, token_id: str, *, actor: Actor, now: datetime) -> None:
    """Stop one's own token.

    Raises:
        NoSuchToken: not a working token of this person.
    """
    token = session.get(ApiToken, token_id)
    if token is None or token.person_id != actor.id or token.revoked_at is not None:
        raise NoSuchToken
    token.revoked_at = now
    audit.record(session, court_id=log_of(person(session, actor.id)), kind=Kind.TOKEN_REVOKED,
                 subject=f"person:{actor.id}", actor=actor, body={"token": token_id})


def _hash(token: str) -> str:
    # The token holds 256 random bits, so a plain hash cannot be turned back by guessing.
    return sha256(token.encode()).hexdigest()
