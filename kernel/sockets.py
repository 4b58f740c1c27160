"""The Socket.IO edge: guarded events, the same errors as HTTP as an acknowledgement.

``before_request`` does not run for socket events and the session is a copy taken at connect;
so every event asks anew who is behind it. Sockets that send no Origin are refused.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import Any, Final

import structlog
from flask import Flask, g, request
from flask_socketio import SocketIO, disconnect

from config.settings import SocketDriver
from kernel import clock, dispatch, standstill
from kernel.access import Guard, current_actor
from kernel.arrivals import is_by_entry, on_the_way
from kernel.database import is_away
from kernel.dispatch import MOST_EVENTS_A_SECOND, add_handler, present_event
from kernel.errors import N_, DomainError, InvalidInput, TooManyRequests, Unavailable
from kernel.formats import instant_text
from kernel.languages import explain, say
from kernel.membership import Membership
from kernel.websocket import intake

log = structlog.get_logger()

PING_INTERVAL_S: Final = 10
PING_TIMEOUT_S: Final = 15
"""Whoever has not answered a ping for so long is gone."""
_A_TURN_S: Final = 0.0001
"""A pause in which the event loop looks at its sockets; a pause of nothing would not."""
_MOST_TURNS: Final = 4
socketio = SocketIO()
_guards: dict[tuple[str, str], Guard] = {}


def init_app(app: Flask, *, async_mode: str, driver: SocketDriver) -> None:
    """Bind Socket.IO: same origin only, WebSocket first; each process speaks to its own sockets.

    Args:
        driver: what carries WebSockets under gevent; elsewhere there is only the stock one.
    """
    socketio.init_app(app, async_mode=async_mode,
                      manage_session=False, cors_allowed_origins=None, client_manager=Membership(),
                      ping_interval=PING_INTERVAL_S, ping_timeout=PING_TIMEOUT_S, max_http_buffer_size=16_384)
    if async_mode == "gevent" and driver is SocketDriver.THIN:
        dispatch.install(socketio)


def on_event(name: str, guard: Guard, *, namespace: str) -> Callable[[Callable[..., Any]],
                                                                    Callable[..., Any]]:
    """Register a handler whose answer, or refusal, is the acknowledgement.

    The handler returns a dict; ``ok: true`` is added. A DomainError becomes
    ``{"ok": false, "code", "message", "rule", "fields", "details"}``.
    """
    _guards[(namespace, name)] = guard

    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def answer(*data: Any) -> dict[str, Any]:
            event = present_event()
            # First thing: the time of entry counts (AUC-20.6), of the kernel where it is known.
            g.received_at = clock.now() if event is None else event.received_at
            g.pop("actor", None)
            if event is None and is_by_entry(handler):
                return on_the_way(g.received_at, guarded)(*data)
            return guarded(*data)

        def guarded(*data: Any) -> dict[str, Any]:
            try:
                _not_too_often()
                standstill.check()
                guard.check(current_actor())
                return {"ok": True, **(handler(*data) or {})}
            except DomainError as error:
                return refusal(error)
            except Exception as error:
                return incident(error, name)

        socketio.on_event(name, answer, namespace=namespace)
        add_handler(name, namespace, answer)
        return answer

    return register


def _not_too_often() -> None:
    """Count the events of a socket; one that sends more than anybody can is ended.

    Raises:
        TooManyRequests: it was.
    """
    second, count = request.environ.get("luochui.events", (0, 0))
    this = int(monotonic())
    count = count + 1 if second == this else 1
    request.environ["luochui.events"] = (this, count)
    if count > MOST_EVENTS_A_SECOND:
        disconnect()
        raise TooManyRequests


def take_in(entered: Callable[[], int]) -> None:
    """Give everything else a turn, and let in whatever the kernel has received before this was called.

    Args:
        entered: how much has come in so far. Beneath the stock driver a turn of the event loop shows
            only some of the sockets: it gets turns for as long as this grows.
    """
    if intake.is_in_use:
        socketio.sleep(_A_TURN_S)
        intake.look()
        return
    seen = -1
    for _ in range(_MOST_TURNS):
        socketio.sleep(_A_TURN_S)
        if entered() == seen:
            break
        seen = entered()


def tell_the_time() -> None:
    """Tell every open page what time it is: the demo's clock was walked, and no message is due to say so."""
    for namespace in sorted({namespace for namespace, _name in _guards}):
        socketio.emit("clock", {"server_now": instant_text(clock.now())}, namespace=namespace)


def refusal(error: DomainError) -> dict[str, Any]:
    """A refusal as an acknowledgement."""
    answer: dict[str, Any] = {"ok": False, "code": error.code, "message": explain(error)}
    if error.rule:
        answer["rule"] = error.rule
    if isinstance(error, InvalidInput):
        answer["fields"] = {path: say(text, error.details) for path, text in error.fields.items()}
    figures = {name: value for name, value in error.details.items() if isinstance(value, int | str)}
    return answer | ({"details": figures} if figures else {})


def incident(error: BaseException, event: str) -> dict[str, Any]:
    """What nobody foresaw, as an acknowledgement: a number for people, the rest for the server's log."""
    if is_away(error):
        log.warning("database.away", socket_event=event)
        return refusal(Unavailable())
    number = secrets.token_hex(4)
    log.error("incident", incident=number, socket_event=event, exc_info=error)
    return {"ok": False, "code": "incident", "incident": number,
            "message": say(N_("系统出了故障，已经记录，编号 %(incident)s。"), {"incident": number})}


def check_all_guarded() -> None:
    """Refuse to start with a socket event nobody decided about.

    Raises:
        RuntimeError: names every handler that was not registered through ``on_event``.
    """
    bare = [f"{namespace}:{name}" for name, _handler, namespace in _registered()
            if (namespace, name) not in _guards and name not in ("connect", "disconnect")]
    if bare:
        raise RuntimeError(f"socket events without an access guard: {', '.join(sorted(bare))}")


def _registered() -> list[tuple[str, Any, str]]:
    if socketio.server is None:
        return [(name, handler, namespace) for name, handler, namespace in socketio.handlers]
    return [(name, handler, namespace) for namespace, events in socketio.server.handlers.items()
            for name, handler in events.items()]


def refuse_without_origin() -> bool:
    """For ``connect``: a browser always says where its page came from; what does not is refused."""
    return bool(request.headers.get("Origin"))


def connection_id() -> str:
    """The id of the present socket."""
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
