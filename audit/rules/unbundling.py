"""The entries of a bundle/v1 as values, read strictly (docs/contracts.md). Pure.

What is broken in its form raises ``Unreadable`` or ``FormatError``: there is no bundle then. A leaf of
another form is a finding, and raises ``NoLeaf``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.rules.archive import LONGEST_LINE, Unreadable
from audit.rules.leaves import LONGEST_TEXT, MEMBERS
from audit.rules.notes import BadNote, read_base64
from audit.rules.proofs import LARGEST
from kernel.formats import FormatError, Reader, canonical, parse_json

FORMAT: Final = "bundle/v1"
SUBJECT: Final = re.compile(r"lot:[^/]+/[1-9]\d*|(draw|plan):.+", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class NoLeaf(ValueError):
    """Bytes that are no leaf, with the reason."""


@dataclass(frozen=True, slots=True)
class BundleLeaf:
    """One record of the log as a bundle brings it."""

    index: int
    log: str
    kind: str
    subject: str
    seq: int
    prev: str
    at: datetime
    actor: str
    body: dict[str, Any]

    @property
    def where(self) -> str:
        return f"leaf {self.index} ({self.subject} seq {self.seq})"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the bundle says it is, and the SHA-256 of every other entry by its name."""

    subject: str
    rules: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the commitment of one leaf: the salt, and the identity in canonical JSON."""

    where: str
    index: int
    salt: bytes
    identity: bytes


@dataclass(frozen=True, slots=True)
class PlanOpening:
    """What opens the commitment of a plan."""

    salt: bytes
    claims: dict[str, Any]
    plan: dict[str, Any]


def read_leaf(index: int, raw: bytes) -> BundleLeaf:
    """A leaf with just the members that leaves have.

    Raises:
        NoLeaf: the bytes are none.
    """
    try:
        value = parse_json(raw)
        if not isinstance(value, dict) or value.keys() != set(MEMBERS):
            raise NoLeaf("has not just the members of a leaf")
        if canonical(value) != raw:
            raise NoLeaf("not in canonical form")
        leaf = Reader(value)
        log, kind, subject, actor = (leaf.at(name).text(longest=LONGEST_TEXT)
                                     for name in ("log", "kind", "subject", "actor"))
        leaf.at("v").integer(1, 1)
        leaf.at("alg").choice("std")
        seq, at = leaf.at("seq").integer(1, LARGEST), leaf.at("at").instant()
    except FormatError as error:
        raise NoLeaf(str(error)) from error
    except ValueError as error:
        raise NoLeaf(str(error)) from error
    prev, body = value["prev"], value["body"]
    if not isinstance(prev, str) or not _HASH.fullmatch(prev) or not isinstance(body, dict):
        raise NoLeaf("prev must be a hash and body an object")
    return BundleLeaf(index, log, kind, subject, seq, prev, at, actor, body)


def read_leaf_line(line: bytes, where: str) -> tuple[int, bytes]:
    """Index and bytes of a line of ``leaves.ndjson``."""
    members = _line(line, where).members(("index", "leaf"))
    index, shown = members.at("index").integer(0, LARGEST), members.at("leaf")
    try:
        return index, read_base64(shown.text(shortest=0, longest=LONGEST_LINE))
    except BadNote as error:
        raise shown.refuse(f"must be base64: {error}") from error


def read_proof_line(line: bytes, where: str) -> tuple[int, int, list[bytes]]:
    """Index, size and path of a line of ``proofs.ndjson``."""
    members = _line(line, where).members(("index", "size", "path"))
    return (members.at("index").integer(0, LARGEST), members.at("size").integer(1, LARGEST),
            _path(members.at("path")))


def _line(line: bytes, where: str) -> Reader:
    try:
        return Reader(parse_json(line), where)
    except FormatError as error:
        raise Unreadable(f"{where}: {error.problem}") from error


def _path(path: Reader) -> list[bytes]:
    return [one.hexadecimal(size=32) for one in path.items()]


def read_manifest(top: Reader) -> Manifest:
    """``manifest.json``; what it names is compared later."""
    top.members(("format", "subject", "rules", "files"))
    top.at("format").choice(FORMAT)
    subject = top.at("subject").text(longest=LONGEST_TEXT)
    if not SUBJECT.fullmatch(subject):
        raise top.at("subject").refuse("must be lot:ID/N, draw:DRAW_ID or plan:ID")
    files = top.at("files").members((), open_ended=True)
    return Manifest(subject, top.at("rules").text(),
                    {name: files.at(name).hexadecimal(size=32).hex() for name in files.value})


def read_consistency(top: Reader) -> dict[int, tuple[int, Sequence[bytes]]]:
    """``consistency.json`` by the smaller size: the larger size, and the path."""
    proofs: dict[int, tuple[int, Sequence[bytes]]] = {}
    last = 0
    for item in top.items():
        item.members(("from", "to", "path"))
        size = item.at("from").integer(1, LARGEST)
        if size <= last:
            raise item.at("from").refuse("must rise")
        proofs[size] = item.at("to").integer(1, LARGEST), _path(item.at("path"))
        last = size
    return proofs


def read_openings(top: Reader) -> dict[int, list[Opening]]:
    """``openings.json`` by the index of the leaf that each opens."""
    openings: dict[int, list[Opening]] = {}
    for item in top.items():
        item.members(("index", "salt", "identity"))
        identity = item.at("identity").members(("name",), open_ended=True)
        for name in identity.value:
            identity.at(name).text(longest=LONGEST_TEXT)
        opening = Opening(item.path, item.at("index").integer(0, LARGEST),
                          item.at("salt").hexadecimal(size=32), canonical(identity.value))
        openings.setdefault(opening.index, []).append(opening)
    return openings


def read_plan_opening(top: Reader) -> PlanOpening:
    """``plan.json``; whether its claims are claims/v1 is for whoever knows them."""
    top.members(("salt", "claims", "plan"))
    plan = top.at("plan").members(("format",), open_ended=True)
    plan.at("format").choice("plan/v1")
    claims = top.at("claims").members((), open_ended=True)
    for part in (claims, plan):
        try:
            canonical(part.value)
        except ValueError as error:
            raise part.refuse(str(error)) from error
    return PlanOpening(top.at("salt").hexadecimal(size=32), claims.value, plan.value)
