"""The tree of a whole log in tiles: the same as the tree held whole, however it grew."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.rules.leaves import leaf_hash
from audit.rules.tiles import WIDTH, Broken, Place, TiledTree, extended, is_consistent
from audit.rules.tree import EMPTY_ROOT, Tree, root_from

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text("utf-8"))
KNOWN = [bytes.fromhex(leaf_hash(bytes.fromhex(leaf))) for leaf in VECTORS[8]["input"]["leaves"]]


class Store:
    """Tiles in memory, and how often one was read."""

    def __init__(self) -> None:
        self.tiles: dict[Place, Sequence[bytes]] = {}
        self.size = self.reads = 0

    def fetch(self, level: int, index: int) -> Sequence[bytes]:
        self.reads += 1
        return self.tiles.get((level, index), [])

    def append(self, hashes: Sequence[bytes]) -> int:
        changed = extended(self.size, self.fetch, hashes)
        self.tiles |= changed
        self.size += len(hashes)
        return len(changed)

    def tree(self, size: int | None = None) -> TiledTree:
        return TiledTree(self.size if size is None else size, self.fetch)


def numbered(size: int) -> list[bytes]:
    return [sha256(str(number).encode()).digest() for number in range(size)]


def stored(hashes: Sequence[bytes], *steps: int) -> Store:
    store, done = Store(), 0
    for step in (*steps, len(hashes)):
        store.append(hashes[done:done + step])
        done += step
    return store


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(one, id=one["id"]) for one in VECTORS if one["id"].startswith(kind)]


def test_a_log_without_leaves_has_the_root_of_nothing() -> None:
    assert Store().tree().root() == EMPTY_ROOT


@pytest.mark.parametrize("case", of_kind("INCL"))
def test_the_path_is_the_known_one(case: dict[str, Any]) -> None:
    tree = stored(KNOWN).tree(case["input"]["size"])
    assert [one.hex() for one in tree.inclusion(case["input"]["index"])] == case["expect"]["path"]
    assert tree.root().hex() == case["expect"]["root"]


@pytest.mark.parametrize("size", [1, 2, 3, WIDTH - 1, WIDTH, WIDTH + 1, 2 * WIDTH, WIDTH * WIDTH - 1,
                                  WIDTH * WIDTH, WIDTH * WIDTH + 1, 70_001])
def test_the_root_is_that_of_the_tree_held_whole(size: int) -> None:
    hashes = numbered(size)
    assert stored(hashes, 1, size // 3).tree().root() == Tree(hashes).root


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3 * WIDTH), st.data())
def test_however_it_grew_each_path_leads_to_the_root_and_each_beginning_shows(size: int, data: Any) -> None:
    hashes = numbered(size)
    store = stored(hashes, *data.draw(st.lists(st.integers(0, WIDTH), max_size=4)))
    tree, whole = store.tree(size), Tree(hashes)
    index, earlier = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert tree.inclusion(index) == whole.path(index)
    assert root_from(hashes[index], index, size, tree.inclusion(index)) == whole.root
    before, path = Tree(hashes[:earlier]).root, tree.consistency(earlier)
    assert is_consistent(earlier, before, size, whole.root, path)
    forged = sha256(before).digest()
    assert not is_consistent(earlier, forged, size, whole.root, path)
    assert not is_consistent(earlier, before, size, forged, path)
    assert not is_consistent(earlier, before, size, whole.root, [*path, forged])
    if path:
        assert not is_consistent(earlier, before, size, whole.root, path[:-1])
        place = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(earlier, before, size, whole.root,
                                 [*path[:place], forged, *path[place + 1:]])


def test_an_earlier_tree_is_read_from_the_tiles_of_a_later_one() -> None:
    hashes = numbered(1000)
    store = stored(hashes)
    for size in (1, 255, 256, 257, 511, 999):
        assert store.tree(size).root() == Tree(hashes[:size]).root
        assert store.tree(size).inclusion(size - 1) == Tree(hashes[:size]).path(size - 1)


def test_a_proof_reads_few_tiles_and_appending_writes_few() -> None:
    store = stored(numbered(WIDTH * WIDTH * 2 + 5))
    assert store.append(numbered(1)) == 1
    assert store.append(numbered(1000)) <= 1000 // WIDTH + 3
    store.reads = 0
    store.tree().inclusion(12_345)
    assert store.reads <= 6


@pytest.mark.parametrize("index", [-1, 5])
def test_there_is_no_path_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        stored(numbered(5)).tree().inclusion(index)


@pytest.mark.parametrize("earlier", [0, 6])
def test_there_is_no_beginning_of_no_leaves_or_of_more(earlier: int) -> None:
    with pytest.raises(IndexError):
        stored(numbered(5)).tree().consistency(earlier)


def test_a_tile_that_lacks_hashes_is_no_tree() -> None:
    store = stored(numbered(300))
    store.tiles[0, 1] = store.tiles[0, 1][:10]
    with pytest.raises(Broken):
        store.tree().root()
    with pytest.raises(Broken):
        store.append(numbered(1))
