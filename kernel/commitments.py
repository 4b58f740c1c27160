"""Commitments: a value bound to its place and hidden by a salt. Pure.

Source: contracts.md, bundle/v1 (``openings.json``) and jdraw/v1 (``lp``).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from kernel.formats import canonical

SALT_BYTES: Final = 32


def lp(*fields: bytes) -> bytes:
    """Join fields so that no two lists of fields give the same bytes: each after its length."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def identity_commitment(*, subject: str, code: str, salt: bytes,
                        identity: Mapping[str, str]) -> str:
    """Hex of SHA-256(lp("jauc/v1/id", subject, code, salt, canonical identity)).

    Raises:
        ValueError: the salt is shorter than 32 bytes, so that an identity could be guessed.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return sha256(lp(b"jauc/v1/id", subject.encode(), code.encode(), salt,
                     canonical(dict(identity)))).hexdigest()
