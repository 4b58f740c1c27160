"""The demo court in a database of its own, on SQLite or on a PostgreSQL of the tests' wheel."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path

from flask import Flask

from app import create_app
from config.settings import Mode, Settings, make_demo_secrets
from kernel import clock, pages
from kernel.database import db
from seeds.demo import prepare
from tests.services import DURABLE, own_postgres

KINDS = ("sqlite", "postgres")


@contextmanager
def founded(kind: str) -> Iterator[Flask]:
    """An app without a server, on the demo court as its first start leaves it."""
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder, \
            own_postgres(DURABLE) if kind == "postgres" else nullcontext() as server:
        make_demo_secrets(Path(folder))
        given = {"LUOCHUI_MODE": Mode.DEMO.value, "DATA_DIR": folder}
        if server is not None:
            given["DATABASE_URL"] = server.render_as_string(hide_password=False)
        os.environ.pop("DATABASE_URL", None)
        app = create_app(Settings.from_env(dict(os.environ) | given))
        pages.keep_compiled(app, Path(folder) / "templates")
        clock.reset_for_tests()
        with redirect_stdout(sys.stderr):  # figures alone stand on the standard output
            prepare(app, "a benchmark")
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
