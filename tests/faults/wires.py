"""Connections of browsers by the thousand, in one event loop: just enough WebSocket, Engine.IO, Socket.IO.

Ours may stop reading, vanish without a word, and send what nobody should; a library's would not.
"""

import asyncio
import json
import re
import secrets
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from benchmarks.crowd import frame
from kernel.formats import parse_instant

HERE: Final = "127.0.0.1"
PATIENCE_S: Final = 30.0
NOT_YET: Final = frozenset({"confirming", "not_present", "clock_off"})
"""Turned away unjudged: the page sends the same bid again, at once (static/auction/bids.js)."""
AGAIN_S: Final = 0.1
_RANGE: Final = re.compile(rb'"from":(\d+),"to":(\d+)')
_NOW: Final = re.compile(rb'"server_now":"([^"]+)"')
_ACK: Final = re.compile(rb"43/auction,(\d+)(\[.*\])", re.DOTALL)


@dataclass
class Heard:
    """How far a watcher was told, and whether anything was left out (T3).

    Attributes:
        told: the number of the last bid that it knows of; None before it was told anything.
        gaps: ranges that did not adjoin.
    """

    told: int | None = None
    updates: int = 0
    gaps: list[str] = field(default_factory=list)

    def take(self, begin: int, end: int) -> None:
        if self.told is not None and begin > self.told + 1:
            self.gaps.append(f"{begin} to {end} after {self.told}")
        self.told = max(self.told or 0, end)
        self.updates += 1


class Wire(asyncio.Protocol):
    """One connection.

    Attributes:
        heard: what came by updates; kept by whoever comes back on another connection.
        lags: of each update, how long after the server read the clock it was here.
        others: whole messages that were neither an update nor an acknowledgement.
        lost: set once the connection is gone.
    """

    def __init__(self, heard: Heard | None = None) -> None:
        self.heard = heard or Heard()
        self.lags: list[float] = []
        self.others: list[bytes] = []
        self.lost = asyncio.Event()
        self._bytes = bytearray()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._turns = 0
        self._entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._early: list[tuple[int, int]] | None = []
        self._is_websocket = False
        self.transport: Any = None

    async def connect(self, port: int, *, receive_buffer: int | None = None, headers: str = "") -> "Wire":
        """Shake hands and enter the namespace."""
        raw = socket.socket()
        raw.setblocking(False)
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE_S):
            await loop.sock_connect(raw, (HERE, port))
            await loop.create_connection(lambda: self, sock=raw)
            self.transport.write((
                f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {HERE}:{port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {b64encode(secrets.token_bytes(16)).decode()}\r\n{headers}"
                f"Origin: http://{HERE}:{port}\r\n\r\n").encode())
            await self._entered
        return self

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost.set()
        for one in (self._entered, *self._asked.values()):
            if not one.done():
                one.set_exception(ConnectionError("the server closed the connection"))
                one.exception()   # whoever waits hears it; nobody else is told

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        if not self._is_websocket:
            end = self._bytes.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._bytes.startswith(b"HTTP/1.1 101"):
                self.others.append(bytes(self._bytes))
                self.transport.close()
                return
            del self._bytes[:end + 4]
            self._is_websocket = True
            self.say("40/auction,")
        for message in self._messages():
            self._take(message)

    def _messages(self) -> Iterator[bytes]:
        held = self._bytes
        while len(held) >= 2:
            length, begin = held[1], 2
            if length == 126:
                length, begin = int.from_bytes(held[2:4], "big"), 4
            elif length == 127:
                length, begin = int.from_bytes(held[2:10], "big"), 10
            if len(held) < begin + length:
                return
            kind, message = held[0] & 15, bytes(held[begin:begin + length])
            del held[:begin + length]
            if kind == 1:
                yield message

    def _take(self, message: bytes) -> None:
        if message.startswith(b'42/auction,["update"'):
            said, read_at = _RANGE.search(message), _NOW.search(message)
            if said is not None:
                self._hear(int(said[1]), int(said[2]))
            if read_at is not None:
                self.lags.append(time.time() - instant_s(read_at[1].decode()))
        elif message == b"2":
            self.say("3")
        elif (ack := _ACK.match(message)) is not None:
            asked = self._asked.get(int(ack[1]))
            if asked is not None and not asked.done():
                asked.set_result(json.loads(ack[2])[0])
        elif message.startswith(b"40/auction,{"):
            self._entered.set_result(None)
        elif not message.startswith((b"0{", b'42/auction,["watchers"')):
            self.others.append(message)

    def _hear(self, begin: int, end: int) -> None:
        if self._early is None:
            self.heard.take(begin, end)
        else:
            self._early.append((begin, end))   # the answer to "watch" comes first in the order of things

    async def watch(self, lot: str, key: str | None = None, *, more: bool = False) -> dict[str, Any]:
        """Enter a room, or come back to it with what one has; ``more``: one room more, not heeded."""
        after = self.heard.told
        told = await self.ask("watch", {"lot": lot} | ({"key": key} if key else {})
                              | ({} if after is None or more else {"after": after}))
        if told["ok"] and not more:
            if after is not None and told["from"] > after + 1:
                self.heard.gaps.append(f"came back at {after}, was told from {told['from']}")
            self.heard.told = told["to"]
            early, self._early = self._early or [], None
            for begin, end in early:
                self.heard.take(begin, end)
        return told

    async def ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say something; its acknowledgement."""
        return await self.answer_of(self.send(event, data))

    async def bid(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Bid, and again as long as it is not yet judged, as the page does."""
        until = time.monotonic() + PATIENCE_S
        while True:
            told = await self.ask("bid", wish)
            if told.get("code") not in NOT_YET or time.monotonic() > until:
                return told
            await asyncio.sleep(AGAIN_S)

    def send(self, event: str, data: dict[str, Any]) -> int:
        """Say something and do not wait; the number by which its answer is found."""
        self._turns += 1
        self._asked[self._turns] = asyncio.get_running_loop().create_future()
        self.say(said(self._turns, event, data))
        return self._turns

    async def answer_of(self, turn: int) -> dict[str, Any]:
        """The acknowledgement of what was sent."""
        waited = self._asked.get(turn)
        if waited is None:
            raise LookupError(f"{turn} was never sent, or was asked for before")
        async with asyncio.timeout(PATIENCE_S):
            answer: dict[str, Any] = await waited
        del self._asked[turn]
        return answer

    def say(self, text: str) -> None:
        self.raw(frame(text))

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.transport.write(data)

    def vanish(self) -> None:
        """Reset the connection, without a word."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.transport.abort()


def said(turn: int, event: str, data: dict[str, Any]) -> str:
    """An event as Socket.IO writes it, to be acknowledged under a number."""
    return f"42/auction,{turn}{json.dumps([event, data])}"


def instant_s(text: str) -> float:
    """An instant of a message in seconds, as ``time.time`` counts."""
    found: datetime = parse_instant(text)
    return found.timestamp()


def bid(lot: str, key: str, amount_fen: int, name: str = "") -> dict[str, Any]:
    """What a bid says."""
    return {"lot": lot, "key": key, "amount_fen": amount_fen, "client_bid_id": name or secrets.token_hex(8)}


async def all_connected(wires: list[Wire], port: int, *, at_once: int = 50, **more: Any) -> None:
    """Everybody comes in, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def comes(one: Wire) -> None:
        async with gate:
            await one.connect(port, **more)

    await asyncio.gather(*(comes(one) for one in wires))
