"""Nothing is reachable that nobody decided about."""

import pytest
from flask import Flask

from kernel.access import check_all_guarded, guard_of
from kernel.sockets import check_all_guarded as check_socket_events
from kernel.sockets import socketio


def test_every_route_has_a_guard(app: Flask) -> None:
    check_all_guarded(app)
    assert all(guard_of(view) or name in ("static", "api-docs.openapi_json")
               for name, view in app.view_functions.items())


def test_a_route_without_a_guard_stops_the_start(app: Flask) -> None:
    app.view_functions["forgotten"] = lambda: "open door"
    with pytest.raises(RuntimeError, match="forgotten"):
        check_all_guarded(app)


def test_a_socket_event_without_a_guard_stops_the_start(app: Flask) -> None:
    handlers = socketio.server.handlers.setdefault("/auction", {})
    handlers["forgotten"] = lambda *_: None
    try:
        with pytest.raises(RuntimeError, match="/auction:forgotten"):
            check_socket_events()
    finally:
        del handlers["forgotten"]
