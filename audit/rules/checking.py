"""A bundle/v1 checked from its zip alone, every check by its name (docs/contracts.md). Pure.

Each check of the log stands in a module of ``audit/rules/checks``. What the leaves of the subject mean is for
the checks of the floors above. ``verifier/verify.py`` is another reading of the same contract, written apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Protocol

from audit.rules.checks import consistency, manifest
from audit.rules.checks.chain import Chain
from audit.rules.checks.checkpoint import unsigned
from audit.rules.checks.inclusion import Inclusion
from audit.rules.checks.leaves import Leaves
from audit.rules.checks.openings import Openings
from audit.rules.checks.receipts import Receipts
from audit.rules.checks.witnesses import absent, forged
from audit.rules.findings import Failure, Findings
from audit.rules.pinned import Pinned
from audit.rules.unbundling import Bundle, BundleLeaf, Row


class Check(Protocol):
    """A check that is told leaf by leaf what the bundle holds, and says what differs."""

    @property
    def name(self) -> str:
        """As in the report."""

    @property
    def applies(self) -> bool:
        """Whether there was anything to check; to be asked at the end."""

    def rest(self) -> Iterable[Failure]:
        """What differs when all is told."""


class RowCheck(Check, Protocol):
    """One that is told every row, also those that hold no leaf."""

    def take(self, row: Row) -> Iterable[Failure]:
        """What differs at the next row."""


class SubjectCheck(Check, Protocol):
    """One that is told the leaves of the bundle's own subject."""

    def take(self, leaf: BundleLeaf) -> Iterable[Failure]:
        """What differs at the next leaf."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, in how many leaves."""

    findings: Findings
    leaves: int


def check(bundle: Bundle, keys: Sequence[Pinned], witnesses: Sequence[Pinned],
          of_subject: Sequence[SubjectCheck]) -> Checked:
    """Check everything.

    Args:
        keys: of the log, known from elsewhere, all of one name.
        witnesses: each must have cosigned the newest checkpoint.
        of_subject: the checks that know what the leaves of this subject mean.

    Raises:
        Unreadable, FormatError: it is no bundle/v1.
    """
    findings, receipts, many = Findings(), Receipts(bundle.subject), 0
    of_rows: Sequence[RowCheck] = (
        Leaves(keys[0].name), Inclusion(bundle.checkpoint.checkpoint, bundle.proofs()),
        Chain(bundle.subject), receipts, Openings(bundle.openings))
    findings.add(_beside_the_leaves(bundle, keys, witnesses, receipts))
    for row in bundle.rows():
        many += 1
        for one in of_rows:
            findings.add(one.take(row))
        if row.leaf is not None and row.leaf.subject == bundle.subject:
            for other in of_subject:
                findings.add(other.take(row.leaf))
    every: Sequence[Check] = (*of_rows, *of_subject)
    findings.add(chain.from_iterable(one.rest() for one in every))
    findings.add(manifest.differing(bundle.manifest.files, bundle.hashes()))
    findings.begin("manifest", "checkpoint", *(one.name for one in every if one.applies))
    if witnesses:
        findings.begin("witnesses")
    if bundle.earlier or bundle.consistency or receipts.applies:
        findings.begin("consistency")
    return Checked(findings, many)


def _beside_the_leaves(bundle: Bundle, keys: Sequence[Pinned], witnesses: Sequence[Pinned],
                       receipts: Receipts) -> Iterator[Failure]:
    """What differs in signatures, receipts and checkpoints, all of which come before the leaves."""
    newest, earlier = bundle.checkpoint, bundle.earlier
    others: dict[tuple[int, bytes], str] = {}
    yield from unsigned(newest, keys)
    yield from forged(newest, witnesses)
    if earlier is not None:
        yield from unsigned(earlier, keys)
        yield from forged(earlier, witnesses)
        others[earlier.checkpoint.size, earlier.checkpoint.root] = earlier.where
    yield from absent(newest, witnesses)
    notes: set[bytes] = set()
    for shown, proof in bundle.receipts():
        note = sha256(shown.note.text.encode()).digest()
        if note not in notes:   # many receipts share one checkpoint
            notes.add(note)
            yield from unsigned(shown, keys, receipts.name)
            yield from forged(shown, witnesses)
        yield from receipts.hold(shown.where, proof)
        others.setdefault((shown.checkpoint.size, shown.checkpoint.root), shown.where)
    yield from consistency.differing(newest.checkpoint, others, bundle.consistency)
