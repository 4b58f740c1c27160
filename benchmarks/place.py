"""A court to bid in, a server of its own for it, and a crowd: what the benchmarks of the bid engine share.

The server has one core to itself; the crowd and PostgreSQL have the other.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from app import create_app
from config.settings import Settings
from kernel import clock
from kernel.database import db
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer
from tests.services import DURABLE, own_postgres

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 5.0
START_FEN, STEP_FEN = 1_000_000, 100
SERVERS, OTHERS = {0}, {1}
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Place:
    """A fresh database with exercises, and everybody's seat."""

    environment: dict[str, str]
    seats: list[tuple[str, str]]


@contextmanager
def standing(kind: str, bidders: int, lots: int, *, is_naive: bool = False
             ) -> Iterator[tuple["Server", Place]]:
    """A place on a database of this kind, and its server."""
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder, \
            own_postgres(DURABLE) if kind == "postgres" else nullcontext() as database:
        url = None if database is None else database.render_as_string(hide_password=False)
        place = (naive_place if is_naive else our_place)(Path(folder), url, bidders, lots)
        with serving("benchmarks.naive:create_app()" if is_naive else "app:create_app()", place) as server:
            yield server, place


def our_place(folder: Path, url: str | None, bidders: int, lots: int) -> Place:
    """A court with exercises that run for two hours."""
    environment = {
        "LUOCHUI_MODE": "production", "DATA_DIR": str(folder), "LUOCHUI_ORIGIN": "bench.example/luochui",
        "LUOCHUI_SECRET_KEY": secrets.token_urlsafe(48), "LUOCHUI_VAULT_KEY": secrets.token_hex(32),
        "LUOCHUI_SIGNING_KEY": secrets.token_hex(32), **({} if url is None else {"DATABASE_URL": url})}
    migrate = [str(Path(sys.executable).with_name("flask")), "db", "upgrade"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True)
    app = create_app(Settings.from_env(environment))
    seats: list[tuple[str, str]] = []
    with app.app_context():
        officer, now = an_officer(db.session()), clock.now()
        for _ in range(lots):
            lot, made = an_exercise(
                db.session(), officer, opens_at=now - timedelta(minutes=1),
                closes_at=now + timedelta(hours=2), seats=max(1, bidders // lots),
                start_price_fen=START_FEN, increment_fen=STEP_FEN)
            seats += [(lot.id, seat.key) for seat in made]
        db.session.remove()
        db.engine.dispose()
    return Place(environment, seats)


def naive_place(folder: Path, url: str | None, bidders: int, lots: int) -> Place:
    """The same number of lots in the naive design."""
    names = [f"lot-{number}" for number in range(lots)]
    url = url or f"sqlite:///{folder / 'naive.sqlite'}"
    return Place({"DATABASE_URL": url, "NAIVE_LOTS": ",".join(names)},
                 [(names[number % lots], f"key-{number}") for number in range(bidders)])


@dataclass(frozen=True)
class Server:
    """A running one."""

    master: int
    port: int
    listening_s: float

    @property
    def worker(self) -> int:
        return int(Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()[0])

    def kib(self, name: str) -> int:
        """What the system says of its worker's memory."""
        lines = Path(f"/proc/{self.worker}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextmanager
def serving(application: str, place: Place) -> Iterator[Server]:
    """A server on its own core, as ``make run`` starts one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("gunicorn")), application]
    command += (["--config", "config/gunicorn.py"] if application.startswith("app:") else
                ["--worker-class", "gevent", "--worker-connections", "20000", "--bind", f"127.0.0.1:{port}"])
    begun = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | place.environment | {"PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, SERVERS))  # noqa: PLW1509
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{application} does not serve; start it by hand to see why")
            time.sleep(0.02)
        yield Server(server.pid, port, time.perf_counter() - begun)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_S)


def _listens(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status in (200, 404)
        except OSError:
            return False


def crowd(port: int, seats: list[tuple[str, str]], bidders: int, watchers: int = 0, **more: Any
          ) -> dict[str, Any]:
    """Everybody bids as fast as answers come."""
    wish = {"port": port, "bidders": seats[:bidders], "seconds": SECONDS, "start_fen": START_FEN,
            "step_fen": STEP_FEN, "watchers": watchers} | more
    done = subprocess.run([sys.executable, "-m", "benchmarks.crowd"], cwd=ROOT, input=json.dumps(wish),
                          text=True, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
