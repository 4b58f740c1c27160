"""Places before and after every statement that a process gives its driver, and around COMMIT.

The driver is watched, not SQLAlchemy: bids and leaves go past it (``kernel/bulk.py``).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Engine, event

Reached = Callable[[int, str], None]


class Failpoints:
    """Counts the places that a process comes to, and says so at each of them.

    Attributes:
        reached: called with the number and the name of each place.
        names: those that were passed since it was armed.
        refused: statements that the database did not take since then, and what it said.
    """

    def __init__(self) -> None:
        self.reached: Reached = lambda _place, _name: None
        self.names: list[str] = []
        self.refused: list[str] = []
        self._is_armed = False

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Inside, places count."""
        self.names, self.refused, self._is_armed = [], [], True
        try:
            yield
        finally:
            self._is_armed = False

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """One statement: the place before it, and the one after it."""
        self._come_to(f"before {what}")
        try:
            yield
        except Exception as error:
            self.refused.append(f"{what}: {type(error).__name__}")
            raise
        self._come_to(f"after {what}")

    def _come_to(self, name: str) -> None:
        if self._is_armed:
            self.names.append(name)
            self.reached(len(self.names) - 1, name)

    def watch(self, engine: Engine) -> None:
        """Watch whatever new connections of this engine do."""
        connect = _sqlite_connection if engine.dialect.name == "sqlite" else _postgres_connection

        @event.listens_for(engine, "do_connect")
        def _connect(_dialect: Any, _record: Any, arguments: Any, members: Any) -> Any:
            return connect(self, arguments, members)


def _short(statement: object) -> str:
    return " ".join(str(statement).split()[:3])


def _sqlite_connection(points: Failpoints, arguments: Any, members: Any) -> Any:
    class Cursor(sqlite.Cursor):
        def execute(self, statement: str, *given: Any) -> Any:
            with points.around(_short(statement)):
                return super().execute(statement, *given)

        def executemany(self, statement: str, *given: Any) -> Any:
            with points.around(_short(statement)):
                return super().executemany(statement, *given)

    class Connection(sqlite.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            with points.around("COMMIT"):
                super().commit()

    return sqlite.connect(*arguments, **members, factory=Connection)


def _postgres_connection(points: Failpoints, arguments: Any, members: Any) -> Any:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *given: Any, **more: Any) -> Any:
            with points.around(_short(query)):
                return super().execute(query, *given, **more)

        @contextmanager
        def copy(self, statement: Any, *given: Any, **more: Any) -> Iterator[Any]:
            with points.around(_short(statement)), super().copy(statement, *given, **more) as copy:
                yield copy

    class Connection(psycopg.Connection[Any]):
        def commit(self) -> None:
            with points.around("COMMIT"):
                super().commit()

    return Connection.connect(*arguments, **members, cursor_factory=Cursor)
