"""The draw ``jdraw/v1``: who is drawn follows from a seed, and anyone can follow it.

Contract: docs/contracts.md, jdraw/v1. Rule: REF-16.2 (三家及其次序以摇号方式确定), LOT-5.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.formats import canonical

SECRET_BYTES: Final = 32
"""Length of a court secret, a nonce and a commitment."""

_COURT: Final = b"jdraw/v1/court"
_COMMIT: Final = b"jdraw/v1/commit"
_SEED: Final = b"jdraw/v1/seed"
_INDEX: Final = b"jdraw/v1/idx"
_LEAF: Final = b"\x00"


class HashName(StrEnum):
    """The hash of a draw, the same one throughout."""

    SHA256 = "sha256"
    SM3 = "sm3"

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.value, data).digest()


@dataclass(frozen=True, slots=True)
class Pick:
    """One place of the order, with the figures by which anyone finds it again.

    Attributes:
        number: 8 bytes of the hash as an integer, the first that was not rejected.
        tries: how many numbers were rejected before it.
        left: how many entries were left.
        index: ``number`` mod ``left``, from 0.
        entry: the entry that stood there.
    """

    number: int
    tries: int
    left: int
    index: int
    entry: str


def lp(*fields: bytes) -> bytes:
    """Join fields so that no two lists of fields give the same bytes: each after its length."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def freeze_leaf_hash(name: HashName, freeze: Mapping[str, object]) -> bytes:
    """The hash that binds a seed to the frozen pool."""
    return name.digest(_LEAF + canonical(freeze))


def court_commitment(name: HashName, court: str, number: int, secret: bytes) -> bytes:
    """What the court publishes of its numbered secret, long before any pool exists."""
    return name.digest(lp(_COURT, court.encode(), u32(number), secret))


def contribution_commitment(name: HashName, draw_id: str, role: str, nonce: bytes) -> bytes:
    """What a role seals; bound to draw and role, so that no one can copy it."""
    return name.digest(lp(_COMMIT, draw_id.encode(), role.encode(), nonce))


def seed(name: HashName, *, draw_id: str, freeze_hash: bytes, court_secret: bytes, beacon: bytes,
         nonces: Mapping[str, bytes]) -> bytes:
    """Mix everybody's part into one seed.

    Args:
        name: the hash of the draw.
        draw_id: the draw's id.
        freeze_hash: the leaf hash of the freeze.
        court_secret: the opened secret.
        beacon: public randomness, empty for none.
        nonces: what each role revealed, empty for a role that did not.
    """
    sorted_roles = sorted((role.encode(), nonce) for role, nonce in nonces.items())
    parts = [part for role in sorted_roles for part in role]
    return name.digest(lp(_SEED, draw_id.encode(), freeze_hash, court_secret, beacon, *parts))


def index(name: HashName, seed_bytes: bytes, i: int, n: int) -> int:
    """An index from 0 to ``n`` - 1, each exactly as likely as any other."""
    number, _ = _number(name, seed_bytes, i, n)
    return number % n


def _number(name: HashName, seed_bytes: bytes, i: int, n: int) -> tuple[int, int]:
    fair = 2**64 // n * n
    tries = 0
    while True:
        found = name.digest(lp(_INDEX, seed_bytes, u32(i), u32(tries)))
        number = int.from_bytes(found[:8], "big")
        if number < fair:
            return number, tries
        tries += 1


def picks(name: HashName, seed_bytes: bytes, pool: Sequence[str], k: int) -> list[Pick]:
    """Draw ``k`` of ``pool`` one after the other; the order in which the pool is given is nothing.

    Raises:
        ValueError: the pool holds an entry twice, or fewer than ``k``.
    """
    if len(set(pool)) != len(pool) or len(pool) < k:
        raise ValueError("a draw needs a pool of at least k distinct entries")
    left = sorted(pool, key=str.encode)
    drawn = []
    for i in range(k):
        number, tries = _number(name, seed_bytes, i, len(left))
        at = number % len(left)
        drawn.append(Pick(number, tries, len(left), at, left[at]))
        del left[at]
    return drawn


def order(name: HashName, seed_bytes: bytes, pool: Sequence[str], k: int) -> list[str]:
    """The drawn entries in their order, the first to be commissioned first."""
    return [pick.entry for pick in picks(name, seed_bytes, pool, k)]
