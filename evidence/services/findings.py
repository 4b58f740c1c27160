"""What auditors of a court mark: a note at a leaf, or at an attempt, which is a leaf too."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.services import reading
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from evidence.errors import NoSuchAttempt
from evidence.models import Finding
from evidence.services.sales import sale_of_court
from evidence.services.searching import leaf_of
from kernel.access import Actor
from kernel.commitments import SALT_BYTES, lp
from kernel.ids import new_id

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with the name of whoever wrote it."""

    finding: Finding
    by: str


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Findings, newest first; ``older`` is what to ask for next, None at the end."""

    findings: list[ShownFinding]
    older: str | None


def note_hash(subject: str, salt: bytes, note: str) -> str:
    """Hex of SHA-256(lp("finding/v1", subject, salt, note)): what the leaf of a finding holds of its note."""
    return sha256(lp(b"finding/v1", subject.encode(), salt, note.encode())).hexdigest()


def mark_leaf(session: Session, *, log: str, index: int, note: str, actor: Actor, now: datetime) -> Finding:
    """Note something at a leaf of the auditor's court.

    Raises:
        NoSuchSale: there is no such leaf, or it is another court's.
    """
    leaf = leaf_of(session, log, index, actor)
    attempt = reading.attempt_of_leaf(session, leaf.subject, index) if leaf.kind == Kind.BID else None
    if attempt is not None:
        return _mark(session, leaf, attempt.lot_id, attempt.number, attempt.position, note, actor, now)
    lot_id, number = _sale_named(leaf.subject)
    return _mark(session, leaf, lot_id, number, None, note, actor, now)


def mark_attempt(session: Session, *, lot_id: str, number: int, position: int, note: str, actor: Actor,
                 now: datetime) -> Finding:
    """Note something at an attempt of a sale of the auditor's court.

    Raises:
        NoSuchSale: there is no such sale, or it is another court's.
        NoSuchAttempt: the sale has none at this place.
    """
    sale = sale_of_court(session, lot_id, number, actor)
    attempt = reading.attempt_at(session, lot_id, number, position)
    log = audit.log_of_court(session, sale.lot.court_id, is_exercise=sale.lot.is_exercise)
    if attempt is None or attempt.leaf_index is None or log is None:
        raise NoSuchAttempt
    leaf = leaf_of(session, log, attempt.leaf_index, actor)
    return _mark(session, leaf, lot_id, number, position, note, actor, now)


def _sale_named(subject: str) -> tuple[str | None, int | None]:
    """The sale that a subject names: ``lot:ID/N``."""
    kind, _, named = subject.partition(":")
    lot_id, slash, number = named.partition("/")
    return (lot_id, int(number)) if kind == "lot" and slash and number.isdigit() else (None, None)


def _mark(session: Session, leaf: Leaf, lot_id: str | None, number: int | None, position: int | None,
          note: str, actor: Actor, now: datetime) -> Finding:
    found = Finding(id=new_id("finding"), court_id=actor.court_id, log=leaf.log, leaf_index=leaf.index,
                    lot_id=lot_id, number=number, position=position, note=note,
                    salt=secrets.token_bytes(SALT_BYTES), written_by=actor.id, written_at=now)
    session.add(found)
    session.flush()
    audit.record(session, court_id=found.court_id, kind=Kind.FINDING_NOTED, subject=found.subject,
                 actor=actor, case_id=leaf.case_id, is_exercise=audit.is_exercise_log(session, leaf.log),
                 body={"index": leaf.index, "leaf": leaf.hash,
                       "note": note_hash(found.subject, found.salt, note)})
    return found


def findings_of_court(session: Session, actor: Actor, *, before: str = "") -> FindingPage:
    """All findings of the auditor's court, newest first; ``before`` goes on behind that one."""
    query = select(Finding).where(Finding.court_id == (actor.court_id or ""))
    last = session.get(Finding, before) if before else None
    if last is not None and last.court_id == actor.court_id:
        query = query.where(tuple_(Finding.written_at, Finding.id) < tuple_(last.written_at, last.id))
    found = session.scalars(query.order_by(Finding.written_at.desc(), Finding.id.desc())
                            .limit(PER_PAGE + 1)).all()
    return FindingPage(_shown(session, found[:PER_PAGE]),
                       found[PER_PAGE - 1].id if len(found) > PER_PAGE else None)


def findings_at(session: Session, leaf: Leaf) -> list[ShownFinding]:
    """What was noted at a leaf, in order."""
    return _shown(session, session.scalars(
        select(Finding).where(Finding.log == leaf.log, Finding.leaf_index == leaf.index)
        .order_by(Finding.written_at, Finding.id)).all())


def findings_of_sale(session: Session, lot_id: str, number: int) -> list[ShownFinding]:
    """What was noted at the attempts and other leaves of a sale, by their place in the log."""
    return _shown(session, session.scalars(
        select(Finding).where(Finding.lot_id == lot_id, Finding.number == number)
        .order_by(Finding.leaf_index, Finding.written_at, Finding.id)).all())


def _shown(session: Session, found: Sequence[Finding]) -> list[ShownFinding]:
    names = accounts.names_of(session, [one.written_by for one in found])
    return [ShownFinding(one, names.get(one.written_by, one.written_by)) for one in found]
