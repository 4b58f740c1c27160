"""Bundles for whoever asks: put together once for a checkpoint, then given out as they are."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Final

from sqlalchemy.orm import Session

from audit import services as audit
from evidence.services.exporting import end_of, export
from settlement import services as settlement

SMALL: Final = 4 * 2**20
"""Bytes up to which a bundle is kept in memory: a sale of some thousand bids."""
KEPT: Final = 8
PIECE: Final = 2**16


@dataclass(frozen=True, slots=True)
class Ended:
    """A sale, draw or plan that can be checked: its log, the checkpoint it stands under, the log's keys."""

    subject: str
    checkpoint: audit.Published
    keys: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The same for the same bytes."""
        return sha256(f"{self.subject}\n{self.checkpoint.note}".encode()).hexdigest()[:32]


def ended(session: Session, subject: str, now: datetime) -> Ended:
    """What can be said of a subject before its bundle is put together.

    Raises:
        NoSuchSubject, NotOver, NoCheckpointYet: as ``export``.
        NoSuchPlan: a plan that the public does not see.
    """
    newest = end_of(session, subject, now)
    if subject.startswith("plan:"):
        settlement.public_plan(session, subject.removeprefix("plan:"))
    return Ended(subject, newest, tuple(audit.log_keys(session, newest.origin)))


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle on its way: its length in bytes, and the bytes in pieces."""

    of: Ended
    length: int
    pieces: Iterable[bytes]


class Shelf:
    """The bundles asked for last, each under the newest checkpoint it was asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Ended, bytes]] = OrderedDict()
        self._turn = Lock()

    def take(self, session: Session, wanted: Ended, now: datetime, rest: Callable[[], None]) -> Packed:
        """The bundle. One is put together at a time: all who ask for one sale wait for one making of it.

        Args:
            rest: called between two slices of the work.
        """
        with self._turn:
            known = self._kept.get(wanted.mark)
            if known is None:
                file: IO[bytes] = SpooledTemporaryFile(SMALL)  # noqa: SIM115 - given on open where it is large
                made = export(session, wanted.subject, file, now=now, rest=rest)
                found = replace(wanted, checkpoint=made.checkpoint)  # another may have come between
                length = file.tell()
                file.seek(0)
                if length > SMALL:
                    return Packed(found, length, _pieces(file))
                with file:
                    known = found, file.read()
            self._keep(*known)
        return Packed(known[0], len(known[1]), (known[1],))

    def _keep(self, found: Ended, raw: bytes) -> None:
        self._kept[found.mark] = found, raw
        self._kept.move_to_end(found.mark)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
