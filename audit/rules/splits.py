"""split/v1: two checkpoints that one log signed and that cannot both be true (contracts.md). Pure.

Two checkpoints of one size with two roots are proof by themselves. Of two sizes it takes more: a path whose
end is the root of the larger log, and whose beginning is another root than the smaller one was signed with. A
path that ends elsewhere proves nothing: anybody can spoil one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from audit.rules.notes import BadNote, Checkpoint, is_signed_by, read_base64, read_checkpoint, read_note
from audit.rules.tiles import roots_of
from kernel.formats import FormatError, Reader, parse_json
from kernel.signing import public_of

FORMAT: Final = "split/v1"
_LONGEST_NOTE: Final = 65_536
_LONGEST_PATH: Final = 64
_LARGEST: Final = 2**53 - 1


class Finding(StrEnum):
    """What two checkpoints say of each other; the first two are proof against the log."""

    TWO_ROOTS = "two_roots"
    OTHER_BEGINNING = "other_beginning"
    NOT_SIGNED = "not_signed"
    OTHER_LOG = "other_log"
    SAME = "same"
    CONSISTENT = "consistent"
    UNDECIDED = "undecided"


PROOFS: Final = frozenset({Finding.TWO_ROOTS, Finding.OTHER_BEGINNING})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and the two checkpoints, the smaller first.

    Attributes:
        signed: of each checkpoint, whether one of the keys has signed it.
    """

    finding: Finding
    checkpoints: tuple[Checkpoint, Checkpoint]
    signed: tuple[bool, bool]

    @property
    def is_proof(self) -> bool:
        return self.finding in PROOFS


@dataclass(frozen=True, slots=True)
class Split:
    """Two signed checkpoints, and what leads from one to the other where their sizes differ.

    Attributes:
        path: SUBPROOF(smaller size, leaves of the larger log, false) of RFC 9162; empty where there is none.
    """

    one: str
    other: str
    path: Sequence[bytes] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        return {"format": FORMAT, "checkpoints": [self.one, self.other],
                "path": [one.hex() for one in self.path]}

    def judge(self, keys: Collection[str]) -> Verdict:
        """Whether this is proof against the log whose keys these are (of one name).

        Raises:
            BadNote: one of the two is no checkpoint.
            ValueError: a key is none.
        """
        notes = sorted((read_note(text) for text in (self.one, self.other)),
                       key=lambda note: read_checkpoint(note.body).size)
        earlier, later = (read_checkpoint(note.body) for note in notes)
        first, second = (any(is_signed_by(note, key) for key in keys) for note in notes)
        if {earlier.origin, later.origin, *(public_of(key)[0] for key in keys)} != {later.origin}:
            finding = Finding.OTHER_LOG
        elif not (first and second):
            finding = Finding.NOT_SIGNED
        else:
            finding = _compared(earlier, later, self.path)
        return Verdict(finding, (earlier, later), (first, second))


def _compared(earlier: Checkpoint, later: Checkpoint, path: Sequence[bytes]) -> Finding:
    if earlier.size == later.size:
        return Finding.SAME if earlier.root == later.root else Finding.TWO_ROOTS
    roots = roots_of(earlier.size, later.size, path)
    if roots is None or roots[1] != later.root:
        return Finding.UNDECIDED
    return Finding.CONSISTENT if roots[0] == earlier.root else Finding.OTHER_BEGINNING


def whole_path(earlier: int, root: bytes, path: Sequence[bytes]) -> tuple[bytes, ...]:
    """A path of consistency as split/v1 has it: where ``earlier`` is a power of two, its root comes first."""
    return tuple(path) if earlier & (earlier - 1) else (root, *path)


def read_split(given: Any) -> Split:
    """Take a split/v1 apart.

    Raises:
        FormatError: it does not fit.
    """
    members = Reader(given).members(("format", "checkpoints", "path"))
    members.at("format").choice(FORMAT)
    notes, path = members.at("checkpoints").items(), members.at("path").items()
    if len(notes) != 2:
        raise members.at("checkpoints").refuse("must hold two checkpoints")
    if len(path) > _LONGEST_PATH:
        raise members.at("path").refuse(f"must hold at most {_LONGEST_PATH} hashes")
    for note in notes:
        try:
            read_checkpoint(read_note(note.text(longest=_LONGEST_NOTE)).body)
        except BadNote as bad:
            raise note.refuse(str(bad)) from bad
    one, other = (note.text(longest=_LONGEST_NOTE) for note in notes)
    return Split(one, other, tuple(hash_.hexadecimal(size=32) for hash_ in path))


def split_of(files: Sequence[bytes]) -> Split:
    """What one split/v1 says, or two files: each a checkpoint, or an answer of ``…/consistency``.

    Raises:
        FormatError: a file does not fit, or they are not two.
        BadNote: one is no checkpoint.
    """
    if len(files) == 1:
        return read_split(parse_json(files[0]))
    if len(files) != 2:
        raise FormatError("", "two checkpoints are compared")
    (one, some), (other, more) = (_word(raw) for raw in files)
    smaller = min(read_checkpoint(read_note(note).body).size for note in (one, other))
    return Split(one, other, (some | more).get(smaller, ()))


def _word(raw: bytes) -> tuple[str, dict[int, tuple[bytes, ...]]]:
    """A checkpoint, and where it came as an answer, the path to it by the size from which it leads."""
    if not raw.lstrip().startswith(b"{"):
        return raw.decode(), {}
    answer = Reader(parse_json(raw)).members(("from", "to", "path", "from_root", "root", "checkpoint"))
    start = answer.at("from").integer(1, _LARGEST)
    path = [one.hexadecimal(size=32) for one in answer.at("path").items()]
    root = read_base64(answer.at("from_root").text())
    return answer.at("checkpoint").text(longest=_LONGEST_NOTE), {start: whole_path(start, root, path)}
