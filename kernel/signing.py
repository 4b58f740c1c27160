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
COSIGNS: Final = b"\x04"
"""The type of a witness' key: Ed25519 over a checkpoint and the time (C2SP tlog-cosignature)."""


class Signer:
    """One key with its name.

    Attributes:
        vkey: the public key as others pin it.
        key_id: the four bytes by which a signature names its key.
    """

    def __init__(self, name: str, seed: bytes, kind: bytes = ED25519) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self.vkey = vkey(name, self._key.public_key().public_bytes_raw(), kind)
        self.key_id = public_of(self.vkey)[1]

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


def vkey(name: str, public: bytes, kind: bytes = ED25519) -> str:
    """``name+8 hex digits+base64``: the digits are the key's id (C2SP signed-note)."""
    key = kind + public
    digits = sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    return f"{name}+{digits}+{b64encode(key).decode()}"


def public_of(key: str) -> tuple[str, bytes, bytes, bytes]:
    """Name, id, type and public bytes of a vkey.

    Raises:
        ValueError: the text is no vkey of Ed25519.
    """
    name, _, rest = key.partition("+")
    digits, _, shown = rest.partition("+")
    try:
        raw = b64decode(shown, validate=True)
    except ValueError as error:
        raise ValueError("no vkey of Ed25519") from error
    kind = raw[:1]
    is_whole = len(raw) == 33 and kind in (ED25519, COSIGNS)
    if not is_whole or vkey(name, raw[1:], kind) != key:
        raise ValueError("no vkey of Ed25519")
    return name, bytes.fromhex(digits), kind, raw[1:]


def verifies(key: str, message: bytes, signature: bytes) -> bool:
    """Whether the key, written as a vkey, signed this message.

    Raises:
        ValueError: the text is no vkey of Ed25519.
    """
    return verifies_raw(public_of(key)[3], message, signature)


def verifies_raw(public: bytes, message: bytes, signature: bytes) -> bool:
    """The same for the 32 bytes of a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


_installed: Keyring | None = None


def install(secret: bytes | None) -> None:
    """Take the signing secret of this installation; None leaves it without keys (offline commands)."""
    global _installed  # noqa: PLW0603 - wired once at start
    _installed = None if secret is None else Keyring(secret)


def is_given() -> bool:
    """Whether this process has a signing secret; offline commands need none."""
    return _installed is not None


def signer(name: str) -> Signer:
    """The key of this name.

    Raises:
        RuntimeError: no secret was given, in words.
    """
    if _installed is None:
        raise RuntimeError("nothing can be signed: set LUOCHUI_SIGNING_KEY (64 hexadecimal digits)")
    return _installed.signer(name)
