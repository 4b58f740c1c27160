"""A crowd of bidders and watchers on bare sockets: the load of the bid benchmarks, on a core of its own.

Run as a program: reads one line of JSON (what to do) from standard input, prints one line of JSON.
It speaks just enough WebSocket, Engine.IO and Socket.IO; frames are masked with zeros, which costs
nothing and is lawful.
"""

import json
import os
import secrets
import select
import socket
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any


def frame(text: str) -> bytes:
    """One text frame of a client."""
    payload = text.encode()
    length = len(payload)
    head = bytes((0x81, 0x80 | length)) if length < 126 else b"\x81\xfe" + length.to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload


AT_ONCE = 100
"""Connections that are made side by side."""
PINGS_EVERY_S = 4.0
_MADE_AT, _UPDATE = b'"server_now":"', b'42/auction,["update"'
_INSTANT = 29
"""Bytes of one, with milliseconds and offset."""
_READ = 32_768
_REST_S = 0.0005
"""Between two looks: whoever looks after every single answer takes its time from the server beside it."""
_HEAD = 300
"""Bytes of an acknowledgement in which the decision stands."""


class Client:
    """One connection that has entered the room of a lot, or not."""

    def __init__(self, host: str, port: int, lot: str, key: str | None) -> None:
        self.begin(host, port, lot, key)
        self.enter()

    @classmethod
    def many(cls, host: str, port: int, seats: Sequence[tuple[str, str | None]]) -> "list[Client]":
        """Connections that are made side by side, some at a time, each in its room."""
        made: list[Client] = []
        calm_until = time.monotonic() + PINGS_EVERY_S
        for start in range(0, len(seats), AT_ONCE):
            some = [cls.__new__(cls) for _ in seats[start:start + AT_ONCE]]
            for one, (lot, key) in zip(some, seats[start:start + AT_ONCE], strict=True):
                one.begin(host, port, lot, key)
            for one in some:
                one.enter()
            for one in some:
                one.ask_to_watch()
            for one in some:
                one.until(b"43/auction,1")
            made += some
            if time.monotonic() > calm_until:
                _answer_pings(made)
                calm_until = time.monotonic() + PINGS_EVERY_S
        return made

    def begin(self, host: str, port: int, lot: str, key: str | None) -> None:
        """Connect and ask for a WebSocket."""
        self.lot, self.key = lot, key
        self.bytes = bytearray()
        self.sent_at, self.turns = 0.0, 0
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        nonce = b64encode(secrets.token_bytes(16)).decode()
        self.socket.sendall((
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\n"
            f"Sec-WebSocket-Version: 13\r\nOrigin: http://{host}:{port}\r\n\r\n").encode())

    def enter(self) -> None:
        """Hear that there is one, and enter the namespace."""
        while b"\r\n\r\n" not in self.bytes:
            self.bytes += self.socket.recv(65_536) or self._gone()
        del self.bytes[:self.bytes.index(b"\r\n\r\n") + 4]
        self.say("40/auction,")
        self.until(b"40/auction,{")

    def _gone(self) -> bytes:
        raise ConnectionError("the server closed the connection")

    def say(self, text: str) -> None:
        """Send one text."""
        self.socket.sendall(frame(text))

    def until(self, begin: bytes) -> bytes:
        """The first message that begins so; what comes before is dropped."""
        while True:
            for message in self.messages():
                if message.startswith(begin):
                    return message
            self.bytes += self.socket.recv(65_536) or self._gone()

    def messages(self) -> Iterator[bytes]:
        """The whole messages that have come; pings are answered."""
        for held, begin, end in self.heard(b""):
            yield held[begin:end]

    def heard(self, data: bytes) -> Iterator[tuple[bytes, int, int]]:
        """Where the whole messages stand in what was left and what has come; pings are answered."""
        if self.bytes:
            data = bytes(self.bytes) + data
            self.bytes.clear()
        at, end = 0, len(data)
        try:
            while end - at >= 2:
                length, begin = data[at + 1], at + 2
                if length == 126:
                    length, begin = int.from_bytes(data[at + 2:at + 4], "big"), at + 4
                elif length == 127:
                    length, begin = int.from_bytes(data[at + 2:at + 10], "big"), at + 10
                if begin + length > end:
                    return
                at = begin + length
                if data[begin:at] == b"2":
                    self.say("3")
                else:
                    yield data, begin, at
        finally:   # also where nobody wants the rest
            self.bytes += data[at:]

    def watch(self) -> None:
        """Enter the room."""
        self.ask_to_watch()
        self.until(b"43/auction,1")

    def ask_to_watch(self) -> None:
        """Ask to enter the room; the answer is the first acknowledgement."""
        self.say(f'42/auction,1["watch",{json.dumps({"lot": self.lot, "key": self.key})}]')

    def bid(self, amount_fen: int) -> None:
        """Send a bid; its answer is the next acknowledgement."""
        self.turns += 1
        name = f"{time.time_ns() // 1_000_000:012x}{id(self):020x}"   # the time first, as the page does
        self.sent_at = time.perf_counter()
        self.socket.send(frame(
            f'42/auction,{self.turns + 1}["bid",{{"lot":"{self.lot}","amount_fen":{amount_fen},'
            f'"client_bid_id":"{name}","key":"{self.key}"}}]'))


class Crowd:
    """Bidders who each send the next bid as soon as the last one is answered."""

    def __init__(self, wish: dict[str, Any]) -> None:
        begun = time.perf_counter()
        seats = [(lot, key) for lot, key in wish["bidders"]]
        lots = list(dict.fromkeys(lot for lot, _key in seats))
        self.watchers = Client.many("127.0.0.1", wish["port"], [
            (lots[n % len(lots)], None) for n in range(wish["watchers"])])
        self.clients = Client.many("127.0.0.1", wish["port"], seats)
        self.entered_s = time.perf_counter() - begun
        self.prices = dict.fromkeys((one.lot for one in self.clients), wish["start_fen"])
        self.step_fen: int = wish["step_fen"]
        self.seconds: float = wish["seconds"]
        self.waits: list[float] = []
        self.accepted = self.updates = 0
        self.ages: list[float] = []
        self._made_at: dict[bytes, float] = {}
        self.refused: dict[str, int] = {}
        self.processor_of: int | None = wish.get("processor_of")

    def run(self) -> dict[str, Any]:
        """Bid for some seconds after a second of warming up, and say what came of it."""
        poll = select.epoll()
        by_fd = {one.socket.fileno(): one for one in [*self.clients, *self.watchers]}
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        for one in self.clients:
            self._bid(one)
        begins = time.perf_counter() + 1.0
        used_s: float | None = None
        while time.perf_counter() < begins + self.seconds:
            for fd, _ in poll.poll(0.5):
                self._hear(by_fd[fd], begins)
            time.sleep(_REST_S)
            if used_s is None and time.perf_counter() >= begins:
                used_s = processor_s(self.processor_of)
        self.waits.sort()
        count = len(self.waits)
        return {"answered": count, "processor_s": processor_s(self.processor_of) - (used_s or 0.0),
                "accepted": self.accepted, "updates": self.updates,
                "refused": self.refused, "seconds": self.seconds, "entered_s": self.entered_s,
                "update_p99_ms": _percentile(self.ages, 0.99),
                "p50_ms": 1000 * self.waits[count // 2], "p99_ms": 1000 * self.waits[int(count * 0.99)],
                "worst_ms": 1000 * self.waits[-1]}

    def _bid(self, one: Client) -> None:
        self.prices[one.lot] += self.step_fen
        one.bid(self.prices[one.lot])

    def _hear(self, one: Client, begins: float) -> None:
        data = one.socket.recv(_READ)
        if not data:
            raise ConnectionError("the server closed a bidder's connection")
        for held, at, _end in one.heard(data):
            if held.startswith(b"43", at):
                now = time.perf_counter()
                if now >= begins:
                    self.waits.append(now - one.sent_at)
                    if held.find(b'"accepted":true', at, at + _HEAD) > 0:
                        self.accepted += 1
                    else:
                        reason = held[at:at + _HEAD].decode(errors="replace").split('"reason":')[-1][:20]
                        self.refused[reason] = self.refused.get(reason, 0) + 1
                self._bid(one)
            elif held.startswith(_UPDATE, at):
                self._updated(held, at, begins)

    def _updated(self, held: bytes, at: int, begins: float) -> None:
        """Count an update, and how old it is: the server says when it made it."""
        if time.perf_counter() < begins:
            return
        self.updates += 1
        place = held.index(_MADE_AT, at) + len(_MADE_AT)
        shown = held[place:place + _INSTANT]
        made_at = self._made_at.get(shown)
        if made_at is None:
            made_at = self._made_at[shown] = datetime.fromisoformat(shown.decode()).timestamp()
        self.ages.append(1000 * (time.time() - made_at))


def processor_s(process: int | None) -> float:
    """Seconds of processor that a process has used, and the system for it."""
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _answer_pings(clients: Sequence[Client]) -> None:
    """Let those who wait in their rooms say that they are there; what they hear meanwhile is not counted."""
    poll = select.epoll()
    by_fd = {one.socket.fileno(): one for one in clients}
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    for fd, _ in poll.poll(0, len(by_fd)):
        by_fd[fd].bytes += by_fd[fd].socket.recv(262_144)
        for _message in by_fd[fd].messages():
            pass
    poll.close()


def _percentile(values: list[float], share: float) -> float | None:
    return sorted(values)[int(len(values) * share)] if values else None


if __name__ == "__main__":
    print(json.dumps(Crowd(json.loads(sys.stdin.read())).run()))
