"""Reading leaves back: by subject, by case, by hash, and from an index on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCommit
from audit.rules.receipts import SignedTree
from audit.rules.tree import Tree
from audit.services.recording import WrittenLeaf
from kernel.formats import parse_json

_PART: Final = 500
"""Places that one query asks for."""


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


def leaf_at(session: Session, subject: str, index: int) -> Leaf:
    """The leaf of a subject at an index of its log.

    Raises:
        NoResultFound: the log was changed: there is no such leaf.
    """
    return session.scalars(select(Leaf).where(Leaf.subject == subject, Leaf.index == index)).one()


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


def leaves_of_kind(session: Session, court_id: str, kind: Kind) -> Iterator[Leaf]:
    """Every leaf of a kind in a court's log, in its order, read as it is asked for; no exercises."""
    return iter(session.scalars(
        select(Leaf).join(Log, Log.origin == Leaf.log).where(
            Log.court_id == court_id, ~Log.is_exercise, Leaf.kind == str(kind))
        .order_by(Leaf.index).execution_options(yield_per=1000)))


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


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key of a log: what it signs (``receipts`` or ``checkpoints``), and since when."""

    signs: str
    vkey: str
    since: datetime


def published_keys(session: Session, origin: str) -> list[PublishedKey]:
    """Every key that ever signed for a log, in the order in which the log names them."""
    bodies = [(body_of(leaf), leaf.at)
              for leaf in leaves_of_subject(session, f"log:{origin}", kind=Kind.KEY_PUBLISHED)]
    return [PublishedKey(body["signs"], body["key"], at) for body, at in bodies]


def log_keys(session: Session, origin: str, signs: str = "checkpoints") -> list[str]:
    """The public keys that ever signed checkpoints (or receipts) of a log, as vkeys, the first one first."""
    return [key.vkey for key in published_keys(session, origin) if key.signs == signs]


def receipt_keys(session: Session, court_id: str, *, is_exercise: bool) -> list[str]:
    """The public keys that ever signed receipts in a court's log, as vkeys, the first one first."""
    return _keys(session, court_id, is_exercise=is_exercise, signs="receipts")


def _keys(session: Session, court_id: str, *, is_exercise: bool, signs: str) -> list[str]:
    origins = select(Log.origin).where(Log.court_id == court_id, Log.is_exercise == is_exercise)
    return [key for origin in session.scalars(origins) for key in log_keys(session, origin, signs)]


def checkpoint_keys(session: Session, court_id: str, *, is_exercise: bool) -> list[str]:
    """The public keys that ever signed checkpoints of a court's log, as vkeys, the first one first."""
    return _keys(session, court_id, is_exercise=is_exercise, signs="checkpoints")


def leaves_in(session: Session, log: str, indices: Collection[int]) -> dict[int, Leaf]:
    """Leaves of a log by their place; without those that it does not have."""
    found: dict[int, Leaf] = {}
    wanted = sorted(indices)
    for begin in range(0, len(wanted), _PART):
        found |= {leaf.index: leaf for leaf in session.scalars(
            select(Leaf).where(Leaf.log == log, Leaf.index.in_(wanted[begin:begin + _PART])))}
    return found


def receipt_of(session: Session, log: str, index: int) -> bytes | None:
    """The receipt that was given for a leaf, the same bytes for ever; None for one older than receipts."""
    return receipts_in(session, log, [index]).get(index)


def receipts_in(session: Session, log: str, indices: Collection[int]) -> dict[int, bytes]:
    """The receipts that were given for leaves, by place; without those older than receipts.

    Leaves of one commit share a tree, which is built once for all of them.
    """
    found: dict[int, bytes] = {}
    commit: SignedCommit | None = None
    signed: Sequence[bytes] = ()
    for index in sorted(indices):
        if commit is None or index >= commit.first + commit.size:
            commit = session.execute(
                select(SignedCommit).where(SignedCommit.log == log, SignedCommit.first <= index)
                .order_by(SignedCommit.first.desc()).limit(1)).scalar_one_or_none()
            if commit is None or index >= commit.first + commit.size:
                continue
            signed = _receipts_of_commit(session, commit)
        found[index] = signed[index - commit.first]
    return found


def _receipts_of_commit(session: Session, commit: SignedCommit) -> Sequence[bytes]:
    rows = session.execute(select(Leaf.raw, Leaf.hash).where(
        Leaf.log == commit.log, Leaf.index >= commit.first, Leaf.index < commit.first + commit.size)
        .order_by(Leaf.index)).all()
    tree = Tree([bytes.fromhex(row.hash) for row in rows])
    return SignedTree(commit.log, [bytes(row.raw) for row in rows], tree, commit.at, commit.key,
                      bytes(commit.signature)).receipts
