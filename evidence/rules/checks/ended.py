"""``ended``: a sale has ended, and once; no bid follows. Pure."""

from collections.abc import Iterator
from typing import Final

from audit.rules.findings import Failure, fails
from audit.rules.unbundling import BundleLeaf
from kernel.errors import N_

ENDS: Final = frozenset({"lot.closed", "lot.withdrawn"})
_fail: Final = fails("ended")


class Ended:
    """What may not stand behind the first leaf that ends a sale."""

    name, applies = "ended", True

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._is_over = False

    def take(self, leaf: BundleLeaf) -> Iterator[Failure]:
        if self._is_over and leaf.kind == "bid":
            yield _fail(leaf.where, N_("终结之后的出价"))
        elif self._is_over and leaf.kind in ENDS:
            yield _fail(leaf.where, N_("拍卖第二次终结"))
        self._is_over |= leaf.kind in ENDS

    def rest(self) -> Iterator[Failure]:
        if not self._is_over:
            yield _fail(self._subject, N_("拍卖未终结：其后是否缺失无从得知"))
