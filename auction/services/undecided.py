"""Bids that have reached this process and are not yet judged.

The close must wait for them: a bid that entered the server in time may not be lost in our own
queue (TIME-7). With several processes each would publish its low-water mark; this one keeps it
in memory, where the only server's sweep reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Final

from auction.errors import TooManyUndecided

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


def any_before(lot_id: str, end: datetime) -> bool:
    """Whether a bid received before ``end`` is still undecided."""
    with _lock:
        return any(received_at < end for _, received_at in _waiting.get(lot_id, ()))
