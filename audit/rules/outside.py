"""Checkpoints that somebody keeps outside of the database, and what a log says beside them. Pure.

A restore is an attack: a backup in the place of newer data takes back acts for which people hold receipts.
Whoever holds the database and all keys leaves no trace of that in it; a checkpoint outside shows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audit.rules.notes import BadNote, Checkpoint, is_signed_by, read_checkpoint, read_note


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside for one log, as it was found there.

    Attributes:
        source: where it was found: the path of a file, the name of a witness.
        note: the text of a checkpoint; None where something is there and cannot be read.
        kept_at: when it was put there, as far as the source knows.
        problem: why it cannot be read.
    """

    source: str
    origin: str
    note: str | None
    kept_at: datetime | None = None
    problem: str = ""


class Verdict(StrEnum):
    """How a log stands beside a checkpoint outside."""

    HOLDS = "holds"
    """The log begins with what was signed then."""
    ACCEPTED = "accepted"
    """It does not, and two people have accepted the loss in a leaf of it (``system.restored``)."""
    BEHIND = "behind"
    """The log has fewer leaves than were signed."""
    DIFFERS = "differs"
    """The log has as many leaves, and others."""
    GARBLED = "garbled"
    """What lies outside is no checkpoint of this log."""

    @property
    def is_fine(self) -> bool:
        return self in (Verdict.HOLDS, Verdict.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Compared:
    """A log beside a checkpoint outside.

    Attributes:
        known: what the checkpoint says; None where it is garbled.
        size: how many leaves the log has in the database; 0 where there is no such log.
        last_at: when the newest of them was written; everything later is missing where it is behind.
        problem: why it is garbled.
    """

    outside: Outside
    verdict: Verdict
    known: Checkpoint | None
    size: int
    last_at: datetime | None
    problem: str = ""

    @property
    def missing(self) -> int:
        """How many signed leaves the log lacks, at least."""
        return max(0, self.known.size - self.size) if self.known is not None else 0


def read_outside(found: Outside, keys: Iterable[str]) -> Checkpoint:
    """The checkpoint that was found, if it is one of this log.

    Args:
        keys: vkeys of the log; one of them must have signed.

    Raises:
        BadNote: says what does not fit.
    """
    if found.note is None:
        raise BadNote(found.problem or "cannot be read")
    note = read_note(found.note)
    known = read_checkpoint(note.body)
    if known.origin != found.origin:
        raise BadNote(f"is of another log: {known.origin}")
    if not any(is_signed_by(note, key) for key in keys):
        raise BadNote("no key of this log has signed it")
    return known
