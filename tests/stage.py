"""One app and one database of each kind for all tests of a process; each test finds them as new.

To build the platform and its tables takes longer than most tests. So the app is kept, and before each test
everything that a test can change is put back: rows, files, settings, the clock, counted tries. An app whose
routes or handlers were changed, on which sockets were tried, or after which somebody else called
``create_app`` (the libraries serve the newest app), is thrown away, and the next test gets a new one.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import Engine, event, text

from accounts.login.limits import limiter
from app import create_app
from auction.services import presence
from config import logs
from config.settings import Mode, Settings
from kernel import clock, database, files, pages, signing, vault
from kernel.database import Base, append_only_tables, db
from kernel.papers import serving as papers
from kernel.sockets import socketio
from tests.clients import Visit

VAULT_KEY: Final = "5a" * 32
SIGNING_KEY: Final = "c3" * 32


def settings_of(data_dir: Path, database_url: str) -> Settings:
    """What the tests give the platform."""
    return Settings(mode=Mode.TEST, data_dir=data_dir, database_url=database_url, redis_url=None,
                    origin="test.court.example/luochui", secret_key="s" * 48, vault_key=VAULT_KEY,
                    signing_key=SIGNING_KEY,
                    address="https://test.court.example")


class Stage:
    """The app of this process, and the databases that it is given in turn."""

    def __init__(self, folder: Path) -> None:
        self.sqlite_url = f"sqlite:///{folder / 'luochui.sqlite'}"
        self._folder = folder
        self._databases: dict[str, SqliteFile | PostgresDatabase] = {}
        self._kept: Kept | None = None
        self._prepare: Callable[[Flask], None] | None = None

    @contextmanager
    def visit(self, data_dir: Path, database_url: str) -> Iterator[Flask]:
        """The app in its context, on an empty database, with a data folder of one's own."""
        given = self._databases.get(database_url)
        if given is None:
            kind = SqliteFile if database_url.startswith("sqlite") else PostgresDatabase
            given = self._databases[database_url] = kind(database_url)
        else:
            given.renew()
        app = self._app()
        app.extensions["settings"] = settings_of(data_dir, database_url)
        app.config["SQLALCHEMY_DATABASE_URI"] = database_url
        files.install(data_dir / "files")
        papers.install(data_dir / "cache" / "papers", settings_of(data_dir, database_url).address)
        vault.install(bytes.fromhex(VAULT_KEY))
        signing.install(bytes.fromhex(SIGNING_KEY))
        logs.configure()
        limiter.reset()
        clock.reset_for_tests()
        with app.app_context():
            here = presence.here()   # no job says again and again that it is there
            here.lease_s = here.takes_until_s = float("inf")
            cast(dict[str | None, Engine], db.engines)[None] = given.engine  # a dict, shown as a Mapping
            yield app
            db.session.remove()
        clock.reset_for_tests()

    @contextmanager
    def apart(self, prepare: Callable[[Flask], None] | None = None) -> Iterator[None]:
        """Inside, an app that has served nobody yet and, perhaps, has something more than the platform's."""
        self._kept, self._prepare = None, prepare
        try:
            yield
        finally:
            self._kept, self._prepare = None, None

    def close(self) -> None:
        """End the connections of all databases."""
        for one in self._databases.values():
            one.engine.dispose()

    def _app(self) -> Flask:
        if SocketIOTestClient.clients:  # they have put themselves in the place of the server's own sending
            SocketIOTestClient.clients.clear()
            self._kept = None
        if self._kept is None or not self._kept.put_back():
            app = create_app(settings_of(self._folder, self.sqlite_url))
            app.testing = True
            app.test_client_class = Visit
            pages.keep_compiled(app, self._folder / "templates")
            if self._prepare is not None:
                self._prepare(app)
            self._kept = Kept(app)
        return self._kept.app


class Kept:
    """An app, and how it was before the first test."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._server = socketio.server
        self._shape = shape(app)
        self._config = dict(app.config)
        self._extensions = dict(app.extensions)
        self._views = dict(app.view_functions)

    def put_back(self) -> bool:
        """Undo what can be undone; whether that was all."""
        app = self.app
        for now, before in ((app.config, self._config), (app.extensions, self._extensions),
                            (app.view_functions, self._views)):
            now.clear()
            now.update(before)
        return socketio.server is self._server and shape(app) == self._shape


def shape(app: Flask) -> tuple[Any, ...]:
    """What can only be added to an app, never taken away."""
    return (sum(1 for _ in app.url_map.iter_rules()), len(app.blueprints), len(app.error_handler_spec[None]),
            *(len(found[None]) for found in (app.before_request_funcs, app.after_request_funcs,
                                             app.teardown_request_funcs, app.template_context_processors)),
            len(app.teardown_appcontext_funcs), len(app.jinja_env.globals), len(app.jinja_env.filters))


def engine_of(url: str) -> Engine:
    """An engine just as the platform makes its own; kept, it need not compile its statements anew."""
    holder = Flask("database")
    database.init_app(holder, url, idle_limit_ms=60_000)
    with holder.app_context():
        return db.engine


class SqliteFile:
    """A database that becomes empty by a copy of the file with nothing but the tables."""

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        event.listen(self.engine, "connect", _wait_for_no_disk)
        self._file = Path(url.removeprefix("sqlite:///"))
        self._empty = self._file.with_suffix(".empty")
        Base.metadata.create_all(self.engine)
        self.engine.dispose()  # the last connection to leave writes the log into the file
        shutil.copyfile(self._file, self._empty)

    def renew(self) -> None:
        self.engine.dispose()
        for end in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self._empty, self._file)


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nothing here outlives the tests


class PostgresDatabase:
    """A database that becomes empty by deleting its rows; built anew if a test touched the tables."""

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        self._names = [table.name for table in Base.metadata.sorted_tables]
        self._filled = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in self._names)  # noqa: S608
        Base.metadata.create_all(self.engine)
        self._altered = False
        event.listen(self.engine, "before_cursor_execute", self._watch)

    def renew(self) -> None:
        if self._altered:
            with self.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            Base.metadata.create_all(self.engine)
        else:
            self._delete_rows()
        self._altered = False

    def _delete_rows(self) -> None:
        with self.engine.begin() as connection:
            filled = set(connection.scalars(text(self._filled)))
            for name in filled & append_only_tables():
                connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
            for name in reversed(self._names):
                if name in filled:
                    connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - a table of ours
            for name in filled & append_only_tables():
                connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))

    def _watch(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip()[:5].upper() in ("CREAT", "ALTER", "DROP "):
            self._altered = True
