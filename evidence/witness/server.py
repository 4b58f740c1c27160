"""The witness on the network: bounded requests, bounded time, one answer each."""

import json
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import gevent
import structlog
from gevent.os import tp_read
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from evidence.witness.desk import Desk, Reply

log = structlog.get_logger()

LONGEST: Final = 70_000
"""Bytes of a request: a checkpoint, and 63 hashes at most."""
PATIENCE_S: Final = 30.0
"""For one request; a connection that stands open is closed as well."""
CONNECTIONS: Final = 200

Start = Callable[..., Any]


class _Handler(WSGIHandler):
    def handle_one_request(self) -> Any:
        try:
            with gevent.Timeout(PATIENCE_S):
                return super().handle_one_request()
        except gevent.Timeout:
            return None   # the connection is closed


class Door:
    """The WSGI application of a witness."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        try:
            reply = self._answered(environ)
        except Exception:
            log.exception("witness.incident")
            reply = Reply(500, "the witness failed; nothing was signed\n")
        raw = reply.text.encode()
        start(f"{reply.status} {_REASONS[reply.status]}", [
            ("Content-Type", reply.type), ("Content-Length", str(len(raw))), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff")])
        return [raw]

    def _answered(self, environ: dict[str, Any]) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == "/add-checkpoint":
            return self._asked(environ) if method == "POST" else Reply(405, "POST it\n")
        shown = {"/": self._desk.standing, "/evidence": self._desk.evidence}.get(path)
        if shown is None:
            return Reply(404, "there are /add-checkpoint, / and /evidence\n")
        if method not in ("GET", "HEAD"):
            return Reply(405, "GET it\n")
        return Reply(200, json.dumps(shown(), ensure_ascii=False, indent=1) + "\n", "application/json")

    def _asked(self, environ: dict[str, Any]) -> Reply:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > LONGEST:
            return Reply(413, f"at most {LONGEST} bytes\n")
        body = environ["wsgi.input"].read(LONGEST + 1)
        if len(body) > LONGEST:
            return Reply(413, f"at most {LONGEST} bytes\n")
        return self._desk.add_checkpoint(body, datetime.now(UTC))


_REASONS: Final = {
    200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 413: "Content Too Large", 422: "Unprocessable Entity", 500: "Internal Server Error"}


def serve(desk: Desk, host: str, port: int, *, told: Callable[[str], None], until_stdin_ends: bool) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        port: 0 for any that is free.
        told: hears the address once connections are taken.
        until_stdin_ends: end as well when standard input is closed: with whoever started this.

    Raises:
        OSError: nobody can listen there.
    """
    server = WSGIServer((host, port), Door(desk), handler_class=_Handler, spawn=Pool(CONNECTIONS), log=None,
                        error_log=sys.stderr)
    server.start()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, server.stop)
    if until_stdin_ends:
        gevent.spawn(_end_with_stdin, server)
    told(f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}")
    server.serve_forever()


def _end_with_stdin(server: WSGIServer) -> None:
    while tp_read(sys.stdin.fileno(), 4096):
        pass
    server.stop()
