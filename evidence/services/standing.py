"""Where each court's log stands, for everybody: how far signed, by which key, and seen by which witnesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.models import Log
from audit.rules.notes import read_checkpoint, read_note
from evidence.errors import NoSuchLog

IN_STEP_S: Final = 30
"""A witness that has signed all but what is younger is in step: it is asked every second or two."""


@dataclass(frozen=True, slots=True)
class LogStanding:
    """One log as it stands.

    Attributes:
        court_zh, court_en: whose it is; empty for the log of the installation.
        given_out: the newest checkpoint that is given out; None before the first.
        since_size: how far the log was signed half a minute ago: who has signed so much is in step.
    """

    origin: str
    court_zh: str
    court_en: str
    size: int
    given_out: audit.Published | None
    keys: Sequence[audit.PublishedKey]
    witnesses: audit.LogWitnesses | None
    since_size: int

    @property
    def root(self) -> str:
        """The root of the tree of the checkpoint, 64 hexadecimal digits; empty before the first."""
        if self.given_out is None:
            return ""
        return read_checkpoint(read_note(self.given_out.note).body).root.hex()

    @property
    def key(self) -> audit.PublishedKey | None:
        """The key that signs its checkpoints now."""
        return next((one for one in reversed(self.keys) if one.signs == "checkpoints"), None)

    @property
    def is_missing(self) -> bool:
        """Whether too few of its witnesses sign."""
        return self.witnesses is not None and self.witnesses.missing_since is not None

    @property
    def is_contradicted(self) -> bool:
        """Whether a witness says that the log was changed."""
        return self.witnesses is not None and any(
            one.trouble is not None and one.trouble.is_grave for one in self.witnesses.witnesses)

    def is_in_step(self, witness: audit.WitnessNote) -> bool:
        return witness.trouble is None and witness.size >= self.since_size


def standings(session: Session, now: datetime) -> list[LogStanding]:
    """The logs of the courts in the order of their names, that of the installation last; no exercises."""
    rows = session.execute(select(Log.origin, Log.court_id, Log.size).where(~Log.is_exercise)).all()
    names = {id_: (zh, en) for id_, zh, en in accounts.court_names(session)}
    found = [_standing(session, now, origin, size, names.get(court_id, ("", "")))
             for origin, court_id, size in rows]
    return sorted(found, key=lambda one: (not one.court_zh, one.origin))


def standing(session: Session, origin: str, now: datetime) -> LogStanding:
    """One of them.

    Raises:
        NoSuchLog: there is none of this name, or it is one of exercises.
    """
    of_log = session.get(Log, origin)
    if of_log is None or of_log.is_exercise:
        raise NoSuchLog
    names = {id_: (zh, en) for id_, zh, en in accounts.court_names(session)}
    return _standing(session, now, origin, of_log.size, names.get(of_log.court_id, ("", "")))


def _standing(session: Session, now: datetime, origin: str, size: int, names: tuple[str, str]) -> LogStanding:
    return LogStanding(origin, *names, size, audit.published_checkpoint(session, origin, now),
                       audit.published_keys(session, origin), audit.witnesses_of(session, origin),
                       audit.size_signed_before(session, origin, now, IN_STEP_S))
