"""gunicorn's gevent worker, which ends as soon as what it has taken is answered.

The stock worker waits out ``graceful_timeout`` for WebSockets, which never end by themselves. This one
takes nobody new, decides the bids in hand, asks everybody to go to another process, and leaves.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped]

A_BEAT_S: Final = 1.0
"""How often the master hears that this worker lives."""
A_LOOK_S: Final = 0.02
NEWCOMERS_A_TURN: Final = 4
"""Connections that are taken in a turn of the event loop: where a thousand come back at once, those who are
inside have a turn in between."""


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """One process of the platform.

    Attributes:
        decided_until: says before which instant nothing that came here is undecided any more.
    """

    decided_until: Callable[[], datetime]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_told_to_end = Event()
        self._at_work = 0

    def run(self) -> None:
        """Serve until told to end, then until nobody is served any more."""
        servers = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            self._is_told_to_end.wait(A_BEAT_S)
        for server in servers:
            server.close()
        deadline = monotonic() + self.cfg.graceful_timeout
        self._see_off(deadline)
        while self._at_work and monotonic() < deadline:
            gevent.sleep(A_LOOK_S)
        for server in servers:
            server.stop(timeout=0)

    def _serve(self, listener: Any) -> StreamServer:
        listener.setblocking(True)
        listener.listen(self.cfg.backlog)   # in production nobody was let in while the platform was loading
        server = StreamServer(listener, handle=partial(self.handle, listener),
                              spawn=Pool(self.worker_connections))
        server.max_accept = NEWCOMERS_A_TURN
        server.start()
        return server

    def _see_off(self, deadline: float) -> None:
        """Decide what has come, then ask whoever is connected to connect elsewhere."""
        from kernel import clock  # noqa: PLC0415 - loaded once gevent has patched the process
        from kernel.sockets import socketio  # noqa: PLC0415

        until = clock.now()
        while self.decided_until() < until and monotonic() < deadline:
            gevent.sleep(A_LOOK_S)
        for one in list(socketio.server.eio.sockets.values()):
            gevent.spawn(one.close, wait=False, reason=one.server.reason.SERVER_DISCONNECT)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Count those who wait for an answer; a connection that only stands open keeps nobody."""
        self._at_work += 1
        try:
            return super().handle_request(listener_name, req, sock, addr)
        finally:
            self._at_work -= 1

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """SIGTERM."""
        super().handle_exit(sig, frame)
        self._is_told_to_end.set()
