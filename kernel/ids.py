"""Identifiers that outsiders may see: short, unguessable, and without meaning."""

import secrets
from typing import Final

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(kind: str) -> str:
    """A public id such as ``lot-7f3k9q2m4h``: 49 random bits, no 0/o, 1/l/i to confuse."""
    return f"{kind}-" + "".join(secrets.choice(_ALPHABET) for _ in range(10))


def new_bidder_code() -> str:
    """A bidder code such as ``K7302``: random, so that it says nothing of who or when (AUC-18.2)."""
    return secrets.choice(_LETTERS) + f"{secrets.randbelow(10_000):04d}"


def new_reference() -> str:
    """A payment reference of 12 digits the payer quotes; it names neither lot nor person."""
    return f"{secrets.randbelow(9 * 10**11) + 10**11}"
