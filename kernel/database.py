"""The database: one metadata, exact column types, SQLite made safe, append-only tables.

SQLite comes from the ``pysqlite3`` wheel: Debian's own 3.40 can lose commits in WAL mode
(fixed in 3.51.3); the start refuses anything older (design: "Machines").
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from math import inf
from time import monotonic
from typing import Any, ClassVar, Final

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    event,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

LEAST_SQLITE = (3, 51, 3)
_AS_THEY_ARE: Final = (type(None), bytes, bool)
"""What SQLite's driver can store but first looks for somebody who would turn it into something else, a
microsecond for each value, unless it is told that nobody has to."""
_PAGE: Final = 8192
"""Bytes; a file that is there already keeps its own. Each page of a commit costs two calls of the system:
pages of the usual 4096 bytes cost a bid nearly twice as many."""
LONGEST_UNASKED_S = 1.0
"""So long after its last use a connection is taken for alive."""

_NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all models.

    Attributes:
        unlogged: why a change of this table needs no leaf in the log; None where it needs one.
    """

    metadata = MetaData(naming_convention=_NAMING)
    unlogged: ClassVar[str | None] = None


db = SQLAlchemy(model_class=Base)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored and returned in UTC. A naive one is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FenColumn(TypeDecorator[int]):
    """Money in fen; refuses a float before the database could round it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise TypeError(f"money is whole fen, not {value!r}")
        return value


class WordColumn(TypeDecorator[StrEnum]):
    """A word of a fixed list, kept as text and returned as its member; another word is refused."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum], length: int = 40) -> None:
        super().__init__(length)
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


_append_only: set[str] = set()


def append_only(table: Any) -> None:  # SQLAlchemy types __table__ as FromClause
    """Make the database itself refuse UPDATE and DELETE of evidence in this table."""
    if not isinstance(table, Table):
        raise TypeError("append_only wants the __table__ of a model")
    _append_only.add(table.name)
    event.listen(table, "after_create", _create_triggers)


def append_only_tables() -> frozenset[str]:
    return frozenset(_append_only)


def trigger_statements(table: str, dialect: str) -> list[str]:
    """The DDL that makes ``table`` append-only; migrations run the same (batch mode drops triggers)."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for act in ("update", "delete")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _create_triggers(target: Table, connection: Connection, **_: Any) -> None:
    for statement in trigger_statements(target.name, connection.dialect.name):
        connection.execute(text(statement))


_companions: set[str] = set()


def companion(table: Any, name: str, make: Callable[[str], list[str]]) -> None:
    """Let a table that no model can map (a full-text index) come and go with ``table``.

    Args:
        make: dialect -> the DDL that creates it; migrations write the same out by hand.
    """
    _companions.add(name)

    def _make(_target: Table, connection: Connection, **_: Any) -> None:
        for statement in make(connection.dialect.name):
            connection.execute(text(statement))

    def _drop(_target: Table, connection: Connection, **_: Any) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))

    event.listen(table, "after_create", _make)
    event.listen(table, "before_drop", _drop)


def is_mapped(name: str | None, kind: str, _parents: Any) -> bool:
    """Alembic's ``include_name``: companions, and SQLite's tables behind them, are no model's."""
    return kind != "table" or name is None or not any(
        name == one or name.startswith(f"{one}_") for one in _companions)


def is_away(error: BaseException) -> bool:
    """Whether a statement failed because the server could not be reached, ended, or gave way to another.

    What failed so may be tried again; a commit may have gone through all the same.
    """
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated
        or (isinstance(error, OperationalError | InterfaceError)
            and type(error.orig).__module__.startswith("psycopg")))


def of_one_moment() -> Session:
    """A session whose reads are all of one moment, for whoever compares rows while others write.

    On SQLite every transaction is; PostgreSQL has to be asked. It may stand idle there for as long as the
    comparing takes: it holds nothing that bids wait for.
    """
    db.session.rollback()
    if not is_sqlite():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    return db.session()


def is_sqlite(engine: Engine | None = None) -> bool:
    return (engine or db.engine).dialect.name == "sqlite"


def init_app(app: Flask, url: str, *, idle_limit_ms: int = 2000) -> None:
    """Bind the database and make every connection safe before its first use.

    Args:
        idle_limit_ms: after how long PostgreSQL ends a transaction that stands idle: whoever waits
            inside one holds locks that bids wait for.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url, idle_limit_ms)
    db.init_app(app)
    with app.app_context():
        if is_sqlite():
            _make_sqlite_safe(db.engine)
        else:
            _ask_whether_there(db.engine)


def _engine_options(url: str, idle_limit_ms: int) -> dict[str, Any]:
    # hide_parameters: the text of an error goes to the log, and the values may be a person's.
    # The connection that was used last is warm: so is what the database and we remember with it.
    shared = {"hide_parameters": True, "pool_use_lifo": True}
    if url.startswith("sqlite"):
        # timeout=0: with the write lock of kernel.transactions a wait means a second process
        # writes, which must be seen, not waited for with the whole event loop standing still.
        return shared | {"module": sqlite, "connect_args": {"timeout": 0, "check_same_thread": False}}
    return shared | {
        "pool_size": 20, "max_overflow": 20,
        "connect_args": {"options": f"-c idle_in_transaction_session_timeout={idle_limit_ms} "
                                    "-c timezone=UTC"}}


def _ask_whether_there(engine: Engine) -> None:
    """Ask a connection that was at rest whether its server is still there; one just used need not be asked.

    It is what ``pool_pre_ping`` does, but for the bids, which come one batch after the other.
    """
    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if monotonic() - record.info.get("rests_since", inf) <= LONGEST_UNASKED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def as_it_is(value: Any) -> Any:
    """What a driver takes without a change."""
    return value


def _make_sqlite_safe(engine: Engine) -> None:
    if sqlite.sqlite_version_info < LEAST_SQLITE:
        raise RuntimeError(
            f"SQLite {sqlite.sqlite_version} can lose commits in WAL mode; "
            f"{'.'.join(map(str, LEAST_SQLITE))} or later is needed (package pysqlite3)"
        )
    for kind in _AS_THEY_ARE:
        sqlite.register_adapter(kind, as_it_is)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below decides, not the driver
        cursor = connection.cursor()
        for pragma in (f"page_size={_PAGE}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       "cache_size=-16384", "wal_autocheckpoint=8000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing() else "BEGIN")


_writing: Callable[[], bool] = lambda: False  # noqa: E731 - replaced once by kernel.transactions


def set_writing_test(test: Callable[[], bool]) -> None:
    """Let ``kernel.transactions`` say whether the present flow of control is in a unit of work."""
    global _writing  # noqa: PLW0603 - wired once at import
    _writing = test
