"""From the command to the first page, with a new data folder and again; of the server alone to its answer.

Held against the same server with the same libraries and an empty page: what no code of ours could undercut.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.place import our_place
from benchmarks.place import serving as listening
from benchmarks.serving import bare, platform, serving

AGAIN = 5


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as data_dir:
        empty = [seconds_to_first_page(bare, data_dir) for _ in range(AGAIN)]
        first = [seconds_to_first_page(platform, data_dir)]
        again = [seconds_to_first_page(platform, data_dir) for _ in range(AGAIN)]
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder:
        place = our_place(Path(folder), None, 1, 1)
        answers = []
        for _ in range(AGAIN):
            with listening("app:create_app()", place) as server:
                answers.append(server.listening_s)
    yield Figure("start.first", "s", first, empty)
    yield Figure("start.again", "s", again, empty)
    yield Figure("start.listening", "s", answers, empty)


def seconds_to_first_page(command: Callable[[int], list[str]], data_dir: str) -> float:
    started = time.perf_counter()
    with serving(command, data_dir):
        return time.perf_counter() - started
