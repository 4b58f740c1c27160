"""Comparing logs with checkpoints outside of the database, and accepting what a restore has lost."""

from base64 import b64encode
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Log, SignedCheckpoint, TreeHead
from audit.rules.notes import BadNote, Checkpoint
from audit.rules.outside import Compared, Outside, Verdict, read_outside
from audit.services.checkpoints import Refused, root_of_first
from audit.services.reading import body_of, leaves_of_subject, log_keys
from audit.services.recording import record
from kernel import signing
from kernel.access import Actor


def compare(session: Session, found: Outside) -> Compared:
    """How the log in the database stands beside one checkpoint outside."""
    log = session.get(Log, found.origin, populate_existing=True)
    size, last_at = (0, None) if log is None else (log.size, log.last_at)
    try:
        known = read_outside(found, _keys(session, found.origin))
    except BadNote as error:
        return Compared(found, Verdict.GARBLED, None, size, last_at, str(error))
    try:
        return Compared(found, _verdict(session, known, size), known, size, last_at)
    except Refused as error:
        return Compared(found, Verdict.DIFFERS, known, size, last_at, str(error))


def _keys(session: Session, origin: str) -> set[str]:
    """Those that the log names; and the present one, which a log of before a change does not know."""
    named = set(log_keys(session, origin))
    return named | {signing.signer(origin).vkey} if signing.is_given() else named


def _verdict(session: Session, known: Checkpoint, size: int) -> Verdict:
    if known.size <= size and root_of_first(session, known.origin, known.size) == known.root:
        return Verdict.HOLDS
    if _is_accepted(session, known):
        return Verdict.ACCEPTED
    return Verdict.BEHIND if size < known.size else Verdict.DIFFERS


def _is_accepted(session: Session, known: Checkpoint) -> bool:
    return any(_told(known) in body_of(leaf)["lost"] for leaf in leaves_of_subject(
        session, f"log:{known.origin}", kind=Kind.SYSTEM_RESTORED))


def accept_loss(session: Session, origin: str, lost: Iterable[Checkpoint], *, signed_by: Sequence[str],
                minutes_sha256: str, actor: Actor) -> None:
    """Write into the log that two people know what a restore has taken from it.

    Args:
        lost: the checkpoints outside that the log does not continue.
        signed_by: public ids of the two.
        minutes_sha256: of the record that says why there is no newer backup, in hexadecimal.
    """
    log, head = session.get_one(Log, origin), session.get(TreeHead, origin)
    record(session, court_id=log.court_id, kind=Kind.SYSTEM_RESTORED, subject=f"log:{origin}", actor=actor,
           is_exercise=log.is_exercise, body={
               "lost": sorted((_told(one) for one in lost), key=lambda one: (one["size"], one["root"])),
               "stands": {"size": log.size, "signed": 0 if head is None else head.size},
               "minutes": minutes_sha256, "signed_by": list(signed_by)})


def newest_checkpoints(session: Session) -> Sequence[SignedCheckpoint]:
    """Of each log the last signed word on where it stands."""
    return session.scalars(select(SignedCheckpoint).join(
        TreeHead, (TreeHead.log == SignedCheckpoint.log) & (TreeHead.size == SignedCheckpoint.size))
        .order_by(SignedCheckpoint.log)).all()


def court_of_log(session: Session, origin: str) -> str | None:
    """The court whose log this is, ``installation`` for that of the platform itself; None: no such log."""
    return session.scalar(select(Log.court_id).where(Log.origin == origin))


def _told(known: Checkpoint) -> dict[str, int | str]:
    return {"size": known.size, "root": b64encode(known.root).decode()}
