"""What a picture needs to know, read from how a property is described: rooms, address, kind, pieces.

Pure; what the words do not say is not made up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {digit: value for value, digit in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_PARTS: Final = {"室": "bed", "房": "bed", "厅": "hall", "厨": "kitchen", "卫": "bath", "阳台": "balcony"}
_COUNT: Final = re.compile(rf"(\d+|[{''.join(_DIGITS)}])\s*个?(阳台|[室房厅厨卫])")
_MOST: Final = 6
"""Rooms of one kind that a plan still shows apart."""

_BUILDING: Final = re.compile(r"(\d+)\s*(?:幢|栋|号楼|座)")
_ENTRANCE: Final = re.compile(r"(\d+)\s*单元")
_DOOR: Final = re.compile(r"(\d{3,5})\s*[室号]")


def rooms_in(text: str) -> dict[str, int]:
    """How many of which rooms: ``3室2厅1卫`` gives three beds, two halls, one bath."""
    found: dict[str, int] = {}
    for number, part in _COUNT.findall(text):
        count = int(number) if number.isdigit() else _DIGITS[number]
        found[_PARTS[part]] = min(count, _MOST)
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """Where a flat lies in its estate; 0 where the address does not say."""

    building: int = 0
    entrance: int = 0
    door: int = 0

    @property
    def flat(self) -> int:
        """The number on the landing: 2 of 1102."""
        return self.door % 100


NOWHERE: Final = Address()
"""An address that says nothing."""


def address_in(text: str) -> Address:
    """Building, entrance and door of an address such as ``8 幢 2 单元 1101 室``."""
    return Address(*(int(found[-1]) if (found := pattern.findall(text)) else 0
                     for pattern in (_BUILDING, _ENTRANCE, _DOOR)))


_BODIES: Final = (
    ("truck", re.compile("货车|卡车|牵引|自卸|挂车|皮卡|厢式|搅拌|罐车")),
    ("bus", re.compile("客车|巴士|公交|校车|考斯特")),
    ("van", re.compile("面包|商务|MPV|mpv|GL8|七座|7座")),
    ("suv", re.compile("越野|SUV|suv|途观|汉兰达|普拉多")),
)
_MACHINES: Final = (
    ("forklift", re.compile("叉车|装载机|堆高")),
    ("excavator", re.compile("挖掘|挖机|起重|吊车")),
    ("press", re.compile("注塑|冲床|压力机|液压|锻")),
    ("container", re.compile("集装箱")),
)
_CARGOES: Final = (("container", re.compile("集装箱")), ("tanker", re.compile("油|液化|化学品")),
                   ("fishing", re.compile("渔|捕")), ("passenger", re.compile("客|游|艇")))
_PIECES: Final = re.compile(r"(\d+)\s*(?:台|套|辆|组|只)")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")


def _kind(words: Sequence[tuple[str, re.Pattern[str]]], text: str, otherwise: str) -> str:
    return next((kind for kind, pattern in words if pattern.search(text)), otherwise)


def vehicle_body(text: str) -> str:
    """``truck``, ``bus``, ``van``, ``suv`` or ``car`` by the words of the description."""
    return _kind(_BODIES, text, "car")


def machine_kind(text: str) -> str:
    """``forklift``, ``excavator``, ``press``, ``container`` or ``machine``."""
    return _kind(_MACHINES, text, "machine")


def ship_kind(text: str) -> str:
    """``container``, ``tanker``, ``fishing``, ``passenger`` or ``bulk``."""
    return _kind(_CARGOES, text, "bulk")


def pieces_in(text: str) -> int:
    """How many pieces a lot is: 6 of ``数控车床 6 台``, else 1."""
    found = _PIECES.search(text)
    return max(1, int(found[1])) if found else 1


def percent_in(text: str) -> float | None:
    """The share that is for sale: 35.0 of ``35% 股权``."""
    found = _PERCENT.search(text)
    value = float(found[1]) if found else 0.0
    return value if 0 < value <= 100 else None
