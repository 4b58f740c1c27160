"""Ed25519 keys of this installation, one for each name, and how a public key is written (C2SP vkey).

All keys come from one secret of the environment, so every process of every machine signs with the
same ones and none lies in the database. Another secret gives other keys: the public ones stand in
the log from their first use on, and what the old ones signed stays verifiable.
"""

from base64 import b64decode, b64encode
from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ED25519: Final = b"\x01"


class Signer:
    """One key with its name.

    Attributes:
        vkey: the public key as others pin it.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.vkey = vkey(name, self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature; the same for the same message."""
        return self._key.sign(message)


class Keyring:
    """The keys that come from one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("the signing secret has 32 bytes")
        self._secret = secret
        self.signer = cache(self._signer)

    def _signer(self, name: str) -> Signer:
        derive = HKDF(SHA256(), length=32, salt=b"luochui/sign", info=name.encode())
        return Signer(name, derive.derive(self._secret))


def vkey(name: str, public: bytes) -> str:
    """``name+8 hex digits+base64``: the digits are the key's id (C2SP signed-note)."""
    key = ED25519 + public
    digits = sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    return f"{name}+{digits}+{b64encode(key).decode()}"


def verifies(key: str, message: bytes, signature: bytes) -> bool:
    """Whether the key, written as a vkey, signed this message.

    Raises:
        ValueError: the text is no vkey of Ed25519.
    """
    name, digits, shown = key.split("+", 2)
    raw = b64decode(shown, validate=True)
    if len(raw) != 33 or raw[:1] != ED25519 or vkey(name, raw[1:]) != f"{name}+{digits}+{shown}":
        raise ValueError("no vkey of Ed25519")
    try:
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature, message)
    except InvalidSignature:
        return False
    return True


_installed: Keyring | None = None


def install(secret: bytes | None) -> None:
    """Take the signing secret of this installation; None leaves it without keys (offline commands)."""
    global _installed  # noqa: PLW0603 - wired once at start
    _installed = None if secret is None else Keyring(secret)


def signer(name: str) -> Signer:
    """The key of this name.

    Raises:
        RuntimeError: no secret was given, in words.
    """
    if _installed is None:
        raise RuntimeError("nothing can be signed: set LUOCHUI_SIGNING_KEY (64 hexadecimal digits)")
    return _installed.signer(name)
