"""A bundle/v1 as somebody brings it, its entries read strictly as values (docs/contracts.md). Pure.

What is broken in its form raises ``Unreadable`` or ``FormatError``: there is no bundle then. A leaf of
another form is a finding, and raises ``NoLeaf``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audit.rules.archive import LONGEST_LINE, RECEIPTS, Archive, Unreadable
from audit.rules.leaves import LONGEST_TEXT, MEMBERS, leaf_hash
from audit.rules.notes import BadNote, Checkpoint, Note, read_base64
from audit.rules.proofs import LARGEST, LeafProof, read_proof, read_signed_checkpoint
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
class Row:
    """A line of ``leaves.ndjson``.

    Attributes:
        hashed: the leaf hash of the bytes, in hexadecimal, whether they are a leaf or not.
        problem: why there is no leaf in them.
    """

    index: int
    raw: bytes
    hashed: str
    leaf: BundleLeaf | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A line of ``proofs.ndjson``: the way from one leaf into a tree of this size."""

    index: int
    size: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Shown:
    """A checkpoint as it stands in an entry of the bundle."""

    where: str
    note: Note
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the bundle says it is, and the SHA-256 of every other entry by its name."""

    subject: str
    rules: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the commitment of one leaf."""

    where: str
    index: int
    salt: bytes
    identity: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlanOpening:
    """What opens the commitment of a plan."""

    salt: bytes
    claims: dict[str, Any]
    plan: dict[str, Any]


Proofs = Mapping[int, tuple[int, Sequence[bytes]]]
"""Proofs of consistency by the smaller size: the larger size, and the path."""


class Bundle:
    """What a bundle holds: all that stands beside the leaves as values, the leaves as often as they are read.

    Raises:
        Unreadable, FormatError: it is no bundle/v1 (also whatever reads on).
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.manifest = read_manifest(archive.json("manifest.json"))
        self.subject = self.manifest.subject
        self.checkpoint = self._shown("checkpoint")
        self.earlier = self._shown("checkpoint.prev") if "checkpoint.prev" in archive else None
        self.consistency = read_consistency(archive.json("consistency.json"))
        self.openings = read_openings(archive.json("openings.json"))
        self.plan = read_plan_opening(archive.json("plan.json")) if "plan.json" in archive else None
        if self.plan is not None and not self.subject.startswith("plan:"):
            raise Unreadable("plan.json stands only in the bundle of a plan")

    def receipts(self) -> Iterator[tuple[Shown, LeafProof]]:
        """Every receipt with the checkpoint that it brings; they may be more than memory holds."""
        for name in self._archive.names:
            if name.startswith(RECEIPTS):
                try:
                    proof = read_proof(self._archive.read(name))
                except BadNote as error:
                    raise Unreadable(f"{name}: {error}") from error
                yield Shown(name, proof.note, proof.checkpoint), proof

    def rows(self) -> Iterator[Row]:
        """Every leaf in its order; they may be more than memory holds."""
        last = -1
        for number, line in enumerate(self._archive.lines("leaves.ndjson"), 1):
            index, raw = read_leaf_line(line, f"leaves.ndjson line {number}")
            if index <= last:
                raise Unreadable(f"leaves.ndjson line {number}: the index does not rise")
            last = index
            yield _row(index, raw)

    def proofs(self) -> Iterator[ProofRow]:
        """Every proof in its order; they may be more than memory holds."""
        for number, line in enumerate(self._archive.lines("proofs.ndjson"), 1):
            yield read_proof_line(line, f"proofs.ndjson line {number}")

    def told(self) -> Iterator[BundleLeaf]:
        """The leaves of the subject in their order."""
        return (row.leaf for row in self.rows() if row.leaf is not None and row.leaf.subject == self.subject)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every entry but the manifest, once all are read."""
        return {name: self._archive.hashes[name] for name in self._archive.names if name != "manifest.json"}

    def _shown(self, name: str) -> Shown:
        try:
            return Shown(name, *read_signed_checkpoint(self._archive.read(name)))
        except BadNote as error:
            raise Unreadable(f"{name}: {error}") from error


def _row(index: int, raw: bytes) -> Row:
    try:
        return Row(index, raw, leaf_hash(raw), read_leaf(index, raw))
    except NoLeaf as error:
        return Row(index, raw, leaf_hash(raw), None, str(error))


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


def read_proof_line(line: bytes, where: str) -> ProofRow:
    """A line of ``proofs.ndjson``."""
    members = _line(line, where).members(("index", "size", "path"))
    return ProofRow(members.at("index").integer(0, LARGEST), members.at("size").integer(1, LARGEST),
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


def read_consistency(top: Reader) -> Proofs:
    """``consistency.json``."""
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
                          item.at("salt").hexadecimal(size=32), identity.value)
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
