"""A server for as long as a measurement lasts, started as a person does and ended as Ctrl-C does."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 120.0


def platform(_port: int) -> list[str]:
    return ["make", "run"]


def bare(port: int) -> list[str]:
    """The same server with the same libraries and nothing of ours."""
    return [str(Path(sys.executable).with_name("gunicorn")), "--worker-class", "gevent", "--keep-alive", "75",
            "--bind", f"127.0.0.1:{port}", "benchmarks.bare:app"]


@contextmanager
def serving(command: Callable[[int], list[str]], data_dir: str, more: Mapping[str, str] | None = None
            ) -> Iterator[str]:
    """Start, wait for the home page, give the address, and end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    server = subprocess.Popen(
        command(port),
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": data_dir, "PORT": str(port)} | dict(more or {}),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(f"{address}/"):
            waited = time.perf_counter() - started
            if server.poll() is not None or waited > PATIENCE_S:
                raise RuntimeError(f"{command(port)} served no page; start it by hand to see why")
            time.sleep(0.01)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGINT)  # the whole group, as a terminal does
        server.wait(timeout=PATIENCE_S)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE_S).close()  # noqa: S310  # our own address
    except urllib.error.HTTPError:
        raise
    except (urllib.error.URLError, ConnectionError):
        return False
    return True
