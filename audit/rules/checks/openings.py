"""``openings``: every identity that is opened is the one to which its leaf is committed. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.unbundling import BundleLeaf, Opening, Row
from kernel.commitments import identity_commitment
from kernel.errors import N_

_fail: Final = fails("openings")


class Openings:
    """What is opened, by the index of its leaf, until that leaf comes."""

    name = "openings"

    def __init__(self, openings: Mapping[int, Sequence[Opening]]) -> None:
        self.applies = bool(openings)
        self._waiting = dict(openings)

    def take(self, row: Row) -> Iterator[Failure]:
        if row.leaf is not None:
            for opening in self._waiting.pop(row.index, ()):
                yield from _unlike(row.leaf, opening)

    def rest(self) -> Iterator[Failure]:
        for index, openings in self._waiting.items():
            for opening in openings:
                yield _fail(opening.where, N_("没有第 %(index)s 条记录"), index=index)


def _unlike(leaf: BundleLeaf, opening: Opening) -> Iterator[Failure]:
    code, committed = leaf.body.get("code"), leaf.body.get("identity_commitment")
    if not isinstance(code, str) or not isinstance(committed, str):
        yield _fail(opening.where, N_("第 %(index)s 条记录没有身份承诺"), index=leaf.index)
    elif committed != identity_commitment(subject=leaf.subject, code=code, salt=opening.salt,
                                          identity=opening.identity):
        yield _fail(opening.where, N_("与第 %(index)s 条记录封存的不符"), index=leaf.index)
