"""What the platform knows of witnesses: whom a log names, what they have signed, and when they are missing.

Asking them over the network is a job (``evidence/jobs.py``); here is what it reads before and writes after.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Cosignature, Leaf, Log, SignedCheckpoint, TreeHead, WitnessedLog, WitnessStanding
from audit.rules.notes import Note, proof_file, read_note, read_signature
from audit.rules.tiles import Broken
from audit.rules.witnesses import NO_WITNESS, Policy, Submission, Trouble, read_policy
from audit.services.checkpoints import newest_checkpoint, tree_of
from audit.services.recording import record
from kernel.access import SYSTEM
from kernel.formats import instant_text

log = structlog.get_logger()

GIVEN_OUT_AFTER: Final = timedelta(seconds=6)
"""A checkpoint that its witnesses do not sign is given out all the same: ten seconds are promised."""
MISSING_AFTER: Final = timedelta(seconds=10)
"""A checkpoint that is older and not covered by the quorum is explained by an alarm (invariant A5)."""
CALM: Final = timedelta(seconds=60)
"""An alarm lasts so long at least: witnesses that come and go make no leaf each time."""
ASK_AGAIN_S: Final = 2
LONGEST_REST_S: Final = 60


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be asked of one witness: to sign the newest checkpoint of one log."""

    origin: str
    key: str
    size: int
    asked: Submission


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an errand: a cosignature that was checked, with its time, or the trouble."""

    errand: Errand
    line: str | None = None
    signed_at: datetime | None = None
    trouble: Trouble | None = None


def unnamed_logs(session: Session, policy: Policy) -> list[str]:
    """The logs that do not yet name these witnesses; without any, those that still name some."""
    others = WitnessedLog.policy != policy.text
    return list(session.scalars(
        select(TreeHead.log).outerjoin(WitnessedLog, WitnessedLog.log == TreeHead.log)
        .where(or_(others, WitnessedLog.log.is_(None)) if policy.keys else others).order_by(TreeHead.log)))


def name_witnesses(session: Session, origin: str, policy: Policy, now: datetime) -> None:
    """Say in the log whose cosignatures its checkpoints bear from now on, unless it says so."""
    named, of_log = session.get(WitnessedLog, origin, with_for_update=True), session.get_one(Log, origin)
    if named is not None and named.policy == policy.text:
        return
    if named is None:
        named = WitnessedLog(log=origin, cosigned=0)
        session.add(named)
    named.policy = policy.text
    named.cosigned = _cosigned(session, origin, policy, after=0)
    if not policy.keys:
        named.missing_since = named.alarm_at = None
    session.execute(delete(WitnessStanding).where(
        WitnessStanding.log == origin, WitnessStanding.key.not_in(policy.keys)))
    known = set(session.scalars(select(WitnessStanding.key).where(WitnessStanding.log == origin)))
    session.add_all(WitnessStanding(log=origin, key=key, size=0, failures=0, ask_at=now)
                    for key in policy.keys if key not in known)
    record(session, court_id=of_log.court_id, kind=Kind.WITNESSES_NAMED, subject=f"log:{origin}",
           actor=SYSTEM, body={"quorum": policy.quorum, "witnesses": list(policy.keys)},
           is_exercise=of_log.is_exercise)


def errands(session: Session, now: datetime) -> list[Errand]:
    """Every witness that is behind and whose turn it is, with what to send to it."""
    behind = session.execute(
        select(WitnessStanding.log, WitnessStanding.key, WitnessStanding.size)
        .join(TreeHead, TreeHead.log == WitnessStanding.log)
        .where(WitnessStanding.size < TreeHead.size, WitnessStanding.ask_at <= now)
        .order_by(WitnessStanding.log, WitnessStanding.key)).all()
    found = []
    for origin, key, size in behind:
        try:
            errand = errand_from(session, origin, key, size)
        except Broken as broken:
            log.error("witnesses.refused", log=origin, reason=str(broken))  # noqa: TRY400 - that says all
            continue
        if errand is not None:
            found.append(errand)
    return found


def errand_from(session: Session, origin: str, key: str, old: int) -> Errand | None:
    """What leads a witness from ``old`` leaves to the newest checkpoint; None if it has seen more than that.

    Raises:
        Broken: the tiles do not give a path.
    """
    newest = newest_checkpoint(session, origin)
    if newest is None or old > newest.size:
        return None
    path = tree_of(session, origin, newest.size).consistency(old) if 0 < old < newest.size else []
    return Errand(origin, key, newest.size, Submission(old, path, newest.note))


def take_answers(session: Session, heard: Iterable[Heard], now: datetime) -> None:
    """Keep what witnesses signed, once, and when each is asked again."""
    answers = sorted(heard, key=lambda one: (one.errand.origin, one.errand.key))
    logs = [session.get_one(WitnessedLog, origin, with_for_update=True)
            for origin in sorted({one.errand.origin for one in answers})]
    for one in answers:
        errand = one.errand
        standing = session.get(WitnessStanding, (errand.origin, errand.key), with_for_update=True)
        if standing is None:
            continue   # no longer named
        standing.trouble = one.trouble
        if one.line is None:
            rest = min(ASK_AGAIN_S << min(standing.failures, 10), LONGEST_REST_S)
            standing.failures, standing.ask_at = standing.failures + 1, now + timedelta(seconds=rest)
            continue
        standing.size, standing.signed_at = max(standing.size, errand.size), one.signed_at
        standing.failures, standing.ask_at = 0, now
        if session.get(Cosignature, (errand.origin, errand.size, errand.key)) is None:
            session.add(Cosignature(log=errand.origin, size=errand.size, key=errand.key, line=one.line))
    session.flush()
    for named in logs:
        named.cosigned = _cosigned(session, named.log, read_policy(named.policy), after=named.cosigned)


def _cosigned(session: Session, origin: str, policy: Policy, *, after: int) -> int:
    """The size of the newest checkpoint with the quorum; ``after`` where none is newer."""
    return session.scalar(
        select(Cosignature.size)
        .where(Cosignature.log == origin, Cosignature.size > after, Cosignature.key.in_(policy.keys))
        .group_by(Cosignature.size).having(func.count() >= policy.quorum)
        .order_by(Cosignature.size.desc()).limit(1)) or after


def changed_alarms(session: Session, now: datetime) -> list[str]:
    """The logs whose witnesses are missing since too long, or back."""
    rows = session.scalars(
        select(WitnessedLog).join(TreeHead, TreeHead.log == WitnessedLog.log)
        .where(WitnessedLog.policy != NO_WITNESS.text)
        .where(or_(WitnessedLog.missing_since.is_not(None), WitnessedLog.cosigned < TreeHead.size)))
    return [named.log for named in rows if _alarm_changes(named, _uncovered_since(session, named), now)]


def record_alarm(session: Session, origin: str, now: datetime) -> None:
    """Say in the log that its witnesses are missing, once, or that they are back (invariant A5)."""
    named, of_log = session.get_one(WitnessedLog, origin, with_for_update=True), session.get_one(Log, origin)
    since = _uncovered_since(session, named)
    if not _alarm_changes(named, since, now):
        return
    kind = Kind.WITNESSES_MISSING if named.missing_since is None else Kind.WITNESSES_BACK
    begun = named.missing_since or since
    assert begun is not None   # noqa: S101 - an alarm begins with a checkpoint that is not covered
    record(session, court_id=of_log.court_id, kind=kind, subject=f"log:{origin}", actor=SYSTEM,
           body={"since": instant_text(begun), "cosigned": named.cosigned}, is_exercise=of_log.is_exercise)
    is_missing = kind is Kind.WITNESSES_MISSING
    named.missing_since, named.alarm_at = (begun, now) if is_missing else (None, None)


def _uncovered_since(session: Session, named: WitnessedLog) -> datetime | None:
    """When the oldest checkpoint was signed that no cosigned one covers; a later one covers all before it."""
    return session.scalar(
        select(SignedCheckpoint.signed_at)
        .where(SignedCheckpoint.log == named.log, SignedCheckpoint.size > named.cosigned)
        .order_by(SignedCheckpoint.size).limit(1))


def _alarm_changes(named: WitnessedLog, since: datetime | None, now: datetime) -> bool:
    is_late = since is not None and since <= now - MISSING_AFTER
    if named.alarm_at is None:
        return is_late
    return not is_late and named.alarm_at <= now - CALM


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as it is given out.

    Attributes:
        note: the signed note with all cosignatures that it has.
        cosigned_by: the vkeys of the named witnesses among them.
        policy: what the log asks for; ``NO_WITNESS`` where it names none.
    """

    origin: str
    size: int
    signed_at: datetime
    note: str
    cosigned_by: Sequence[str]
    policy: Policy

    @property
    def has_quorum(self) -> bool:
        return self.policy.is_met(self.cosigned_by)


def published_checkpoint(session: Session, origin: str, now: datetime) -> Published | None:
    """The newest checkpoint that is given out; None before the first.

    Where a log names witnesses, that is one that the quorum has signed, or that waited for it too long: its
    witnesses can delay a checkpoint by six seconds, and stop none.
    """
    named = session.get(WitnessedLog, origin)
    policy = NO_WITNESS if named is None else read_policy(named.policy)
    if named is None or not policy.keys:
        newest = newest_checkpoint(session, origin)
    else:
        newest = session.scalars(
            select(SignedCheckpoint).where(SignedCheckpoint.log == origin)
            .where(or_(SignedCheckpoint.size == named.cosigned,
                       SignedCheckpoint.signed_at <= now - GIVEN_OUT_AFTER))
            .order_by(SignedCheckpoint.size.desc()).limit(1)).first()
    if newest is None:
        return None
    lines = session.execute(select(Cosignature.key, Cosignature.line).where(
        Cosignature.log == origin, Cosignature.size == newest.size).order_by(Cosignature.key)).all()
    note = read_note(newest.note)
    whole = Note(note.body, (*note.signatures, *(read_signature(line.rstrip("\n")) for _key, line in lines)))
    return Published(origin, newest.size, newest.signed_at, whole.text,
                     [key for key, _line in lines if key in policy.keys], policy)


def proof_of(session: Session, checkpoint: Published, leaf: Leaf) -> str:
    """The tlog-proof of a leaf in a checkpoint that covers it."""
    path = tree_of(session, checkpoint.origin, checkpoint.size).inclusion(leaf.index)
    return proof_file(bytes(leaf.raw), leaf.index, path, checkpoint.note)


@dataclass(frozen=True, slots=True)
class WitnessNote:
    """One witness of a log: how far it has signed, when it says it did, and what is wrong."""

    key: str
    size: int
    signed_at: datetime | None
    trouble: Trouble | None

    @property
    def name(self) -> str:
        return self.key.split("+", 1)[0]


@dataclass(frozen=True, slots=True)
class LogWitnesses:
    """The witnesses of a log as they stand: ``cosigned`` is the newest size with the quorum."""

    policy: Policy
    cosigned: int
    missing_since: datetime | None
    witnesses: Sequence[WitnessNote]


def witnesses_of(session: Session, origin: str) -> LogWitnesses | None:
    """Whom the log names, and how each stands; None where it names nobody."""
    named = session.get(WitnessedLog, origin)
    if named is None or not (policy := read_policy(named.policy)).keys:
        return None
    rows = session.scalars(select(WitnessStanding).where(WitnessStanding.log == origin)
                           .order_by(WitnessStanding.key))
    return LogWitnesses(policy, named.cosigned, named.missing_since, [
        WitnessNote(one.key, one.size, one.signed_at, one.trouble) for one in rows])


def size_signed_before(session: Session, origin: str, now: datetime, seconds: int) -> int:
    """How far a log was signed so many seconds ago."""
    return session.scalar(
        select(SignedCheckpoint.size)
        .where(SignedCheckpoint.log == origin, SignedCheckpoint.signed_at <= now - timedelta(seconds=seconds))
        .order_by(SignedCheckpoint.size.desc()).limit(1)) or 0


@dataclass(frozen=True, slots=True)
class TroubledLog:
    """A log that too few witnesses sign, since when; or one that a witness says was changed."""

    origin: str
    missing_since: datetime | None
    is_contradicted: bool


def troubled_logs(session: Session) -> list[TroubledLog]:
    """The logs with an alarm that has not ended, and those that a witness contradicts."""
    missing = {one.log: one.missing_since for one in session.scalars(
        select(WitnessedLog).where(WitnessedLog.missing_since.is_not(None)))}
    contradicted = set(session.scalars(select(WitnessStanding.log).where(
        WitnessStanding.trouble.in_([one for one in Trouble if one.is_grave]))))
    return [TroubledLog(origin, missing.get(origin), origin in contradicted)
            for origin in sorted({*missing, *contradicted})]
