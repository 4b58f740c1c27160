"""A seized property's description, its five facts, and the first term."""

from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import pytest

from cases.rules.properties import CATEGORIES, check_property, facts_missing, reference_price_due_at
from cases.rules.words import FactTopic, PropertyCategory, PropertyKind
from kernel.errors import InvalidInput
from kernel.law import rule_set
from tests.factories.cases import property_facts

TODAY = date(2026, 3, 18)
BARE = {"address": "", "region": "", "rooms": "", "floors": None, "floor": None,
        "area_hundredths": None}


def wrong_fields(**changes: Any) -> set[str]:
    try:
        check_property(property_facts(**changes), today=TODAY)
    except InvalidInput as error:
        return set(error.fields)
    return set()


def test_a_flat_is_taken() -> None:
    assert wrong_fields() == set()


def test_an_immovable_has_address_region_and_area() -> None:
    assert wrong_fields(**BARE) == {"address", "region", "area_hundredths"}


def test_a_movable_has_no_floors_and_no_area() -> None:
    car = {"kind": PropertyKind.MOVABLE, "category": PropertyCategory.VEHICLE}
    assert wrong_fields(**car) == {"rooms", "floors", "floor", "area_hundredths"}
    assert wrong_fields(**car, **BARE) == set()


@pytest.mark.parametrize("kind", PropertyKind)
@pytest.mark.parametrize("category", PropertyCategory)
def test_a_category_goes_with_its_kind(kind: PropertyKind, category: PropertyCategory) -> None:
    bare = {} if kind is PropertyKind.IMMOVABLE else BARE
    refused = "category" in wrong_fields(kind=kind, category=category, **bare)
    assert refused is (category not in CATEGORIES[kind])


@pytest.mark.parametrize(("floor", "floors", "expected"), [
    (1, 18, set()), (18, 18, set()), (19, 18, {"floor"}), (-1, 18, set()), (0, 18, {"floor"}),
    (5, None, {"floors"}), (None, None, set()), (None, 18, set()),
])
def test_a_floor_lies_within_its_building(
        floor: int | None, floors: int | None, expected: set[str]) -> None:
    assert wrong_fields(floor=floor, floors=floors) == expected


@pytest.mark.parametrize(("region", "fits"), [
    ("江东省", True), ("江东省/临澜市/东麓区", True), ("一省/二市/三区/四街/五居", True),
    ("一省/二市/三区/四街/五居/六组", False), ("江东省//东麓区", False), ("江东省/临澜市/", False),
    ("江东省 / 临澜市", False), ("省/市", False),
])
def test_a_region_is_a_path_of_divisions(region: str, fits: bool) -> None:
    assert wrong_fields(region=region) == (set() if fits else {"region"})


@pytest.mark.parametrize(("seized_on", "fits"), [
    (date(2026, 3, 18), True), (date(2026, 3, 19), False),
    (date(2016, 1, 1), True), (date(2015, 12, 31), False),
])
def test_the_day_of_seizure_is_neither_to_come_nor_long_past(seized_on: date, fits: bool) -> None:
    assert wrong_fields(seized_on=seized_on) == (set() if fits else {"seized_on"})


def test_the_facts_missing_are_those_of_the_five_that_are_not_there() -> None:
    topics = list(FactTopic)
    assert len(topics) == 5
    for count in range(6):
        for known in combinations(topics, count):
            missing = facts_missing(known)
            assert set(missing) | set(known) == set(topics)
            assert not set(missing) & set(known)


@pytest.mark.parametrize(("seized_on", "due_at"), [
    # 2026-01-20 + 30 days = Thursday 2026-02-19, inside the Spring Festival holiday (15 to 23)
    (date(2026, 1, 20), datetime(2026, 2, 24, 16, 0, tzinfo=UTC)),
    # + 30 days = Friday 2026-04-10
    (date(2026, 3, 11), datetime(2026, 4, 10, 16, 0, tzinfo=UTC)),
    # + 30 days = Saturday 2026-04-11: Monday
    (date(2026, 3, 12), datetime(2026, 4, 13, 16, 0, tzinfo=UTC)),
])
def test_the_way_to_a_price_begins_within_thirty_days_of_the_seizure(
        seized_on: date, due_at: datetime) -> None:
    assert reference_price_due_at(seized_on, rule_set("civil-online-2017.01")) == due_at
