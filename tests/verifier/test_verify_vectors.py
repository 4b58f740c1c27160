"""Every published known answer that concerns the verifier."""

import ast
import hashlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Vectors
from verifier import verify


def whole_inputs(vectors: Vectors) -> list[dict[str, Any]]:
    return [case for case in vectors.values() if "function" not in case["input"]]


def test_every_published_draw_comes_out_with_the_same_order_seed_and_checks(draws: Vectors) -> None:
    cases = whole_inputs(draws)
    assert len(cases) == 21
    for case in cases:
        result, status = verify.run(verify.redraw, case["input"], case["id"])
        expected = {name: case["expect"][name] for name in ("order", "seed", "checks")}
        assert (result, status) == (expected, case["expect"]["status"]), case["id"]


def test_the_leaf_hash_of_the_worked_freeze_is_the_published_one(draws: Vectors) -> None:
    case = draws["JD-01"]
    leaf = b"\x00" + verify.canonical_json(case["input"]["freeze"])
    assert hashlib.sha256(leaf).hexdigest() == case["expect"]["freeze_leaf_hash"]


@pytest.mark.parametrize("name", ["JD-41", "JD-42", "JD-43", "JD-44", "JD-45", "JD-46"])
def test_an_index_alone_throws_away_what_would_favour_small_numbers(
    name: str, draws: Vectors
) -> None:
    given, expected = draws[name]["input"], draws[name]["expect"]
    hash_, seed = verify.HASHES[given["hash"]], bytes.fromhex(given["seed"])
    assert verify.index(hash_, seed, given["i"], given["n"]) == expected["index"]


def test_nine_thousand_draws_fall_on_each_institution_as_often_as_published(draws: Vectors) -> None:
    given, expected = draws["JD-51"]["input"], draws["JD-51"]["expect"]
    first: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for j in range(9000):
        seed = hashlib.sha256(str(j).encode()).digest()
        order = verify.draw_order(verify.sha256, seed, given["pool"], given["k"])
        first[order[0]] += 1
        drawn.update(order)
    assert first == expected["first_place"]
    assert drawn == expected["drawn_at_all"]


def test_sm3_gives_the_two_digests_printed_in_the_standard() -> None:
    short, long = verify.sm3(b"abc").hex(), verify.sm3(b"abcd" * 16).hex()
    assert short == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert long == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.parametrize("length", [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128])
def test_sm3_pads_every_length_as_openssl_does(length: int) -> None:
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3")
    data = bytes(range(length))
    assert verify.sm3(data) == hashlib.new("sm3", data).digest()


def test_every_published_bid_log_is_decided_the_same(replays: Vectors) -> None:
    assert len(replays) == 40
    for case in replays.values():
        result, status = verify.run(verify.replay, case["input"], case["id"])
        assert (result, status) == (case["expect"], 0), case["id"]


def test_every_published_plan_is_computed_the_same(plans: Vectors) -> None:
    assert len(plans) == 55
    for case in plans.values():
        result, status = verify.run(verify.compute, case["input"], case["id"])
        assert (result, status) == (case["expect"], 0), case["id"]


def test_the_verifier_imports_the_standard_library_and_one_package() -> None:
    tree = ast.parse(Path(verify.__file__).read_text("utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    packages = {name.split(".")[0] for name in imports} - set(sys.stdlib_module_names)
    assert packages == {"cryptography"}
