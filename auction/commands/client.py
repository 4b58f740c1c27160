"""A court's own client of the platform: HTTP with a token, and a bidder's socket."""

import json
import time
import urllib.error
import urllib.request
from typing import Any, Final

import socketio
from socketio.exceptions import SocketIOError as SocketError

from kernel.formats import parse_instant

NAMESPACE: Final = "/auction"
TIMEOUT: Final = 15.0


class Refused(Exception):
    """The server answered with a problem; the text is what it said."""


class Platform:
    """A running platform as a program sees it."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Refused(f"{url} is no address of a platform (http://…)")
        self.url = url.rstrip("/")
        self._token: str | None = None

    def sign_in(self, login: str, password: str) -> None:
        """Get a token for this rehearsal."""
        answer = self.post("/tokens", {"login": login, "password": password, "label": "rehearsal"})
        self._token = answer["token"]

    def get(self, path: str) -> Any:
        return self._send("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - http and https only, checked above
            f"{self.url}/api/v1{path}", method=method,
            data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(f"{path}: {error.code} {_said(error)}") from error
        except urllib.error.URLError as error:
            raise Refused(f"{self.url} does not answer: {error.reason}") from error

    def clock_difference(self) -> float:
        """Server's clock minus ours in seconds, from the quickest of twenty questions."""
        best: tuple[float, float] | None = None
        for _ in range(20):
            sent = time.time()
            server = parse_instant(self.get("/time")["now"]).timestamp()
            took = time.time() - sent
            if best is None or took < best[0]:
                best = (took, server + 0.0005 - (sent + took / 2))
        assert best is not None  # noqa: S101 - questions were asked
        return best[1]


def _said(error: urllib.error.HTTPError) -> str:
    raw = error.read().decode(errors="replace")
    try:
        problem = json.loads(raw)
    except ValueError:
        return raw[:200]
    return json.dumps({name: problem[name] for name in ("detail", "fields") if name in problem},
                      ensure_ascii=False)


class Bidder:
    """One code's connection: a real Socket.IO client that bids under its key."""

    def __init__(self, platform: Platform, lot: str, code: str, key: str) -> None:
        self.code = code
        self._lot, self._key = lot, key
        self._socket = socketio.Client(reconnection=True)
        self._socket.on("disconnect", self._close, namespace=NAMESPACE)
        try:  # the WebSocket client says its Origin by itself
            self._socket.connect(platform.url, transports=["websocket"], namespaces=[NAMESPACE],
                                 wait_timeout=10)
        except SocketError as error:
            raise Refused(f"{platform.url}: no live connection ({error})") from error
        self._socket.call("watch", {"lot": lot, "key": key}, namespace=NAMESPACE, timeout=10)

    def bid(self, amount_fen: int, client_bid_id: str) -> dict[str, Any]:
        """Bid and wait for the acknowledgement."""
        answer: dict[str, Any] = self._socket.call(
            "bid", {"lot": self._lot, "key": self._key, "amount_fen": amount_fen,
                    "client_bid_id": client_bid_id}, namespace=NAMESPACE, timeout=10)
        return answer

    def leave(self) -> None:
        """Hang up, and look for a lost server no longer; a polite close would wait three seconds."""
        self._socket.reconnection = False
        if self._socket.eio.ws.connected:
            self._socket.eio.ws.abort()
        self._socket.shutdown()
        self._close()

    def _close(self, _reason: str = "") -> None:
        """A connection that the server dropped is left open by the library; its socket is closed here."""
        if self._socket.eio.ws is not None:
            self._socket.eio.ws.shutdown()
