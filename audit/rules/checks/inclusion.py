"""``inclusion``: row for row a proof leads from each leaf to the root that was signed. Pure."""

from collections.abc import Iterator
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.notes import Checkpoint
from audit.rules.tree import root_from
from audit.rules.unbundling import ProofRow, Row
from kernel.errors import N_

_fail: Final = fails("inclusion")


class Inclusion:
    """Rows and proofs, two columns that are read side by side."""

    name, applies = "inclusion", True

    def __init__(self, checkpoint: Checkpoint, proofs: Iterator[ProofRow]) -> None:
        self._checkpoint, self._proofs = checkpoint, proofs

    def take(self, row: Row) -> Iterator[Failure]:
        signed, where = self._checkpoint, f"leaf {row.index}"
        proof = next(self._proofs, None)
        if proof is None or proof.index != row.index:
            yield _fail(where, N_("没有收录证明"))
        elif proof.size != signed.size:
            yield _fail(where, N_("证明针对 %(size)s 条，检查点是 %(expected)s 条"), size=proof.size,
                         expected=signed.size)
        elif root_from(bytes.fromhex(row.hashed), row.index, signed.size, proof.path) != signed.root:
            yield _fail(where, N_("路径不通向已签名的树根"))

    def rest(self) -> Iterator[Failure]:
        for proof in self._proofs:
            yield _fail(f"leaf {proof.index}", N_("有证明而没有记录"))
