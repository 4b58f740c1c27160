"""Many rows in one statement of the driver: for the few places where rows come by the thousand.

SQLAlchemy's own bulk statements cost three times as much a row. What goes through here is in the
driver's own types; ``kept`` and ``read`` say how a database keeps an instant. The session's
transaction is used and stays open: nothing here commits. Names of tables and columns are the
models' own, never a visitor's.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from kernel.database import Base

Rows = Sequence[Sequence[Any]]
_A_STATEMENT: Final = 500
"""Rows that one SQLite statement names; each count of rows is a text of its own to prepare."""


def insert_rows(session: Session, model: type[Base], columns: Sequence[str],
                rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, each with the values of ``columns`` in their order."""
    cursor = _driver(session).cursor()
    names = _listed(columns)
    if on_sqlite(session):
        cursor.executemany(
            f'INSERT INTO "{model.__tablename__}" ({names}) VALUES ({_marks(columns)})', rows)  # noqa: S608 - our names
        return
    with cursor.copy(f'COPY "{model.__tablename__}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(session: Session, model: type[Base], *, keys: Sequence[str], columns: Sequence[str],
                rows: Rows) -> None:
    """Set ``columns`` of the rows found by ``keys``; each row holds the columns' values, then the keys'."""
    if not rows:
        return
    cursor = _driver(session).cursor()
    if on_sqlite(session):
        sets = ", ".join(f'"{name}" = ?' for name in columns)
        found = " AND ".join(f'"{name}" = ?' for name in keys)
        cursor.executemany(f'UPDATE "{model.__tablename__}" SET {sets} WHERE {found}', rows)  # noqa: S608 - our names
        return
    sets = ", ".join(f'"{name}" = given."{name}"' for name in columns)
    cursor.execute(
        f'UPDATE "{model.__tablename__}" AS stored SET {sets} '  # noqa: S608 - our names
        f"FROM {_unnested(session, model, [*columns, *keys])} WHERE {_same(keys)}", _turned(rows))


def find_rows(session: Session, model: type[Base], *, keys: Sequence[str], columns: Sequence[str],
              wanted: Rows, lock: bool = False) -> list[tuple[Any, ...]]:
    """The values of ``columns`` of every row whose ``keys`` are among ``wanted``, in no order.

    Args:
        lock: hold the rows until the end of the transaction, locked in the order of their keys, so
            that two who want the same rows do not wait for each other.
    """
    if not wanted:
        return []
    cursor = _driver(session).cursor()
    shown = ", ".join(f'stored."{name}"' for name in columns)
    found: list[tuple[Any, ...]] = []
    if not on_sqlite(session):
        order = ", ".join(f'stored."{name}"' for name in keys)
        cursor.execute(
            f'SELECT {shown} FROM "{model.__tablename__}" AS stored '  # noqa: S608 - our names
            f"JOIN {_unnested(session, model, keys)} ON {_same(keys)}"
            + (f" ORDER BY {order} FOR UPDATE OF stored" if lock else ""), _turned(wanted))
        return list(cursor.fetchall())
    for begin in range(0, len(wanted), _A_STATEMENT):
        part = wanted[begin:begin + _A_STATEMENT]
        marks = ", ".join([f"({_marks(keys)})"] * len(part))
        found += cursor.execute(
            f"WITH given({_listed(keys)}) AS (VALUES {marks}) "  # noqa: S608 - our names
            f'SELECT {shown} FROM given CROSS JOIN "{model.__tablename__}" AS stored ON {_same(keys)}',
            [value for row in part for value in row]).fetchall()
    return found


def kept(session: Session, instant: datetime | None) -> Any:
    """An instant as the driver of this session's database wants it."""
    if instant is None or not on_sqlite(session):
        return instant
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def read(value: datetime | str | None) -> datetime | None:
    """An instant as a driver gave it."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _driver(session: Session) -> Any:  # the driver's connection, of either database
    return session.connection().connection.driver_connection


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


def _same(keys: Sequence[str]) -> str:
    return " AND ".join(f'stored."{name}" = given."{name}"' for name in keys)


def _unnested(session: Session, model: type[Base], columns: Sequence[str]) -> str:
    dialect = session.get_bind().dialect
    kinds = (model.__table__.c[name].type.compile(dialect).split("(")[0] for name in columns)
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)}) AS given({_listed(columns)})"


def _turned(rows: Rows) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)]
