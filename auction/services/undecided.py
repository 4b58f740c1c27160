"""Bids that have reached this process and are not yet judged.

The close must wait for them: a bid that entered the server in time may not be lost in our own
queue (TIME-7). With several processes each would publish its low-water mark; this one keeps it
in memory, where the only server's sweep reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

_waiting: dict[str, list[datetime]] = {}
_lock = Lock()


@contextmanager
def waiting(lot_id: str, received_at: datetime) -> Iterator[None]:
    """Hold a bid's place from its stamp until it is judged and durable."""
    with _lock:
        _waiting.setdefault(lot_id, []).append(received_at)
    try:
        yield
    finally:
        with _lock:
            _waiting[lot_id].remove(received_at)
            if not _waiting[lot_id]:
                del _waiting[lot_id]


def any_before(lot_id: str, end: datetime) -> bool:
    """Whether a bid received before ``end`` is still undecided."""
    with _lock:
        return any(received_at < end for received_at in _waiting.get(lot_id, ()))
