"""A seized property: how it is described, what must be known of it, and the first term it sets.

Source: 法释〔2018〕15号 articles 1 and 3 (REF-1, REF-3.1).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from cases.rules.words import FactTopic, PropertyCategory, PropertyKind
from kernel.errors import N_, InvalidInput
from kernel.law import RuleSet
from kernel.working_days import deadline, end_of_day

OLDEST_SEIZURE_YEARS: Final = 10
"""Older days are slips of the keyboard: no seizure holds so long without being renewed (PAR-08)."""

_BUILDINGS: Final = frozenset({PropertyCategory.RESIDENTIAL, PropertyCategory.COMMERCIAL,
                               PropertyCategory.OFFICE, PropertyCategory.INDUSTRIAL})

CATEGORIES: Final = {
    PropertyKind.IMMOVABLE: (PropertyCategory.RESIDENTIAL, PropertyCategory.COMMERCIAL,
                             PropertyCategory.OFFICE, PropertyCategory.INDUSTRIAL,
                             PropertyCategory.LAND, PropertyCategory.OTHER),
    PropertyKind.MOVABLE: (PropertyCategory.VEHICLE, PropertyCategory.SHIP,
                           PropertyCategory.EQUIPMENT, PropertyCategory.OTHER),
    PropertyKind.RIGHT: (PropertyCategory.EQUITY, PropertyCategory.OTHER),
}

@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """A property as the seizure describes it.

    Attributes:
        region: divisions from the province down, ``江东省/临澜市/东麓区``.
        floor: may be negative, a basement.
        area_hundredths: square metres × 100.
        seizing_document: number and name of the ruling.
    """

    kind: PropertyKind
    category: PropertyCategory
    title: str
    seized_on: date
    seizing_document: str
    address: str = ""
    region: str = ""
    rooms: str = ""
    floors: int | None = None
    floor: int | None = None
    area_hundredths: int | None = None


def check_property(found: PropertyFacts, *, today: date) -> None:
    """Refuse a description that is incomplete or contradicts itself.

    Raises:
        InvalidInput: names every field that does not fit.
    """
    wrong: dict[str, str] = {}
    if found.category not in CATEGORIES[found.kind]:
        wrong["category"] = N_("这个类别与财产种类不符，请重新选择。")
    wrong |= (_immovable_problems(found) if found.kind is PropertyKind.IMMOVABLE
              else _other_problems(found))
    if found.region and not _is_region(found.region):
        wrong["region"] = N_("请从省级写起，用斜杠分隔，例如 江东省/临澜市/东麓区。")
    if found.seized_on > today:
        wrong["seized_on"] = N_("查封日期还没有到，请检查。")
    elif found.seized_on.year < today.year - OLDEST_SEIZURE_YEARS:
        wrong["seized_on"] = N_("日期太早：请填写本次查封或者最近一次续封的日期。")
    if wrong:
        raise InvalidInput(wrong)


def _immovable_problems(found: PropertyFacts) -> dict[str, str]:
    wrong = {name: N_("不动产必须填写这一项。") for name in ("address", "region", "area_hundredths")
             if not getattr(found, name)}
    if found.category not in _BUILDINGS:
        return wrong
    if found.floor is not None and found.floors is None:
        wrong["floors"] = N_("填写了所在层，请同时填写总层数。")
    if found.floor == 0:
        wrong["floor"] = N_("没有第 0 层：地下一层写 -1，首层写 1。")
    if found.floor is not None and found.floors is not None and found.floor > found.floors:
        wrong["floor"] = N_("所在层不能高于总层数。")
    return wrong


def _other_problems(found: PropertyFacts) -> dict[str, str]:
    return {name: N_("只有不动产才有这一项，请留空。")
            for name in ("rooms", "floors", "floor", "area_hundredths")
            if getattr(found, name) not in ("", None)}


def _is_region(text: str) -> bool:
    steps = text.split("/")
    return len(steps) <= 5 and all(step == step.strip() and 2 <= len(step) <= 20 for step in steps)


def facts_missing(recorded: Collection[FactTopic]) -> tuple[FactTopic, ...]:
    """Which of the five facts are not yet established (REF-3.1): the gate before any method."""
    return tuple(topic for topic in FactTopic if topic not in recorded)


def reference_price_due_at(seized_on: date, rules: RuleSet) -> datetime:
    """Until when the way to a reference price must have begun (REF-1, TIME-1, TIME-2)."""
    return end_of_day(deadline(seized_on, rules.days("reference_price.start_within_days")))
