"""receipt/v1: what a bidder holds the moment a bid is acknowledged (contracts.md). Pure.

The leaves of one commit form a tree of their own, whose root is signed once. A receipt is one of
these leaves, its way to the root, and the signature: it proves by itself that the platform has
taken the bid up, and when, whatever is found in the log later.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.rules.tree import Tree
from kernel.commitments import lp
from kernel.formats import canonical, instant_text

FORMAT: Final = "receipt/v1"


def receipt_key_name(origin: str) -> str:
    """The name of the key that signs the receipts of a log."""
    return f"{origin}/receipt"


def signed_message(origin: str, root: bytes, size: int, signed_at: datetime) -> bytes:
    """What the receipt key signs: once for all leaves of a commit."""
    return lp(b"jauc/v1/receipt", origin.encode(), root, size.to_bytes(4, "big"),
              instant_text(signed_at).encode())


@dataclass(frozen=True, slots=True)
class SignedTree:
    """The leaves of one commit in their order, and the signature over their tree."""

    origin: str
    leaves: Sequence[bytes]
    hashes: Sequence[bytes]
    signed_at: datetime
    key: str
    """The public key as a vkey, ``name+8 hex digits+base64``."""
    signature: bytes

    def receipt(self, index: int) -> dict[str, Any]:
        """The receipt of one leaf, a value of format receipt/v1."""
        return {"format": FORMAT, "origin": self.origin,
                "leaf": b64encode(self.leaves[index]).decode(), "index": index,
                "size": len(self.leaves),
                "path": [one.hex() for one in Tree(self.hashes).path(index)],
                "signed_at": instant_text(self.signed_at), "key": self.key,
                "signature": b64encode(self.signature).decode()}

    def receipts_as_json(self) -> Iterator[bytes]:
        """Every leaf's receipt as canonical JSON, the bytes that ``canonical(self.receipt(i))`` gives."""
        head = canonical({"format": FORMAT})[:-1]
        key = canonical({"key": self.key})[1:-1]
        origin = canonical({"origin": self.origin})[1:-1]
        tail = canonical({"signature": b64encode(self.signature).decode(),
                          "signed_at": instant_text(self.signed_at), "size": len(self.leaves)})[1:]
        paths = Tree(self.hashes).paths_as_json()
        for index, (leaf, path) in enumerate(zip(self.leaves, paths, strict=True)):
            yield b'%b,"index":%d,%b,"leaf":"%b",%b,"path":[%b],%b' % (
                head, index, key, b64encode(leaf), origin, path.encode(), tail)
