"""The signer as a process of its own: ``LUOCHUI_SIGNER=apart`` leaves signing and witnesses to it.

``python -m config.signer`` beside the workers, with their settings. It serves nobody: what a worker does
under load, or a fault in one, does not touch it, and bids share their processor with it no more. Several may
run; one signs, the others find nothing to do.
"""

from gevent import monkey

monkey.patch_all()

import signal  # noqa: E402 - gevent comes first

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402


def main() -> None:
    """Sign until SIGTERM or SIGINT."""
    from app import create_app  # noqa: PLC0415 - loaded once gevent has patched the process
    from config.gunicorn import on_starting  # noqa: PLC0415
    from evidence.jobs import JOBS, begin_by_looking  # noqa: PLC0415
    from kernel.jobs import start  # noqa: PLC0415

    on_starting(None)
    app = create_app()
    begin_by_looking(app)
    is_over = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, is_over.set)
    start(app, JOBS)
    is_over.wait()


if __name__ == "__main__":
    main()
