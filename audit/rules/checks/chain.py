"""``chain``: of the subject every leaf from the first on, of others those that follow each other. Pure."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from audit.rules.findings import Failure, fails
from audit.rules.leaves import GENESIS
from audit.rules.unbundling import Row
from kernel.errors import N_

_fail: Final = fails("chain")


class _Link(NamedTuple):
    """What the next leaf of a subject says of its place."""

    seq: int
    prev: str


_FIRST: Final = _Link(1, GENESIS)


class Chain:
    """Of each subject the link that is due; other subjects than the bundle's own may have gaps."""

    name, applies = "chain", True

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._due: dict[str, _Link] = {}

    def take(self, row: Row) -> Iterator[Failure]:
        leaf = row.leaf
        if leaf is None:
            return
        due = self._due.get(leaf.subject, _FIRST)
        self._due[leaf.subject] = _Link(leaf.seq + 1, row.hashed)
        if leaf.seq > due.seq and leaf.subject != self._subject:
            return
        if leaf.seq != due.seq:
            yield _fail(leaf.where, N_("序号是 %(seq)s，应为 %(expected)s"), seq=leaf.seq, expected=due.seq)
        elif leaf.prev != due.prev:
            yield _fail(leaf.where, N_("prev 不是前一条记录的哈希值"))

    def rest(self) -> Iterator[Failure]:
        if self._subject not in self._due:
            yield _fail("leaves.ndjson", N_("没有 %(subject)s 的任何记录"), subject=self._subject)
