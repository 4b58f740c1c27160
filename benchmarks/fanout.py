"""One update to a full room: from the first who hears of a bid to the last, against a bare loop of writes.

Both servers have a core to themselves, the crowd has the other; nobody else bids meanwhile. What is told
has the same number of bytes.
"""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.crowd import AT_ONCE, Client, frame
from benchmarks.figures import Figure
from benchmarks.place import OTHERS, ROOT, START_FEN, STEP_FEN, standing

WATCHERS = 10_000
TIMES = 5
CALM_S = 1.5
"""Between two updates: nothing of the last one may be on its way."""
_PING = b"\x81\x012"


def measure() -> Iterator[Figure]:
    os.sched_setaffinity(0, OTHERS)
    ours, size = spreads_of_ours(WATCHERS)
    yield Figure("fanout.10000", "ms", ours, spreads_of_bare(size))


def spreads_of_ours(count: int) -> tuple[list[float], int]:
    """How long each update took, in milliseconds, and how many bytes one has."""
    with standing("sqlite", 1, 1) as (server, place):
        lot, key = place.seats[0]
        watchers = Client.many("127.0.0.1", server.port, [(lot, None)] * count)
        (bidder,) = Client.many("127.0.0.1", server.port, [(lot, key)])
        sockets = [one.socket for one in watchers]
        prices = iter(range(START_FEN, START_FEN + TIMES * STEP_FEN, STEP_FEN))
        rounds = [spread(sockets, lambda: bidder.bid(next(prices)), b'["update"') for _ in range(TIMES)]
    return [ms for ms, _ in rounds], rounds[-1][1]


def spreads_of_bare(size: int) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.barefan", str(WATCHERS), str(size)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        port = int(server.stdout.readline()) if server.stdout is not None else 0
        sockets: list[socket.socket] = []
        for _ in range(WATCHERS // AT_ONCE):
            sockets += [socket.create_connection(("127.0.0.1", port)) for _ in range(AT_ONCE)]
            time.sleep(0.01)
        rounds = [spread(sockets, lambda: sockets[0].sendall(b"."), b"x") for _ in range(TIMES)]
        for one in sockets:
            one.close()
    return [ms for ms, _ in rounds]


def spread(sockets: Sequence[socket.socket], begin: Callable[[], None], mark: bytes) -> tuple[float, int]:
    """Milliseconds from the first to the last of them who hears what ``begin`` sets off, and its bytes."""
    with select.epoll() as poll:
        by_fd = {one.fileno(): one for one in sockets}
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        calm_at = time.perf_counter() + CALM_S
        while time.perf_counter() < calm_at:
            for _ in _told(by_fd, poll.poll(0.1)):
                pass
        begin()
        heard: dict[int, float] = {}
        size = 0
        while len(heard) < len(sockets):
            some = poll.poll(10.0)
            if not some:
                raise RuntimeError("not everybody heard of it")
            for fd, data in _told(by_fd, some):
                if mark in data:
                    heard[fd], size = time.perf_counter(), len(data)
    return 1000 * (max(heard.values()) - min(heard.values())), size


def _told(by_fd: dict[int, socket.socket], some: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """What these have received; pings are answered."""
    for fd, _ in some:
        data = by_fd[fd].recv(65_536)
        if data.endswith(_PING):
            by_fd[fd].send(frame("3"))
        yield fd, data
