"""How many watch a sale, over all processes as far as they have said so; only a rounded number is shown."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from auction.rules.watching import shown_watchers

COUNT_EVERY: Final = 5.0
"""Seconds between two counts: joining and leaving is no news."""
_BELIEVED_FOR: Final = 3.5 * COUNT_EVERY
_MOST_PROCESSES: Final = 256


class Audience:
    """Watchers by room: this process's own, and what others have said within the last seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._own: Mapping[str, int] = {}
        self._others: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._told: dict[str, int] = {}

    def hear(self, process: str, counts: Mapping[str, int]) -> None:
        """Take what another process says; whoever falls silent is forgotten."""
        if process in self._others or len(self._others) < _MOST_PROCESSES:
            self._others[process] = (self._now(), counts)

    def shown(self, room: str) -> int:
        """The number that may be shown for a room: "so many and more", or 0."""
        return shown_watchers(self._own.get(room, 0) + sum(
            counts.get(room, 0) for _at, counts in self._others.values()))

    def count(self, own: Mapping[str, int]) -> dict[str, int]:
        """Take this process's own count; by room the numbers that have changed since they were told."""
        since = self._now() - _BELIEVED_FOR
        self._others = {name: said for name, said in self._others.items() if said[0] > since}
        self._own = own
        shown = {room: self.shown(room) for room in own}
        changed = {room: number for room, number in shown.items() if self._told.get(room, 0) != number}
        self._told = shown
        return changed
