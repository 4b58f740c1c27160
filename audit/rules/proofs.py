"""A tlog-proof read back: one leaf, and its way into one checkpoint. Pure.

Source: C2SP tlog-proof; docs/contracts.md, bundle/v1.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.rules.notes import BadNote, Checkpoint, Note, read_base64, read_checkpoint, read_note

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_HASH_BYTES: Final = 32
LARGEST: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class LeafProof:
    """What a tlog-proof says; whether it holds is another question.

    Attributes:
        leaf: the exact bytes of the leaf (the line ``extra``).
        note: the checkpoint with its signatures.
    """

    leaf: bytes
    index: int
    path: Sequence[bytes]
    note: Note
    checkpoint: Checkpoint


def read_proof(raw: bytes) -> LeafProof:
    """Take a tlog-proof apart.

    Raises:
        BadNote: it is none; says what does not fit.
    """
    head, found, note = raw.partition(b"\n\n")
    try:
        first, extra, index, *hashes = head.decode("ascii").split("\n")
    except ValueError as error:
        raise BadNote("no tlog-proof: name, extra, index, then hashes") from error
    shown = index.removeprefix("index ")
    if first != _FIRST or not found or shown == index or not _INDEX.fullmatch(shown):
        raise BadNote("no tlog-proof: name, extra, index, hashes, an empty line, a checkpoint")
    if not extra.startswith("extra "):
        raise BadNote("a tlog-proof without its leaf in the line extra")
    path = [read_base64(line) for line in hashes]
    if any(len(one) != _HASH_BYTES for one in path):
        raise BadNote("a hash has 32 bytes")
    signed, checkpoint = read_signed_checkpoint(note)
    return LeafProof(read_base64(extra.removeprefix("extra ")), int(shown), path, signed, checkpoint)


def read_signed_checkpoint(raw: bytes) -> tuple[Note, Checkpoint]:
    """A checkpoint of at least one leaf, with its signatures.

    Raises:
        BadNote: it is none.
    """
    try:
        note = read_note(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadNote(f"not UTF-8 (byte {error.start})") from error
    checkpoint = read_checkpoint(note.body)
    if not 0 < checkpoint.size <= LARGEST:
        raise BadNote("the size of a checkpoint is an integer from 1")
    return note, checkpoint
