"""The demo court, founded once for all tests that walk through it, and served for those that need a server.

``demo_data`` is a folder to copy from; ``demo_app`` an app of this process on a copy of its own;
``platform`` the real server, started as ``make run`` starts it.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config.settings import Mode, Settings
from kernel import clock
from kernel.database import db
from portal.services.clock import stored_offset
from tests.clients import Visit

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 240.0
FOUND = ("import config.gunicorn as server; server.on_starting(None); "
         "from app import create_app; from seeds.demo import prepare; prepare(create_app(), server.bind)")


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo as its first start leaves it. Copy it; never serve from it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # all workers share one demo
    folder, done = shared / "demo", shared / "demo-is-founded"
    with (shared / "demo-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            founded = subprocess.run(
                [sys.executable, "-c", FOUND], cwd=ROOT, env=environment(folder), capture_output=True,
                text=True, check=False, timeout=PATIENCE_S)
            assert founded.returncode == 0, founded.stderr
            done.touch()
    return folder


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """What ``make run`` gives the server, and nothing that the developer's shell happens to hold."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "LUOCHUI_MODE": "demo", "DATA_DIR": str(data_dir), **more}


@pytest.fixture(scope="module")
def demo_app(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo court in this process, for clients without a server; changed by one module alone."""
    folder = tmp_path_factory.mktemp("demo-app") / "data"
    shutil.copytree(demo_data, folder)
    stored = Settings.from_env(environment(folder))
    clock.reset_for_tests()
    app = create_app(Settings(
        mode=Mode.TEST, data_dir=folder, database_url=stored.database_url, redis_url=None,
        origin=stored.origin, secret_key=stored.secret_key, vault_key=stored.vault_key,
        signing_key=stored.signing_key))
    app.testing = True
    app.test_client_class = Visit
    with app.app_context():
        clock.begin(stored_offset(db.session()))
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.reset_for_tests()


@dataclass
class Server:
    """The platform as a process of its own, on a port and a data folder of its own."""

    data_dir: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / "server.log"

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.port = self.port or free_port()
        command = [str(Path(sys.executable).with_name("gunicorn")), "--config", "config/gunicorn.py",
                   "app:create_app()"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out,
                                            env=environment(self.data_dir, PORT=str(self.port),
                                                            **self.settings))
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def _answers(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
            except (ConnectionError, TimeoutError):
                return False

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, or another signal; the exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait(timeout=PATIENCE_S)
        self.process = None
        return status

    def workers(self) -> list[int]:
        """The processes that serve."""
        assert self.process is not None
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True,
                               check=True).stdout.split()
        return [int(one) for one in found]

    def kill(self) -> None:
        """What a power cut leaves: the worker dies with its master, nothing is said."""
        assert self.process is not None
        for one in (self.process.pid, *self.workers()):
            os.kill(one, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_S)
        self.process = None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def platform(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo served as ``make run`` serves it, for one module of tests."""
    folder = tmp_path_factory.mktemp("platform") / "data"
    shutil.copytree(demo_data, folder)
    server = Server(folder)
    server.start()
    yield server
    if server.process is not None:
        server.end()


@pytest.fixture
def own_platform(demo_data: Path, tmp_path: Path) -> Iterator[Server]:
    """The demo served anew, as it was founded, for one test."""
    folder = tmp_path / "data"
    shutil.copytree(demo_data, folder)
    server = Server(folder)
    server.start()
    yield server
    if server.process is not None:
        server.end()
