"""Bids that have reached this process and are not yet judged.

The close must wait for them: a bid that entered the server in time may not be lost in our own
queue (TIME-7). They are held in memory; other processes know of them by the low-water mark that
``auction.services.presence`` publishes in the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Final

from auction.errors import TooManyUndecided
from auction.rules.closing import GRACE
from kernel import clock

MOST: Final = 4
"""Undecided bids that one bidder may have in one sale; more would only crowd out the others."""

_waiting: dict[str, dict[str, list[datetime]]] = {}
_lock = Lock()


@contextmanager
def waiting(lot_id: str, bidder: str, received_at: datetime) -> Iterator[None]:
    """Hold a bid's place from its stamp until it is judged and durable.

    Raises:
        TooManyUndecided: this bidder has as many undecided bids as are allowed.
    """
    take_place(lot_id, bidder, received_at)
    try:
        yield
    finally:
        leave_place(lot_id, bidder, received_at)


def take_place(lot_id: str, bidder: str, received_at: datetime) -> None:
    """Begin to wait; whoever does must ``leave_place``, whatever happens.

    Raises:
        TooManyUndecided: this bidder has as many undecided bids as are allowed.
    """
    with _lock:
        places = _waiting.setdefault(lot_id, {}).setdefault(bidder, [])
        if len(places) >= MOST:
            raise TooManyUndecided(most=MOST)
        places.append(received_at)


def leave_place(lot_id: str, bidder: str, received_at: datetime) -> None:
    """Wait no longer: it is judged and durable, or turned away."""
    with _lock:
        places = _waiting[lot_id][bidder]
        places.remove(received_at)
        if not places:
            del _waiting[lot_id][bidder]
            if not _waiting[lot_id]:
                del _waiting[lot_id]


def received(lot_id: str) -> list[datetime]:
    """When the undecided bids for a lot were received."""
    with _lock:
        return [at for places in _waiting.get(lot_id, {}).values() for at in places]


def low_water() -> datetime:
    """An instant before which this process has no undecided bid any more, nor will have.

    The clock is read before the places are: a bid that takes its place in between was stamped
    after that reading, or less than ``GRACE`` before it.
    """
    sure_at = clock.now() - GRACE
    with _lock:
        oldest = [at for bidders in _waiting.values() for places in bidders.values() for at in places]
    return min([sure_at, *oldest])
