"""From the command to the first page: with a new data folder, and again with the data it left.

Held against the same server with the same libraries and an empty page: what no code of ours could undercut.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 120.0
AGAIN = 5


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as data_dir:
        bare = [seconds_to_first_page(_bare, data_dir) for _ in range(AGAIN)]
        first = [seconds_to_first_page(_make_run, data_dir)]
        again = [seconds_to_first_page(_make_run, data_dir) for _ in range(AGAIN)]
    yield Figure("start.first", "s", first, bare)
    yield Figure("start.again", "s", again, bare)


def _make_run(_port: int) -> list[str]:
    return ["make", "run"]


def _bare(port: int) -> list[str]:
    return [str(Path(sys.executable).with_name("gunicorn")), "--worker-class", "gevent", "--bind",
            f"127.0.0.1:{port}", "benchmarks.bare:app"]


def seconds_to_first_page(command: Callable[[int], list[str]], data_dir: str) -> float:
    """Start a server as a person does, wait for its home page, and end it as Ctrl-C does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"DATA_DIR": data_dir, "PORT": str(port)}
    started = time.perf_counter()
    server = subprocess.Popen(
        command(port),
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}/"):
            waited = time.perf_counter() - started
            if server.poll() is not None or waited > PATIENCE_S:
                raise RuntimeError(f"{command(port)} served no page; start it by hand to see why")
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        # The whole group, as a terminal does.
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=PATIENCE_S)


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE_S).close()  # noqa: S310  # our own address
    except urllib.error.HTTPError:
        raise
    except (urllib.error.URLError, ConnectionError):
        return False
    return True
