"""How Alembic runs inside the app: the same chain on SQLite and PostgreSQL.

Batch mode rebuilds a SQLite table to alter it and drops its triggers with the old one; so after
every run the append-only triggers that are missing are put back (tests/kernel/test_migrations.py).
"""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, inspect, text
from sqlalchemy.types import TypeDecorator

from kernel.database import append_only_tables, is_mapped, trigger_statements

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Print our column types as what the database sees: a migration must not import the models."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def put_triggers_back(connection: Connection) -> None:
    """Create the append-only triggers of tables that have none."""
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = ("SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                 "WHERE NOT t.tgisinternal")
    guarded = set(connection.scalars(text(query)))
    for table in sorted(append_only_tables() & set(inspect(connection).get_table_names()) - guarded):
        for statement in trigger_statements(table, connection.dialect.name):
            connection.execute(text(statement))


with database.engine.connect() as connection, connection.begin():
    context.configure(connection=connection, target_metadata=database.metadata,
                      render_as_batch=True, compare_type=True, render_item=render_item,
                      include_name=is_mapped)
    with context.begin_transaction():
        context.run_migrations()
    put_triggers_back(connection)
