"""Recomputing whole logs from their stored bytes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.models import Leaf, Log, SubjectHead
from audit.rules.leaves import ChainCheck, Misfit, StoredLeaf


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
