"""A thin WebSocket beneath python-engineio, for gevent: what a bid and an update pass through.

When to use: it is put in place of the stock one by ``kernel.sockets``; the handlers above do not know
which of the two carries them. It does three things that the stock one cannot:

- it reads when the kernel received the bytes (SO_TIMESTAMPNS), so that bids are judged in the order in
  which they reached the machine, however long the event loop was busy (AUC-20.6; design: "A bid");
- one look takes in whatever the kernel has received for any connection (``Intake``), so that nothing
  earlier is left in it when bids are judged;
- it never waits for a slow reader: what the kernel does not take at once is kept, up to a bound, and
  whoever lags further is cut and may come back (spec: F9);
- it sends a frame that was made once to any number of sockets.

RFC 6455, version 13, no extensions. It speaks to whoever may speak plain TCP to us: the proxy.
"""

import secrets
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Final

import structlog
from gevent import get_hub, monkey, spawn
from gevent.event import Event
from gevent.queue import JoinableQueue
from gevent.socket import wait_write

from kernel.frames import (
    BINARY,
    CLOSE,
    NO_TEXT,
    PART,
    PING,
    PONG,
    PROTOCOL_ERROR,
    TEXT,
    TOO_OFTEN,
    BrokenFrame,
    FrameReader,
    accept_key,
    framed,
)

log = structlog.get_logger()

MOST_BEHIND: Final = 200
"""Frames that a slow reader may lag behind."""
MOST_BYTES_BEHIND: Final = 1_048_576
LONGEST_LAG_S: Final = 10.0
MOST_UNREAD: Final = 100
"""Messages for Engine.IO that wait until it takes them: handshakes and pongs, never many."""
MOST_FRAMES_A_SECOND: Final = 1000
"""Of one socket: far more than a person can send, and than one bid after the other makes."""

_SO_TIMESTAMPNS: Final = 35
_KERNEL_HOLDS: Final = 65_536
"""Bytes that the kernel takes for a reader; left to itself it takes 4 MB, minutes of a room, unnoticed."""
_ROOM_FOR_STAMP: Final = 64
_READ: Final = 16_384
_TIMESPEC: Final = struct.Struct("@qq")
_READABLE: Final = 1
_EPOLLIN, _EPOLLRDHUP, _EPOLLET = 1, 0x2000, 1 << 31

Intercept = Callable[["WebSocket", str, int], bool]


class Intake:
    """Every open connection of this process on one epoll of its own.

    The event loop looks at a few dozen sockets a turn, in an order of its own. Here one look shows all
    that have something, in the order in which the kernel got it, and reads them: whoever judges bids looks
    first, and then knows that what was received before that look is in hand (invariant C2).

    TCP keeps one stamp for all that lies unread in a socket, that of the last byte: a bid with a pong
    behind it would seem to have come with the pong. It came no later than what is next in the line. What
    came by itself keeps its own stamp: it stands late in the line if its socket was just being written to.
    """

    def __init__(self) -> None:
        self._epoll: Any = None
        self._watch: Any = None
        self._readers: dict[int, WebSocket] = {}

    @property
    def is_in_use(self) -> bool:
        """Whether there are any connections."""
        return bool(self._readers)

    def add(self, descriptor: int, reader: "WebSocket") -> None:
        """Read this connection from now on."""
        if self._epoll is None:   # not before: a process that forks must not share it
            self._epoll = monkey.get_original("select", "epoll")()
            self._watch = get_hub().loop.io(self._epoll.fileno(), _READABLE)
            self._watch.start(self.look)
        self._readers[descriptor] = reader
        self._epoll.register(descriptor, _EPOLLIN | _EPOLLRDHUP | _EPOLLET)

    def drop(self, descriptor: int) -> None:
        """Read it no longer; to be called before it is closed."""
        if self._readers.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def look(self) -> None:
        """Take in all that the kernel has received by now; never waits, so the event loop may call it."""
        if not self._readers:
            return
        shown = self._epoll.poll(0, len(self._readers))
        latest = time.time_ns()   # what is shown came before this, whatever comes while it is read
        line = []
        for descriptor, events in shown:
            reader = self._readers.get(descriptor)
            if reader is not None:
                line.append((reader, *reader.receive(hangs_up=bool(events & ~_EPOLLIN))))
        firsts = []
        for _reader, _data, stamp in reversed(line):
            latest = min(latest, stamp)
            firsts.append(latest)
        for (reader, data, stamp), first in zip(line, reversed(firsts), strict=True):
            try:
                reader.take(data, first, stamp)
            except Exception:   # of one connection: the others are read all the same
                log.exception("incident", incident=secrets.token_hex(4))
                reader.refuse()


intake: Final = Intake()


class PacketQueue(JoinableQueue):  # type: ignore[type-arg]  # generic for the reader of types alone
    """What Engine.IO has to say to one connection.

    Its writer takes a silence for the end; beneath a WebSocket it has to wait, for pings, updates and
    acknowledgements go past it, and ``kernel.heartbeat`` knows who has gone.
    """

    waits = False

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next packet; ``waits`` for it however long it takes, where that is set."""
        return super().get(block, None if self.waits else timeout)


class WebSocket:
    """One connection, as python-engineio wants it: ``wait``, ``send``, ``close``.

    Attributes:
        engine: Engine.IO's own socket, which this one carries.
        eio_sid: how Engine.IO names the connection.
        environ: of the request that opened it.
        is_open: whether its other end is still there, as far as is known.
        known: what the handlers above keep of this connection between two events.
    """

    intercept: Intercept = staticmethod(lambda _socket, _text, _stamp_ns: False)
    """Takes a message before Engine.IO does; True where nothing is left to do."""
    open: ClassVar[dict[str, "WebSocket"]] = {}
    """The connections of this process, by their Engine.IO name."""
    cut = 0
    """How many slow, hasty or broken connections were ended, in all."""

    def __init__(self, handler: Callable[["WebSocket"], Any], server: Any) -> None:
        self._handler = handler
        self._messages: deque[str] = deque()
        self._news = Event()
        self._reader = FrameReader(server.max_http_buffer_size)
        self._ahead: deque[bytes] = deque()
        self._bytes_ahead = 0
        self.is_open = self._has_gone = False
        self._second, self._frames = 0, 0
        self._event_second, self._events = 0, 0
        self.engine: Any = handler.__self__  # type: ignore[attr-defined]  # a method of Engine.IO's socket
        self.eio_sid: str = self.engine.sid
        self.environ: dict[str, Any] = {}
        self.known: dict[Any, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Shake hands, serve until the connection ends, and tell the server not to answer again."""
        key = accept_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        if key is None or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            start_response("400 Bad Request", [("Sec-WebSocket-Version", "13")])
            return []
        self.environ = environ
        self._socket = environ["gunicorn.socket"]
        self._raw = self._socket._sock   # beneath gevent's, which would wait
        self._raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_HOLDS)
        self._raw.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.is_open = True
        self.engine.queue.waits = True
        WebSocket.open[self.eio_sid] = self
        try:
            intake.add(self._raw.fileno(), self)
            self._shake_hands(key)
            self._handler(self)
        finally:
            self._lose()
            WebSocket.open.pop(self.eio_sid, None)
            self.engine.queue.waits = False   # whoever breaks off an upgrade goes on polling
        raise StopIteration   # gunicorn's word for: the answer was given

    def _shake_hands(self, key: str) -> None:
        try:
            self.push(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Accept: {key}\r\n\r\n").encode())
        except OSError:
            log.debug("socket.gone")   # Engine.IO finds that there is nobody, and ends what it had begun

    def wait(self) -> str | None:
        """The next message for Engine.IO; None at the end."""
        while not self._messages:
            if not self.is_open:
                return None
            self._news.clear()
            self._news.wait()
        return self._messages.popleft()

    def receive(self, *, hangs_up: bool) -> tuple[bytes, int]:
        """All that the kernel has received, and when it received the last of it; never waits.

        Args:
            hangs_up: the kernel says that there will be no more.
        """
        parts: list[bytes] = []
        stamp = 0
        while True:
            try:
                data, extra, _flags, _address = self._raw.recvmsg(_READ, _ROOM_FOR_STAMP)
            except BlockingIOError:
                break
            except OSError:
                data, extra = b"", []
            if not data:
                self._has_gone = True
                break
            stamp = _stamp_of(extra)
            parts.append(data)
            if len(data) < _READ and not hangs_up:   # it is shown anew only when more has come
                break
        return b"".join(parts), stamp or time.time_ns()

    def take(self, data: bytes, first: int, last: int) -> None:
        """Take what was received, its last byte at ``last``; the first of several messages by ``first``."""
        text = self._reader.only_text(data)
        messages, stamp = (self._reader.feed(data), first) if text is None else (((TEXT, text),), last)
        try:
            for kind, payload in messages:
                self._take(kind, payload, stamp)
                if kind != PART:
                    stamp = last
        except BrokenFrame as broken:
            self._end(broken.code)
        if self._has_gone:
            self._lose()

    def _take(self, kind: int, payload: bytes, stamp: int) -> None:
        second = stamp // 1_000_000_000
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        if self._frames > MOST_FRAMES_A_SECOND:
            raise BrokenFrame(TOO_OFTEN)
        if kind == TEXT:
            if not self.is_open:
                return
            try:
                message = payload.decode()
            except UnicodeDecodeError:
                raise BrokenFrame(NO_TEXT) from None
            if not self.intercept(self, message, stamp):
                if len(self._messages) >= MOST_UNREAD:
                    raise BrokenFrame(TOO_OFTEN)
                self._messages.append(message)
                self._news.set()
        elif kind == PING:
            self.push(framed(PONG, payload))
        elif kind == CLOSE:
            self._end(None)
        elif kind == BINARY:
            raise BrokenFrame(PROTOCOL_ERROR)   # nothing of ours is binary

    def send(self, message: str | bytes) -> None:
        """Send one message of Engine.IO.

        Raises:
            OSError: the connection has ended.
        """
        self.push(framed(TEXT, message.encode()) if isinstance(message, str) else framed(BINARY, message))

    def push(self, frame: bytes) -> None:
        """Send a frame as it is, without waiting.

        Raises:
            OSError: the connection has ended, or was cut because its reader lags too far.
        """
        if not self.is_open:
            raise OSError("the connection has ended")
        sent = 0
        if not self._ahead:
            try:
                sent = self._raw.send(frame)
            except BlockingIOError:
                pass
            except OSError:
                self._lose()
                raise
            if sent == len(frame):
                return
            self._later(frame[sent:])
            spawn(self._catch_up)
            return
        self._later(frame)
        if len(self._ahead) > MOST_BEHIND or self._bytes_ahead > MOST_BYTES_BEHIND:
            self._cut("too far behind")
            raise OSError("the reader lags too far")

    def _later(self, frame: bytes) -> None:
        self._ahead.append(frame)
        self._bytes_ahead += len(frame)

    def _catch_up(self) -> None:
        """Send what the reader was too slow for, or cut it."""
        since = time.monotonic()
        while self._ahead and self.is_open:
            try:
                wait_write(self._raw.fileno(), timeout=LONGEST_LAG_S)
                sent = self._raw.send(self._ahead[0])
            except BlockingIOError:
                sent = 0
            except OSError:
                self._lose()
                return
            if sent:
                since = time.monotonic()
                self._bytes_ahead -= sent
                rest = self._ahead.popleft()[sent:]
                if rest:
                    self._ahead.appendleft(rest)
            elif time.monotonic() - since > LONGEST_LAG_S:
                self._cut("read nothing")
                return

    def _cut(self, reason: str) -> None:
        WebSocket.cut += 1
        log.info("socket.cut", reason=reason, behind=len(self._ahead))
        self._lose()

    def _end(self, code: int | None) -> None:
        """Answer a close, or close because of what came."""
        if code is not None:
            WebSocket.cut += 1
            log.info("socket.cut", reason=code)
        if self.is_open:
            try:
                self.push(framed(CLOSE, b"" if code is None else struct.pack("!H", code)))
            except OSError:
                log.debug("socket.gone")
        self._lose()

    def events_within(self, second: int) -> int:
        """Count one more event on the long way; how many there were in this second."""
        self._events = self._events + 1 if second == self._event_second else 1
        self._event_second = second
        return self._events

    def refuse(self, code: int = PROTOCOL_ERROR) -> None:
        """End a connection that says what nobody of ours would."""
        self._end(code)

    def close(self) -> None:
        """End the connection politely."""
        if self.is_open:
            self._end(None)

    def _lose(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._ahead.clear()
        intake.drop(self._raw.fileno())
        try:
            self._raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("socket.gone")
        self._news.set()


def _stamp_of(extra: list[tuple[int, int, bytes]]) -> int:
    """When the kernel received what was read, in nanoseconds since 1970."""
    for level, kind, value in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            return int(seconds * 1_000_000_000 + nanoseconds)
    return time.time_ns()
