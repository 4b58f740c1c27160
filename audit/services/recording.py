"""Recording acts: a leaf each, in the transaction of the act, signed as one.

``record`` only notes the act on the session; the leaves are written by ``write_leaves`` as the
last statements before COMMIT, under the locks of their heads, so that index and ``at`` rise
together and the locks are held as briefly as can be. The leaves of one commit in one log are a
tree of their own, whose root is signed in the same breath (receipt/v1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from audit.errors import NoSuchLog
from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCommit, SubjectHead
from audit.rules.leaves import GENESIS, LeafWriter, text
from audit.rules.receipts import SignedTree, receipt_key_name, signed_message
from audit.rules.tree import Tree
from kernel import clock, signing
from kernel.access import Actor
from kernel.bulk import insert_rows, kept, update_rows
from kernel.formats import canonical

_PENDING: Final = "pending_leaves"
_WRITTEN: Final = "written_leaves"
_COLUMNS: Final = ("log", "index", "subject", "seq", "kind", "at", "actor", "case_id", "raw", "hash")


@dataclass(frozen=True, slots=True)
class Act:
    """One act that waits for its leaf; ``body`` is canonical JSON already."""

    court_id: str
    is_exercise: bool
    kind: Kind
    subject: str
    actor: str
    body: bytes
    case_id: str | None


@dataclass(frozen=True, slots=True)
class WrittenLeaf:
    """A leaf that the present transaction wrote, and its place among those signed with it."""

    log: str
    index: int
    subject: str
    seq: int
    kind: str
    at: datetime
    raw: bytes
    hash: str
    place: int
    commit: SignedTree
    act: Act

    def receipt(self) -> dict[str, Any]:
        """The signed word that it was taken up (receipt/v1)."""
        return self.commit.receipt(self.place)


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
    for court_id, is_exercise in sorted({(act.court_id, act.is_exercise) for act in acts}):
        mine = [act for act in acts if (act.court_id, act.is_exercise) == (court_id, is_exercise)]
        written += _append(session, court_id, is_exercise, mine)
    session.info.setdefault(_WRITTEN, []).extend(written)
    return written


def all_leaves(session: Session) -> list[WrittenLeaf]:
    """Every leaf of the present transaction, those that still waited written now."""
    write_leaves(session)
    return list(session.info[_WRITTEN])


def _append(session: Session, court_id: str, is_exercise: bool, acts: Sequence[Act]) -> list[WrittenLeaf]:
    found = session.execute(select(Log.origin, Log.receipt_key).where(
        Log.court_id == court_id, Log.is_exercise == is_exercise)).one_or_none()
    if found is None:
        raise NoSuchLog(court_id=court_id)
    origin = found.origin
    signer = signing.signer(receipt_key_name(origin))
    is_new_key = found.receipt_key != signer.vkey
    subjects = {act.subject for act in acts} | ({_own(origin)} if is_new_key else set())
    heads = _lock_heads(session, origin, sorted(subjects))
    # NO KEY UPDATE: a new head's foreign key holds KEY SHARE on this row, which must not conflict.
    log = session.execute(select(Log.size, Log.last_at, Log.receipt_key).where(Log.origin == origin)
                          .with_for_update(key_share=True)).one()
    if is_new_key and log.receipt_key != signer.vkey:
        acts = _with_key(acts, origin, signer.vkey, is_first=log.size == 0)
    at = _stamp(session, log.last_at)
    write = LeafWriter(origin, at)
    raws, hashes, rows, seqs = [], [], [], []
    stored_at = kept(session, at)
    for index, act in enumerate(acts, log.size):
        seq, prev = heads[act.subject]
        raw, digest = write.leaf(text(act.kind), text(act.subject), seq + 1, prev, text(act.actor),
                                 act.body)
        shown = digest.hex()
        heads[act.subject] = seq + 1, shown
        raws.append(raw)
        hashes.append(digest)
        seqs.append(seq + 1)
        rows.append((origin, index, act.subject, seq + 1, str(act.kind), stored_at, act.actor,
                     act.case_id, raw, shown))
    commit = _sign(session, SignedTree(origin, raws, hashes, at, signer.vkey, b""), log.size, signer)
    insert_rows(session, Leaf, _COLUMNS, rows)
    update_rows(session, SubjectHead, keys=("log", "subject"), columns=("seq", "hash"),
                rows=[(seq, shown, origin, subject) for subject, (seq, shown) in heads.items()])
    update_rows(session, Log, keys=("origin",), columns=("size", "last_at", "receipt_key"),
                rows=[(log.size + len(acts), stored_at, signer.vkey, origin)])
    return [WrittenLeaf(origin, log.size + place, act.subject, seqs[place], str(act.kind), at,
                        raws[place], rows[place][-1], place, commit, act) for place, act in enumerate(acts)]


def _own(origin: str) -> str:
    return f"log:{origin}"


def _with_key(acts: Sequence[Act], origin: str, key: str, *, is_first: bool) -> list[Act]:
    """A key says who it is before it signs; only the log's own beginning comes earlier."""
    announces = Act(acts[0].court_id, acts[0].is_exercise, Kind.KEY_PUBLISHED, _own(origin), "system",
                    canonical({"key": key, "signs": "receipts"}), None)
    return [*acts[:is_first], announces, *acts[is_first:]]


def _sign(session: Session, unsigned: SignedTree, first: int, signer: signing.Signer) -> SignedTree:
    size = len(unsigned.leaves)
    root = Tree(unsigned.hashes).root
    signature = signer.sign(signed_message(unsigned.origin, root, size, unsigned.signed_at))
    insert_rows(session, SignedCommit, ("log", "first", "size", "at", "key", "signature"), [
        (unsigned.origin, first, size, kept(session, unsigned.signed_at), signer.vkey, signature)])
    return replace(unsigned, signature=signature)


def _lock_heads(session: Session, origin: str, subjects: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Where these subjects' chains stand, locked in the order of their names; new ones begin at genesis.

    Two transactions may begin one subject at once: the second waits here for the first.
    """
    upsert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    session.execute(upsert(SubjectHead).on_conflict_do_nothing(), [
        {"log": origin, "subject": subject, "seq": 0, "hash": GENESIS} for subject in subjects])
    return {head.subject: (head.seq, head.hash) for head in session.execute(
        select(SubjectHead.subject, SubjectHead.seq, SubjectHead.hash)
        .where(SubjectHead.log == origin, SubjectHead.subject.in_(subjects))
        .order_by(SubjectHead.subject).with_for_update())}


def _stamp(session: Session, last: datetime | None) -> datetime:
    """The database's time, never before the leaf before: several machines share one log."""
    if session.get_bind().dialect.name == "sqlite":
        stamp = clock.now()
    else:
        seen: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        stamp = seen.replace(microsecond=seen.microsecond // 1000 * 1000) + clock.offset()
    return stamp if last is None else max(stamp, last)
