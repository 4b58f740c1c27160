"""``consistency``: every other checkpoint of the bundle is a beginning of the newest one. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.notes import Checkpoint
from audit.rules.tiles import is_consistent
from audit.rules.unbundling import Proofs
from kernel.errors import N_

_PROOFS: Final = "consistency.json"
_fail: Final = fails("consistency")

Others = Mapping[tuple[int, bytes], str]
"""Checkpoints beside the newest one, by size and root: the entry in which each stands first."""


def differing(newest: Checkpoint, others: Others, proofs: Proofs) -> Iterator[Failure]:
    """Proofs that nobody needs or that prove something else, then what is no beginning."""
    smaller = {size for size, _root in others if size < newest.size}
    for size, (to, _path) in proofs.items():
        if size not in smaller:
            yield _fail(_PROOFS, N_("大小 %(size)s 没有对应的检查点，却有证明"), size=size)
        if to != newest.size:
            yield _fail(_PROOFS, N_("通向大小 %(size)s，不是 checkpoint 的大小"), size=to)
    first: dict[int, bytes] = {}
    for size, root in ((newest.size, newest.root), *others):
        first.setdefault(size, root)
    for (size, root), where in others.items():
        if root != first[size]:
            yield _fail(where, N_("同一大小 %(size)s 签了两个树根：日志有两个版本"), size=size)
        if size > newest.size:
            yield _fail(where, N_("大小 %(size)s 超过 checkpoint"), size=size)
        elif size < newest.size:
            yield from _no_beginning(newest, size, root, where, proofs)


def _no_beginning(newest: Checkpoint, size: int, root: bytes, where: str, proofs: Proofs
                  ) -> Iterator[Failure]:
    if size not in proofs:
        yield _fail(where, N_("缺少自大小 %(size)s 起的一致性证明"), size=size)
    elif not is_consistent(size, root, newest.size, newest.root, proofs[size][1]):
        yield _fail(_PROOFS, N_("大小 %(size)s 的日志（%(entry)s）不是现在日志的开头"), size=size,
                    entry=where)
