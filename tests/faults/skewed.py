"""A platform whose clocks a test may set while it runs: the machine's, and the database's as it sees it.

Served by gunicorn in the place of ``app:create_app()``. Nothing of this is in the platform: what it asks
for the time is wrapped from outside.
"""

import mmap
import os
import struct
import time
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from flask import Flask

import app
from auction.services import presence
from kernel import clock, websocket
from kernel.bulk import Bulk

PLACE: Final = "SKEW_FILE"
_FORM: Final = struct.Struct("dddd")


@dataclass(frozen=True)
class Skew:
    """By how many seconds clocks are wrong.

    Attributes:
        drift: seconds that the machine's clock gains a second, from ``since_s`` on.
        since_s: as ``time.monotonic`` counts, which is the same in all processes of a machine.
    """

    machine_s: float = 0.0
    database_s: float = 0.0
    drift: float = 0.0
    since_s: float = 0.0

    @property
    def of_machine(self) -> float:
        return self.machine_s + self.drift * (time.monotonic() - self.since_s)


class Hands:
    """The hands of the clocks, in a file that the test writes and the worker reads."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_FORM.pack(*astuple(Skew())))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORM.size)

    def set(self, skew: Skew) -> None:
        self._shared[:] = _FORM.pack(*astuple(skew))

    def read(self) -> Skew:
        return Skew(*_FORM.unpack(self._shared[:]))


def create_app() -> Flask:
    """The platform, with its clocks in the test's hands."""
    hands = Hands(Path(os.environ[PLACE]))
    stamp_of, asked, found = websocket._stamp_of, presence._ask_the_time, Bulk.find

    class Skewed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=hands.read().of_machine)

    def of_database(instant: datetime | None) -> Any:
        return None if instant is None else instant + timedelta(seconds=hands.read().database_s)

    def find(bulk: Bulk, model: Any, *, stamped: bool = False, **more: Any) -> list[tuple[Any, ...]]:
        rows = found(bulk, model, stamped=stamped, **more)
        return [(*row[:-1], of_database(row[-1])) for row in rows] if stamped else rows

    vars(clock)["datetime"] = Skewed
    vars(websocket)["_stamp_of"] = lambda extra: stamp_of(extra) + int(hands.read().of_machine * 10**9)
    vars(presence)["_ask_the_time"] = lambda session: of_database(asked(session))
    Bulk.find = find  # type: ignore[method-assign,assignment]  # that is the point
    return app.create_app()
