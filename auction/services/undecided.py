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

_waiting: dict[str, list[tuple[str, datetime]]] = {}
_lock = Lock()


@contextmanager
def waiting(lot_id: str, bidder: str, received_at: datetime) -> Iterator[None]:
    """Hold a bid's place from its stamp until it is judged and durable.

    Raises:
        TooManyUndecided: this bidder has as many undecided bids as are allowed.
    """
    place = (bidder, received_at)
    with _lock:
        queue = _waiting.setdefault(lot_id, [])
        if sum(one == bidder for one, _ in queue) >= MOST:
            raise TooManyUndecided(most=MOST)
        queue.append(place)
    try:
        yield
    finally:
        with _lock:
            queue.remove(place)
            if not queue:
                _waiting.pop(lot_id, None)


def received(lot_id: str) -> list[datetime]:
    """When the undecided bids for a lot were received."""
    with _lock:
        return [received_at for _, received_at in _waiting.get(lot_id, ())]


def low_water() -> datetime:
    """An instant before which this process has no undecided bid any more, nor will have.

    The clock is read before the places are: a bid that takes its place in between was stamped
    after that reading, or less than ``GRACE`` before it.
    """
    sure_at = clock.now() - GRACE
    with _lock:
        oldest = [received_at for queue in _waiting.values() for _, received_at in queue]
    return min([sure_at, *oldest])
