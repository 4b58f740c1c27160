"""At which version the database stands, and the way to the newest.

Migrations are numbered files, ``0001_…``; each file's number is its revision id. Alembic is imported only
where it works: it costs a tenth of every start, and almost every start finds the newest schema.
"""

from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, inspect, text

from kernel.database import db

FOLDER = "migrations"
TABLE = "alembic_version"


def newest(app: Flask) -> str:
    """The number of the last migration."""
    return max(path.name for path in Path(app.root_path, FOLDER, "versions").glob("[0-9]*.py")).split("_")[0]


def standing(connection: Connection) -> str | None:
    """The number at which the database stands; None for one without a schema."""
    if not inspect(connection).has_table(TABLE):
        return None
    number: str | None = connection.scalar(text(f"SELECT version_num FROM {TABLE}"))  # noqa: S608 - a constant
    return number


def install(app: Flask) -> None:
    """Let ``flask db …`` and ``bring_up_to_date`` find the database and its migrations."""
    from flask_migrate import Migrate  # noqa: PLC0415 - see above

    Migrate(app, db, directory=str(Path(app.root_path, FOLDER)), render_as_batch=True)


def bring_up_to_date(app: Flask) -> None:
    """Run the migrations that are missing."""
    from flask_migrate import upgrade  # noqa: PLC0415 - see above

    install(app)
    upgrade()
