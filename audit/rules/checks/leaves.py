"""``leaves``: every row holds a leaf, of this log, and no leaf is older than the one before it. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.unbundling import Row
from kernel.errors import N_
from kernel.formats import instant_text

_fail: Final = fails("leaves")


class Leaves:
    """The form of leaves, row by row."""

    name, applies = "leaves", True

    def __init__(self, log: str) -> None:
        self._log = log
        self._last_at: datetime | None = None

    def take(self, row: Row) -> Iterator[Failure]:
        leaf = row.leaf
        if leaf is None:
            yield _fail(f"leaf {row.index}", N_("不是合格的记录：%(problem)s"), problem=row.problem)
            return
        if leaf.log != self._log:
            yield _fail(leaf.where, N_("属于另一日志 %(log)s"), log=leaf.log)
        if self._last_at is not None and leaf.at < self._last_at:
            yield _fail(leaf.where, N_("时间 %(time)s 早于前一条记录"), time=instant_text(leaf.at))
        self._last_at = leaf.at

    def rest(self) -> Iterator[Failure]:
        return iter(())
