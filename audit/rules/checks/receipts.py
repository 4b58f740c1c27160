"""``receipts``: what bidders hold stands in its own checkpoint, and in the bundle where it says. Pure."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from audit.rules.findings import Failure, fails
from audit.rules.leaves import leaf_hash
from audit.rules.proofs import LeafProof
from audit.rules.tree import root_from
from audit.rules.unbundling import Row
from kernel.errors import N_

_fail: Final = fails("receipts")


class _Found(NamedTuple):
    """What stands at an index that a receipt names."""

    digest: bytes
    is_of_subject: bool


class Receipts:
    """What the receipts say and what the bundle shows there, compared when both are known.

    Of a leaf its SHA-256 is kept and no more: receipts may be many, and leaves long.
    """

    name = "receipts"

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._said: dict[int, list[tuple[str, bytes]]] = {}
        self._found: dict[int, _Found] = {}

    @property
    def applies(self) -> bool:
        return bool(self._said)

    def hold(self, where: str, proof: LeafProof) -> Iterator[Failure]:
        """One receipt, before the leaves; whether its path leads where it says."""
        self._said.setdefault(proof.index, []).append((where, sha256(proof.leaf).digest()))
        size, hashed = proof.checkpoint.size, bytes.fromhex(leaf_hash(proof.leaf))
        if root_from(hashed, proof.index, size, proof.path) != proof.checkpoint.root:
            yield _fail(where, N_("记录不在回执自己的检查点之中"))

    def take(self, row: Row) -> Iterator[Failure]:
        if row.index in self._said:
            is_of_subject = row.leaf is not None and row.leaf.subject == self._subject
            self._found[row.index] = _Found(sha256(row.raw).digest(), is_of_subject)
        return iter(())

    def rest(self) -> Iterator[Failure]:
        for index in (*self._found, *(index for index in self._said if index not in self._found)):
            found = self._found.get(index)
            for where, digest in self._said[index]:
                if found is None or digest != found.digest:
                    yield _fail(where, N_("位置 %(index)s 上没有这条记录"), index=index)
                elif not found.is_of_subject:
                    yield _fail(where, N_("其记录不属于本卷宗的事项"))
