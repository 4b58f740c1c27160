"""Recomputing whole logs from their stored bytes: every chain, and every root that was ever signed."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.models import Leaf, Log, SignedCheckpoint, SubjectHead, TreeHead
from audit.rules.leaves import ChainCheck, Misfit, StoredLeaf
from audit.rules.notes import BadNote, read_checkpoint, read_note
from audit.rules.tree import GrowingRoot


def check_logs(session: Session) -> dict[str, Misfit | None]:
    """Recompute every chain and every signed root from the stored bytes; per log the first misfit."""
    return {log.origin: _check(session, log) for log in session.scalars(select(Log).order_by(Log.origin))}


def _check(session: Session, log: Log) -> Misfit | None:
    check, roots = ChainCheck(log.origin), _Roots(_signed(session, log.origin))
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
        if not roots.fit(row.hash):
            return Misfit(row.index, row.subject,
                          f"the first {check.size} leaves are not those that were signed")
    if roots.missing:
        return Misfit(check.size, None, f"{roots.missing} leaves were signed, {check.size} are there")
    if check.size != log.size:
        return Misfit(check.size, None, f"the log's head counts {log.size} leaves, {check.size} are there")
    return _heads(session, log, check)


def _heads(session: Session, log: Log, check: ChainCheck) -> Misfit | None:
    heads = {head.subject: (head.seq, head.hash) for head in session.scalars(
        select(SubjectHead).where(SubjectHead.log == log.origin))}
    for subject, expected in check.subjects.items():
        if heads.pop(subject, None) != expected:
            return Misfit(check.size, subject, "the head of the chain is not its last leaf")
    if heads:
        return Misfit(check.size, min(heads), "a head without leaves")
    return None


class _Roots:
    """The tree of the leaves that were read, held against every root that was signed on the way.

    Attributes:
        missing: of how many leaves the next root speaks; 0 where no further one was signed.
    """

    def __init__(self, signed: Iterator[tuple[int, bytes]]) -> None:
        self._tree = GrowingRoot()
        self._signed = signed
        self.missing, self._root = next(signed, (0, b""))

    def fit(self, leaf_hash: str) -> bool:
        """Add a leaf; whether every root fits that was signed over the leaves so far."""
        self._tree.add(bytes.fromhex(leaf_hash))
        while self.missing == self._tree.size:
            if self._tree.root() != self._root:
                return False
            self.missing, self._root = next(self._signed, (0, b""))
        return True


def _signed(session: Session, origin: str) -> Iterator[tuple[int, bytes]]:
    """Size and root of every checkpoint by its size, then of the tree as it stands.

    What is stored as a checkpoint and is none has no root, and so fits no leaves.
    """
    for size, note in session.execute(
            select(SignedCheckpoint.size, SignedCheckpoint.note).where(SignedCheckpoint.log == origin)
            .order_by(SignedCheckpoint.size).execution_options(yield_per=1000)):
        yield size, _root_of(note, origin, size)
    head = session.get(TreeHead, origin, populate_existing=True)
    if head is not None and head.size:
        yield head.size, bytes(head.root)


def _root_of(note: str, origin: str, size: int) -> bytes:
    try:
        found = read_checkpoint(read_note(note).body)
    except BadNote:
        return b""
    return found.root if (found.origin, found.size) == (origin, size) else b""
