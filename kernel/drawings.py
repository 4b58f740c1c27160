"""Geometry of the pictures that stand for a lot: drawn from what is registered, never from fancy.

Pure; knows no domain. What is not known of a thing (sizes of rooms, the outline of a parcel) is
laid out by rule from what is known, so that two lots differ as their data differ and the same lot
is always drawn the same. Every picture is labelled as a sketch.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.descriptions import NOWHERE, Address


def _chance(seed: str, place: str, count: int) -> int:
    """A number under ``count`` that depends on nothing but the seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{place}".encode()).digest()[:4], "big") % count


# A building from the street ---------------------------------------------------------------------

GROUND: Final = 186
"""Where the ground lies in a picture of 320 by 220."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def path(self) -> str:
        """The box as a piece of a path."""
        return f"M{self.x:g} {self.y:g}h{self.width:g}v{self.height:g}h{-self.width:g}z"


@dataclass(frozen=True, slots=True)
class Elevation:
    """A building: its face, neighbours, windows, entrances, the lit flat, a ruler of storeys."""

    face: Box
    neighbours: list[Box]
    windows: str
    lit: list[Box]
    doors: list[Box]
    own_door: Box | None
    balconies: str
    trees: list[float]
    storeys: list[tuple[float, bool]]
    lit_y: float | None
    pitched: bool


def elevation(floors: int | None, floor: int | None, address: Address = NOWHERE,
              rooms: int = 0) -> Elevation:
    """The building of a flat, with as many storeys as it has, and the flat's windows lit.

    Args:
        floors: storeys of the building; None draws six.
        floor: the storey of the flat; below 1 or None lights nothing.
        address: tells the entrance, the side of the landing and what stands around.
        rooms: bedrooms, as many windows are lit.
    """
    storeys = min(max(floors or 6, 1), 60)
    seed = f"{address.building}/{storeys}"
    height = min(146 / storeys, 19)
    entrances = min(max(address.entrance, 1 + _chance(seed, "entrances", 2) if storeys <= 11 else 1), 4)
    wide = 4 * entrances if storeys <= 11 else 4 + _chance(seed, "columns", 3)
    width = min(232.0, max(58.0, wide * (15 if storeys <= 11 else 13.5)))
    left = 44 + (232 - width) * (0.34 + 0.32 * _chance(seed, "place", 10) / 10)
    top = GROUND - storeys * height - 6
    gap = (width - 8) / wide
    cell = Box(0, 0, round(gap - 4, 1), round(max(height * 0.52, 1.6), 1))

    def at(column: int, storey: int) -> Box:
        return Box(round(left + 6 + column * gap, 1), round(GROUND - storey * height + height * 0.24, 1),
                   cell.width, cell.height)

    own = _own_columns(wide, entrances, address, rooms)
    shown = floor if floor is not None and 1 <= floor <= storeys else None
    entrance_columns = [round((n + 0.5) * wide / entrances - 0.5) for n in range(entrances)]
    windows = "".join(at(column, storey).path for storey in range(1, storeys + 1) for column in range(wide)
                      if not (storey == 1 and column in entrance_columns)
                      and not (storey == shown and column in own))
    doors = [Box(round(left + 5 + column * gap, 1), round(GROUND - min(height * 0.85, 14), 1),
                 round(gap - 2, 1), round(min(height * 0.85, 14), 1)) for column in entrance_columns]
    mine = min(max(address.entrance, 1), entrances) - 1
    face = Box(round(left, 1), round(top, 1), round(width, 1), round(GROUND - top, 1))
    lit = [at(column, shown) for column in own] if shown else []
    return Elevation(
        face=face, neighbours=_neighbours(seed, face, address), windows=windows, lit=lit, doors=doors,
        own_door=doors[mine] if address.entrance else None,
        balconies=_balconies(seed, face, storeys, height, wide, gap),
        trees=[x for x in (18, 78 + _chance(seed, "tree", 30), 236 + _chance(seed, "trees", 30), 304)
               if not face.x - 8 < x < face.x + face.width + 24],
        storeys=[(round(GROUND - n * height, 1), n % 5 == 0 or storeys <= 7) for n in range(storeys + 1)
                 if storeys <= 36 or n % 5 == 0],
        lit_y=round(lit[0].y + lit[0].height / 2, 1) if lit else None, pitched=storeys <= 6)


def _own_columns(wide: int, entrances: int, address: Address, rooms: int) -> list[int]:
    """The columns of windows that are the flat's: on the side of its landing, in its entrance."""
    per = wide // entrances
    first = per * (min(max(address.entrance, 1), entrances) - 1)
    count = min(max(1, rooms), max(1, per // 2))
    if address.flat and address.flat % 2 == 0:
        return list(range(first + per - count, first + per))
    return list(range(first, first + count))


def _neighbours(seed: str, face: Box, address: Address) -> list[Box]:
    """Silhouettes behind; an estate's other buildings are about as high as this one."""
    found = []
    for n in range(2 + _chance(seed, "others", 2)):
        wide = 30 + _chance(seed, f"wide{n}{address.building}", 26)
        tall = face.height * (0.55 + 0.05 * _chance(seed, f"tall{n}", 8))
        x = 40 + _chance(seed, f"x{n}", 24) + n * 88
        if not face.x - wide * 0.4 < x < face.x + face.width - wide * 0.6:
            found.append(Box(x, round(GROUND - tall, 1), wide, round(tall, 1)))
    return found


def _balconies(seed: str, face: Box, storeys: int, height: float, wide: int, gap: float) -> str:
    if storeys > 24 or _chance(seed, "balconies", 3) == 0:
        return ""
    column = 1 + _chance(seed, "balcony", max(1, wide - 2))
    return "".join(f"M{face.x + 4 + column * gap:.1f} {GROUND - n * height + height * 0.86:.1f}h{gap:.1f}"
                   for n in range(1, storeys))


# A flat from above ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """One room of a plan: living, dining, master, bed, study, kitchen, bath or balcony."""

    kind: str
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        return round(self.box.x + self.box.width / 2, 1), round(self.box.y + self.box.height / 2, 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """A floor plan in a box of 320 by 220: rooms, walls with their openings, windows, the door."""

    outline: Box
    rooms: list[Room]
    walls: str
    leaves: str
    windows: str
    door: str


_SHARE: Final = {"living": 1.75, "dining": 1.0, "bed": 1.1, "kitchen": 0.72, "bath": 0.58, "study": 0.9}
_CORRIDOR: Final = 13


def floor_plan(counts: dict[str, int], area_hundredths: int | None,
               address: Address = NOWHERE) -> Plan | None:
    """A plan with exactly the rooms that are registered; where they lie is laid out by rule.

    The living room and the larger bedrooms face one side, kitchen, baths and the other rooms the
    other, with a corridor between; flats on even sides of the landing are mirrored.

    Returns:
        None if no bedroom is registered: then there is nothing to draw.
    """
    beds, halls = counts.get("bed", 0), counts.get("hall", 0)
    if not beds:
        return None
    front_beds = (beds + 1) // 2
    front = [("living", 0)] * min(halls, 1) + [("bed", n + 1) for n in range(front_beds)]
    left = [("kitchen", 0)] + [("dining", 0)] * (halls > 1)
    right = [("bath", n + 1) for n in range(counts.get("bath", 0))]
    right += [("bed", front_beds + n + 1) for n in range(beds - front_beds)] + [("study", 0)] * (halls > 2)
    if not halls:
        left, right = left + right, []
    width, height = _outer(area_hundredths, len(front) + len(right))
    seat = Box(round(160 - width / 2, 1), round(104 - height / 2, 1), width, height)
    depth = round((height - _CORRIDOR) * 0.55, 1)
    mirrored = address.flat % 2 == 0 and address.flat > 0
    return _Layout(seat, depth, counts, mirrored=mirrored).plan(front, left, right)


def _outer(area_hundredths: int | None, rooms: int) -> tuple[float, float]:
    """Pixels of the outer walls: larger flats are drawn larger, up to the frame."""
    area = (area_hundredths or 9000) / 100
    scale = min(1.0, max(0.62, math.sqrt(area / 130)))
    return round(min(268.0, (196 + 11 * rooms) * scale + 14), 1), round(min(156.0, 150 * scale + 10), 1)


_Cell = tuple[tuple[str, int], tuple[float, float]]


class _Layout:
    """Puts rooms into two rows with a corridor between them, and draws the walls."""

    def __init__(self, seat: Box, depth: float, counts: dict[str, int], *, mirrored: bool) -> None:
        self._seat, self._depth, self._counts, self._mirrored = seat, depth, counts, mirrored
        self._walls, self._leaves, self._windows, self._door = "", "", "", ""

    def plan(self, front: Sequence[tuple[str, int]], left: Sequence[tuple[str, int]],
             right: Sequence[tuple[str, int]]) -> Plan:
        seat, back = self._seat, self._seat.height - self._depth - _CORRIDOR
        floor_y = seat.y + seat.height - self._depth
        living = bool(front) and front[0][0] == "living"
        widths = self._widths(front, seat.width)
        # what lies over the living room is as wide as it, so that the corridor meets it
        edge = widths[0] if living and right else seat.width
        cells = list(zip(front, self._row(widths, seat.x), strict=True))
        over = list(zip(left, self._row(self._widths(left, edge), seat.x), strict=True))
        rest = self._row(self._widths(right, seat.width - edge), seat.x + edge)
        beside = list(zip(right, rest, strict=True))
        rooms = [self._room(one, Box(x, floor_y, wide, self._depth)) for one, (x, wide) in cells]
        rooms += [self._room(one, Box(x, seat.y, wide, back)) for one, (x, wide) in over + beside]
        self._front(cells, floor_y, living=living)
        self._back(over, beside, seat.y + back)
        self._entrance(over[0][1] if over else (seat.x, seat.width), seat.y + back)
        if self._counts.get("balcony"):
            x, wide = cells[0][1]
            rooms.append(self._room(("balcony", 0), Box(x + 4, seat.y + seat.height, wide - 8, 18)))
        outline = Box(seat.x, seat.y, seat.width, seat.height)
        return Plan(outline, rooms, self._walls, self._leaves, self._windows, self._door)

    def _widths(self, row: Sequence[tuple[str, int]], whole: float) -> list[float]:
        shares = [_SHARE[kind] * (1.2 if kind == "bed" and number == 1 else 1.0) for kind, number in row]
        return [whole * share / sum(shares) for share in shares]

    @staticmethod
    def _row(widths: Sequence[float], x: float) -> list[tuple[float, float]]:
        found = []
        for wide in widths:
            found.append((x, wide))
            x += wide
        return found

    def _flip(self, x: float) -> float:
        return round(320 - x if self._mirrored else x, 1)

    def _room(self, one: tuple[str, int], box: Box) -> Room:
        kind, number = one
        if kind == "bed" and number == 1 and self._counts["bed"] > 1:
            kind = "master"
        x = self._flip(box.x + box.width) if self._mirrored else round(box.x, 1)
        return Room(kind, Box(x, round(box.y, 1), round(box.width, 1), round(box.height, 1)))

    def _wall(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._walls += f"M{self._flip(x1)} {y1:.1f}L{self._flip(x2)} {y2:.1f}"

    def _opening(self, x: float, wide: float, y: float, *, into: int) -> None:
        """A wall along ``y`` with a door leaf that swings to ``into`` (1 down, -1 up)."""
        size = min(13.0, wide * 0.32)
        near = x + 5
        self._wall(x, y, near, y)
        self._wall(near + size, y, x + wide, y)
        sweep = int((into > 0) == self._mirrored)
        self._leaves += (f"M{self._flip(near)} {y:.1f}V{y + into * size:.1f}"
                         f"A{size:.1f} {size:.1f} 0 0 {sweep} {self._flip(near + size)} {y:.1f}")

    def _window(self, x: float, wide: float, y: float) -> None:
        span = wide * 0.5
        left, right = self._flip(x + (wide - span) / 2), self._flip(x + (wide + span) / 2)
        self._windows += f"M{left} {y - 1.5:.1f}H{right}V{y + 1.5:.1f}H{left}zM{left} {y:.1f}H{right}"

    def _front(self, cells: Sequence[_Cell], y: float, *, living: bool) -> None:
        end = self._seat.y + self._seat.height
        for place, (_, (x, wide)) in enumerate(cells):
            self._window(x, wide, end)
            if place or not living:
                self._opening(x, wide, y, into=1)
            if place:
                self._wall(x, y, x, end)

    def _back(self, over: Sequence[_Cell], beside: Sequence[_Cell], y: float) -> None:
        for place, ((kind, _), (x, wide)) in enumerate([*over, *beside]):
            self._window(x, wide, self._seat.y)
            if kind != "dining":
                self._opening(x, wide, y, into=-1)
            if place:
                self._wall(x, self._seat.y, x, y)

    def _entrance(self, cell: tuple[float, float], y: float) -> None:
        """The way in, at the end of the corridor."""
        x = self._flip(cell[0])
        self._door = f"M{x} {y + 1:.1f}v{_CORRIDOR - 2}"


# Land ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parcel:
    """A polygon and a scale bar that is true to the registered area."""

    points: list[tuple[float, float]]
    bar: float
    metres: int


def parcel(area_hundredths: int | None, seed: str) -> Parcel:
    """An outline of five or six corners; its shape is by rule, its scale by the area."""
    corners = 5 + _chance(seed, "corners", 2)
    points = []
    for n in range(corners):
        angle = math.tau * (n + 0.12 * _chance(seed, f"turn{n}", 5)) / corners - 2.3
        far = 0.8 + 0.05 * _chance(seed, f"far{n}", 5)
        points.append((round(158 + 100 * far * math.cos(angle), 1),
                       round(98 + 66 * far * math.sin(angle), 1)))
    pixels = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2)
                     in zip(points, points[1:] + points[:1], strict=True))) / 2
    if not area_hundredths:
        return Parcel(points, 0.0, 0)
    per_metre = math.sqrt(pixels / (area_hundredths / 100))
    metres = next(size for power in range(6) for size in (10**power, 2 * 10**power, 5 * 10**power)
                  if size * per_metre >= 34 or power == 5)
    return Parcel(points, round(metres * per_metre, 1), metres)
