"""Which lots fit a wish, how many fit each choice beside it, and in which order they stand.

Every lot has a bit. For each value of each trait one whole number says which lots have it, so that
200,000 lots are narrowed, and counted for every value on the page, by a few hundred ANDs. What a sum
decides (price, deposit) and the order of the page come from lists sorted beforehand.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress, islice
from typing import Final


class Trait(StrEnum):
    """What lots are told apart by; a wish names any number of values of each."""

    GROUP = "group"
    CATEGORY = "category"
    REGION = "region"
    COURT = "court"
    ROUND = "round"


class Order(StrEnum):
    SOONEST = "soonest"
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    DISCOUNT = "discount"
    BIDS = "bids"


class Measure(StrEnum):
    """A whole number that lots are sorted by, the least first."""

    SOONEST = "soonest"
    NEWEST = "newest"
    PRICE = "price"
    DISCOUNT = "discount"
    BIDS = "bids"
    DEPOSIT = "deposit"


_MEASURE_OF: Final[Mapping[Order, tuple[Measure, bool]]] = {
    Order.SOONEST: (Measure.SOONEST, False), Order.NEWEST: (Measure.NEWEST, False),
    Order.CHEAPEST: (Measure.PRICE, False), Order.DEAREST: (Measure.PRICE, True),
    Order.DISCOUNT: (Measure.DISCOUNT, False), Order.BIDS: (Measure.BIDS, False),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the sieve knows of one lot: values in the order of ``Trait``, numbers in that of ``Measure``."""

    values: tuple[str, ...]
    measures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for; without anything: all lots."""

    traits: Mapping[Trait, frozenset[str]] = field(default_factory=dict)
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    deposit_to_fen: int | None = None
    order: Order = Order.SOONEST

    def without(self, trait: Trait) -> "Wish":
        return Wish({one: values for one, values in self.traits.items() if one is not trait},
                    self.price_from_fen, self.price_to_fen, self.deposit_to_fen, self.order)


class Sieve:
    """The lots as bits. ``put`` changes one; all questions are answered from memory."""

    def __init__(self) -> None:
        self._size = 0
        self._all = 0
        self._having: dict[Trait, dict[str, int]] = {trait: {} for trait in Trait}
        self._names: dict[Trait, list[str]] = {trait: [] for trait in Trait}
        self._code_of: dict[Trait, dict[str, int]] = {trait: {} for trait in Trait}
        self._codes: dict[Trait, array[int]] = {trait: array("H") for trait in Trait}
        self._keys: dict[Measure, array[int]] = {measure: array("q") for measure in Measure}
        self._sorted: dict[Measure, array[int]] = {measure: array("I") for measure in Measure}

    @classmethod
    def of(cls, lots: Iterable[tuple[int, Marks]]) -> "Sieve":
        """A sieve of many lots at once."""
        made = cls()
        slots = array("I")
        for slot, marks in lots:
            slots.append(slot)
            made._remember(slot, marks)
        made._all = made.bits_of(slots)
        for trait, codes in made._codes.items():
            members: list[array[int]] = [array("I") for _ in made._names[trait]]
            for slot in slots:
                members[codes[slot]].append(slot)
            for name, mine in zip(made._names[trait], members, strict=True):
                bits = made.bits_of(mine)
                for wider in widened(trait, name):
                    made._having[trait][wider] = made._having[trait].get(wider, 0) | bits
        ordered = sorted(slots)
        for measure, keys in made._keys.items():
            made._sorted[measure] = array("I", sorted(ordered, key=keys.__getitem__))
        return made

    def put(self, slot: int, marks: Marks) -> None:
        """Take in a lot, or what it has become."""
        bit = 1 << slot
        if slot < self._size and self._all & bit:
            for trait, codes in self._codes.items():
                for wider in widened(trait, self._names[trait][codes[slot]]):
                    self._having[trait][wider] ^= bit
            for measure, keys in self._keys.items():
                del self._sorted[measure][self._place(measure, keys[slot], slot)]
        self._remember(slot, marks)
        self._all |= bit
        for trait, value in zip(Trait, marks.values, strict=True):
            having = self._having[trait]
            for wider in widened(trait, value):
                having[wider] = having.get(wider, 0) | bit
        for measure, keys in self._keys.items():
            self._sorted[measure].insert(self._place(measure, keys[slot], slot), slot)

    def _remember(self, slot: int, marks: Marks) -> None:
        if slot >= self._size:
            more = slot + _ROOM - self._size
            for numbers in (*self._keys.values(), *self._codes.values()):
                numbers.frombytes(bytes(numbers.itemsize * more))
            self._size += more
        for keys, number in zip(self._keys.values(), marks.measures, strict=True):
            keys[slot] = number
        for trait, value in zip(Trait, marks.values, strict=True):
            code = self._code_of[trait].get(value)
            if code is None:
                code = self._code_of[trait][value] = len(self._names[trait])
                self._names[trait].append(value)
            self._codes[trait][slot] = code

    def _place(self, measure: Measure, number: int, slot: int) -> int:
        keys = self._keys[measure]
        return bisect_left(self._sorted[measure], (number, slot), key=lambda one: (keys[one], one))

    def __len__(self) -> int:
        return self._all.bit_count()

    def bits_of(self, slots: Iterable[int]) -> int:
        """These slots as bits; those of lots that the sieve has never seen are left out."""
        digits = bytearray(b"0") * self._size
        one, top = ord("1"), self._size - 1
        for slot in slots:
            if slot <= top:
                digits[top - slot] = one
        return int(digits, 2) if digits else 0

    def sift(self, wish: Wish, within: int | None = None) -> int:
        """The bits of the lots that fit.

        Args:
            within: the bits of those that may fit at all; None for any.
        """
        found = self._all if within is None else self._all & within
        for trait, values in wish.traits.items():
            if values:
                having = 0
                for value in values:
                    having |= self._having[trait].get(value, 0)
                found &= having
        if wish.price_from_fen is not None or wish.price_to_fen is not None:
            found &= self._between(Measure.PRICE, wish.price_from_fen, wish.price_to_fen)
        if wish.deposit_to_fen is not None:
            found &= self._between(Measure.DEPOSIT, None, wish.deposit_to_fen)
        return found

    def _between(self, measure: Measure, least: int | None, most: int | None) -> int:
        order, key = self._sorted[measure], self._keys[measure].__getitem__
        first = 0 if least is None else bisect_left(order, least, key=key)
        behind = len(order) if most is None else bisect_right(order, most, key=key)
        return self.bits_of(order[first:behind])

    def counts(self, trait: Trait, found: int, among: Iterable[str] | None = None) -> dict[str, int]:
        """How many of these lots have each value of a trait; values that none has are left out.

        Args:
            among: only these values; None for all.
        """
        having = self._having[trait]
        values = list(having if among is None else among)
        if len(values) <= _FEW:
            numbers = {value: (having.get(value, 0) & found).bit_count() for value in values}
        else:
            tally: dict[str, int] = {}
            for code, number in Counter(compress(self._codes[trait], self._flags(found))).items():
                for wider in widened(trait, self._names[trait][code]):
                    tally[wider] = tally.get(wider, 0) + number
            numbers = {value: tally.get(value, 0) for value in values}
        return {value: number for value, number in numbers.items() if number}

    def values(self, trait: Trait) -> Iterable[str]:
        """All values of a trait that any lot had since the sieve was made."""
        return self._having[trait].keys()

    def page(self, found: int, order: Order, first: int, most: int) -> list[int]:
        """The slots of these lots in an order, from the ``first`` on, ``most`` at most."""
        measure, reverse = _MEASURE_OF[order]
        slots: Sequence[int] = self._sorted[measure]
        flags = self._flags(found)
        if found.bit_count() < len(slots) // _SPARSE:  # sorting them is quicker than walking through all
            slots = sorted(compress(range(self._size), flags), key=self._keys[measure].__getitem__)
            return (slots[::-1] if reverse else slots)[first:first + most]
        wanted = slots[::-1] if reverse else slots
        return list(islice(compress(wanted, map(flags.__getitem__, wanted)), first, first + most))

    def _flags(self, found: int) -> bytes:
        """One byte a slot, 1 for those that are among these bits."""
        return bin(found)[:1:-1].encode().translate(_TO_FLAGS).ljust(self._size, b"\0")


_TO_FLAGS: Final = bytes.maketrans(b"01", b"\0\1")
_ROOM: Final = 4096
"""Slots by which the lists grow at a time."""
_SPARSE: Final = 16
"""A page of less than a part in so many is sorted by itself."""
_FEW: Final = 1000
"""Values up to which bits are counted value by value; beyond, the lots are tallied one by one."""


def widened(trait: Trait, value: str) -> list[str]:
    """All values under which a lot of this value is found."""
    return regions_of(value) if trait is Trait.REGION else [value]


def regions_of(path: str) -> list[str]:
    """A region and all that it lies in, the widest first: 江东省, then 江东省/临澜市."""
    steps = path.split("/") if path else []
    return ["/".join(steps[:depth]) for depth in range(1, len(steps) + 1)]
