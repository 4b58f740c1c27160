"""Recording acts and reading them back.

``record`` only notes the act on the session; the leaves are written by ``write_leaves`` as the
last statements before COMMIT, under the locks of their heads, so that index and ``at`` rise
together and the locks are held as briefly as can be.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from audit.errors import NoSuchLog
from audit.kinds import Kind
from audit.models import Leaf, Log, SubjectHead
from audit.rules import GENESIS, ChainCheck, Misfit, StoredLeaf, leaf_bytes, leaf_hash
from kernel import clock
from kernel.access import Actor
from kernel.formats import canonical, parse_json

_PENDING: Final = "pending_leaves"


@dataclass(frozen=True, slots=True)
class _Act:
    court_id: str
    is_exercise: bool
    kind: Kind
    subject: str
    actor: str
    body: dict[str, Any]
    case_id: str | None


@dataclass(frozen=True, slots=True)
class WrittenLeaf:
    """A leaf that the present transaction wrote."""

    log: str
    index: int
    subject: str
    seq: int
    kind: str
    at: datetime
    raw: bytes
    hash: str


def open_log(session: Session, *, court_id: str, origin: str, is_exercise: bool = False) -> None:
    """Begin the log of a court, with its first leaf."""
    session.add(Log(origin=origin, court_id=court_id, is_exercise=is_exercise, size=0, last_at=None))
    session.flush()
    record(session, court_id=court_id, kind=Kind.LOG_OPENED, subject=f"log:{origin}", actor="system",
           body={"court": court_id, "exercise": is_exercise}, is_exercise=is_exercise)


def has_log(session: Session, court_id: str) -> bool:
    """Whether the log of this court was begun."""
    return session.scalar(select(Log.origin).where(Log.court_id == court_id).limit(1)) is not None


def record(session: Session, *, court_id: str, kind: Kind, subject: str, actor: Actor | str,
           body: Mapping[str, Any], case_id: str | None = None, is_exercise: bool = False) -> None:
    """Note an act; its leaf is written when the unit of work commits, or not at all.

    Args:
        subject: what the act is about, ``case:ID``, ``lot:ID/N``, ``draw:ID`` …
        actor: who acts; a text such as ``code:K7302`` for a bidder behind a code.
        body: canonical JSON without personal data: ids, figures, hashes, commitments. Instants
            as ``kernel.formats.instant_text``.

    Raises:
        ValueError: the body is no canonical JSON.
    """
    canonical(body)  # refuse at the caller's line, not at the commit
    session.info.setdefault(_PENDING, []).append(_Act(
        court_id, is_exercise, kind, subject,
        actor.text if isinstance(actor, Actor) else actor, dict(body), case_id))


def write_leaves(session: Session) -> list[WrittenLeaf]:
    """Write the leaves of the acts noted on this session; the unit of work calls it last."""
    acts: list[_Act] = session.info.pop(_PENDING, [])
    written: list[WrittenLeaf] = []
    for court_id, is_exercise in sorted({(act.court_id, act.is_exercise) for act in acts}):
        mine = [act for act in acts if (act.court_id, act.is_exercise) == (court_id, is_exercise)]
        written += _append(session, court_id, is_exercise, mine)
    return written


def _append(session: Session, court_id: str, is_exercise: bool, acts: Sequence[_Act]) -> list[WrittenLeaf]:
    origin = session.scalar(select(Log.origin).where(Log.court_id == court_id,
                                                     Log.is_exercise == is_exercise))
    if origin is None:
        raise NoSuchLog(court_id=court_id)
    heads = _lock_heads(session, origin, sorted({act.subject for act in acts}))
    # NO KEY UPDATE: a new head's foreign key holds KEY SHARE on this row, which must not conflict.
    log = session.scalars(select(Log).where(Log.origin == origin).with_for_update(key_share=True)
                          .execution_options(populate_existing=True)).one()
    at = _stamp(session, log.last_at)
    leaves: list[WrittenLeaf] = []
    rows: list[dict[str, Any]] = []
    for act in acts:
        head = heads[act.subject]
        head.seq += 1
        raw = leaf_bytes(log=origin, kind=act.kind, subject=act.subject, seq=head.seq, prev=head.hash,
                         at=at, actor=act.actor, body=act.body)
        head.hash = leaf_hash(raw)
        leaf = WrittenLeaf(origin, log.size, act.subject, head.seq, str(act.kind), at, raw, head.hash)
        leaves.append(leaf)
        rows.append(asdict(leaf) | {"actor": act.actor, "case_id": act.case_id})
        log.size += 1
    log.last_at = at
    session.flush()
    session.execute(insert(Leaf), rows)
    return leaves


def _lock_heads(session: Session, origin: str, subjects: Sequence[str]) -> dict[str, SubjectHead]:
    """The heads of these subjects, locked in the order of their names; new ones begin at genesis.

    Two transactions may begin one subject at once: the second waits here for the first.
    """
    upsert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    session.execute(upsert(SubjectHead).on_conflict_do_nothing(), [
        {"log": origin, "subject": subject, "seq": 0, "hash": GENESIS} for subject in subjects])
    return {head.subject: head for head in session.scalars(
        select(SubjectHead).where(SubjectHead.log == origin, SubjectHead.subject.in_(subjects))
        .order_by(SubjectHead.subject).with_for_update().execution_options(populate_existing=True))}


def _stamp(session: Session, last: datetime | None) -> datetime:
    """The database's time, never before the leaf before: several machines share one log."""
    if session.get_bind().dialect.name == "sqlite":
        stamp = clock.now()
    else:
        seen: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        stamp = seen.replace(microsecond=seen.microsecond // 1000 * 1000) + clock.offset()
    return stamp if last is None else max(stamp, last)


def check_logs(session: Session) -> dict[str, Misfit | None]:
    """Recompute every chain from the stored bytes; per log the first leaf that does not fit."""
    return {log.origin: _check(session, log) for log in session.scalars(select(Log).order_by(Log.origin))}


def _check(session: Session, log: Log) -> Misfit | None:
    check = ChainCheck(log.origin)
    rows = session.execute(select(Leaf).where(Leaf.log == log.origin).order_by(Leaf.index)
                           .execution_options(yield_per=1000)).scalars()
    for row in rows:
        stored: object = row.raw
        if not isinstance(stored, bytes):  # SQLite keeps what it is given, text too
            return Misfit(row.index, row.subject, "the bytes are no bytes")
        misfit = check.take(StoredLeaf(row.index, row.log, row.kind, row.subject, row.seq, row.hash,
                                       row.at, row.actor, stored))
        if misfit is not None:
            return misfit
    if check.size != log.size:
        return Misfit(check.size, None, f"the log's head counts {log.size} leaves, {check.size} are there")
    heads = {head.subject: (head.seq, head.hash) for head in session.scalars(
        select(SubjectHead).where(SubjectHead.log == log.origin))}
    for subject, expected in check.subjects.items():
        if heads.pop(subject, None) != expected:
            return Misfit(check.size, subject, "the head of the chain is not its last leaf")
    if heads:
        return Misfit(check.size, min(heads), "a head without leaves")
    return None


def body_of(leaf: Leaf | WrittenLeaf) -> dict[str, Any]:
    """The body of a leaf, read from its bytes."""
    shown: dict[str, Any] = parse_json(bytes(leaf.raw))
    body: dict[str, Any] = shown["body"]
    return body


def leaves_of_subject(session: Session, subject: str, *, kind: Kind | None = None, after: int = 0,
                      most: int | None = None) -> Sequence[Leaf]:
    """The chain of one subject, first leaf first.

    Args:
        kind: only leaves of this kind.
        after: leave out the first so many.
        most: only so many.
    """
    query = select(Leaf).where(Leaf.subject == subject)
    if kind is not None:
        query = query.where(Leaf.kind == str(kind))
    return session.scalars(query.order_by(Leaf.seq).offset(after).limit(most)).all()


def hashes_of_kinds(session: Session, subjects: Collection[str], kinds: Collection[Kind]) -> dict[str, str]:
    """The hash of the last leaf of these kinds in each chain, by subject; without it where there is none."""
    found = session.execute(select(Leaf.subject, Leaf.hash).where(
        Leaf.subject.in_(subjects), Leaf.kind.in_([str(kind) for kind in kinds])).order_by(Leaf.seq))
    return {row.subject: row.hash for row in found}


def leaf_count(session: Session, subject: str) -> int:
    """How many leaves the chain of a subject has."""
    return session.scalar(select(func.count()).select_from(Leaf).where(Leaf.subject == subject)) or 0


def leaves_hashed(session: Session, court_id: str, begin: str, *, most: int) -> Sequence[Leaf]:
    """The leaves of a court's log whose hash begins so, newest first."""
    return session.scalars(select(Leaf).join(Log, Log.origin == Leaf.log).where(
        Log.court_id == court_id, ~Log.is_exercise, Leaf.hash.startswith(begin, autoescape=True))
        .order_by(Leaf.index.desc()).limit(most)).all()


def leaves_of_case(session: Session, case_id: str) -> Sequence[Leaf]:
    """Everything that was done in a case, in order."""
    return session.scalars(select(Leaf).where(Leaf.case_id == case_id)
                           .order_by(Leaf.at, Leaf.log, Leaf.index)).all()


@dataclass(frozen=True, slots=True)
class LeafNote:
    """What a follower of the log needs of a leaf to know what it touched."""

    index: int
    subject: str
    kind: str
    case_id: str | None


def log_sizes(session: Session) -> dict[str, int]:
    """How many leaves each court's log holds; exercises have logs of their own and are left out."""
    return {log.origin: log.size for log in session.execute(
        select(Log.origin, Log.size).where(~Log.is_exercise))}


def leaves_from(session: Session, log: str, index: int, *, most: int) -> list[LeafNote]:
    """The leaves of a log from an index on, in their order.

    Nothing is ever missed by going on from where one stopped: an index is given under the lock of
    the log's head, which is held until the commit, so leaves become visible in the order of their index.
    """
    return [LeafNote(*row) for row in session.execute(
        select(Leaf.index, Leaf.subject, Leaf.kind, Leaf.case_id)
        .where(Leaf.log == log, Leaf.index >= index).order_by(Leaf.index).limit(most))]
