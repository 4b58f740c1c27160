"""The court's numbered secrets: committed to in public, used in order, each once (LOT-5)."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.vault import the_vault
from valuation.errors import NoSecretLeft
from valuation.models import CourtSecret
from valuation.rules.draw import SECRET_BYTES, HashName, court_commitment
from valuation.services.institutions import may_keep


def commit_secrets(session: Session, *, court_id: str, count: int, actor: Actor,
                   now: datetime) -> list[CourtSecret]:
    """Make the court's next numbered secrets and publish their commitments in the log.

    The secrets are drawn by the machine and sealed at once; nobody sees them before their draw.

    Raises:
        NotAllowed: neither draw clerk nor administrator of this court.
    """
    may_keep(actor, court_id)
    court = accounts.get_court(session, court_id)
    last = session.scalar(select(func.max(CourtSecret.number))
                          .where(CourtSecret.court_id == court_id)) or 0
    made = []
    for number in range(last + 1, last + count + 1):
        secret = secrets.token_bytes(SECRET_BYTES)
        commitment = court_commitment(HashName.SHA256, court.name_zh, number, secret).hex()
        row = CourtSecret(court_id=court_id, number=number, commitment=commitment, committed_at=now,
                          secret_sealed=the_vault().seal({"secret": secret.hex()},
                                                         _place(court_id, number)))
        session.add(row)
        made.append(row)
        audit.record(session, court_id=court_id, kind=Kind.SECRET_COMMITTED,
                     subject=f"court:{court_id}", actor=actor,
                     body={"court": court.name_zh, "number": number, "commitment": commitment})
    session.flush()
    return made


def secrets_of(session: Session, court_id: str) -> Sequence[CourtSecret]:
    """The numbered secrets of a court: commitments, and which draw used which."""
    return session.scalars(select(CourtSecret).where(CourtSecret.court_id == court_id)
                           .order_by(CourtSecret.number)).all()


def secrets_by_court(session: Session) -> dict[str, list[CourtSecret]]:
    """The numbered secrets of all courts that have any."""
    found: dict[str, list[CourtSecret]] = {}
    for one in session.scalars(select(CourtSecret).order_by(CourtSecret.court_id, CourtSecret.number)):
        found.setdefault(one.court_id, []).append(one)
    return found


def take_secret(session: Session, court_id: str, draw_id: str) -> CourtSecret:
    """Bind the lowest number that no draw has to a draw.

    All of the court's numbers are held while choosing, so that two pools proposed at the same
    moment get neighbouring numbers, never the same one and never one out of order.

    Raises:
        NoSecretLeft: none was committed beforehand.
    """
    held = session.scalars(select(CourtSecret).where(CourtSecret.court_id == court_id)
                           .order_by(CourtSecret.number).with_for_update()
                           .execution_options(populate_existing=True)).all()
    secret = next((one for one in held if one.draw_id is None), None)
    if secret is None:
        raise NoSecretLeft
    secret.draw_id = draw_id
    return secret


def free_secret(session: Session, court_id: str, number: int) -> None:
    """Give back the number of a pool that was never frozen.

    Nothing of it was opened, so nothing was learnt. To count it as used would be the danger:
    whoever may propose and refuse pools could then skip numbers, that is, choose among them.
    """
    session.get_one(CourtSecret, (court_id, number)).draw_id = None


def open_secret(secret: CourtSecret) -> str:
    """The secret in hexadecimal; only a draw whose contributions are closed may ask."""
    opened = the_vault().open(secret.secret_sealed, _place(secret.court_id, secret.number))
    return opened["secret"]


def _place(court_id: str, number: int) -> str:
    return f"court_secrets:{court_id}/{number}"
