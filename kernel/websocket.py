"""A thin WebSocket beneath python-engineio, for gevent: what a bid and an update pass through.

When to use: it is put in place of the stock one by ``kernel.sockets``; the handlers above do not know
which of the two carries them. It does three things that the stock one cannot:

- it reads when the kernel received the bytes (SO_TIMESTAMPNS), so that bids are judged in the order in
  which they reached the machine, however long the event loop was busy (AUC-20.6; design: "A bid");
- it never waits for a slow reader: what the kernel does not take at once is kept, up to a bound, and
  whoever lags further is cut and may come back (spec: F9);
- it sends a frame that was made once to any number of sockets.

RFC 6455, version 13, no extensions. It speaks to whoever may speak plain TCP to us: the proxy.
"""

import socket
import struct
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any, ClassVar, Final

import structlog

log = structlog.get_logger()

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PROTOCOL_ERROR, NO_TEXT, TOO_OFTEN, TOO_LARGE = 1002, 1007, 1008, 1009
MOST_BEHIND: Final = 200
"""Frames that a slow reader may lag behind."""
MOST_BYTES_BEHIND: Final = 1_048_576
LONGEST_LAG_S: Final = 10.0
MOST_FRAMES_A_SECOND: Final = 1000
"""Of one socket: far more than a person can send, and than one bid after the other makes."""

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SO_TIMESTAMPNS: Final = 35
_KERNEL_HOLDS: Final = 65_536
"""Bytes that the kernel takes for a reader; left to itself it takes 4 MB, minutes of a room, unnoticed."""
_ROOM_FOR_STAMP: Final = 64
_READ: Final = 65_536
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Intercept = Callable[["WebSocket", str, int], bool]


class BrokenFrame(Exception):
    """What came is no WebSocket; the connection ends with this code (RFC 6455, 7.4.1)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrameReader:
    """Puts messages together from the bytes of a client, however they were cut."""

    def __init__(self, longest: int) -> None:
        self._bytes = bytearray()
        self._longest = longest
        self._parts: list[bytes] = []
        self._kind = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take bytes; give each whole message, and each control frame, with its kind.

        Raises:
            BrokenFrame: unmasked, reserved bits, a control frame that is long or cut, a continuation of
                nothing, or longer than is allowed.
        """
        self._bytes += data
        while (frame := self._frame()) is not None:
            is_last, kind, payload = frame
            if kind >= CLOSE:
                yield kind, payload
                continue
            if (kind == 0) != bool(self._kind):
                raise BrokenFrame(PROTOCOL_ERROR)
            if is_last and kind:
                yield kind, payload
                continue
            self._kind = self._kind or kind
            self._parts.append(payload)
            if sum(map(len, self._parts)) > self._longest:
                raise BrokenFrame(TOO_LARGE)
            if is_last:
                whole, kind = b"".join(self._parts), self._kind
                self._parts, self._kind = [], 0
                yield kind, whole

    def _frame(self) -> tuple[bool, int, bytes] | None:
        held = self._bytes
        if len(held) < 2:
            return None
        first, second = held[0], held[1]
        kind, length, begin = first & 15, second & 127, 2
        if first & 0x70 or not second & 0x80 or kind not in (0, TEXT, BINARY, CLOSE, PING, PONG):
            raise BrokenFrame(PROTOCOL_ERROR)
        if kind >= CLOSE and (length > 125 or not first & 0x80):
            raise BrokenFrame(PROTOCOL_ERROR)
        if length > 125:
            begin = 4 if length == 126 else 10
            if len(held) < begin:
                return None
            length = int.from_bytes(held[2:begin], "big")
        if length > self._longest:
            raise BrokenFrame(TOO_LARGE)
        end = begin + 4 + length
        if len(held) < end:
            return None
        payload = _unmasked(held[begin:begin + 4], held[begin + 4:end])
        del held[:end]
        return bool(first & 0x80), kind, payload


def _unmasked(mask: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    length = len(payload)
    whole = bytes(mask) * (length // 4 + 1)
    plain = int.from_bytes(payload, "little") ^ int.from_bytes(whole[:length], "little")
    return plain.to_bytes(length, "little")


def framed(kind: int, payload: bytes) -> bytes:
    """One frame of a server: whole, unmasked."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | kind, length)) + payload
    if length < 65_536:
        return struct.pack("!BBH", 0x80 | kind, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | kind, 127, length) + payload


def accept_key(key: str) -> str | None:
    """The answer to a client's ``Sec-WebSocket-Key``; None where it is none."""
    try:
        if len(b64decode(key, validate=True)) != 16:
            return None
    except (NotBase64, ValueError):
        return None
    return b64encode(sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def instant_of(stamp_ns: int) -> datetime:
    """A kernel's stamp as an instant, cut to the millisecond."""
    return _EPOCH + timedelta(milliseconds=stamp_ns // 1_000_000)


class WebSocket:
    """One connection, as python-engineio wants it: ``wait``, ``send``, ``close``.

    Attributes:
        eio_sid: how Engine.IO names the connection.
        environ: of the request that opened it.
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
        self._messages: deque[tuple[str, int]] = deque()
        self._reader = FrameReader(server.max_http_buffer_size)
        self._ahead: deque[bytes] = deque()
        self._bytes_ahead = 0
        self._is_open = False
        self._second, self._frames = 0, 0
        self.eio_sid: str = handler.__self__.sid  # type: ignore[attr-defined]  # a method of Engine.IO's socket
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
        self._is_open = True
        WebSocket.open[self.eio_sid] = self
        self.push(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   f"Sec-WebSocket-Accept: {key}\r\n\r\n").encode())
        try:
            self._handler(self)
        finally:
            self._lose()
            WebSocket.open.pop(self.eio_sid, None)
        raise StopIteration   # gunicorn's word for: the answer was given

    def wait(self) -> str | None:
        """The next message for Engine.IO; None at the end."""
        while True:
            while self._messages:
                message, stamp = self._messages.popleft()
                if not self.intercept(self, message, stamp):
                    return message
            if not self._is_open or not self._read():
                return None

    def _read(self) -> bool:
        try:
            data, extra, _flags, _address = self._socket.recvmsg(_READ, _ROOM_FOR_STAMP)
        except OSError:
            data, extra = b"", []
        if not data:
            self._lose()
            return False
        stamp = _stamp_of(extra)
        try:
            for kind, payload in self._reader.feed(data):
                self._take(kind, payload, stamp)
        except BrokenFrame as broken:
            self._end(broken.code)
            return False
        return self._is_open

    def _take(self, kind: int, payload: bytes, stamp: int) -> None:
        second = stamp // 1_000_000_000
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        if self._frames > MOST_FRAMES_A_SECOND:
            raise BrokenFrame(TOO_OFTEN)
        if kind == PING:
            self.push(framed(PONG, payload))
        elif kind == CLOSE:
            self._end(None)
        elif kind == BINARY:
            raise BrokenFrame(PROTOCOL_ERROR)   # nothing of ours is binary
        elif kind == TEXT:
            try:
                self._messages.append((payload.decode(), stamp))
            except UnicodeDecodeError:
                raise BrokenFrame(NO_TEXT) from None

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
        if not self._is_open:
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
            from gevent import spawn  # noqa: PLC0415 - only under gevent is there such a socket

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
        from gevent.socket import wait_write  # noqa: PLC0415 - as above

        since = time.monotonic()
        while self._ahead and self._is_open:
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
        if self._is_open:
            try:
                self.push(framed(CLOSE, b"" if code is None else struct.pack("!H", code)))
            except OSError:
                log.debug("socket.gone")
        self._lose()

    def refuse(self) -> None:
        """End a connection that says what nobody of ours would."""
        self._end(PROTOCOL_ERROR)

    def close(self) -> None:
        """End the connection politely."""
        if self._is_open:
            self._end(None)

    def _lose(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self._ahead.clear()
        try:
            self._raw.shutdown(socket.SHUT_RDWR)   # wakes whoever reads
        except OSError:
            log.debug("socket.gone")


def _stamp_of(extra: list[tuple[int, int, bytes]]) -> int:
    """When the kernel received what was read, in nanoseconds since 1970."""
    for level, kind, value in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= 16:
            seconds, nanoseconds = struct.unpack("@qq", value[:16])
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return time.time_ns()
