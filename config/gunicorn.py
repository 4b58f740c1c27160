"""How gunicorn serves the platform: one gevent process on SQLite, any number on PostgreSQL.

The platform and its libraries are imported by the worker alone, after gevent has patched it: a psycopg
imported before that would block the whole process.
"""

import gc
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

if os.environ.get("LUOCHUI_SOCKET_DRIVER") == "stock":
    # gevent's own loop serves sockets that became readable together in reverse; this one in their order.
    # The thin driver needs neither: it reads the kernel's time of receipt.
    os.environ.setdefault("GEVENT_LOOP", "libuv-cffi")

import gevent
from gevent import monkey

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "config.worker.Worker"
workers = 1  # Socket.IO needs one process a port; scale out by ports behind nginx (docs/operations.md)
worker_connections = 20_000
graceful_timeout = 5
timeout = 60
keepalive = 75
loglevel = "warning"
proc_name = "luochui"
control_socket_disable = True


def on_starting(_server: object) -> None:
    """Check the settings, and say in words what is missing."""
    from config.settings import Mode, Settings, SettingsError, make_demo_secrets  # noqa: PLC0415

    try:
        settings = Settings.from_env()
        if settings.mode is Mode.DEMO:
            make_demo_secrets(settings.data_dir)
            settings = Settings.from_env()
        settings.require_complete()
    except SettingsError as error:
        sys.exit(f"{error}")


def pre_fork(server: Any, _worker: object) -> None:
    """Close the door until the worker can serve: nginx asks another worker at once instead of waiting here.

    A demo stands alone: who comes early had better wait than be turned away. (Linux lets a socket that
    listened listen again, and keeps its port; ``config.worker`` opens it.)
    """
    from config.settings import Mode, Settings  # noqa: PLC0415

    if Settings.from_env().mode is Mode.PRODUCTION:
        for listener in server.LISTENERS:
            listener.sock.shutdown(socket.SHUT_RD)


def post_fork(_server: object, _worker: object) -> None:
    """While the platform is loaded nothing becomes garbage; looking for it costs a tenth of the start."""
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Prepare a demo, look whether the log is whole, then start the jobs (closing lots, admitting …)."""
    from auction.services import presence, undecided  # noqa: PLC0415
    from config.garbage import look_seldom  # noqa: PLC0415
    from config.settings import Mode  # noqa: PLC0415
    from evidence.jobs import begin_by_looking  # noqa: PLC0415
    from kernel.jobs import start  # noqa: PLC0415
    from kernel.pages import keep_compiled  # noqa: PLC0415

    look_seldom()
    app = worker.app.callable
    settings = app.extensions["settings"]
    keep_compiled(app, settings.data_dir / "cache" / "templates")
    if settings.mode is Mode.DEMO:
        from seeds.demo import prepare  # noqa: PLC0415
        from seeds.witnesses import start_beside  # noqa: PLC0415

        with _alive(worker):
            prepare(app, bind)
        gevent.spawn(start_beside, app)
    worker.decided_until = undecided.low_water
    with app.app_context():
        presence.here()   # from now on it knows for how long nobody has heard of it
    begin_by_looking(app)
    start(app, jobs_of_worker(app.extensions["jobs"], signs=settings.signs))


def jobs_of_worker(jobs: Sequence[Any], *, signs: bool) -> list[Any]:
    """Those that this process does; the signer's only where there is none of its own."""
    return [job for job in jobs if signs or not job.of_signer]


def worker_exit(_server: object, worker: Any) -> None:
    """A process that ends in good order says so: nobody has to wait for it, or wonder."""
    app = getattr(getattr(worker, "app", None), "callable", None)
    if app is None:
        return
    from auction.services import presence  # noqa: PLC0415
    from kernel.transactions import unit_of_work  # noqa: PLC0415

    with app.app_context(), unit_of_work() as work:
        presence.here().leave(work.session)


@contextmanager
def _alive(worker: Any) -> Iterator[None]:
    """Founding a demo may outlast ``timeout``: a thread of the system tells the master that we work."""
    over = monkey.get_original("threading", "Event")()
    beat = gevent.get_hub().threadpool.spawn(_beat, worker, over)
    try:
        yield
    finally:
        over.set()
        beat.get()


def _beat(worker: Any, over: Any) -> None:
    while not over.wait(timeout / 10):
        worker.notify()
