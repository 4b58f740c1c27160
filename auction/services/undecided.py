"""Bids that have reached this process and are not yet judged.

The close must wait for them: a bid that entered the server in time may not be lost in our own
queue (TIME-7). They are held in memory; other processes know of them by the low-water mark that
``auction.services.presence`` publishes in the database.

Why a mark never runs ahead of a bid, however long the process is busy or stands still. A bid is stamped
by the kernel when it enters the machine, or by the process once it has all of it. (1) The clock is read.
(2) Then all sockets are looked at: what the kernel had received by (1) is with its handler after that.
(3) A handler gives a bid its place at once, or has it ``on_the_way`` from its stamp on until it has its
place (``kernel.arrivals``); the bid leaves that when it is durable. (4) Then the places are read. So a bid
stamped before (1) is decided by (4), or the mark stands at its stamp at the latest. A pause between any
two of these steps changes nothing: the mark is that of (1). What the kernel itself needs from its stamp
to the socket the look does not see: for that the mark stays ``GRACE`` behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from auction.errors import TooManyUndecided
from auction.rules.closing import GRACE
from kernel import arrivals, clock
from kernel.locks import BriefLock
from kernel.sockets import take_in

MOST: Final = 4
"""Undecided bids that one bidder may have in one sale; more would only crowd out the others."""

_waiting: dict[tuple[str, str], list[datetime]] = {}
"""When they were received, by lot and bidder."""
_entered = 0
_lock = BriefLock()


@contextmanager
def waiting(lot_id: str, bidder: str, received_at: datetime) -> Iterator[None]:
    """Hold a bid's place from its stamp until it is judged and durable.

    Raises:
        TooManyUndecided: this bidder has as many undecided bids as are allowed.
    """
    take_place(lot_id, bidder, received_at)
    arrivals.settle()
    try:
        yield
    finally:
        leave_place(lot_id, bidder, received_at)


def take_place(lot_id: str, bidder: str, received_at: datetime) -> None:
    """Begin to wait; whoever does must ``leave_place``, whatever happens.

    Raises:
        TooManyUndecided: this bidder has as many undecided bids as are allowed.
    """
    global _entered  # noqa: PLW0603 - one count a process
    with _lock:
        places = _waiting.setdefault((lot_id, bidder), [])
        if len(places) >= MOST:
            raise TooManyUndecided(most=MOST)
        places.append(received_at)
        _entered += 1


def leave_place(lot_id: str, bidder: str, received_at: datetime) -> None:
    """Wait no longer: it is judged and durable, or turned away."""
    with _lock:
        places = _waiting[lot_id, bidder]
        places.remove(received_at)
        if not places:
            del _waiting[lot_id, bidder]


def received(lot_id: str) -> list[datetime]:
    """When the undecided bids for a lot were received, and whatever is on its way, be it for another."""
    with _lock:
        return [*arrivals.stamps(), *(at for (lot, _bidder), places in _waiting.items() if lot == lot_id
                                      for at in places)]


def looked_at() -> datetime:
    """The time, and then a look at all sockets: what had been received by then has its place, or had it.

    Whoever closes a sale does so by this time. It gives everybody else a turn, so no transaction may be open.
    """
    at = clock.now()
    take_in(lambda: _entered)
    return at


def low_water(looked: datetime | None = None) -> datetime:
    """An instant before which this process has no undecided bid any more, nor will have.

    Args:
        looked: when all sockets were looked at, if somebody has.
    """
    sure_at = (looked or looked_at()) - GRACE
    coming = arrivals.stamps()   # first: who leaves them meanwhile has taken a place
    with _lock:
        oldest = [min(places) for places in _waiting.values()]
    return min([sure_at, *coming, *oldest])
