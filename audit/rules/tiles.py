"""The Merkle tree of a whole log, kept in tiles (RFC 9162, section 2.1; the layout of C2SP tlog-tiles). Pure.

A tile holds up to 256 hashes that stand side by side: of leaves on level 0, of full tiles of the level
below on each level above. So appending writes the tiles at the right edge alone, and every proof of a
log of ten million leaves reads no more than six.
"""

from collections.abc import Callable, Sequence
from typing import Final

from audit.rules.tree import EMPTY_ROOT, node_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT

Place = tuple[int, int]
"""Level and index of a tile."""
Fetch = Callable[[int, int], Sequence[bytes]]
"""Gives the hashes of a tile, as many as are stored."""


class Broken(Exception):
    """The tiles do not hold the tree that was asked for."""


class TiledTree:
    """The first ``size`` leaves of a log, read tile by tile; each is read once."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._pyramids: dict[Place, list[Sequence[bytes]]] = {}

    def root(self) -> bytes:
        """MTH of all leaves."""
        return self._range(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """The hashes that lead from one leaf to the root, the nearest first (RFC 9162, 2.1.3.1).

        Raises:
            IndexError: there is no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        begin, end = 0, self.size
        while end - begin > 1:
            middle = begin + _left(end - begin)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin = middle
        return path[::-1]

    def consistency(self, earlier: int) -> list[bytes]:
        """What shows that the tree of ``earlier`` leaves is the beginning of this one (RFC 9162, 2.1.4.1).

        Raises:
            IndexError: there is no such tree: it has at least one leaf, and no more than this one.
        """
        if not 0 < earlier <= self.size:
            raise IndexError(earlier)
        path: list[bytes] = []
        begin, end, is_whole = 0, self.size, True
        while earlier != end:
            middle = begin + _left(end - begin)
            if earlier <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin, is_whole = middle, False
        if not is_whole:
            path.append(self._range(begin, end))
        return path[::-1]

    def _range(self, begin: int, end: int) -> bytes:
        """MTH of the leaves from ``begin`` to before ``end``, as the RFC's recursion cuts them."""
        count = end - begin
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, begin >> level)
        middle = begin + _left(count)
        return node_hash(self._range(begin, middle), self._range(middle, end))

    def _node(self, level: int, position: int) -> bytes:
        """The root of a full subtree of 2**level leaves."""
        tile_level, height = divmod(level, HEIGHT)
        index, within = divmod(position, WIDTH >> height)
        pyramid = self._pyramids.get((tile_level, index))
        if pyramid is None:
            pyramid = self._pyramids[tile_level, index] = pyramid_of(self._fetch(tile_level, index))
        try:
            return pyramid[height][within]
        except IndexError:
            raise Broken(f"tile {tile_level}/{index} has too few hashes") from None


def pyramid_of(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes of a tile and above them level by level what full pairs give."""
    levels: list[Sequence[bytes]] = [hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)])
    return levels


def extended(size: int, fetch: Fetch, hashes: Sequence[bytes]) -> dict[Place, list[bytes]]:
    """The tiles that change when leaves are appended to a tree of ``size``, with all that they hold then."""
    changed: dict[Place, list[bytes]] = {}
    level, standing, new = 0, size, list(hashes)
    while new:
        first, within = divmod(standing, WIDTH)
        kept = list(fetch(level, first)[:within]) if within else []
        if len(kept) != within:
            raise Broken(f"tile {level}/{first} has too few hashes")
        row = kept + new
        new = []
        for place, begin in enumerate(range(0, len(row), WIDTH), first):
            tile = row[begin:begin + WIDTH]
            changed[level, place] = tile
            if len(tile) == WIDTH:
                new.append(pyramid_of(tile)[HEIGHT][0])
        level, standing = level + 1, first
    return changed


def is_consistent(earlier: int, earlier_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that one tree is the beginning of another (RFC 9162, 2.1.4.2)."""
    if earlier == size:
        return not path and earlier_root == root
    if not 0 < earlier < size or not path:
        return False
    hashes = path if earlier & (earlier - 1) else [earlier_root, *path]
    return roots_of(earlier, size, hashes) == (earlier_root, root)


def roots_of(earlier: int, size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots to which a path leads: of the first ``earlier`` leaves, and of all.

    Args:
        hashes: SUBPROOF(earlier, leaves, false) of RFC 9162: a path of consistency, which for an ``earlier``
            that is a power of two begins with the root of these leaves.

    Returns:
        None where the path has not the right length, or is none between these sizes.
    """
    if not 0 < earlier < size or not hashes:
        return None
    here, last = earlier - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        here, last = here >> 1, last >> 1
    return (old, new) if last == 0 else None


def _left(count: int) -> int:
    """The largest power of two smaller than ``count``: so many leaves go to the left."""
    return 1 << (count - 1).bit_length() - 1
