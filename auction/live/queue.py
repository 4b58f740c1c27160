"""The queue of this process: whoever finds nobody at work takes everybody's bids to the database.

Group commit (design: "A bid"): while one transaction is being written, bids gather; the next one
takes all of them, for whatever lots. There is no drainer that could die: each waiting bid is ready
to do the work itself, and hands it on when its own answer is there.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Final

from auction.live.updates import tell_of_bids
from auction.services.bidding import BidAnswer, Offer, take_bids
from kernel import clock
from kernel.errors import DomainError
from kernel.transactions import unit_of_work

MOST_AT_ONCE: Final = 2000
"""Bids that one transaction takes: more would make the first of them wait for the last."""


class _Waiting:
    """A bid between its arrival and its answer."""

    __slots__ = ("answer", "offer", "turn")

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.answer: BidAnswer | BaseException | None = None
        self.turn = Event()
        """Set when the answer is there, or when it is this one's turn to do the work."""


class BidQueue:
    """Bids of one process on their way into the database.

    Attributes:
        batches, bids: how many transactions were written, and how many bids they carried.
    """

    def __init__(self, write: Callable[[Sequence[Offer]], Sequence[BidAnswer | DomainError]]) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._is_busy = False
        self._lock = Lock()
        self.batches = 0
        self.bids = 0

    def take(self, offer: Offer) -> BidAnswer:
        """Bring one bid into the database together with whatever else has come, and wait for its answer.

        Raises:
            DomainError: it was turned away without being judged.
        """
        mine = _Waiting(offer)
        with self._lock:
            self._waiting.append(mine)
            leads = not self._is_busy
            self._is_busy = True
        if not leads:
            mine.turn.wait()
        if mine.answer is None:
            self._lead(mine)
        answer = mine.answer
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            raise RuntimeError("a bid was left without an answer")
        return answer

    def _lead(self, mine: _Waiting) -> None:
        """Write batches until one's own bid is answered; then the oldest that waits goes on."""
        try:
            while mine.answer is None:
                with self._lock:
                    batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                self._answer(batch)
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._is_busy = heir is not None
            if heir is not None:
                heir.turn.set()

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            for one, answer in zip(batch, self._write([one.offer for one in batch]), strict=True):
                one.answer = answer
        except Exception as error:  # one that cannot be written must not take the others with it
            if len(batch) == 1:
                batch[0].answer = error
            else:
                for one in batch:
                    self._answer([one])
        except BaseException as error:
            for one in batch:
                one.answer = one.answer or error
            raise
        finally:
            for one in batch:
                one.turn.set()
        self.batches += 1
        self.bids += len(batch)


def _write(offers: Sequence[Offer]) -> Sequence[BidAnswer | DomainError]:
    """One durable transaction; the rooms hear of it once it is."""
    with unit_of_work() as work:
        answers = take_bids(work.session, offers, now=clock.now())
        tell_of_bids(work, answers)
    return answers


queue: Final = BidQueue(_write)
