"""Bidders and watchers as browsers are: whoever loses the line takes another and asks the same again."""

import itertools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from typing import Any

import socketio
from socketio.exceptions import SocketIOError

from auction.commands.client import Platform
from kernel.formats import instant_text, parse_instant
from tests.deploy.province import PATIENCE_S

NAMESPACE = "/auction"
ACK_S = 3.0
START_FEN, STEP_FEN = 1_000_000_00, 10_000_00
GONE: dict[str, Any] = {"gone": True}


class _Client(socketio.Client):
    """One that gives up at once: the library's would wait for its reader, up to 25 s where nothing comes."""

    def disconnect(self) -> None:
        self.eio.disconnect(abort=True)


class Line:
    """One Socket.IO connection to one address, in the room of a lot."""

    def __init__(self, url: str, lot: str, key: str | None = None,
                 on_update: Callable[[dict[str, Any]], object] = lambda _message: None,
                 token: str | None = None) -> None:
        self.answers: Queue[dict[str, Any]] = Queue()
        self._socket = _Client(reconnection=False, ssl_verify=False)
        self._socket.on("update", on_update, namespace=NAMESPACE)
        self._socket.on("disconnect", self._lost, namespace=NAMESPACE)
        self.is_gone = False
        try:
            self._socket.connect(url, transports=["websocket"], namespaces=[NAMESPACE], wait_timeout=2,
                                 headers={"Authorization": f"Bearer {token}"} if token else {})
            self.entered = self._enter({"lot": lot} | ({"key": key} if key else {}))
        except BaseException:
            self.hang_up()
            raise

    def _enter(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Go into the room; an answer that may still come would be taken for a bid's."""
        answer = self.ask("watch", wish)
        if answer is GONE:
            raise ConnectionError(wish["lot"])
        return answer

    def ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say something and wait for the acknowledgement; ``GONE`` where none will come."""
        if self.is_gone:
            return GONE
        self._socket.emit(event, data, namespace=NAMESPACE, callback=self.answers.put)
        try:
            return self.answers.get(timeout=ACK_S)
        except Empty:
            return GONE

    def _lost(self, _reason: str = "") -> None:
        self.is_gone = True
        self.answers.put(GONE)
        self._shut()

    def _shut(self) -> None:
        """The library leaves a dropped connection open; its socket is closed here."""
        if self._socket.eio.ws is not None:
            self._socket.eio.ws.shutdown()

    def hang_up(self) -> None:
        """At once; a polite close would wait three seconds."""
        self.is_gone = True
        if self._socket.eio.ws is not None and self._socket.eio.ws.connected:
            self._socket.eio.ws.abort()
        self._socket.shutdown()
        self._shut()


@dataclass
class Roamer:
    """Somebody with several addresses of the platform, who keeps to one while it answers.

    Attributes:
        key: of an exercise's seat; ``token`` of somebody who is signed in.
    """

    urls: Sequence[str]
    lot: str
    key: str | None = None
    token: str | None = None
    line: Line | None = None
    place: int = 0
    moves: int = 0

    def on_line(self) -> Line:
        """The line that stands, or a new one, trying the addresses in turn."""
        deadline = time.monotonic() + PATIENCE_S
        while self.line is None or self.line.is_gone:
            if self.line is not None:
                self.leave()
                self.place += 1
                self.moves += 1
            try:
                self.line = Line(self.urls[self.place % len(self.urls)], self.lot, self.key, self.hear,
                                 self.token)
            except (SocketIOError, OSError):
                assert time.monotonic() < deadline, "no address answers"
                self.place += 1
                time.sleep(0.05)
        return self.line

    def hear(self, message: dict[str, Any]) -> None:
        """A bidder looks at his answers only."""

    def leave(self) -> None:
        if self.line is not None:
            self.line.hang_up()
            self.line = None


@dataclass
class Told:
    """One bid, its acknowledgement, and how long it took from the first try."""

    code: str
    client_bid_id: str
    took_s: float
    answer: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.client_bid_id


@dataclass
class Bidder(Roamer):
    """A code that bids again and again, and repeats a bid until it is answered."""

    code: str = ""
    turn: int = 0
    worst_s: float = 0.0

    def bid(self, amount_fen: int) -> Told:
        """One bid, asked under one ``client_bid_id`` wherever somebody answers."""
        self.turn += 1
        name = f"{self.code}-{self.turn}"
        began = time.monotonic()
        wish = {"lot": self.lot, "key": self.key, "amount_fen": amount_fen, "client_bid_id": name}
        while (answer := self.on_line().ask("bid", wish)) is GONE:
            assert time.monotonic() < began + PATIENCE_S, f"{name} is not answered"
            self.leave_for_another()
        took = time.monotonic() - began
        self.worst_s = max(self.worst_s, took)
        return Told(self.code, name, took, answer)

    def leave_for_another(self) -> None:
        """Give up the line that does not answer."""
        if self.line is not None:
            self.line.is_gone = True

    def bid_until(self, is_over: Callable[[], bool]) -> list[Told]:
        told: list[Told] = []
        amount_fen = START_FEN
        for turn in itertools.count(hash(self.code) % 3):
            if is_over():
                break
            one = self.bid(amount_fen)
            if not one.answer["ok"]:
                assert one.answer["code"] in ("not_running", "confirming"), one.answer
                break
            told.append(one)
            decision = one.answer["decision"]
            amount_fen = (decision["minimum_fen"] or amount_fen) + turn % 3 * STEP_FEN
        return told


@dataclass
class Watcher(Roamer):
    """Somebody who only looks: what updates brought, by its number."""

    seen: dict[int, dict[str, Any]] = field(default_factory=dict)
    ranges: list[tuple[int, int]] = field(default_factory=list)

    def hear(self, message: dict[str, Any]) -> None:
        if message.get("from") is not None:
            self.ranges.append((message["from"], message["to"]))
        for bid in message.get("bids", []):
            known = self.seen.setdefault(bid["seq"], bid)
            assert known["code"] == bid["code"]
            assert known["amount_fen"] == bid["amount_fen"]

    def newest(self) -> int:
        return max(self.seen, default=0)

    def whole_ladder(self, platform: Platform) -> list[tuple[int, str, int]]:
        """Every accepted bid: as updates brought it, and for missing numbers as ``/events`` answers."""
        after, more = 0, True
        while more:
            answer = platform.get(f"/lots/{self.lot}/events?after={after}")
            for bid in answer["bids"]:
                self.hear({"bids": [bid]})
                after = bid["seq"]
            more = answer["more"]
        return [(seq, bid["code"], bid["amount_fen"]) for seq, bid in sorted(self.seen.items())]


@dataclass
class Sale:
    """An exercise with a seat for each bidder."""

    officer: Platform
    auditor: Platform
    lot: str
    opens_at: datetime
    seats: dict[str, str]
    bidders: list[Bidder] = field(default_factory=list)
    watchers: list[Watcher] = field(default_factory=list)

    def sit_down(self, urls: Sequence[str], *, watchers: int) -> None:
        """Everybody on a line, spread over the addresses, and the sale open."""
        self.bidders = [Bidder(urls, self.lot, key, place=place, code=code)
                        for place, (code, key) in enumerate(self.seats.items())]
        self.watchers = [Watcher(urls, self.lot, place=place) for place in range(watchers)]
        everybody: list[Roamer] = [*self.bidders, *self.watchers]
        with ThreadPoolExecutor(len(everybody)) as pool:
            list(pool.map(Roamer.on_line, everybody))
        time.sleep(max(0.0, (self.opens_at - datetime.now(UTC)).total_seconds() + 0.3))

    def everybody_bids(self, is_over: Callable[[], bool]) -> list[Told]:
        with ThreadPoolExecutor(len(self.bidders)) as pool:
            return [told for one in pool.map(lambda bidder: bidder.bid_until(is_over), self.bidders)
                    for told in one]

    def everybody_leaves(self) -> None:
        everybody: list[Roamer] = [*self.bidders, *self.watchers]
        with ThreadPoolExecutor(len(everybody)) as pool:
            list(pool.map(Roamer.leave, everybody))

    def standing(self) -> dict[str, Any]:
        found: dict[str, Any] = self.officer.get(f"/lots/{self.lot}")["standing"]
        return found

    def attempts(self) -> list[dict[str, Any]]:
        """Every attempt, as an auditor sees it."""
        found: list[dict[str, Any]] = self.auditor.get(f"/audit/lots/{self.lot}/1/attempts")["attempts"]
        return found


def open_sale(officer: Platform, auditor: Platform, *, seats: int, lasts_s: float, window_s: int) -> Sale:
    """An exercise that opens in two seconds."""
    opens_at = parse_instant(officer.get("/time")["now"]) + timedelta(seconds=2)
    made = officer.post("/exercises", {
        "title": "多进程演练", "start_price_fen": START_FEN, "increment_fen": STEP_FEN,
        "opens_at": instant_text(opens_at), "closes_at": instant_text(opens_at + timedelta(seconds=lasts_s)),
        "extension_window_seconds": window_s, "codes": [f"R{n:04d}" for n in range(1, seats + 1)]})
    keys = {seat["code"]: seat["key"] for seat in made["seats"]}
    return Sale(officer, auditor, made["lot"], opens_at, keys)
