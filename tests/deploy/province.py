"""A province on one machine, without containers: PostgreSQL, Valkey, N workers, and nginx where there is one.

The parts are those of ``deploy/``, started by hand on ports and folders of their own. To try it:
``.venv/bin/python -m tests.deploy.province 3``.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import click

from tests.demo import ROOT, free_port
from tests.deploy.certificate import make_certificate
from tests.services import DURABLE, Service, new_database, postgres_service, valkey_service

PROGRAMS = Path(sys.executable).parent
NGINX_FILES = ROOT / "deploy" / "nginx"
_PLACES = (ROOT / ".tools" / "nginx" / "usr" / "sbin" / "nginx", Path("/usr/sbin/nginx"))
NGINX = next((path for path in _PLACES if path.exists()), None)
"""Debian's nginx, unpacked by ``tools/test-machine`` or installed; None where there is none."""
NAME = "localhost"
PATIENCE_S = 60.0
PEOPLE = {"officer": "沈同舟", "auditor": "周明镜"}
FOUNDING = [
    ["db", "upgrade"],
    ["accounts", "found-court", "first", "--name-zh", "东麓区人民法院",
     "--name-en", "Donglu District People's Court"],
    *(["accounts", "register", login, "--name", name, "--role", login, "--generate-password"]
      for login, name in PEOPLE.items())]
COMMANDS = """
import json, sys
from app import create_app
runner = create_app().test_cli_runner()
for words in json.load(sys.stdin):
    done = runner.invoke(args=words)
    print(done.output)
    if done.exit_code:
        raise SystemExit(str(done.exception))
"""


@dataclass
class Worker:
    """One process of the platform on a port of its own, as ``luochui@.service`` starts it.

    Attributes:
        inside: the words that put a command on another host, such as ``ip netns exec …``.
        application: what gunicorn serves; tests of clocks serve one whose clock they may set.
    """

    port: int
    environment: dict[str, str]
    log: Path
    host: str = "127.0.0.1"
    inside: Sequence[str] = ()
    application: str = "app:create_app()"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Start, and do not wait."""
        serve = [*self.inside, str(PROGRAMS / "gunicorn"), "--config", "config/gunicorn.py",
                 self.application]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                serve, cwd=ROOT, stdout=out, stderr=out,
                env=self.environment | {"HOST": self.host, "PORT": str(self.port)})

    def wait(self) -> None:
        """Return once it can do its work."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert self.process is not None
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        with closing(HTTPConnection(self.host, self.port, timeout=5)) as connection:
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
            except OSError:
                return False

    def kill(self) -> None:
        """``kill -9``, of the worker and of the master that would start another."""
        assert self.process is not None
        for one in (self.process.pid, *self.children()):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_S)
        self.process = None

    def children(self) -> list[int]:
        """The worker beneath gunicorn's master; none while it starts."""
        assert self.process is not None
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True,
                               check=False).stdout.split()
        return [int(one) for one in found]

    def child(self) -> int:
        """The process that serves."""
        (one,) = self.children()
        return one

    def end(self) -> int:
        """What ``systemctl stop`` does; the exit status."""
        assert self.process is not None
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE_S)
        self.process = None
        return status

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Province:
    """The running parts, and the passwords of the people who were registered."""

    home: Path
    database: str
    valkey: str
    environment: dict[str, str]
    postgres_service: Service
    valkey_service: Service
    workers: list[Worker] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)

    def flask(self, *words: str, given: str | None = None) -> str:
        """A command of the terminal; what it printed."""
        done = subprocess.run([str(PROGRAMS / "flask"), *words], cwd=ROOT, env=self.environment, text=True,
                              input=given, capture_output=True, check=False, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def found_court(self) -> None:
        """Schema, court and people, by the commands of docs/operations.md in one process."""
        done = subprocess.run(
            [sys.executable, "-c", COMMANDS], cwd=ROOT, text=True, input=json.dumps(FOUNDING),
            env=self.environment | {"FLASK_RUN_FROM_CLI": "true"}, capture_output=True, check=False,
            timeout=PATIENCE_S)
        assert done.returncode == 0, done.stdout + done.stderr
        found = re.findall(r"^password: (\S+)$", done.stdout, re.MULTILINE)
        self.passwords = dict(zip(PEOPLE, found, strict=True))

    def add_worker(self, *, host: str = "127.0.0.1", inside: Sequence[str] = (), **more: str) -> Worker:
        """One more worker, started and not waited for."""
        port = free_port()
        worker = Worker(port, self.environment | more, self.home / f"worker-{port}.log", host, inside)
        self.workers.append(worker)
        worker.start()
        return worker

    def kill_valkey(self) -> None:
        """``kill -9`` of Valkey; it does not come back by itself."""
        self.valkey_service.kill()


def _environment(home: Path, database: str, valkey: str) -> dict[str, str]:
    """What ``deploy/production.env.example`` asks for."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "LUOCHUI_MODE": "production", "LUOCHUI_SECRET_KEY": secrets.token_urlsafe(48),
        "LUOCHUI_VAULT_KEY": secrets.token_hex(32), "LUOCHUI_SIGNING_KEY": secrets.token_hex(32),
        "LUOCHUI_ORIGIN": f"{NAME}/luochui", "LUOCHUI_ADDRESS": f"https://{NAME}", "LUOCHUI_PROXIES": "1",
        "DATA_DIR": str(home / "data"), "DATABASE_URL": database, "REDIS_URL": valkey}


@contextmanager
def running_province(workers: int, *hosts: str) -> Iterator[Province]:
    """A founded province whose workers are ready.

    Args:
        hosts: addresses of this machine on which other hosts reach PostgreSQL.
    """
    with (tempfile.TemporaryDirectory(prefix="luochui-province-") as folder,
          postgres_service(*hosts, settings=DURABLE) as (postgres, server), new_database(server) as database,
          valkey_service() as (redis, valkey)):
        home = Path(folder)
        (home / "data").mkdir()
        address = database.render_as_string(hide_password=False)
        province = Province(home, address, valkey, _environment(home, address, valkey), postgres, redis)
        province.found_court()
        try:
            for _ in range(workers):
                province.add_worker()
            for worker in province.workers:
                worker.wait()
            yield province
        finally:
            for worker in province.workers:
                if worker.process is not None:
                    worker.end()


@dataclass
class Front:
    """nginx with the files of ``deploy/nginx`` before the workers, on a port and a certificate of its own."""

    home: Path
    port: int
    plain_port: int

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    @property
    def accesses(self) -> str:
        return (self.home / "luochui.log").read_text(encoding="utf-8")


def trusting(front: Front) -> ssl.SSLContext:
    """TLS that knows the certificate of this front and no other."""
    return ssl.create_default_context(cafile=str(front.home / "certificate.pem"))


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running_front(province: Province) -> Iterator[Front]:
    """nginx as it is deployed; only addresses, certificate and folders differ."""
    home = province.home / "nginx"
    shutil.copytree(NGINX_FILES, home)
    front = Front(home, free_port(), free_port())
    make_certificate(NAME, home / "certificate.pem", home / "key.pem")
    site = home / "luochui"
    (site / "site.conf").write_text(
        f"listen 127.0.0.1:{front.port} ssl http2;\nserver_name {NAME};\n"
        f"ssl_certificate {home}/certificate.pem;\nssl_certificate_key {home}/key.pem;\n", encoding="utf-8")
    (site / "plain.conf").write_text(
        f"listen 127.0.0.1:{front.plain_port};\nserver_name {NAME};\n", encoding="utf-8")
    lines = [f"server 127.0.0.1:{one.port} max_fails=1 fail_timeout=2s;\n" for one in province.workers]
    (site / "workers.conf").write_text("".join(lines), encoding="utf-8")
    main = home / "nginx.conf"
    folders = "".join(f"    {one}_temp_path {home}/{one};\n"
                      for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    for path, old, new in ((main, "http {\n", f"http {{\n{folders}"),
                           (site / "luochui.conf", "/var/log/nginx/", f"{home}/")):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    here = [str(NGINX), "-e", f"{home}/error.log", "-p", str(home), "-c", str(main),
            "-g", f"daemon off; pid {home}/nginx.pid;"]
    checked = subprocess.run([*here, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(here)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _listens(front.port):
            assert process.poll() is None, (home / "error.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield front
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def main() -> None:
    """Run a province until Ctrl-C, and say where it is."""
    with running_province(int(sys.argv[1]) if len(sys.argv) > 1 else 2) as province:
        click.echo(f"workers: {' '.join(worker.url for worker in province.workers)}")
        for login, password in province.passwords.items():
            click.echo(f"{login}: {password}")
        click.echo(f"logs: {province.home}")
        with suppress(KeyboardInterrupt):
            if NGINX is None:
                click.echo("nginx is not installed: without its https only programs (tokens) can sign in")
                signal.pause()
            with running_front(province) as front:
                click.echo(f"open: {front.url} (it signed its certificate itself)")
                signal.pause()


if __name__ == "__main__":
    main()
