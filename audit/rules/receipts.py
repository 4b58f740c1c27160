"""receipt/v1: what a bidder holds the moment a bid is acknowledged (contracts.md). Pure.

The leaves of one commit form a tree of their own, whose root is signed once. A receipt is one of
these leaves, its way to the root, and the signature: it proves by itself that the platform has
taken the bid up, and when, whatever is found in the log later.
"""

from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

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


@dataclass(frozen=True)
class SignedTree:
    """The leaves of one commit in one log, in their order, and the signature over their tree."""

    origin: str
    leaves: Sequence[bytes]
    tree: Tree
    signed_at: datetime
    key: str
    """The public key as a vkey, ``name+8 hex digits+base64``."""
    signature: bytes

    @cached_property
    def receipts(self) -> list[bytes]:
        """The receipt of every leaf, a value of format receipt/v1 as canonical JSON.

        What they share is put into JSON once: there is a signature a commit, not one a leaf.
        """
        key, origin = canonical({"key": self.key})[1:-1], canonical({"origin": self.origin})[1:-1]
        signed = canonical({"signature": b64encode(self.signature).decode(),
                            "signed_at": instant_text(self.signed_at), "size": len(self.leaves)})[1:]
        form = (b'{"format":"%b","index":%%d,%b,"leaf":"%%b",%b,"path":[%%b],%b'
                % (FORMAT.encode(), *(part.replace(b"%", b"%%") for part in (key, origin, signed))))
        beside = zip(self.leaves, self.tree.paths_as_json(), strict=True)
        return [form % (index, b2a_base64(leaf, newline=False), path.encode())
                for index, (leaf, path) in enumerate(beside)]
