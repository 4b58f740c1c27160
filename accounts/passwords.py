"""Passwords: argon2id, off the event loop, and the same time for a login that does not exist.

Call these outside a unit of work: on SQLite the whole process would wait for the hash.
"""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from kernel.threads import off_loop

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return off_loop(_HASHER.hash, password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; for ``None`` (no such login) as slowly as for a wrong one."""
    fits = off_loop(_fits, stored or _nobodys_hash(), password)
    return fits and stored is not None


def _fits(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return off_loop(_HASHER.hash, secrets.token_urlsafe(32))
