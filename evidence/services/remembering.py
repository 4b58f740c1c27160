"""What was made of a sale, kept for the next look: whoever moves the slider asks for the same sale each time.

Nothing is believed to be as it was. What a look rests on is read anew and compared, value by value, with
what the kept one rested on: a new attempt, the end of a suspension, a row that somebody changed past the
platform is seen at once. Only the making of the same from the same is spared.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """What was made last, of a bounded number of attempts in all; of a larger sale nothing is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[object, Made, int]] = OrderedDict()
        self._size = 0
        self._turn = Lock()

    @property
    def size(self) -> int:
        """Attempts of which something is kept; one for a sale without any."""
        return self._size

    def take(self, subject: str, given: object, size: int, make: Callable[[], Made]) -> Made:
        """What ``make`` gives for ``given``, or gave for the same before.

        Args:
            given: all that the result depends on; equal to another only if that gives the same.
            size: how many attempts it holds; a sale without any counts as one.
        """
        with self._turn:
            known = self._kept.get(subject)
        made = known[1] if known is not None and known[0] == given else make()
        with self._turn:
            self._keep(subject, (given, made, max(size, 1)))
        return made

    def _keep(self, subject: str, entry: tuple[object, Made, int]) -> None:
        self._forget(subject)
        if entry[2] > self._most:
            return
        self._kept[subject] = entry
        self._size += entry[2]
        while self._size > self._most:
            self._forget(next(iter(self._kept)))

    def _forget(self, subject: str) -> None:
        if subject in self._kept:
            self._size -= self._kept.pop(subject)[2]
