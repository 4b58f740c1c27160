"""The attempts of a sale, and whether every chain holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from auction.services import reading
from audit import services as audit
from evidence.errors import NoSuchSale
from evidence.rules.film import Frame, film
from kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which attempts an auditor asks for; empty members do not filter."""

    code: str = ""
    verdict: str = ""
    reason: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """An attempt as stored beside the same attempt judged again.

    Attributes:
        agrees: whether the stored verdict is what the rules give now.
    """

    position: int
    decided_at: datetime
    extended: bool
    frame: Frame
    agrees: bool

    @property
    def waited_ms(self) -> int:
        """From the stamp at the door to the verdict."""
        return round((self.decided_at - self.frame.entry.received_at).total_seconds() * 1000)


def sale_of_court(session: Session, lot_id: str, number: int, actor: Actor) -> Any:
    """One sale of the auditor's own court.

    Raises:
        NoSuchSale: none, or another court's.
    """
    lot = reading.get_lot(session, lot_id)
    sale = next((one for one in lot.sales if one.number == number), None)
    if sale is None or lot.court_id != actor.court_id:
        raise NoSuchSale
    return sale


def shots(session: Session, sale: Any, wanted: Wanted) -> list[Shot]:
    """The attempts of a sale in the order of judgement, each judged once more."""
    stored = reading.attempts_of(session, sale.lot_id, sale.number)
    found = [Shot(one.position, one.decided_at, one.extended, frame,
                  reading.decision_of(one) == frame.decision)
             for one, frame in zip(stored, film(reading.bid_log(session, sale)), strict=True)]
    return [shot for shot in found if _is_wanted(shot, wanted)]


def _is_wanted(shot: Shot, wanted: Wanted) -> bool:
    entry, decision = shot.frame.entry, shot.frame.decision
    return not (
        (wanted.code and entry.bid.code != wanted.code)
        or (wanted.verdict and decision.accepted != (wanted.verdict == "accepted"))
        or (wanted.reason and decision.reason != wanted.reason)
        or (wanted.from_at is not None and entry.received_at < wanted.from_at)
        or (wanted.to_at is not None and entry.received_at >= wanted.to_at))


def check(session: Session) -> dict[str, str | None]:
    """Recompute every chain from the stored bytes; per log None, or the first leaf that does not fit."""
    return {origin: None if misfit is None else f"leaf {misfit.index} ({misfit.subject}): {misfit.problem}"
            for origin, misfit in audit.check_logs(session).items()}
