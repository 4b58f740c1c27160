"""The short way of a Socket.IO event over the thin WebSocket, and of an update to a room.

python-socketio keeps the connections, rooms and pings; an event goes from its frame straight to its
handler, and an acknowledgement straight into a frame. The handlers are those of
``kernel.sockets.on_event`` and do not know which way they were called.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from engineio.socket import Socket as EngineSocket
from flask_socketio import SocketIO
from gevent.lock import BoundedSemaphore

from kernel import clock
from kernel.arrivals import is_by_entry, on_the_way
from kernel.frames import TEXT, TOO_OFTEN, framed
from kernel.heartbeat import Heartbeat
from kernel.websocket import MOST_BEHIND, PacketQueue, WebSocket

log = structlog.get_logger()

MOST_EVENTS_A_SECOND: Final = 100
"""Of one socket, on the way that every event may take; a page sends a few a minute."""
SLICE: Final = 100
"""Sockets that hear an update before bids are taken up again; more, where that last took longer."""
SHARE: Final = 1.5
"""So much longer than the bids took in between may the next slice last …"""
LONGEST_SLICE_S: Final = 0.04
"""… but no longer than this."""
BETWEEN_SLICES_S: Final = 0.0001
"""Not nothing: a turn of the event loop without a timer would not look at the sockets."""

_EVENT: Final = re.compile(r"42(?:(/[^,\[]*),)?(\d{1,15})?(?=\[)")
"""How one begins: namespace, number, and the list that is left to read."""
_read: Final = json.JSONDecoder().raw_decode
_written: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_PING: Final = framed(TEXT, b"2")
_PONG: Final = "3"
_OF_THE_LIBRARIES: Final = re.compile(r"[15]|2(?:probe)?|4[01].{0,1000}", re.DOTALL)
"""The upgrade from polling, entering and leaving a namespace."""

Handler = Callable[..., Any]

AT_ONCE: Final = 8
"""Events on the long way that a process handles side by side: a thousand who come back together take
turns, and leave connections to the database for the bids, which are not counted here."""
_turns: Final = BoundedSemaphore(AT_ONCE)


@dataclass(slots=True)
class Event:
    """One event of one socket: what was sent, when the kernel received it, and how it is answered."""

    socket: WebSocket
    namespace: str
    sid: str
    name: str
    data: list[Any]
    id: str | None
    stamp_ns: int

    @property
    def received_at(self) -> datetime:
        """When it entered the machine (AUC-20.6)."""
        return clock.of_stamp(self.stamp_ns)

    def answer(self, shown: bytes) -> None:
        """Acknowledge with a value that is JSON already; whoever has gone is not waited for."""
        if self.id is None:
            return
        prefix = f"43{self.id}[" if self.namespace == "/" else f"43{self.namespace},{self.id}["
        try:
            self.socket.push(framed(TEXT, b"%b%b]" % (prefix.encode(), shown)))
        except OSError:
            log.debug("socket.gone")


Quick = Callable[[Event], bool]
_handlers: dict[tuple[str, str], Handler] = {}
_quick: dict[tuple[str, str], Quick] = {}
_arrived: ContextVar[Event | None] = ContextVar("arrived", default=None)


def present_event() -> Event | None:
    """The event that is being handled, where the thin WebSocket brought it."""
    return _arrived.get()


def add_handler(name: str, namespace: str, handler: Handler) -> None:
    """Let events of this name reach their handler on the short way too."""
    _handlers[(namespace, name)] = handler


def quick_event(name: str, *, namespace: str) -> Callable[[Quick], Quick]:
    """Register what answers an event without a request around it, for those that come by the thousand.

    It returns False where the handler of ``on_event`` has to do it: that one is the rule, and both
    give the same answers.
    """
    def register(quick: Quick) -> Quick:
        _quick[(namespace, name)] = quick
        return quick

    return register


def install(socketio: SocketIO) -> None:
    """Put the thin WebSocket beneath Engine.IO; without this the stock one serves, more slowly."""
    engine = socketio.server.eio
    engine._async = {**engine._async, "websocket": WebSocket, "queue": PacketQueue}
    heartbeat = Heartbeat(engine, _ask_whether_there)
    engine.start_service_task = False   # it would look at each of them as well
    stock = EngineSocket.schedule_ping
    EngineSocket.schedule_ping = lambda self: heartbeat.heard(self) if self.server is engine else stock(self)
    WebSocket.intercept = staticmethod(partial(_dispatch, socketio))


def _ask_whether_there(engine: EngineSocket) -> bool:
    """Send a ping past Engine.IO's queue; False where no thin WebSocket carries the connection."""
    carrier = WebSocket.open.get(engine.sid)
    if carrier is None or not engine.upgraded:
        return False
    try:
        carrier.push(_PING)
    except OSError:
        log.debug("socket.gone")
    return True


def _dispatch(socketio: SocketIO, socket: WebSocket, message: str, stamp_ns: int) -> bool:
    """Take an event on its short way; False for whatever python-socketio has to look at itself.

    What no client of ours would say ends the connection, before a library writes a page about it.
    """
    shown = _EVENT.match(message)
    if shown is None:
        return _beside_events(socket, message)
    namespace, event_id = shown.groups()
    namespace = namespace or "/"
    manager = socketio.server.manager
    sid = manager.sid_from_eio_sid(socket.eio_sid, namespace)
    if sid is None or not manager.is_connected(sid, namespace):
        return False
    try:
        (name, *data), end = _read(message, shown.end())
        handler = _handlers[(namespace, name)]
    except (ValueError, KeyError, TypeError, RecursionError):
        end = -1
    if end != len(message):
        socket.refuse()
        return True
    event = Event(socket, namespace, sid, name, data, event_id, stamp_ns)
    quick = _quick.get((namespace, name))
    if quick is None or not quick(event):
        if socket.events_within(stamp_ns // 1_000_000_000) > MOST_EVENTS_A_SECOND:
            socket.refuse(TOO_OFTEN)
            return True
        run = on_the_way(event.received_at, _run) if is_by_entry(handler) else _run
        socketio.start_background_task(run, socketio, event, handler)
    return True


def _beside_events(socket: WebSocket, message: str) -> bool:
    if message == _PONG:
        socket.engine.schedule_ping()
        return True
    if _OF_THE_LIBRARIES.fullmatch(message):
        return False
    socket.refuse()
    return True


def _run(socketio: SocketIO, event: Event, handler: Handler) -> None:
    """Let the handler answer as on the stock way, knowing when the event arrived."""
    if is_by_entry(handler):
        _answer(socketio, event, handler)
        return
    with _turns:
        if event.socket.is_open:   # else nobody is there any more to whom it would be said
            _answer(socketio, event, handler)


def _answer(socketio: SocketIO, event: Event, handler: Handler) -> None:
    token = _arrived.set(event)
    try:
        told = socketio._handle_event(handler, event.name, event.namespace, event.sid, *event.data)
        event.answer(_written(told).encode())
    except Exception:
        log.exception("incident", incident=secrets.token_hex(4), socket_event=event.name)
    finally:
        _arrived.reset(token)


def broadcast(socketio: SocketIO, name: str, message: Mapping[str, Any], *, namespace: str,
              room: str) -> float:
    """Send one event to everybody in a room of this process; it is put into bytes once.

    In slices, so that bids are taken up between them; of a crowd that bids and a crowd that watches at once
    neither starves the other. Never waits for a slow socket.

    Returns:
        For how many seconds it kept the process busy.
    """
    begun = since = time.perf_counter()
    server = socketio.server
    hearers = list(server.manager.get_participants(namespace, room))
    if not WebSocket.open:
        for _sid, eio_sid in hearers:
            _keeps_up(socketio, server.eio.sockets.get(eio_sid))
        socketio.emit(name, dict(message), namespace=namespace, to=room, ignore_queue=True)
        return time.perf_counter() - begun
    rested = rest = 0.0
    text = f"2{namespace},{_written([name, message])}"
    frame, packet = framed(TEXT, f"4{text}".encode()), EnginePacket(MESSAGE, text)
    carriers = WebSocket.open
    for place, (_sid, eio_sid) in enumerate(hearers, 1):
        carrier = carriers.get(eio_sid)
        if carrier is not None and carrier.engine.upgraded:
            try:
                carrier.push(frame)
            except OSError:
                log.debug("socket.gone")
        elif _keeps_up(socketio, server.eio.sockets.get(eio_sid)):
            server._send_eio_packet(eio_sid, packet)
        if place % SLICE == 0:
            paused = time.perf_counter()
            if paused - since < min(SHARE * rest, LONGEST_SLICE_S):
                continue
            socketio.sleep(BETWEEN_SLICES_S)
            since = time.perf_counter()
            rest = since - paused
            rested += rest
    return time.perf_counter() - begun - rested


def _keeps_up(socketio: SocketIO, engine: EngineSocket | None) -> bool:
    """Whether a connection that Engine.IO serves itself fetches what it is told; one that lags is ended."""
    if engine is None or engine.closed or engine.closing:
        return False
    if engine.queue.qsize() < MOST_BEHIND:
        return True
    WebSocket.cut += 1
    log.info("socket.cut", reason="too far behind", behind=engine.queue.qsize())
    socketio.start_background_task(engine.close, wait=False, abort=True)
    return False
