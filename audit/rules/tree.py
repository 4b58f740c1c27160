"""The Merkle tree over leaves (RFC 9162, section 2.1): its root, and the way from a leaf to it. Pure.

Built from the bottom: where a level has an odd number of nodes the last one is carried up as it
is, which gives the same tree as the RFC's split at the largest power of two.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree of a few leaves, held whole: those that one commit wrote.

    Attributes:
        root: 32 bytes; of an empty tree the hash of nothing.
        size: how many leaves.
    """

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        levels = [list(leaf_hashes)]
        while len(levels[-1]) > 1:
            below = levels[-1]
            above = [sha256(b"\x01" + left + right).digest()
                     for left, right in zip(below[::2], below[1::2], strict=False)]
            if len(below) % 2:
                above.append(below[-1])
            levels.append(above)
        self._levels = levels
        self.size = len(leaf_hashes)
        self.root = levels[-1][0] if leaf_hashes else EMPTY_ROOT

    def path(self, index: int) -> list[bytes]:
        """The hashes that lead from one leaf to the root, the nearest first."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(level[beside])
            index >>= 1
        return found

    def paths_as_json(self) -> list[str]:
        """Every leaf's path as the inside of a JSON list of hexadecimal digits.

        Made from the root down, so that what two leaves share is written once: a commit of a
        thousand bids makes two thousand texts and not ten thousand.
        """
        above = [""]
        for level in reversed(self._levels[:-1]):
            shown = [f'"{one.hex()}"' for one in level]
            here = []
            for place in range(len(level)):
                beside, rest = place ^ 1, above[place >> 1]
                if beside >= len(level):
                    here.append(rest)
                else:
                    here.append(f"{shown[beside]},{rest}" if rest else shown[beside])
            above = here
        return above if self.size else []


class GrowingRoot:
    """The root of a tree that is too large to be held, leaf by leaf: a hash for each bit of its size.

    Attributes:
        size: how many leaves were added.
    """

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes | None] = []

    def add(self, leaf_hash: bytes) -> None:
        """The next leaf, by its hash."""
        node, level = leaf_hash, 0
        while level < len(self._whole) and (beside := self._whole[level]) is not None:
            node, self._whole[level] = node_hash(beside, node), None
            level += 1
        if level == len(self._whole):
            self._whole.append(None)
        self._whole[level] = node
        self.size += 1

    def root(self) -> bytes:
        """MTH of the leaves so far."""
        found: bytes | None = None
        for subtree in self._whole:
            if subtree is not None:
                found = subtree if found is None else node_hash(subtree, found)
        return EMPTY_ROOT if found is None else found


def root_from(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a path leads (RFC 9162, 2.1.3.2); None where it has not the right length."""
    if not 0 <= index < size:
        return None
    here, last, node = index, size - 1, leaf_hash
    for beside in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            node = node_hash(beside, node)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            node = node_hash(node, beside)
        here, last = here >> 1, last >> 1
    return node if last == 0 else None
