"""The tree of RFC 9162: known roots and paths, and every path of every tree up to 70 leaves."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audit.rules.leaves import leaf_hash
from audit.rules.tree import EMPTY_ROOT, Tree, node_hash, root_from

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text("utf-8"))
ALL_LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS[8]["input"]["leaves"]]


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(one, id=one["id"]) for one in VECTORS if one["id"].startswith(kind)]


def hashes(leaves: list[bytes]) -> list[bytes]:
    return [bytes.fromhex(leaf_hash(leaf)) for leaf in leaves]


def numbered(size: int) -> list[bytes]:
    return [sha256(str(number).encode()).digest() for number in range(size)]


@pytest.mark.parametrize("case", of_kind("ROOT"))
def test_the_root_is_the_known_one(case: dict[str, Any]) -> None:
    tree = Tree(hashes([bytes.fromhex(leaf) for leaf in case["input"]["leaves"]]))
    assert tree.root.hex() == case["expect"]["root"]


@pytest.mark.parametrize("case", of_kind("INCL"))
def test_the_path_is_the_known_one_and_leads_to_the_root(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expect"]
    tree = Tree(hashes(ALL_LEAVES[:given["size"]]))
    assert [one.hex() for one in tree.path(given["index"])] == expected["path"]
    leaf = bytes.fromhex(expected["leaf_hash"])
    assert root_from(leaf, given["index"], given["size"], tree.path(given["index"])) == tree.root


@pytest.mark.parametrize("case", of_kind("BAD-INCL"))
def test_a_false_path_leads_nowhere(case: dict[str, Any]) -> None:
    given = case["input"]
    found = root_from(bytes.fromhex(leaf_hash(bytes.fromhex(given["leaf"]))), given["index"], given["size"],
                      [bytes.fromhex(one) for one in given["path"]])
    assert found is None or found.hex() != given["root"]


@pytest.mark.parametrize("size", range(1, 71))
def test_every_leaf_of_every_small_tree_has_a_path_to_its_root(size: int) -> None:
    leaves = numbered(size)
    tree = Tree(leaves)
    assert tree.root == split_root(leaves)
    texts = tree.paths_as_json()
    for index, leaf in enumerate(leaves):
        path = tree.path(index)
        assert root_from(leaf, index, size, path) == tree.root
        assert json.loads(f"[{texts[index]}]") == [one.hex() for one in path]
        assert root_from(leaf, index, size, path[:-1]) != tree.root or size == 1
        assert root_from(leaf, index, size, [*path, leaf]) is None
        assert root_from(leaf, (index + 1) % size, size, path) != tree.root or size == 1


def test_an_empty_tree_has_the_hash_of_nothing_and_no_paths() -> None:
    assert Tree([]).root == EMPTY_ROOT
    assert Tree([]).paths_as_json() == []
    with pytest.raises(IndexError):
        Tree(numbered(3)).path(3)


def split_root(leaves: list[bytes]) -> bytes:
    """The RFC's own words: split at the largest power of two that is less than the size."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(split_root(leaves[:half]), split_root(leaves[half:]))
