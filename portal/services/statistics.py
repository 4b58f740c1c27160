"""What ended sales say in numbers: how many sold, at which part of the reference price, after how many bids.

Figures come out of one grouped query over the catalogue, so their cost does not grow with what is
shown; each process keeps them for a while, and the page says of when they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import CatalogueState, Entry

DOTS: Final = 200
"""Sales that the picture of prices shows, the last ones: one dot each."""
KEPT_FOR: Final = timedelta(minutes=10)
SPAN: Final = timedelta(days=365)
_PERMILLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """Prices against reference prices of the last sales sold, in permille, least first."""

    permilles: tuple[int, ...]

    @property
    def median(self) -> int | None:
        """The middle one; of two in the middle the lower, so that it is a price really paid."""
        return self.permilles[(len(self.permilles) - 1) // 2] if self.permilles else None

    @property
    def percents(self) -> list[float]:
        return [one / 10 for one in self.permilles]


@dataclass(frozen=True, slots=True)
class Record:
    """A court's record of the year behind ``at``.

    Attributes:
        bids: accepted bids in all sales that ended, sold or failed.
        extensions: how often a bid moved their ends (AUC-20.4).
        median: price reached to reference price in permille, the middle of ``priced`` sales.
    """

    since: datetime
    at: datetime
    sold: int
    failed: int
    bids: int
    extensions: int
    sum_fen: int
    priced: int
    median: int | None

    @property
    def ended(self) -> int:
        return self.sold + self.failed


_kept: dict[tuple[str, str], Record] = {}


def spread(session: Session, court_id: str | None = None) -> Spread:
    """The last sales sold, of one court or all."""
    query = select(Entry.price_fen, Entry.reference_price_fen).where(
        Entry.outcome == "sold", Entry.ended_at.is_not(None), Entry.reference_price_fen.is_not(None))
    if court_id is not None:
        query = query.where(Entry.court_id == court_id)
    rows = session.execute(query.order_by(Entry.ended_at.desc(), Entry.slot).limit(DOTS))
    return Spread(tuple(sorted(permille(price, reference) for price, reference in rows if reference)))


def record_of(session: Session, court_id: str, now: datetime) -> Record:
    """What the sales of a court that ended within the last year say; at most ``KEPT_FOR`` old."""
    epoch = session.scalar(select(CatalogueState.epoch)) or ""
    kept = _kept.get((epoch, court_id))
    if kept is None or not kept.at <= now < kept.at + KEPT_FOR:
        kept = _kept[epoch, court_id] = _counted(session, court_id, now)
    return kept


def permille(price_fen: int, reference_fen: int) -> int:
    """A price in parts of a thousand of the reference price, rounded half up."""
    return (2 * price_fen * _PERMILLE + reference_fen) // (2 * reference_fen)


def _counted(session: Session, court_id: str, now: datetime) -> Record:
    since = now - SPAN
    here = (Entry.court_id == court_id, Entry.ended_at >= since, Entry.ended_at <= now)
    sums = {outcome: figures for outcome, *figures in session.execute(
        select(Entry.outcome, func.count(), func.sum(Entry.accepted), func.sum(Entry.extensions),
               func.sum(Entry.price_fen))
        .where(*here).group_by(Entry.outcome))}
    sold, failed = sums.get("sold", [0] * 4), sums.get("failed", [0] * 4)
    reference = Entry.reference_price_fen
    share = (2 * Entry.price_fen * _PERMILLE + reference) // (2 * reference)
    counted = session.execute(
        select(share.label("share"), func.count())
        .where(*here, Entry.outcome == "sold", reference.is_not(None))
        .group_by("share").order_by("share")).all()
    priced = sum(count for _, count in counted)
    return Record(since, now, int(sold[0]), int(failed[0]), int(sold[1] + failed[1]),
                  int(sold[2] + failed[2]), int(sold[3]), priced, _middle(counted, priced))


def _middle(counted: Sequence[Any], total: int) -> int | None:
    """The value in the middle of values given with how often each comes, least first."""
    passed = 0
    for value, count in counted:
        passed += count
        if 2 * passed >= total:
            return int(value)
    return None
