"""How gunicorn serves the platform: one gevent process on SQLite, any number on PostgreSQL."""

from gevent import monkey

monkey.patch_all()  # before psycopg is imported anywhere, or it blocks the whole process

import os  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gevent"
workers = 1  # Socket.IO needs one process a port; scale out by ports behind nginx (docs/operations.md)
worker_connections = 20_000
graceful_timeout = 5
timeout = 60
keepalive = 75
loglevel = "warning"
proc_name = "luochui"
control_socket_disable = True


def on_starting(_server: object) -> None:
    """Check the settings, prepare a demo, and say in words what is missing."""
    from config.settings import Mode, Settings, SettingsError, make_demo_secrets  # noqa: PLC0415

    try:
        settings = Settings.from_env()
        if settings.mode is Mode.DEMO:
            make_demo_secrets(settings.data_dir)
            settings = Settings.from_env()
        settings.require_complete()
    except SettingsError as error:
        sys.exit(f"{error}")
    if settings.mode is Mode.DEMO:
        from app import create_app  # noqa: PLC0415
        from seeds.demo import prepare  # noqa: PLC0415

        prepare(create_app(settings), bind)


def post_worker_init(worker: Any) -> None:
    """Start the jobs (closing lots, admitting paid bidders) in the process that serves."""
    from kernel.jobs import start  # noqa: PLC0415

    app = worker.app.callable
    start(app, app.extensions["jobs"])
