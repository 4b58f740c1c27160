"""A line that can be cut: TCP from a port of this machine to another, in a thread of its own."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

REQUESTS, REPLIES = "requests", "replies"
_COMMIT = b"COMMIT"
A_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: whoever closes so sends RST, and nothing that waits."""


@dataclass
class Line:
    """The line, and what is done to it; every method may be called from any thread.

    Attributes:
        cut_commits: how many connections were cut after a COMMIT had been passed on, before its reply.
    """

    upstream: tuple[str, int]
    port: int = 0
    cut_commits: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    _passes: dict[str, asyncio.Event] = field(default_factory=dict)
    _is_down: bool = False
    _cuts_commits: int = 0

    def reset(self) -> None:
        """Every connection is reset, and nobody gets a new one."""
        self._do(self._set_down(True))

    def hold(self, *directions: str) -> None:
        """Bytes of these directions stay where they are, and nobody is told."""
        self._do(self._set_passes(directions, passes=False))

    def cut_next_commit(self, times: int = 1) -> None:
        """Pass on the next COMMIT, and reset its connection before the reply comes through."""
        self._do(self._arm(times))

    def heal(self) -> None:
        """As before; what was held goes on."""
        self._do(self._set_down(False))
        self._do(self._set_passes((REQUESTS, REPLIES), passes=True))

    def _do(self, act: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(timeout=10)

    async def _set_down(self, is_down: bool) -> None:
        self._is_down = is_down
        if is_down:
            for pair in list(self._pairs):
                _break(pair)

    async def _set_passes(self, directions: tuple[str, ...], *, passes: bool) -> None:
        for one in directions:
            if passes:
                self._passes[one].set()
            else:
                self._passes[one].clear()

    async def _arm(self, times: int) -> None:
        self._cuts_commits = times

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            _break((writer,))
            return
        try:
            there, to_there = await asyncio.open_connection(*self.upstream)
        except OSError:
            _break((writer,))
            return
        pair = (writer, to_there)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pass(REQUESTS, reader, to_there, pair),
                                 self._pass(REPLIES, there, writer, pair))
        finally:
            self._pairs.discard(pair)

    async def _pass(self, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
                    pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        """Bytes one way, until either end has closed."""
        with suppress(OSError):
            while data := await reader.read(A_CHUNK):
                await self._passes[direction].wait()
                writer.write(data)
                await writer.drain()
                if direction == REQUESTS and self._cuts_commits and _COMMIT in data:
                    self._cuts_commits -= 1
                    self.cut_commits += 1
                    _break(pair[:1])   # the server goes on; whoever asked never hears
        writer.close()

    def run(self, is_up: threading.Event) -> None:
        """Serve until stopped; in a thread of its own."""
        asyncio.set_event_loop(self._loop)
        self._passes = {one: asyncio.Event() for one in (REQUESTS, REPLIES)}
        for one in self._passes.values():
            one.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        is_up.set()
        self._loop.run_forever()
        server.close()
        for one in self._passes.values():
            one.set()
        for pair in list(self._pairs):
            _break(pair)
        tasks = asyncio.all_tasks(self._loop)
        if tasks:
            self._loop.run_until_complete(asyncio.wait(tasks, timeout=5))
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def _break(ends: tuple[asyncio.StreamWriter, ...]) -> None:
    for one in ends:
        plug = one.get_extra_info("socket")
        if plug is not None:
            with suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.transport.abort()


@contextmanager
def line(upstream: tuple[str, int]) -> Iterator[Line]:
    """A whole line to somewhere."""
    made, is_up = Line(upstream), threading.Event()
    thread = threading.Thread(target=made.run, args=(is_up,), daemon=True)
    thread.start()
    assert is_up.wait(timeout=10)
    try:
        yield made
    finally:
        made.stop()
        thread.join(timeout=10)
