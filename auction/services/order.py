"""Inversions: bids that this process judges after another one has judged a later one (design: "A bid").

Within a process bids are judged in the order in which the machine received them. Two processes that take
bids for one sale take turns at its row, so a bid may be judged after one that came a little later to the
other. The rules bear that; how often and by how much it happens is counted, published with the process'
signs of life, and an alarm beyond ``MOST_INVERTED``.
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol

import structlog

log = structlog.get_logger()

MOST_INVERTED: Final = timedelta(milliseconds=250)
"""By more than this no two bids should change places (design: "A bid")."""
ALARM_EVERY_S: Final = 1.0
_MS: Final = timedelta(milliseconds=1)


class Judged(Protocol):
    """The row of a sale, as it was locked: ``latest_at`` is the latest receipt of a bid judged before."""

    lot_id: str
    latest_at: datetime | None


class Order:
    """What one process has seen of it since it began.

    Attributes:
        inversions: how many bids were judged after a later one of another process.
        alarms: how many of them by more than ``MOST_INVERTED``.
        most: by how much at most.
    """

    def __init__(self) -> None:
        self.inversions = self.alarms = 0
        self.most = timedelta(0)
        self._own: dict[str, datetime] = {}
        self._said_s = -ALARM_EVERY_S

    @property
    def most_ms(self) -> int:
        return self.most // _MS

    def note(self, sale: Judged, received_at: datetime) -> None:
        """Note a bid that is judged now, under the lock of its sale's row."""
        latest_at, own = sale.latest_at, self._own.get(sale.lot_id)
        if own is None or received_at > own:
            self._own[sale.lot_id] = received_at
        if latest_at is None or received_at >= latest_at or (own is not None and own >= latest_at):
            return   # in order, or behind a bid of this process itself
        by = latest_at - received_at
        self.inversions += 1
        self.most = max(self.most, by)
        if by > MOST_INVERTED:
            self.alarms += 1
            if monotonic() - self._said_s >= ALARM_EVERY_S:
                self._said_s = monotonic()
                log.warning("bids.out_of_order", lot=sale.lot_id, by_ms=by // _MS, alarms=self.alarms)
