"""The attempts of a sale, and whether every chain holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from auction.services import courses, reading
from auction.services.bidstore import JudgedBid
from audit import services as audit
from evidence.errors import NoSuchSale
from evidence.rules.film import FAULT_NAMES, Frame, Moment, film, moment
from evidence.rules.pace import Pace, pace
from evidence.rules.reel import Course, Reel, Stop, reel
from evidence.services.remembering import Remembered
from kernel.access import Actor
from kernel.errors import N_


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which attempts an auditor asks for; empty members do not filter."""

    code: str = ""
    verdict: str = ""
    reason: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None


class Shot(NamedTuple):
    """An attempt as stored beside the same attempt judged again.

    Attributes:
        agrees: whether the stored verdict is what the rules give now.
        leaf_index: where its leaf stands in the log; None of bids from before receipts.
    """

    position: int
    decided_at: datetime
    extended: bool
    frame: Frame
    agrees: bool
    leaf_index: int | None = None

    @property
    def waited_ms(self) -> int:
        """From the stamp at the door to the verdict."""
        return round((self.decided_at - self.frame.entry.received_at).total_seconds() * 1000)


MOST: Final = 30_000
"""Attempts of the sales looked at last that are kept judged and drawn, in each process: about 50 MB."""
_judged: Final = Remembered[Sequence[Shot]](MOST)
_drawn: Final = Remembered[Reel](MOST)


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


def shots(session: Session, sale: Any) -> Sequence[Shot]:
    """The attempts of a sale in the order of judgement, each judged once more."""
    stored = courses.stored_bids(session, sale.lot_id, sale.number)
    return _judged.take(sale.subject, (reading.terms_of(sale), stored), len(stored),
                        lambda: _judge(session, sale, courses.read_bids(stored)))


def _judge(session: Session, sale: Any, stored: Sequence[JudgedBid]) -> Sequence[Shot]:
    return tuple(
        Shot(one.position, one.decided_at, one.extended, frame,
             reading.decision_of(one) == frame.decision, one.leaf_index)
        for one, frame in zip(stored, film(reading.bid_log(session, sale, stored)), strict=True))


def drawn(session: Session, sale: Any, taken: Sequence[Shot]) -> Reel:
    """A sale drawn, with its attempts."""
    course = _course_of(session, sale, taken)
    return _drawn.take(sale.subject, course, len(taken), lambda: reel(course))


def wanted_shots(taken: Sequence[Shot], wanted: Wanted) -> list[Shot]:
    """Those that an auditor asks for."""
    return [shot for shot in taken if _is_wanted(shot, wanted)]


def _is_wanted(shot: Shot, wanted: Wanted) -> bool:
    entry, decision = shot.frame.entry, shot.frame.decision
    return not (
        (wanted.code and entry.bid.code != wanted.code)
        or (wanted.verdict and decision.accepted != (wanted.verdict == "accepted"))
        or (wanted.reason and decision.reason != wanted.reason)
        or (wanted.from_at is not None and entry.received_at < wanted.from_at)
        or (wanted.to_at is not None and entry.received_at >= wanted.to_at))


def _course_of(session: Session, sale: Any, taken: Sequence[Shot]) -> Course:
    ends_at = reading.end_in_force(sale)
    return Course(
        opens_at=sale.opens_at, planned_at=sale.planned_closes_at, ends_at=ends_at,
        window=timedelta(seconds=sale.extension_window_seconds), start_price_fen=sale.start_price_fen,
        frames=[shot.frame for shot in taken],
        stops=[Stop(one.from_at, one.to_at, is_fault=one.fault is not None) for one in sale.suspensions],
        faults=[one.from_at for one in reading.failures_between(session, sale.opens_at, ends_at)])


def moment_of(sale: Any, shot: Shot) -> Moment:
    """How the clock stood once an attempt was judged, at the instant of its receipt."""
    return moment(reading.terms_of(sale), shot.frame.after, shot.frame.entry.received_at)


def pace_of(sale: Any, taken: Sequence[Shot]) -> Pace:
    """How a sale went, in figures that compare with those of another."""
    return pace([shot.frame for shot in taken], [shot.waited_ms for shot in taken], sale.planned_closes_at,
                timedelta(seconds=sale.extension_window_seconds))


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that befell the clock of a sale: a suspension, its end, a fault of the platform.

    Attributes:
        word: a marked message; ``reason``: what was said of it, a marked message or a court's own words.
    """

    at: datetime
    kind: str
    word: str
    reason: str = ""
    lasted: timedelta | None = None


def happenings(session: Session, sale: Any) -> list[Happening]:
    """What befell the clock of a sale, in order."""
    found = [Happening(one.from_at, "fault", FAULT_NAMES[one.fault], lasted=one.lasted)
             for one in reading.failures_between(session, sale.opens_at, reading.end_in_force(sale))]
    for one in sale.suspensions:
        found.append(Happening(one.from_at, "stop", N_("平台暂停拍卖") if one.fault else N_("法院暂停拍卖"),
                               one.reason))
        if one.to_at is not None:
            found.append(Happening(one.to_at, "resume", N_("恢复拍卖"), lasted=one.to_at - one.from_at))
    return sorted(found, key=lambda one: one.at)


def check(session: Session) -> dict[str, str | None]:
    """Recompute every chain from the stored bytes; per log None, or the first leaf that does not fit."""
    return {origin: None if misfit is None else f"leaf {misfit.index} ({misfit.subject}): {misfit.problem}"
            for origin, misfit in audit.check_logs(session).items()}
