"""The sieve says the same as going through all lots one by one, whatever came in which order."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.rules.sieve import Marks, Measure, Order, Sieve, Trait, Wish, regions_of

REGIONS = ["", "江东省", "江东省/临澜市", "江东省/临澜市/东麓区", "江东省/青屿市", "闽江省/临澜市"]
LOT = st.builds(
    lambda group, category, region, court, turn, numbers: Marks(
        (group, category, region, court, turn), tuple(numbers)),
    st.sampled_from(["live", "sold"]), st.sampled_from(["residential", "land", "ship"]),
    st.sampled_from(REGIONS), st.sampled_from([f"court-{n}" for n in range(130)]),
    st.sampled_from(["first", "second"]),
    st.lists(st.integers(-20, 20), min_size=len(Measure), max_size=len(Measure)))
WISH = st.builds(
    Wish, st.fixed_dictionaries({}, optional={
        Trait.GROUP: st.frozensets(st.sampled_from(["live", "sold", "unknown"])),
        Trait.REGION: st.frozensets(st.sampled_from(REGIONS[1:])),
        Trait.ROUND: st.frozensets(st.sampled_from(["first", "second"]))}),
    st.none() | st.integers(-25, 25), st.none() | st.integers(-25, 25), st.none() | st.integers(-25, 25),
    st.sampled_from(Order))


def fits(marks: Marks, wish: Wish) -> bool:
    values = dict(zip(Trait, marks.values, strict=True))
    numbers = dict(zip(Measure, marks.measures, strict=True))
    for trait, wanted in wish.traits.items():
        own = set(regions_of(values[trait])) if trait is Trait.REGION else {values[trait]}
        if wanted and not own & wanted:
            return False
    price = numbers[Measure.PRICE]
    return ((wish.price_from_fen is None or price >= wish.price_from_fen)
            and (wish.price_to_fen is None or price <= wish.price_to_fen)
            and (wish.deposit_to_fen is None or numbers[Measure.DEPOSIT] <= wish.deposit_to_fen))


@settings(max_examples=150, deadline=None)
@given(at_once=st.dictionaries(st.integers(0, 200), LOT, max_size=30),
       later=st.lists(st.tuples(st.integers(0, 6000), LOT), max_size=15), wish=WISH, size=st.integers(1, 50))
def test_a_sieve_agrees_with_looking_at_every_lot(
        at_once: dict[int, Marks], later: list[tuple[int, Marks]], wish: Wish, size: int) -> None:
    sieve = Sieve.of(at_once.items())
    for slot, marks in later:
        sieve.put(slot, marks)
    lots: dict[int, Marks] = at_once | dict(later)
    expected = {slot for slot, marks in lots.items() if fits(marks, wish)}
    found = sieve.sift(wish)
    assert len(sieve) == len(lots)
    assert found == sum(1 << slot for slot in expected)
    for trait in Trait:
        assert sieve.counts(trait, found) == _counted(trait, [lots[slot] for slot in expected])
    pages: list[int] = []
    while True:
        page = sieve.page(found, wish.order, len(pages), size)
        pages += page
        if len(page) < size:
            break
    assert pages == _in_order(expected, lots, wish.order)


@pytest.mark.parametrize("courts", [300, 1500])
def test_many_values_are_counted_as_few_are(courts: int) -> None:
    zeros = (0,) * len(Measure)
    lots = {slot: Marks(("live", "ship", "江东省/临澜市", f"court-{slot % courts}", "first"), zeros)
            for slot in range(3 * courts)}
    sieve = Sieve.of(lots.items())
    counts = sieve.counts(Trait.COURT, sieve.sift(Wish()))
    assert len(counts) == courts
    assert set(counts.values()) == {3}


@pytest.mark.parametrize("order", Order)
def test_few_among_many_stand_in_the_same_order(order: Order) -> None:
    lots = {slot: Marks(("sold" if slot % 50 else "live", "ship", "", "court-0", "first"),
                        ((slot * 37 % 11) - 5,) * len(Measure)) for slot in range(400)}
    sieve = Sieve.of(lots.items())
    few = sieve.sift(Wish({Trait.GROUP: frozenset({"live"})}))
    wanted = _in_order([slot for slot in lots if slot % 50 == 0], lots, order)
    assert sieve.page(few, order, 0, 100) == wanted
    assert sieve.page(few, order, 3, 2) == wanted[3:5]


def _in_order(slots: Iterable[int], lots: dict[int, Marks], order: Order) -> list[int]:
    return sorted(slots, key=lambda slot: (lots[slot].measures[_measure(order)], slot),
                  reverse=order is Order.DEAREST)


def _measure(order: Order) -> int:
    names = {Order.CHEAPEST: Measure.PRICE, Order.DEAREST: Measure.PRICE}
    return list(Measure).index(names.get(order) or Measure(order.value))


def _counted(trait: Trait, lots: list[Marks]) -> dict[str, int]:
    tally: dict[str, Any] = {}
    for marks in lots:
        value = marks.values[list(Trait).index(trait)]
        for one in regions_of(value) if trait is Trait.REGION else [value]:
            tally[one] = tally.get(one, 0) + 1
    return tally
