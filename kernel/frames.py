"""Frames of a WebSocket: put together however they were cut, and made. Pure (RFC 6455, version 13)."""

import struct
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from hashlib import sha1
from typing import Final

PART, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PROTOCOL_ERROR, NO_TEXT, TOO_OFTEN, TOO_LARGE = 1002, 1007, 1008, 1009
_WHOLE_TEXT: Final = 0x80 | TEXT
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


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
        self._length = 0
        self._kind = 0

    def only_text(self, data: bytes) -> bytes | None:
        """What a text says that came by itself, whole, as nearly all do; None where ``feed`` has to look."""
        if len(data) < 6 or data[0] != _WHOLE_TEXT or self._bytes or self._kind:
            return None
        length, begin = data[1] - 128, 2
        if length == 126:
            length, begin = data[2] << 8 | data[3], 4
        # Unmasked, the length is below nothing; a frame of 64 KiB and more begins otherwise.
        if len(data) != begin + 4 + length or length > self._longest or (begin == 2 and length > 125):
            return None
        return _unmasked(data[begin:begin + 4], data[begin + 4:])

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Take bytes; give each whole message, and each control frame, with its kind.

        A frame that does not end its message is given as ``PART`` and empty, so that whoever counts frames
        counts this one too.

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
            self._length += len(payload)
            if self._length > self._longest:
                raise BrokenFrame(TOO_LARGE)
            if not is_last:
                yield PART, b""
                continue
            whole, kind = b"".join(self._parts), self._kind
            self._parts, self._length, self._kind = [], 0, 0
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
