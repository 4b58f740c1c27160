"""Recording acts: a leaf each, in the transaction of the act, signed as one.

``record`` only notes the act on the session; the leaves are written by ``write_leaves`` as the
last statements before COMMIT, under the lock of their log, so that index and ``at`` rise
together and the lock is held as briefly as can be. The leaves of one commit in one log are a
tree of their own, whose root is signed in the same breath (receipt/v1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.errors import NoSuchLog
from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCommit, SubjectHead
from audit.rules.leaves import GENESIS, LeafWriter, text
from audit.rules.receipts import SignedTree, receipt_key_name, signed_message
from audit.rules.tree import Tree
from kernel import clock, signing
from kernel.access import Actor
from kernel.bulk import Bulk, read
from kernel.formats import canonical

_PENDING: Final = "pending_leaves"
_WRITTEN: Final = "written_leaves"
_HEAD: Final = ("seq", "hash", "log", "subject")
_COLUMNS: Final = ("log", "index", "subject", "seq", "kind", "at", "actor", "case_id", "raw", "hash")


class Act(NamedTuple):
    """One act that waits for its leaf: the log it belongs to first; ``body`` is canonical JSON already."""

    court_id: str
    is_exercise: bool
    kind: Kind
    subject: str
    actor: str
    body: bytes
    case_id: str | None


@dataclass(slots=True)
class WrittenLeaf:
    """A leaf that the present transaction wrote, and its place among those signed with it."""

    act: Act
    index: int
    seq: int
    hash: str
    place: int
    commit: SignedTree

    @property
    def log(self) -> str:
        return self.commit.origin

    @property
    def subject(self) -> str:
        return self.act.subject

    @property
    def kind(self) -> str:
        return self.act.kind.value

    @property
    def at(self) -> datetime:
        return self.commit.signed_at

    @property
    def raw(self) -> bytes:
        return self.commit.leaves[self.place]

    @property
    def receipt(self) -> bytes:
        """The signed word that it was taken up: receipt/v1 as canonical JSON."""
        return self.commit.receipts[self.place]


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
    record_all(session, [Act(court_id, is_exercise, kind, subject,
                             actor.text if isinstance(actor, Actor) else actor, canonical(body), case_id)])


def record_all(session: Session, acts: Iterable[Act]) -> None:
    """Note acts whose bodies the caller has put into canonical JSON: many bids, in their order."""
    session.info.setdefault(_PENDING, []).extend(acts)


def write_leaves(session: Session) -> list[WrittenLeaf]:
    """Write the leaves of the acts noted on this session, and return them.

    The unit of work calls it last, by ``all_leaves``. Whoever calls it before that holds the head
    of the log until the commit, and so makes everybody else's commit wait.
    """
    acts: list[Act] = session.info.pop(_PENDING, [])
    written: list[WrittenLeaf] = []
    for of_log in sorted({act[:2] for act in acts}):
        written += _append(session, *of_log, [act for act in acts if act[:2] == of_log])
    session.info.setdefault(_WRITTEN, []).extend(written)
    return written


def all_leaves(session: Session) -> list[WrittenLeaf]:
    """Every leaf of the present transaction, those that still waited written now."""
    write_leaves(session)
    return list(session.info[_WRITTEN])


def _append(session: Session, court_id: str, is_exercise: bool, acts: Sequence[Act]) -> list[WrittenLeaf]:
    bulk = Bulk(session)
    origin = _origin(bulk, court_id, is_exercise)
    signer = signing.signer(receipt_key_name(origin))
    subjects = sorted({act.subject for act in acts} | {_own(origin)})
    ((size, last_at, named_key, database_now),) = bulk.find(
        Log, keys=("origin",), columns=("size", "last_at", "receipt_key"), wanted=[(origin,)], lock=True,
        stamped=True)
    known = {subject: (seq, shown) for subject, seq, shown in bulk.find(
        SubjectHead, keys=("log", "subject"), columns=("subject", "seq", "hash"),
        wanted=[(origin, subject) for subject in subjects])}
    if named_key != signer.vkey:
        acts = _with_key(acts, origin, signer.vkey, is_first=size == 0)
    at = _stamp(database_now, read(last_at))
    stored_at = bulk.kept(at)
    write = LeafWriter(origin, at)
    raws, hashes, rows = [], [], []
    heads: dict[str, tuple[int, str]] = {}
    for index, (_court, _is_exercise, kind, subject, actor, body, case_id) in enumerate(acts, size):
        seq, prev = heads.get(subject) or known.get(subject) or (0, GENESIS)
        kind_name = str(kind)
        raw, digest = write.leaf(text(kind_name), text(subject), seq + 1, prev, text(actor), body)
        shown = digest.hex()
        heads[subject] = seq + 1, shown
        raws.append(raw)
        hashes.append(digest)
        rows.append((origin, index, subject, seq + 1, kind_name, stored_at, actor, case_id, raw, shown))
    tree = Tree(hashes)
    signature = signer.sign(signed_message(origin, tree.root, tree.size, at))
    commit = SignedTree(origin, raws, tree, at, signer.vkey, signature)
    bulk.insert(Leaf, _COLUMNS, rows)
    moved = [(seq, shown, origin, subject) for subject, (seq, shown) in heads.items()]
    bulk.insert(SubjectHead, _HEAD, [row for row in moved if row[3] not in known])
    with bulk.together():
        bulk.insert_one(SignedCommit, {"log": origin, "first": size, "size": tree.size, "at": stored_at,
                                       "key": signer.vkey, "signature": signature})
        bulk.update(SubjectHead, keys=("log", "subject"), columns=("seq", "hash"),
                    rows=[row for row in moved if row[3] in known])
        bulk.update(Log, keys=("origin",), columns=("size", "last_at", "receipt_key"),
                    rows=[(size + len(acts), stored_at, signer.vkey, origin)])
    return [WrittenLeaf(act, row[1], row[3], row[9], place, commit)
            for place, (row, act) in enumerate(zip(rows, acts, strict=True))]


def _origin(bulk: Bulk, court_id: str, is_exercise: bool) -> str:
    """The name of a court's log; it never changes, so each connection asks once."""
    place = (Log, court_id, is_exercise)
    origin: str | None = bulk.remembered.get(place)
    if origin is None:
        found = bulk.find(Log, keys=("court_id", "is_exercise"), columns=("origin",),
                          wanted=[(court_id, is_exercise)])
        if not found:
            raise NoSuchLog(court_id=court_id)
        origin = bulk.remembered[place] = str(found[0][0])
    return origin


def _own(origin: str) -> str:
    return f"log:{origin}"


def _with_key(acts: Sequence[Act], origin: str, key: str, *, is_first: bool) -> list[Act]:
    """A key says who it is before it signs; only the log's own beginning comes earlier."""
    announces = Act(acts[0].court_id, acts[0].is_exercise, Kind.KEY_PUBLISHED, _own(origin), "system",
                    canonical({"key": key, "signs": "receipts"}), None)
    return [*acts[:is_first], announces, *acts[is_first:]]


def _stamp(seen: datetime | None, last: datetime | None) -> datetime:
    """The database's time, never before the leaf before: several machines share one log."""
    stamp = clock.now() if seen is None else clock.to_millisecond(seen.astimezone(UTC)) + clock.offset()
    return stamp if last is None else max(stamp, last)
