"""The heartbeat of every connection of this process: one task asks them all in turn whether they are there.

Engine.IO has a task for each of them that sleeps until the next ping, and one more that looks at all of
them by turns. Of ten thousand who watch, these tasks are a sixth of the memory and, in a profile, a
twelfth of the process's time. The rules are the same: a ping some seconds after the last answer, and
whoever does not answer for ``ping_timeout`` is taken to be gone.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from engineio.packet import PING, Packet

BETWEEN_LOOKS_S: Final = 0.1
"""What is due within it is asked together."""

Ask = Callable[[Any], bool]


class Heartbeat:
    """Asks each connection that has been quiet for ``ping_interval``, and ends those that do not answer.

    Args:
        engine: Engine.IO's server, whose sockets these are.
        ask: sends a ping on a way of its own; False where Engine.IO has to.
    """

    def __init__(self, engine: Any, ask: Ask) -> None:
        self._engine, self._ask = engine, ask
        self._resting: deque[tuple[float, Any]] = deque()
        """Those that have answered, in the order in which they are to be asked again."""
        self._asked: deque[tuple[float, float, Any]] = deque()
        """Those that were asked, in the order in which they must have answered, and what ``last_ping`` was
        set to: another value, or none, is an answer, whatever a clock says."""
        self._is_beating = False

    def heard(self, socket: Any) -> None:
        """It is there: it has just come, or has answered; what it answers unasked counts for nothing."""
        if not socket.last_ping:
            return
        socket.last_ping = None
        self._resting.append((time.monotonic() + self._engine.ping_interval, socket))
        if not self._is_beating:
            self._is_beating = True
            self._engine.start_background_task(self._beat)

    def _beat(self) -> None:
        """Look at those whose time has come, for as long as there are any."""
        try:
            while self._resting or self._asked:
                self._engine.sleep(BETWEEN_LOOKS_S)
                self.look()
        finally:
            self._is_beating = False

    def look(self) -> None:
        """Ask everybody who is due, and end whoever has not answered."""
        while self._resting and self._resting[0][0] <= time.monotonic():
            _, socket = self._resting.popleft()
            if self._is_over(socket):
                continue
            socket.last_ping = asked_at = time.time()
            self._asked.append((time.monotonic() + self._engine.ping_timeout, asked_at, socket))
            if not self._ask(socket):
                socket.send(Packet(PING))
        while self._asked and self._asked[0][0] <= time.monotonic():
            _, asked_at, socket = self._asked.popleft()
            if not self._is_over(socket) and socket.last_ping == asked_at:
                socket.close(wait=False, abort=False, reason=self._engine.reason.PING_TIMEOUT)
                self._is_over(socket)

    def _is_over(self, socket: Any) -> bool:
        """Whether it has ended, or is about to; Engine.IO forgets it then, whichever way it ended."""
        is_over = bool(socket.closed or socket.closing)
        if is_over:
            self._engine.sockets.pop(socket.sid, None)
        return is_over
