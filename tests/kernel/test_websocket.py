"""Frames: put together however they were cut, refused when they are none, made as a browser reads them."""

import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.frames import (
    BINARY,
    CLOSE,
    NO_TEXT,
    PART,
    PING,
    PONG,
    PROTOCOL_ERROR,
    TEXT,
    TOO_LARGE,
    BrokenFrame,
    FrameReader,
    accept_key,
    framed,
)
from kernel.websocket import Intake, PacketQueue, WebSocket

LONGEST = 100_000
MASK = b"\x01\x82\xf3\x74"


def of_client(kind: int, payload: bytes, *, last: bool = True, masked: bool = True) -> bytes:
    """A frame as a browser sends it."""
    length = len(payload)
    head = bytearray([kind | (0x80 if last else 0)])
    bit = 0x80 if masked else 0
    if length < 126:
        head.append(bit | length)
    elif length < 65_536:
        head += bytes([bit | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + length.to_bytes(8, "big")
    if not masked:
        return bytes(head) + payload
    return bytes(head) + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))


def read(*pieces: bytes, longest: int = LONGEST) -> list[tuple[int, bytes]]:
    reader = FrameReader(longest)
    return [message for piece in pieces for message in reader.feed(piece) if message[0] != PART]


@pytest.mark.parametrize("length", [0, 1, 3, 4, 125, 126, 127, 65_535, 65_536])
def test_a_message_of_any_length_is_read(length: int) -> None:
    payload = bytes(place % 251 for place in range(length))
    assert read(of_client(TEXT, payload)) == [(TEXT, payload)]


@given(st.lists(st.binary(max_size=300), max_size=6), st.lists(st.integers(0, 2000), max_size=30))
def test_it_does_not_matter_where_the_bytes_were_cut(payloads: list[bytes], cuts: list[int]) -> None:
    sent = b"".join(of_client(TEXT, payload) for payload in payloads)
    places = sorted({0, len(sent), *(cut % (len(sent) + 1) for cut in cuts)})
    pieces = [sent[begin:end] for begin, end in pairwise(places)]
    assert read(*pieces) == [(TEXT, payload) for payload in payloads]


@given(st.lists(st.binary(max_size=50), min_size=2, max_size=6))
def test_a_message_in_parts_is_whole_again_and_a_ping_may_come_between(parts: list[bytes]) -> None:
    frames = [of_client(TEXT if place == 0 else 0, part, last=place == len(parts) - 1)
              for place, part in enumerate(parts)]
    frames.insert(1, of_client(PING, b"here?"))
    assert read(*frames) == [(PING, b"here?"), (TEXT, b"".join(parts))]


def test_of_a_message_in_parts_every_frame_is_told_so_that_it_can_be_counted() -> None:
    reader = FrameReader(LONGEST)
    empty = of_client(0, b"", last=False) * 5
    assert list(reader.feed(of_client(TEXT, b"a", last=False) + empty)) == [(PART, b"")] * 6
    assert list(reader.feed(of_client(0, b"b"))) == [(TEXT, b"ab")]


@pytest.mark.parametrize(("sent", "code"), [
    (of_client(TEXT, b"bare", masked=False), PROTOCOL_ERROR),
    (bytes([0xC1, 0x80]) + MASK, PROTOCOL_ERROR),
    (of_client(3, b""), PROTOCOL_ERROR),
    (of_client(PING, b"", last=False), PROTOCOL_ERROR),
    (of_client(PING, b"x" * 126), PROTOCOL_ERROR),
    (of_client(0, b"of nothing"), PROTOCOL_ERROR),
    (of_client(TEXT, b"a", last=False) + of_client(TEXT, b"b"), PROTOCOL_ERROR),
    (of_client(TEXT, b"x" * (LONGEST + 1)), TOO_LARGE),
    (of_client(TEXT, b"x" * LONGEST, last=False) + of_client(0, b"x"), TOO_LARGE),
    (b"\x81\xff" + (2**63).to_bytes(8, "big"), TOO_LARGE),
], ids=["unmasked", "reserved bit", "unknown kind", "ping in parts", "long ping", "goes on with nothing",
        "two at once", "too long", "too long in parts", "says it is 2^63 long"])
def test_what_is_no_websocket_ends_the_connection(sent: bytes, code: int) -> None:
    with pytest.raises(BrokenFrame) as broken:
        read(sent)
    assert broken.value.code == code != NO_TEXT


@given(st.binary(max_size=400))
def test_garbage_is_read_or_refused_and_nothing_else(garbage: bytes) -> None:
    with suppress(BrokenFrame):
        for kind, payload in read(garbage):
            assert kind in (TEXT, BINARY, CLOSE, PING, PONG)
            assert len(payload) <= len(garbage)


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_what_the_server_sends_is_one_whole_frame(length: int) -> None:
    shown = framed(TEXT, b"x" * length)
    begin = 2 if length < 126 else 4 if length < 65_536 else 10
    assert shown[begin:] == b"x" * length
    assert shown[0] == 0x81
    assert shown[1] == (length if length < 126 else 126 if length < 65_536 else 127)
    assert length < 126 or int.from_bytes(shown[2:begin], "big") == length


def test_the_hand_is_shaken_as_in_the_rfc_and_a_false_key_is_none() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    for false in ("", "dGhlIHNhbXBsZSBub25jZQ", "c2hvcnQ=", "中文"):
        assert accept_key(false) is None


def test_a_stamp_is_cut_to_the_millisecond_and_never_rounded_up() -> None:
    assert clock.of_stamp(1_781_057_999_999_999_999).isoformat() == "2026-06-10T02:19:59.999000+00:00"


class Reader:
    """A connection that has received something by then."""

    def __init__(self, stamp: int) -> None:
        self.stamp, self.took = stamp, (0, 0)

    def receive(self, *, hangs_up: bool) -> tuple[bytes, int]:
        return b"", self.stamp

    def take(self, _data: bytes, first: int, last: int) -> None:
        self.took = (first, last)


def looked(*stamps: int) -> list[tuple[int, int]]:
    """How messages are stamped that the kernel shows in this order, by what it says of their last bytes."""
    readers = [Reader(stamp) for stamp in stamps]
    intake = Intake()
    intake._readers = dict(enumerate(cast("list[WebSocket]", readers)))
    intake._epoll = SimpleNamespace(poll=lambda _wait, most: [(place, 1) for place in range(most)])
    intake.look()
    return [one.took for one in readers]


def test_what_is_shown_first_came_no_later_than_what_is_shown_next() -> None:
    assert looked(10, 40, 20, 30) == [(10, 10), (20, 40), (20, 20), (30, 30)]


def test_nothing_came_after_the_look_that_shows_it() -> None:
    ((first, last),) = looked(time.time_ns() + 60_000_000_000)
    assert first <= time.time_ns() < last


def connected(told: list[tuple[str, int]]) -> WebSocket:
    """A connection that tells each message with its stamp."""

    class Told(WebSocket):
        @staticmethod
        def intercept(_socket: WebSocket, text: str, stamp: int) -> bool:
            told.append((text, stamp))
            return True

    handler = cast("Callable[[WebSocket], Any]", SimpleNamespace(__self__=SimpleNamespace(sid="one")))
    connection = Told(handler, SimpleNamespace(max_http_buffer_size=LONGEST))
    connection.is_open = True
    return connection


def stamped(data: bytes, first: int, last: int) -> list[tuple[str, int]]:
    """What a connection makes of these bytes."""
    told: list[tuple[str, int]] = []
    connected(told).take(data, first, last)
    return told


def test_whoever_bids_and_hangs_up_is_heard_and_then_let_go() -> None:
    told: list[tuple[str, int]] = []
    connection = connected(told)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(of_client(TEXT, b"bid"))
        ours.setblocking(False)
        connection._raw = ours
        connection.take(*connection.receive(hangs_up=True), 30)
        assert [text for text, _ in told] == ["bid"]
        assert not connection.is_open


def test_a_bid_that_came_by_itself_keeps_its_own_stamp_wherever_it_stands_in_the_line() -> None:
    assert stamped(of_client(TEXT, b"bid"), first=10, last=30) == [("bid", 30)]


def test_a_bid_with_something_behind_it_came_no_later_than_what_is_next_in_the_line() -> None:
    data = of_client(TEXT, b"bid") + of_client(TEXT, b"3")
    assert stamped(data, first=10, last=30) == [("bid", 10), ("3", 30)]


@given(st.binary(max_size=200), st.integers(0, 3), st.binary(max_size=3))
def test_the_short_way_of_reading_a_text_takes_what_the_long_one_takes(
        payload: bytes, cut: int, behind: bytes) -> None:
    frame = of_client(TEXT, payload)
    data = frame[:len(frame) - cut] + behind
    found = FrameReader(LONGEST).only_text(data)
    if data == frame:
        assert found == payload
    if found is not None:
        assert list(FrameReader(LONGEST).feed(data)) == [(TEXT, found)]


@pytest.mark.parametrize("length", [0, 125, 126, 127, 65_535])
def test_the_short_way_takes_texts_of_every_length_below_64_kib(length: int) -> None:
    assert FrameReader(LONGEST).only_text(of_client(TEXT, b"x" * length)) == b"x" * length


@pytest.mark.parametrize("data", [
    of_client(TEXT, b"bare", masked=False), of_client(TEXT, b"part", last=False), of_client(PING, b"here?"),
    of_client(TEXT, b"x" * 65_536), of_client(TEXT, b"x" * LONGEST + b"x"), b""])
def test_the_short_way_leaves_everything_else_to_the_long_one(data: bytes) -> None:
    assert FrameReader(LONGEST).only_text(data) is None


def test_the_short_way_waits_for_the_end_of_what_has_begun() -> None:
    reader = FrameReader(LONGEST)
    assert list(reader.feed(of_client(TEXT, b"first ", last=False))) == [(PART, b"")]
    assert reader.only_text(of_client(TEXT, b"second")) is None


class Upgrade:
    """Engine.IO's socket, a request to make it a WebSocket, and the other end of the line."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.there = socket.create_connection(door.getsockname())
            self.here, _ = door.accept()
        self.here.setblocking(False)
        self.sid, self.queue = secrets.token_hex(8), PacketQueue()
        self.seen: list[Any] = []

    def handle(self, carrier: WebSocket) -> None:
        """Engine.IO breaks the upgrade off."""
        self.seen += [self.queue.waits, self.sid in WebSocket.open, carrier.is_open]

    def begin(self) -> None:
        environ = {"HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==", "HTTP_SEC_WEBSOCKET_VERSION": "13",
                   "gunicorn.socket": SimpleNamespace(_sock=self.here)}
        carrier = WebSocket(self.handle, SimpleNamespace(max_http_buffer_size=100))
        with pytest.raises(StopIteration):
            carrier(environ, lambda *_: None)


@pytest.fixture
def upgrade() -> Iterator[Upgrade]:
    made = Upgrade()
    with made.here, made.there:
        yield made


def test_an_upgrade_that_is_broken_off_leaves_nothing_behind_and_a_poll_its_patience(
        upgrade: Upgrade) -> None:
    upgrade.begin()
    assert upgrade.seen == [True, True, True]
    assert upgrade.there.recv(100).startswith(b"HTTP/1.1 101")
    assert (upgrade.queue.waits, upgrade.sid in WebSocket.open) == (False, False)


def test_who_has_gone_before_the_hand_was_shaken_leaves_nothing_behind(upgrade: Upgrade) -> None:
    upgrade.there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    upgrade.there.close()   # a reset
    time.sleep(0.05)
    upgrade.begin()
    assert upgrade.seen == [True, True, False]
    assert (upgrade.queue.waits, upgrade.sid in WebSocket.open) == (False, False)
