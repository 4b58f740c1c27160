"""Watching a sale: how often a room is told, and how many are said to watch. Pure.

An update to ten thousand costs a process more than the bid that it tells of. So the pause until the
next one follows what the last one cost: a tenth of a second where it was cheap, eight times its cost where
it was not, two updates a second for as long as half of the process's time is left to the bids, and never
more than that half.
"""

from typing import Final

SHORTEST_PAUSE: Final = 0.1
"""Seconds: at most ten updates a second and lot."""
TURN: Final = 0.45
"""Seconds from one update to the next: two a second, with what timers are late; a full room counts on it."""
_SHARE: Final = 8.0


def pause_after(cost: float, took: float) -> float:
    """Seconds of silence in a room after an update.

    Args:
        cost: seconds that telling took from the bids: what the standing was read for, and the sockets.
        took: seconds from its begin to its end, with the bids that were taken up in between.
    """
    return max(SHORTEST_PAUSE, rest_after(cost, took))


def rest_after(cost: float, took: float) -> float:
    """Seconds in which nothing is told to any room: a thousand small ones are as dear as a full one."""
    return min(_SHARE * cost, max(TURN - took, cost))


def shown_watchers(count: int) -> int:
    """The number that is shown as "so many and more": 10, 20, 50, 100 …; 0, where it would say who is there.

    A handful is not shown at all: whoever knows the others in the room would count the rest.
    """
    if count < 10:
        return 0
    decade = 10
    while count >= 10 * decade:
        decade *= 10
    return max(step * decade for step in (1, 2, 5) if count >= step * decade)
