"""Checkpoints outside of the database: a folder keeps the newest of each log, and is compared with the logs.

The folder works like a witness of one's own: what lies there is replaced only by a checkpoint that
continues it. So whoever restores an older backup, or rewrites the database, is found out by the next look, as
long as he has not changed the folder too. It belongs on another disk, never into the backup of the database.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from sqlalchemy.orm import Session

from audit import services as audit
from audit.rules.outside import Compared, Outside, Verdict
from evidence.errors import CheckpointGarbled, InRecovery, LogDiffers
from kernel.formats import instant_text

ENDING: Final = ".checkpoint"


class Folder:
    """One file for each log, replaced whole or not at all, and only over what it was compared with.

    Any number of processes may share it. Disks are slow: call it off the event loop, in no unit of work.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    def __call__(self) -> list[Outside]:
        """What lies here, for each log; nothing where the folder is missing.

        What is there and cannot be read is said, not taken for absent.
        """
        try:
            paths = sorted(self._place.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            return [Outside(str(self._place), "", None, problem=str(error))]
        return [_read(path) for path in paths if path.name.endswith(ENDING)]

    def put(self, origin: str, note: str, *, over: str | None) -> bool:
        """Let this checkpoint lie here durably; False where meanwhile something else lies here than ``over``.

        Raises:
            OSError: the disk does not take it; what lay here still does.
        """
        with self._locked():
            path = self._path(origin)
            if _text(path) != over:
                return False
            draft = path.with_name(f"{path.name}.part")
            with draft.open("w", encoding="utf-8") as out:
                out.write(note)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
            self._keep_names()
            return True

    def set_aside(self, found: Outside, size: int) -> None:
        """Keep under another name what two people have given up: it shows for ever what was signed."""
        with self._locked():
            path = self._path(found.origin)
            if _text(path) == found.note:
                path.replace(path.with_name(f"{path.name}.lost-{size}"))
                self._keep_names()

    def _path(self, origin: str) -> Path:
        return self._place / f"{quote(origin, safe='')}{ENDING}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._place.mkdir(parents=True, exist_ok=True)
        with (self._place / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _keep_names(self) -> None:
        folder = os.open(self._place, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> Outside:
    origin = unquote(path.name.removesuffix(ENDING))
    try:
        return Outside(str(path), origin, path.read_text(encoding="utf-8"),
                       datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, UnicodeDecodeError) as error:
        return Outside(str(path), origin, None, problem=str(error))


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def compare_all(session: Session, found: Iterable[Outside]) -> list[Compared]:
    """Every checkpoint outside beside its log; the worst first."""
    order = list(Verdict)
    return sorted((audit.compare(session, one) for one in found),
                  key=lambda one: (-order.index(one.verdict), one.outside.origin))


def compare_seen(session: Session, seen: Iterable[Outside]) -> list[Compared]:
    """The same with what witnesses have seen; what is no checkpoint of ours there is their trouble."""
    return [one for one in compare_all(session, seen) if one.verdict is not Verdict.GARBLED]


def refusal(worst: Compared) -> InRecovery:
    """What everybody is told."""
    kind = {Verdict.GARBLED: CheckpointGarbled, Verdict.DIFFERS: LogDiffers}.get(worst.verdict, InRecovery)
    return kind(log=worst.outside.origin or worst.outside.source, here=worst.size,
                known=worst.known.size if worst.known is not None else 0)


def account(one: Compared) -> str:
    """How a log stands beside a checkpoint outside, in a line for whoever runs the platform."""
    where = f"{one.outside.origin or '?'}  {one.outside.source}"
    has = f"the database has {one.size} leaves" + (
        "" if one.last_at is None else f", the last of {instant_text(one.last_at)}")
    if one.known is None:
        return f"GARBLED  {where}  {one.problem}; {has}"
    signed = f"{one.known.size} are signed there" + (
        "" if one.outside.kept_at is None else f" ({instant_text(one.outside.kept_at)})")
    if one.verdict is Verdict.BEHIND:
        return f"BEHIND   {where}  {has}; {signed}: at least {one.missing} are missing, all later than that"
    if one.verdict is Verdict.DIFFERS:
        return f"DIFFERS  {where}  {has}; {signed}, and others. {one.problem}".rstrip()
    return f"{one.verdict.value:<8} {where}  {has}; {signed}"
