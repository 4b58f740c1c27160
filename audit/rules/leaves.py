"""Leaves: their exact bytes, their hash, and what makes a chain hold. Pure.

Source: contracts.md, bundle/v1; RFC 9162 section 2.1 for the leaf hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from kernel.formats import FormatError, canonical, instant_text, parse_json

GENESIS: Final = "0" * 64
LONGEST_TEXT: Final = 200
MEMBERS: Final = ("v", "alg", "log", "kind", "subject", "seq", "prev", "at", "actor", "body")


class LeafWriter:
    """Writes the leaves of one commit in one log: what they share is put into JSON once."""

    def __init__(self, log: str, at: datetime) -> None:
        self._form = (b'{"actor":%%b,"alg":"std","at":"%b","body":%%b,"kind":%%b,"log":%b,"prev":"%%b",'
                      b'"seq":%%d,"subject":%%b,"v":1}'
                      % (instant_text(at).encode(), text(log).replace(b"%", b"%%")))

    def leaf(self, kind: bytes, subject: bytes, seq: int, prev: str, actor: bytes, body: bytes
             ) -> tuple[bytes, bytes]:
        """The bytes of a leaf and the 32 bytes of its hash.

        Args:
            kind, subject, actor: texts as ``text`` puts them.
            body: canonical JSON of an object.
        """
        raw = self._form % (actor, body, kind, prev.encode(), seq, subject)
        return raw, sha256(b"\x00" + raw).digest()


@lru_cache(maxsize=4096)
def text(value: str) -> bytes:
    """A text of a leaf as canonical JSON; those that come again and again are put so once.

    Raises:
        ValueError: empty, or over 200 characters.
    """
    if not 1 <= len(value) <= LONGEST_TEXT:
        raise ValueError(f"a text of a leaf has 1 to {LONGEST_TEXT} characters: {value[:20]!r}")
    return canonical(value)


def leaf_hash(raw: bytes) -> str:
    """SHA-256(0x00 || bytes), in hexadecimal."""
    return sha256(b"\x00" + raw).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """A leaf as found in a table: its bytes, and the columns beside them that must agree."""

    index: int
    log: str
    kind: str
    subject: str
    seq: int
    hash: str
    at: datetime
    actor: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first leaf that does not fit, and why."""

    index: int
    subject: str | None
    problem: str


class ChainCheck:
    """Recomputes a log leaf by leaf, from the bytes alone, and stops at the first misfit."""

    def __init__(self, log: str) -> None:
        self._log = log
        self._next = 0
        self._at: datetime | None = None
        self.subjects: dict[str, tuple[int, str]] = {}

    @property
    def size(self) -> int:
        return self._next

    @property
    def last_at(self) -> datetime | None:
        return self._at

    def take(self, leaf: StoredLeaf) -> Misfit | None:
        """Check the next leaf; None where it fits."""
        problem = self._problem(leaf)
        if problem is not None:
            return Misfit(leaf.index, leaf.subject, problem)
        self._next += 1
        self._at = leaf.at
        self.subjects[leaf.subject] = (leaf.seq, leaf.hash)
        return None

    def _problem(self, leaf: StoredLeaf) -> str | None:
        if leaf.index != self._next:
            return f"index {self._next} is missing"
        if leaf_hash(leaf.raw) != leaf.hash:
            return "the stored hash is not the hash of the stored bytes"
        try:
            shown = _read(leaf.raw)
        except (FormatError, ValueError, TypeError) as error:
            return f"the bytes are no leaf: {error}"
        return self._beside(leaf, shown) or self._in_chain(leaf, shown)

    def _beside(self, leaf: StoredLeaf, shown: Mapping[str, Any]) -> str | None:
        """Whether the columns, by which people find a leaf, say what its bytes say."""
        columns = {"log": leaf.log, "kind": leaf.kind, "subject": leaf.subject, "seq": leaf.seq,
                   "actor": leaf.actor, "at": instant_text(leaf.at)}
        for name, value in columns.items():
            if shown[name] != value:
                return f"the column {name} does not agree with the bytes"
        return None if leaf.log == self._log else "belongs to another log"

    def _in_chain(self, leaf: StoredLeaf, shown: Mapping[str, Any]) -> str | None:
        seq, last = self.subjects.get(leaf.subject, (0, GENESIS))
        if leaf.seq != seq + 1:
            return f"seq is {leaf.seq}, {seq + 1} was next for {leaf.subject}"
        if shown["prev"] != last:
            return "prev is not the hash of the subject's leaf before it"
        if self._at is not None and leaf.at < self._at:
            return "at goes back"
        return None


def _read(raw: bytes) -> dict[str, Any]:
    shown = parse_json(raw)
    if not isinstance(shown, dict) or set(shown) != set(MEMBERS) or canonical(shown) != raw:
        raise ValueError("not in canonical form")
    return shown
