"""Four who know nothing of each other's code build the same tree: the platform whole and in tiles, the
verifier, and pymerkle, a package of somebody else (RFC 9162, section 2.1).
"""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, InvalidProof, verify_consistency
from pymerkle import verify_inclusion as pymerkle_accepts

from audit.rules import tiles
from audit.rules.leaves import leaf_hash
from audit.rules.tree import Tree, root_from
from verifier import verify

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "merkle.json").read_text("utf-8"))
FEW = 40
SIZES = (255, 256, 257, 511, 513, 1000, 65_537)
"""Around the edges of tiles, on both levels."""


def leaves(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


@cache
def theirs(size: int) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(leaves(size))
    return tree


@cache
def ours(size: int) -> tiles.TiledTree:
    hashes = [bytes.fromhex(leaf_hash(leaf)) for leaf in leaves(size)]
    stored: dict[tiles.Place, Sequence[bytes]] = dict(tiles.extended(0, lambda *_: [], hashes))
    return tiles.TiledTree(size, lambda level, index: stored[level, index])


def the_way(proof: InclusionProof, base: bytes) -> list[bytes]:
    """What pymerkle lists from left to right, without the leaf itself: the nearest neighbour first."""
    return [one for one in proof.path if one != base]


def spread(size: int) -> list[int]:
    return sorted({0, 1, size // 3, size // 2, size - 2, size - 1, *(n for n in (255, 256) if n < size)})


@pytest.mark.parametrize("size", [*range(1, FEW), *SIZES])
def test_all_four_have_the_same_root(size: int) -> None:
    root = theirs(size).get_root()
    assert ours(size).root() == root
    assert Tree([bytes.fromhex(leaf_hash(leaf)) for leaf in leaves(size)]).root == root
    first = leaves(size)[0]
    way = [one.hex() for one in ours(size).inclusion(0)]
    assert verify.root_of_path(verify.leaf_hash(first), 0, size, way) == root


@pytest.mark.parametrize("size", [*range(2, FEW), *SIZES])
def test_proofs_of_a_leaf_are_the_same_and_each_accepts_the_other_s(size: int) -> None:
    tree, root = theirs(size), ours(size).root()
    for index in range(size) if size < FEW else spread(size):
        proof = tree.prove_inclusion(index + 1)   # it counts from one
        base = verify.leaf_hash(leaves(size)[index])
        way = the_way(proof, base)
        assert ours(size).inclusion(index) == way
        assert root_from(base, index, size, way) == root
        assert verify.root_of_path(base, index, size, [one.hex() for one in way]) == root
        assert verify.Inclusion(size, root).holds(index, base, [one.hex() for one in way])
        pymerkle_accepts(base, root, proof, index=index + 1, size=size)


@pytest.mark.parametrize("size", [*range(2, FEW), *SIZES])
def test_proofs_that_one_log_begins_with_another_hold_everywhere(size: int) -> None:
    tree, root = theirs(size), ours(size).root()
    for earlier in range(1, size) if size < FEW else [one for one in spread(size) if one]:
        path, before = ours(size).consistency(earlier), tree.get_root(earlier)
        proof = tree.prove_consistency(earlier)
        if earlier % 2:   # behind whole pairs pymerkle opens what comes next down to its first leaf
            assert {*path, before} == {*proof.path, before}
        assert tiles.is_consistent(earlier, before, size, root, path)
        assert verify.is_consistent(earlier, before, size, root, [one.hex() for one in path])
        verify_consistency(before, root, proof, prior_size=earlier, later_size=size)


@pytest.mark.parametrize("size", [7, 257])
def test_all_refuse_what_was_bent(size: int) -> None:
    tree, root, index = theirs(size), ours(size).root(), size // 2
    base = verify.leaf_hash(leaves(size)[index])
    other = sha256(base).digest()
    way = ours(size).inclusion(index)
    for place in range(len(way)):
        bent = [*way[:place], other, *way[place + 1:]]
        assert root_from(base, index, size, bent) != root
        assert verify.root_of_path(base, index, size, [one.hex() for one in bent]) != root
        told = tree.prove_inclusion(index + 1).serialize()
        told["path"] = [other.hex() if one == way[place].hex() else one for one in told["path"]]
        with pytest.raises(InvalidProof):
            pymerkle_accepts(base, root, InclusionProof.deserialize(told), index=index + 1, size=size)
    index |= 1   # where pymerkle's path has the same hashes
    path, before = ours(size).consistency(index), theirs(size).get_root(index)
    for place in range(len(path)):
        bent = [*path[:place], other, *path[place + 1:]]
        assert not tiles.is_consistent(index, before, size, root, bent)
        assert not verify.is_consistent(index, before, size, root, [one.hex() for one in bent])
        told = tree.prove_consistency(index).serialize()
        told["path"] = [other.hex() if one == path[place].hex() else one for one in told["path"]]
        with pytest.raises(InvalidProof):
            verify_consistency(before, root, ConsistencyProof.deserialize(told), prior_size=index,
                               later_size=size)


@pytest.mark.parametrize("case", [one for one in VECTORS if one["id"].startswith("ROOT")],
                         ids=lambda one: one["id"])
def test_the_published_roots_are_those_of_pymerkle_too(case: dict[str, Any]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries([bytes.fromhex(leaf) for leaf in case["input"]["leaves"]])
    assert tree.get_root().hex() == case["expect"]["root"]


@pytest.mark.parametrize("case", [one for one in VECTORS if one["id"].startswith("INCL")],
                         ids=lambda one: one["id"])
def test_the_published_proofs_of_leaves_are_those_of_pymerkle_too(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expect"]
    known = next(one["input"]["leaves"] for one in VECTORS if len(one["input"].get("leaves", ())) == 8)
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries([bytes.fromhex(leaf) for leaf in known])
    base = bytes.fromhex(expected["leaf_hash"])
    way = the_way(tree.prove_inclusion(given["index"] + 1, given["size"]), base)
    assert [one.hex() for one in way] == expected["path"]
    assert tree.get_root(given["size"]).hex() == expected["root"]
