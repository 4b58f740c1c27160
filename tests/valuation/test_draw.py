"""The draw follows from its seed, gives everyone the same chance, and cares for no order."""

import hashlib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.vectors import label, of_function
from valuation.rules import draw
from valuation.rules.draw import HashName

names = st.text(min_size=1, max_size=20)
pools = st.lists(names, min_size=1, max_size=30, unique=True)
seeds = st.binary(min_size=32, max_size=32)
hashes = st.sampled_from(HashName)


@pytest.mark.parametrize("vector", of_function("index"), ids=label)
def test_an_index_is_taken_from_the_first_number_that_is_fair(vector: dict[str, Any]) -> None:
    given_, expected = vector["input"], vector["expect"]
    found = draw.index(HashName(given_["hash"]), bytes.fromhex(given_["seed"]), given_["i"],
                       given_["n"])
    assert found == expected["index"]


@pytest.mark.parametrize("vector", of_function("draw"), ids=label)
def test_over_nine_thousand_draws_each_institution_comes_as_often_as_the_known_counts_say(
        vector: dict[str, Any]) -> None:
    pool, k, expected = vector["input"]["pool"], vector["input"]["k"], vector["expect"]
    orders = [draw.order(HashName.SHA256, hashlib.sha256(str(j).encode()).digest(), pool, k)
              for j in range(9000)]
    first = Counter(order[0] for order in orders)
    assert first == expected["first_place"]
    assert Counter(entry for order in orders for entry in order) == expected["drawn_at_all"]
    even = len(orders) / len(pool)
    chi_square = sum((count - even) ** 2 / even for count in first.values())
    assert f"{chi_square:.3f}" == expected["chi_square_first_place"]
    assert chi_square < float(expected["bound_5_percent"])


@given(hashes, seeds, pools, st.data())
def test_a_draw_names_k_entries_of_the_pool_and_none_twice(
        name: HashName, seed: bytes, pool: list[str], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(pool)))
    order = draw.order(name, seed, pool, k)
    assert len(order) == len(set(order)) == k
    assert set(order) <= set(pool)


@given(hashes, seeds, pools, st.randoms())
def test_the_order_in_which_the_pool_is_given_changes_nothing(
        name: HashName, seed: bytes, pool: list[str], random: Any) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert draw.order(name, seed, shuffled, len(pool)) == draw.order(name, seed, pool, len(pool))


@given(seeds, pools)
def test_a_shorter_draw_is_the_beginning_of_a_longer_one(seed: bytes, pool: list[str]) -> None:
    whole = draw.order(HashName.SHA256, seed, pool, len(pool))
    for k in range(1, len(pool)):
        assert draw.order(HashName.SHA256, seed, pool, k) == whole[:k]


def test_every_entry_reaches_every_place_of_the_order() -> None:
    pool = ["甲", "乙", "丙", "丁", "戊"]
    reached = {(place, entry)
               for j in range(400)
               for place, entry in enumerate(draw.order(
                   HashName.SM3, hashlib.sha256(str(j).encode()).digest(), pool, 3))}
    assert reached == {(place, entry) for place in range(3) for entry in pool}


@given(seeds, st.integers(0, 2**32 - 1), st.integers(1, 2**64))
def test_an_index_lies_within_what_is_left(seed: bytes, i: int, n: int) -> None:
    assert 0 <= draw.index(HashName.SHA256, seed, i, n) < n


def test_each_pick_shows_the_figures_by_which_it_is_found_again() -> None:
    picks = draw.picks(HashName.SHA256, bytes(32), ["c", "a", "b"], 3)
    assert [pick.left for pick in picks] == [3, 2, 1]
    assert all(pick.number % pick.left == pick.index for pick in picks)
    assert [pick.tries for pick in picks] == [0, 0, 0]


@pytest.mark.parametrize(("pool", "k"), [(["a", "a", "b"], 2), (["a", "b"], 3)])
def test_a_pool_that_is_not_distinct_or_too_small_admits_no_draw(pool: list[str], k: int) -> None:
    with pytest.raises(ValueError, match="at least k distinct"):
        draw.order(HashName.SHA256, bytes(32), pool, k)


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_two_lists_of_fields_never_give_the_same_bytes(a: list[bytes], b: list[bytes]) -> None:
    assert (draw.lp(*a) == draw.lp(*b)) == (a == b)


@given(hashes, st.binary(min_size=32, max_size=32), names, names)
def test_a_commitment_is_bound_to_draw_and_role(
        name: HashName, nonce: bytes, draw_id: str, role: str) -> None:
    sealed = draw.contribution_commitment(name, draw_id, role, nonce)
    assert sealed != draw.contribution_commitment(name, draw_id + "x", role, nonce)
    assert sealed != draw.contribution_commitment(name, draw_id, role + "x", nonce)


def test_a_court_commitment_is_bound_to_court_and_number() -> None:
    sealed = draw.court_commitment(HashName.SM3, "示例法院", 1, bytes(32))
    assert sealed != draw.court_commitment(HashName.SM3, "示例法院", 2, bytes(32))
    assert sealed != draw.court_commitment(HashName.SM3, "另一法院", 1, bytes(32))


def test_the_order_in_which_roles_contribute_changes_nothing() -> None:
    def seed_of(nonces: dict[str, bytes]) -> bytes:
        return draw.seed(HashName.SHA256, draw_id="1", freeze_hash=bytes(32),
                         court_secret=bytes(32), beacon=b"", nonces=nonces)

    assert (seed_of({"applicant": b"1" * 32, "respondent": b""})
            == seed_of({"respondent": b"", "applicant": b"1" * 32}))
