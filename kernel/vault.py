"""Sealed values: identities that nobody may read before their time, at rest as ciphertext.

AES-256-GCM with the place it belongs to (table, column, row) as associated data, so that a
ciphertext moved to another row does not open. ``digest`` answers "the same?" without opening.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.formats import canonical, parse_json

SCHEME: Final = b"\x01"


class VaultShut(RuntimeError):
    """No key was given to this process; the text says which setting it lacks."""


class Vault:
    """Seals and opens with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the vault key has 32 bytes")
        self._cipher = AESGCM(sha256(b"luochui/seal" + key).digest())
        self._index = sha256(b"luochui/index" + key).digest()

    def seal(self, value: dict[str, str], place: str) -> bytes:
        """Encrypt a small record for one place, such as ``people.identity:p-abc``."""
        nonce = secrets.token_bytes(12)
        return SCHEME + nonce + self._cipher.encrypt(nonce, canonical(value), place.encode())

    def open(self, sealed: bytes, place: str) -> dict[str, str]:
        """Decrypt what was sealed for this place.

        Raises:
            cryptography.exceptions.InvalidTag: altered, moved, or another key.
        """
        plain = self._cipher.decrypt(sealed[1:13], sealed[13:], place.encode())
        opened: dict[str, str] = parse_json(plain)
        return opened

    def digest(self, value: str, purpose: str) -> str:
        """A keyed digest that finds equal values (an id number, a payer's name) without storing them."""
        normal = "".join(value.split()).casefold()
        return hmac.new(self._index, f"{purpose}\0{normal}".encode(), sha256).hexdigest()


_installed: Vault | None = None


def install(key: bytes | None) -> None:
    """Take the key of this installation; None leaves the vault shut (offline commands need none)."""
    global _installed  # noqa: PLW0603 - wired once at start
    _installed = None if key is None else Vault(key)


def the_vault() -> Vault:
    """The vault of this process.

    Raises:
        VaultShut: no key was given, in words.
    """
    if _installed is None:
        raise VaultShut("the vault is shut: set LUOCHUI_VAULT_KEY (64 hexadecimal digits)")
    return _installed
