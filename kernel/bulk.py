"""Many rows in one statement of the driver: for the few places where rows come by the thousand.

SQLAlchemy's own bulk statements cost three times as much a row. Here rows are tuples in the driver's
own types; ``kept`` and ``read`` say how a database keeps an instant. The session's transaction is
used and stays open: nothing here commits. Names of tables and columns are the models' own, never a
visitor's. Statements go one by one, never in the driver's pipeline: a process that stood still within one
would hold its locks for as long as it does, for PostgreSQL ends only sessions that it knows to be idle.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from kernel.arrays import array
from kernel.database import Base, as_it_is

Rows = Sequence[Sequence[Any]]
_GATHERED: Final = "gathered"
"""Under this name a connection keeps what is to be written together."""
_A_STATEMENT: Final = 512
"""Rows that one SQLite statement names: a power of two, as every text of one names."""


class Bulk:
    """The driver beneath a session, for statements over many rows."""

    def __init__(self, session: Session) -> None:
        session.flush()
        connection = session.connection()
        self._driver: Any = connection.connection.driver_connection
        self._on_sqlite = connection.dialect.name == "sqlite"
        self.kept: Callable[[datetime | None], Any] = _as_text if self._on_sqlite else as_it_is
        """An instant as the driver wants it."""
        self.remembered: dict[Any, Any] = connection.info.setdefault("remembered", {})
        """What was read and never changes, kept for as long as the connection lasts."""
        self.reads_durable: bool = not session.info.get("logged_tables")
        """Whether the models had changed nothing in this transaction: what is read then stays, whatever
        becomes of it."""
        self._of_connection: dict[Any, Any] = connection.info

    @contextmanager
    def together(self) -> Iterator[None]:
        """What ``insert_one`` and ``update`` write within goes to PostgreSQL in one statement, at the end.

        Whoever writes it, on this connection; the outermost sends it. Nothing that is written within may be
        read there, or be written twice.
        """
        if self._on_sqlite or _GATHERED in self._of_connection:
            yield
            return
        gathered: list[tuple[str, Sequence[Any]]] = []
        self._of_connection[_GATHERED] = gathered
        try:
            yield
        finally:
            del self._of_connection[_GATHERED]
        if gathered:
            *first, (last, _) = gathered
            parts = ", ".join(f"part{number} AS ({text})" for number, (text, _) in enumerate(first))
            self._write(f"WITH {parts} {last}" if first else last,
                        [value for _, values in gathered for value in values])

    def _write(self, text: str, values: Sequence[Any]) -> None:
        gathered = self._of_connection.get(_GATHERED)
        if gathered is None:
            self._driver.cursor().execute(text, values)
        else:
            gathered.append((text, values))

    def insert_one(self, model: type[Base], values: Mapping[str, Any]) -> None:
        """Insert one row."""
        marks = _marks(values) if self._on_sqlite else ", ".join(["%s"] * len(values))
        self._write(f'INSERT INTO "{model.__tablename__}" ({_listed(values)}) VALUES ({marks})',  # noqa: S608
                    list(values.values()))

    def insert(self, model: type[Base], columns: Sequence[str], rows: Rows) -> None:
        """Insert rows, each with the values of ``columns`` in their order."""
        if not rows:
            return
        names = _listed(columns)
        if self._on_sqlite:
            self._driver.cursor().executemany(
                f'INSERT INTO "{model.__tablename__}" ({names}) VALUES ({_marks(columns)})', rows)  # noqa: S608
            return
        # Binary: half of the time of text, of which bytes need two letters each.
        statement = f'COPY "{model.__tablename__}" ({names}) FROM STDIN (FORMAT BINARY)'
        with self._driver.cursor().copy(statement) as copy:
            copy.set_types(_kinds(model, tuple(columns)))
            for row in rows:
                copy.write_row(row)

    def update(self, model: type[Base], *, keys: Sequence[str], columns: Sequence[str], rows: Rows) -> None:
        """Set ``columns`` of the rows found by ``keys``; a row holds the columns' values, then the keys'."""
        if not rows:
            return
        if self._on_sqlite:
            sets = ", ".join(f'"{name}" = ?' for name in columns)
            found = " AND ".join(f'"{name}" = ?' for name in keys)
            self._driver.cursor().executemany(
                f'UPDATE "{model.__tablename__}" SET {sets} WHERE {found}', rows)  # noqa: S608
            return
        sets = ", ".join(f'"{name}" = given."{name}"' for name in columns)
        self._write(
            f'UPDATE "{model.__tablename__}" AS stored SET {sets} '  # noqa: S608
            f"FROM {_unnested(model, (*columns, *keys))} WHERE {_same(keys)}", _turned(rows))

    def find(self, model: type[Base], *, keys: Sequence[str], columns: Sequence[str], wanted: Rows,
             lock: bool = False, stamped: bool = False) -> list[tuple[Any, ...]]:
        """The values of ``columns`` of every row whose ``keys`` are among ``wanted``, in no order.

        Args:
            lock: hold the rows until the end of the transaction, locked in the order in which they are
                wanted, so that two who want the same rows in the same order do not wait for each other.
            stamped: let each row end with the database's time, looked at once it is locked; None where the
                database is a file that has no time of its own.
        """
        if not wanted:
            return []
        cursor = self._reader()
        shown = ", ".join(f'stored."{name}"' for name in columns)
        if stamped:
            shown += ", NULL" if self._on_sqlite else ", clock_timestamp()"
        if self._on_sqlite:
            return _found_in_sqlite(cursor, model, keys, shown, wanted)
        # The inner question is kept from being joined in any other way than by the index, key after key: a
        # plan that was made while the table was small would read all of it for as long as the connection
        # lasts. NO KEY UPDATE: rows that refer to these by a foreign key may come meanwhile.
        inner = ", ".join(f'"{name}"' for name in columns)
        is_one = len(wanted) == 1   # needs no array
        given = "" if is_one else f"{_unnested(model, tuple(keys))} CROSS JOIN LATERAL "
        same = " AND ".join(f'stored."{name}" = %s' for name in keys) if is_one else _same(keys)
        cursor.execute(
            f'SELECT {shown} FROM {given}(SELECT {inner} FROM "{model.__tablename__}" AS stored '  # noqa: S608
            f"WHERE {same} {'FOR NO KEY UPDATE' if lock else 'OFFSET 0'}) AS stored",
            wanted[0] if is_one else _turned(wanted))
        return list(cursor.fetchall())

    def _reader(self) -> Any:
        """A cursor whose values come in the database's own form: bytes as text cost three times as much."""
        return self._driver.cursor() if self._on_sqlite else self._driver.cursor(binary=True)

    def span(self, model: type[Base], *, of: Mapping[str, Any], along: str, begin: int, end: int,
             columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows that have these values, from ``begin`` to before ``end`` along a column, in its order."""
        mark = "?" if self._on_sqlite else "%s"
        same = " AND ".join(f'"{name}" = {mark}' for name in of)
        found = self._reader().execute(
            f'SELECT {_listed(columns)} FROM "{model.__tablename__}" WHERE {same} '  # noqa: S608
            f'AND "{along}" >= {mark} AND "{along}" < {mark} ORDER BY "{along}"', [*of.values(), begin, end])
        return list(found.fetchall())


def _found_in_sqlite(cursor: Any, model: type[Base], keys: Sequence[str], shown: str, wanted: Rows
                     ) -> list[tuple[Any, ...]]:
    """Rows by their keys, as many a statement as a power of two: few texts, each prepared once.

    Places that are left over hold NULL, which no key equals.
    """
    found: list[tuple[Any, ...]] = []
    for begin in range(0, len(wanted), _A_STATEMENT):
        part = wanted[begin:begin + _A_STATEMENT]
        places = 1 << (len(part) - 1).bit_length()
        values = [value for row in part for value in row]
        found += cursor.execute(
            _question(model, tuple(keys), shown, places),
            values + [None] * (places * len(keys) - len(values))).fetchall()
    return found


@lru_cache(maxsize=256)
def _question(model: type[Base], keys: tuple[str, ...], shown: str, places: int) -> str:
    marks = ", ".join([f"({_marks(keys)})"] * places)
    return (f"WITH given({_listed(keys)}) AS (VALUES {marks}) "  # noqa: S608
            f'SELECT {shown} FROM given CROSS JOIN "{model.__tablename__}" AS stored ON {_same(keys)}')


def read(value: datetime | str | None) -> datetime | None:
    """An instant as a driver gave it."""
    return _instant(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _instant(shown: str) -> datetime:
    return datetime.fromisoformat(shown).replace(tzinfo=UTC)


@lru_cache(maxsize=4096)
def _as_text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:26]   # without the offset


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _marks(columns: Collection[str]) -> str:
    return ", ".join("?" * len(columns))


def _same(keys: Sequence[str]) -> str:
    return " AND ".join(f'stored."{name}" = given."{name}"' for name in keys)


@lru_cache(maxsize=64)
def _unnested(model: type[Base], columns: tuple[str, ...]) -> str:
    arrays = ", ".join(f"%s::{kind}[]" for kind in _kinds(model, columns))
    return f"unnest({arrays}) AS given({_listed(columns)})"


@lru_cache(maxsize=64)
def _kinds(model: type[Base], columns: tuple[str, ...]) -> list[str]:
    """How PostgreSQL names the types of these columns."""
    dialect: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return [model.__table__.c[name].type.compile(dialect).split("(")[0].lower() for name in columns]


def _turned(rows: Rows) -> list[str]:
    return [array(values) for values in zip(*rows, strict=True)]
