"""The queue of this process: whoever finds nobody at work takes everybody's bids to the database.

Group commit (design: "A bid"): while one transaction is being written, bids gather; the next one
takes all of them, for whatever lots. There is no drainer that could die with the queue: who waits
for an answer does the work when it is its turn, and hands it on with its own answer in hand; for bids
that nobody stands and waits for, a task is started when there are some and ends with the last.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from threading import Event
from typing import Any, Final, cast

import structlog
from flask import Flask, current_app

from auction.errors import BidWaited
from auction.live.updates import promise_standing, tell_of_bids
from auction.services.bidding import BidAnswer, Offer, take_bids
from kernel import arrivals, clock
from kernel.database import db, is_away
from kernel.errors import DomainError
from kernel.locks import BriefLock
from kernel.sockets import socketio, take_in
from kernel.transactions import unit_of_work

log = structlog.get_logger()

MOST_AT_ONCE: Final = 2000
"""Bids that one transaction takes: more would make the first of them wait for the last."""
LONGEST_COMING_S: Final = 3.0
"""For so long a bid waits for one that was received before it and is not yet here: longer than a thousand
who bid in the last second without having entered the room are looked up; shorter than the five seconds
after which a sale stops."""
_LONGEST_COMING: Final = timedelta(seconds=LONGEST_COMING_S)
LONGEST_AWAY_S: Final = 10.0
"""For so long a bid may wait for its turn (design: "A bid"); one that waits longer puts its sale on hold."""
BETWEEN_TRIES_S: Final = 0.1

Answer = BidAnswer | BaseException
Answered = Callable[[Answer], None]


class _Waiting:
    """A bid between its arrival and its answer: somebody stands and waits for it, or is told."""

    __slots__ = ("answer", "answered", "offer", "turn")

    def __init__(self, offer: Offer, answered: Answered | None = None) -> None:
        self.offer = offer
        self.answered = answered
        self.answer: Answer | None = None
        self.turn = Event() if answered is None else None
        """Set when the answer is there, or when it is this one's turn to do the work."""

    def settle(self, answer: Answer) -> None:
        """Give the answer to whom it belongs."""
        self.answer = answer
        if self.turn is not None:
            self.turn.set()
        if self.answered is not None:
            try:
                self.answered(answer)
            except Exception:
                log.exception("incident", incident=secrets.token_hex(4))


_arrival: Final = attrgetter("offer.received_at", "offer.order")


class BidQueue:
    """Bids of one process on their way into the database.

    Attributes:
        batches, bids: how many transactions were written, and how many bids they carried.
    """

    def __init__(self, write: Callable[[Sequence[Offer]], Sequence[BidAnswer | DomainError]]) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._is_busy = False
        self._lock = BriefLock()
        self.batches = 0
        self.bids = 0

    def take(self, offer: Offer) -> BidAnswer:
        """Bring one bid into the database together with whatever else has come, and wait for its answer.

        Raises:
            DomainError: it was turned away without being judged.
        """
        mine = _Waiting(offer)
        leads = self._enter(mine)
        if not leads and mine.turn is not None:
            mine.turn.wait()
        if mine.answer is None:
            self._lead(mine)
        answer = mine.answer
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            raise RuntimeError("a bid was left without an answer")
        return answer

    def push(self, app: Flask, offer: Offer, answered: Answered) -> None:
        """Leave a bid to be written with the next transaction; ``answered`` is called after its commit."""
        if self._enter(_Waiting(offer, answered)):
            socketio.start_background_task(self._drain, app)

    def _enter(self, mine: _Waiting) -> bool:
        """Stand in line; whether nobody is at work."""
        with self._lock:
            self._waiting.append(mine)
            leads = not self._is_busy
            self._is_busy = True
        return leads

    def _lead(self, mine: _Waiting) -> None:
        """Write batches until one's own bid is answered; then somebody else goes on."""
        try:
            while mine.answer is None:
                self._answer(self._next())
        finally:
            self._hand_on()

    def _drain(self, app: Flask) -> None:
        """Write batches until nothing waits."""
        with app.app_context():
            try:
                while self._waiting:
                    self._answer(self._next())
            finally:
                db.session.remove()
                self._hand_on(app)

    def _persist(self, offers: Sequence[Offer]) -> Sequence[BidAnswer | DomainError]:
        """Write, and while the database is away keep trying: these bids came in time, and the close waits.

        A commit of which nobody heard may have gone through: then the bids are found as repeats.
        """
        begun = time.monotonic()
        while True:
            try:
                return self._write(offers)
            except Exception as error:
                if not is_away(error) or time.monotonic() - begun > LONGEST_AWAY_S:
                    raise
                log.warning("database.away", bids=len(offers))
            socketio.sleep(BETWEEN_TRIES_S)

    def _next(self) -> list[_Waiting]:
        """The bids that came first, after all have come in that the kernel has received until now (AUC-20.6).

        What is received while they come in waits for the next batch: of that the kernel may show some and
        not yet others that came before. So do bids behind one that is still on its way here, but not long.
        """
        begun = time.monotonic()
        while True:
            until = time.time_ns()
            oldest = clock.now() - _LONGEST_COMING
            take_in(lambda: len(self._waiting))
            if time.monotonic() - begun > LONGEST_COMING_S:   # or the clock was set back
                return self._first()
            coming = min((at for at in arrivals.stamps() if at > oldest), default=None)
            batch = self._first(until, coming)
            if batch:
                return batch

    def _first(self, until: int | None = None, coming: datetime | None = None) -> list[_Waiting]:
        """Take the first out of the line: those received ``until`` then, and before what is still coming."""
        with self._lock:
            self._waiting.sort(key=_arrival)
            end = 0
            for one in self._waiting[:MOST_AT_ONCE]:
                offer = one.offer
                if ((until is not None and offer.order > until)
                        or (coming is not None and offer.received_at >= coming)):
                    break
                end += 1
            batch, self._waiting = self._waiting[:end], self._waiting[end:]
        return batch

    def _hand_on(self, app: Flask | None = None) -> None:
        """Let the oldest that stands and waits go on, else a task; nobody if nothing waits."""
        with self._lock:
            self._is_busy = bool(self._waiting)
            heir = next((one for one in self._waiting if one.turn is not None), None)
            nobody_stands = self._is_busy and heir is None
        if heir is not None and heir.turn is not None:
            heir.turn.set()
        elif nobody_stands:
            socketio.start_background_task(self._drain, app or cast("Any", current_app)._get_current_object())

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            answers = self._persist([one.offer for one in batch])
        except Exception as error:  # one that cannot be written must not take the others with it
            if len(batch) > 1:
                for one in batch:
                    self._answer([one])
            else:
                batch[0].settle(error)
            return
        except BaseException as error:
            for one in batch:
                one.settle(error)
            raise
        self.batches += 1
        self.bids += len(batch)
        for one, answer in zip(batch, answers, strict=True):
            one.settle(answer)


def _write(offers: Sequence[Offer]) -> Sequence[BidAnswer | DomainError]:
    """One durable transaction; the rooms hear of it once it is."""
    with unit_of_work() as work:
        answers = take_bids(work.session, offers, now=clock.now())
        tell_of_bids(work, answers)
        for lot_id in {offer.lot_id for offer, answer in zip(offers, answers, strict=True)
                       if isinstance(answer, BidWaited)}:
            promise_standing(work, lot_id)   # that bid has put its sale on hold
    return answers


queue: Final = BidQueue(_write)
