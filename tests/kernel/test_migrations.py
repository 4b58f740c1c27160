"""The migrations build just what the models say, on both databases, triggers included."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from audit import services as audit
from kernel import migrations
from kernel.database import Base, append_only_tables, db, is_mapped
from tests.factories.settlement import a_sold_case


@pytest.fixture
def empty(app: Flask) -> Flask:
    Base.metadata.drop_all(db.engine)
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    migrations.install(app)
    return app


@pytest.mark.both_databases
def test_an_empty_database_becomes_what_the_models_say(empty: Flask) -> None:
    upgrade(directory=f"{empty.root_path}/migrations")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_mapped})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.both_databases
def test_evidence_cannot_be_changed_after_a_migration(empty: Flask) -> None:
    upgrade(directory=f"{empty.root_path}/migrations")
    if db.engine.dialect.name == "sqlite":
        query = "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = ("SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                 "WHERE NOT t.tgisinternal")
    with db.engine.connect() as connection:
        guarded = set(connection.scalars(text(query)))
    assert append_only_tables() <= guarded


@pytest.mark.both_databases
def test_the_way_back_leaves_an_empty_database(empty: Flask) -> None:
    folder = f"{empty.root_path}/migrations"
    upgrade(directory=folder)
    downgrade(directory=folder, revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


@pytest.mark.both_databases
def test_evidence_survives_tables_that_are_written_anew(empty: Flask) -> None:
    folder = f"{empty.root_path}/migrations"
    upgrade(directory=folder)
    a_sold_case(db.session())
    before = evidence()
    assert all(before.values())
    for revision in ("0012", "0010"):
        downgrade(directory=folder, revision=revision)
        upgrade(directory=folder)
        assert evidence() == before
    assert set(audit.check_logs(db.session()).values()) == {None}
    for table in before:
        with pytest.raises(DatabaseError):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - one of two names
        db.session.rollback()


def evidence() -> dict[str, list[Any]]:
    """Every row of bids and leaves, as it is stored; no transaction stays open."""
    asked = {"attempts": "SELECT lot_id, number, position, code, amount_fen, received_at, seq FROM attempts",
             "leaves": 'SELECT log, "index", subject, seq, at, hash FROM leaves'}
    found = {table: sorted(map(repr, db.session.execute(text(query)))) for table, query in asked.items()}
    db.session.rollback()
    db.session.remove()
    return found


def test_the_last_number_is_the_head_that_alembic_finds(app: Flask) -> None:
    folder = Path(app.root_path, migrations.FOLDER)
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.newest(app)]


@pytest.mark.both_databases
def test_a_database_without_a_schema_stands_nowhere_and_can_be_brought_up_to_date(empty: Flask) -> None:
    with db.engine.connect() as connection:
        assert migrations.standing(connection) is None
    migrations.bring_up_to_date(empty)
    with db.engine.connect() as connection:
        assert migrations.standing(connection) == migrations.newest(empty)
