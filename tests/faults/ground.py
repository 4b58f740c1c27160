"""A platform on a database of its own, without a server: its processes are forked, stopped and killed.

For faults that strike between two statements. Where sockets are wanted, ``Ground.worker`` serves the
same database.
"""

import os
import secrets
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from flask import Flask
from sqlalchemy import event, make_url, text

from app import create_app
from auction.services.presence import Presence
from config.settings import Settings
from kernel import migrations
from kernel.database import Base, db
from tests.demo import free_port
from tests.deploy.province import Worker
from tests.factories.accounts import ORIGIN
from tests.faults.places import a_postgres
from tests.services import new_database
from tests.stage import SIGNING_KEY, VAULT_KEY

KINDS = ("sqlite", "postgres")


@dataclass
class Ground:
    """An app in its context, bound to a database with the newest schema and nothing else.

    Attributes:
        workers: started on this database; ended with the ground.
    """

    kind: str
    home: Path
    app: Flask
    url: str
    environment: dict[str, str]
    workers: list[Worker] = field(default_factory=list)

    @contextmanager
    def copied(self, source: str) -> Iterator[str]:
        """A copy of a database of this ground, which nobody may use meanwhile; its address."""
        self.let_go()
        if self.kind == "sqlite":
            copy = self.home / f"{secrets.token_hex(6)}.sqlite"
            shutil.copyfile(source.removeprefix("sqlite:///"), copy)
            try:
                yield f"sqlite:///{copy}"
            finally:
                for end in ("", "-wal", "-shm"):
                    copy.with_name(copy.name + end).unlink(missing_ok=True)
            return
        with new_database(a_postgres(), template=make_url(source)) as url:
            yield url.render_as_string(hide_password=False)

    @contextmanager
    def on(self, url: str) -> Iterator[None]:
        """Inside, the app uses another database; its engine keeps the statements that it has compiled."""
        before, self.url = self.url, url
        self.let_go()
        try:
            yield
        finally:
            self.let_go()
            self.url = before

    def let_go(self) -> None:
        """Leave the database: what is done next takes a new connection."""
        db.session.remove()
        db.engine.dispose()

    def _connect_to(self, _dialect: Any, _record: Any, arguments: list[Any], members: dict[str, Any]) -> None:
        if self.kind == "sqlite":
            arguments[0] = make_url(self.url).database
        else:
            members["dbname"] = make_url(self.url).database

    def fork(self, act: Callable[[], object], log: Path | None = None) -> int:
        """Let another process of the platform do something on connections of its own; its number."""
        self.let_go()
        sys.stdout.flush()
        child = os.fork()
        if not child:
            self._do(act, log or self.home / "child.log")
        return child

    def _do(self, act: Callable[[], object], log: Path) -> NoReturn:
        status = 1
        try:
            said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(said, 1)
            os.dup2(said, 2)
            self.app.extensions["presence"] = Presence()
            act()
            db.session.remove()
            status = 0
        except BaseException:   # nothing may run on in what is no pytest any more
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)

    @staticmethod
    def wait(child: int) -> int:
        """Wait for the end of a forked process; its status as the system gives it."""
        return os.waitpid(child, 0)[1]

    def worker(self, application: str = "app:create_app()", **more: str) -> Worker:
        """A served process on this database, ready for its visitors."""
        self.let_go()
        port = free_port()
        worker = Worker(port, self.environment | more, self.home / f"worker-{port}.log",
                        application=application)
        self.workers.append(worker)
        worker.start()
        worker.wait()
        return worker

    def said(self) -> str:
        """What workers and forked processes wrote."""
        return "".join(path.read_text(encoding="utf-8", errors="replace")
                       for path in sorted(self.home.glob("*.log")))


@contextmanager
def ground(kind: str) -> Iterator[Ground]:
    """A fresh platform on SQLite or PostgreSQL."""
    with TemporaryDirectory(prefix="luochui-fault-") as folder:
        home = Path(folder)
        if kind == "sqlite":
            with _founded(kind, home, f"sqlite:///{home / 'luochui.sqlite'}") as made:
                yield made
            return
        with (new_database(a_postgres()) as url,
              _founded(kind, home, url.render_as_string(hide_password=False)) as made):
            yield made


@contextmanager
def _founded(kind: str, home: Path, url: str) -> Iterator[Ground]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment = kept | {
        "LUOCHUI_MODE": "production", "DATA_DIR": str(home), "LUOCHUI_ORIGIN": ORIGIN, "DATABASE_URL": url,
        "LUOCHUI_SECRET_KEY": "s" * 48, "LUOCHUI_VAULT_KEY": VAULT_KEY, "LUOCHUI_SIGNING_KEY": SIGNING_KEY}
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        made = Ground(kind, home, app, url, environment)
        event.listen(db.engine, "do_connect", made._connect_to)
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE {migrations.TABLE} (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text(f"INSERT INTO {migrations.TABLE} VALUES (:newest)"),  # noqa: S608
                               {"newest": migrations.newest(app)})
        try:
            yield made
        finally:
            for worker in made.workers:
                if worker.process is not None:
                    worker.kill()
            made.let_go()
