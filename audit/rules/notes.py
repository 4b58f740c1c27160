"""Signed notes, checkpoints, cosignatures and proofs as text. Pure.

Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof.

A note is a text that ends with a newline, an empty line, and lines of signatures. A checkpoint is a note of
three lines: the log's origin, how many leaves it has, and the root of their tree in base64.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kernel.signing import COSIGNS, Signer, public_of, verifies_raw

LONGEST: Final = 65_536
MOST_SIGNATURES: Final = 64
_SIGNATURE: Final = re.compile(r"— ([^ +\s\x00-\x1f]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_PROOF: Final = "c2sp.org/tlog-proof@v1"


class BadNote(ValueError):
    """A text that is no note, or no checkpoint, with the reason."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of a note: who signed, the four bytes of the key's id, and what was signed."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {b64encode(self.key_id + self.raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it."""

    body: str
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> str:
        return self.body + "\n" + "".join(one.line for one in self.signatures)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a log stands: so many leaves, whose tree has this root."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def sign(body: str, signer: Signer) -> Note:
    """A note with one signature."""
    return Note(body, (Signature(signer.name, signer.key_id, signer.sign(body.encode())),))


def read_note(text: str) -> Note:
    """Take a note apart; says nothing of whether its signatures hold.

    Raises:
        BadNote: names what does not fit.
    """
    if len(text) > LONGEST:
        raise BadNote(f"longer than {LONGEST} characters")
    body, found, lines = text.rpartition("\n\n")
    if not found or not lines.endswith("\n"):
        raise BadNote("no signatures below an empty line")
    if any(ord(letter) < 32 and letter != "\n" for letter in text):
        raise BadNote("has control characters")
    shown = lines[:-1].split("\n")
    if len(shown) > MOST_SIGNATURES:
        raise BadNote(f"more than {MOST_SIGNATURES} signatures")
    return Note(body + "\n", tuple(read_signature(line) for line in shown))


def read_signature(line: str) -> Signature:
    """One line of a signature.

    Raises:
        BadNote: it is none.
    """
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise BadNote(f"no line of a signature: {line[:80]!r}")
    raw = read_base64(match[2])
    if len(raw) < 5:
        raise BadNote("a signature without bytes")
    return Signature(match[1], raw[:4], raw[4:])


def read_checkpoint(body: str) -> Checkpoint:
    """The three lines of a checkpoint.

    Raises:
        BadNote: there are not three, or one does not fit.
    """
    lines = body.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadNote("a checkpoint has three lines")
    origin, size, root = lines[:3]
    if not origin or not _SIZE.fullmatch(size):
        raise BadNote("a checkpoint says the origin, then the size")
    raw = read_base64(root)
    if len(raw) != 32:
        raise BadNote("a root has 32 bytes")
    return Checkpoint(origin, int(size), raw)


def is_signed_by(note: Note, vkey: str) -> bool:
    """Whether the key, written as a vkey, signed this note: then every signature in its name holds.

    A witness' key (its type is that of cosignatures) signs the note together with the time.
    """
    name, key_id, kind, public = public_of(vkey)
    mine = [one for one in note.signatures if (one.name, one.key_id) == (name, key_id)]
    if kind == COSIGNS:
        return bool(mine) and all(
            len(one.raw) == 72 and verifies_raw(public, _with_time(note.body, one.raw[:8]), one.raw[8:])
            for one in mine)
    return bool(mine) and all(verifies_raw(public, note.body.encode(), one.raw) for one in mine)


def cosign(body: str, signer: Signer, at: datetime) -> Signature:
    """A witness' signature over a checkpoint and the time (cosignature/v1)."""
    stamp = int(at.astimezone(UTC).timestamp()).to_bytes(8, "big")
    return Signature(signer.name, signer.key_id, stamp + signer.sign(_with_time(body, stamp)))


def cosigned_at(signature: Signature) -> datetime:
    """When a witness says that it saw the checkpoint."""
    return datetime.fromtimestamp(int.from_bytes(signature.raw[:8], "big"), UTC)


def _with_time(body: str, stamp: bytes) -> bytes:
    return f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n{body}".encode()


def proof_file(leaf: bytes, index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """A file that proves by itself that a leaf stands in a log (tlog-proof); ``extra`` holds the leaf."""
    lines = [_PROOF, f"extra {b64encode(leaf).decode()}", f"index {index}",
             *(b64encode(one).decode() for one in path)]
    return "\n".join(lines) + "\n\n" + checkpoint


def read_base64(text: str) -> bytes:
    """The standard alphabet with padding and no spare bits.

    Raises:
        BadNote: it is none.
    """
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise BadNote("no base64") from error
    if b64encode(raw).decode() != text:
        raise BadNote("base64 with spare bits")
    return raw

