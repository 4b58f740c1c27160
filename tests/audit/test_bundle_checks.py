"""Each check of a bundle by itself: what it is told, and what it says differs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from audit.rules.checks import consistency, manifest
from audit.rules.checks.chain import Chain
from audit.rules.checks.inclusion import Inclusion
from audit.rules.checks.leaves import Leaves
from audit.rules.checks.openings import Openings
from audit.rules.checks.receipts import Receipts
from audit.rules.findings import MOST, Failure, Findings, fails
from audit.rules.leaves import GENESIS
from audit.rules.notes import Checkpoint, Note
from audit.rules.proofs import LeafProof
from audit.rules.tree import Tree
from audit.rules.unbundling import BundleLeaf, Opening, ProofRow, Proofs, Row
from kernel.commitments import identity_commitment

LOT, LOG, AT = "lot:L-7/1", "court.example/luochui", datetime(2026, 4, 2, 2, tzinfo=UTC)


def hashed(raw: bytes) -> bytes:
    return sha256(b"\x00" + raw).digest()


def row(index: int, seq: int, prev: str, subject: str = LOT, **body: object) -> Row:
    raw = b"%d" % index
    leaf = BundleLeaf(index, LOG, "case.amended", subject, seq, prev, AT, "system", body)
    return Row(index, raw, hashed(raw).hex(), leaf)


def no_leaf(index: int) -> Row:
    return Row(index, b"-", hashed(b"-").hex(), None, "not in canonical form")


def told(check: Chain | Inclusion | Leaves | Openings | Receipts, rows: Iterable[Row]) -> list[str]:
    """Where a check fails that is told these rows and no more."""
    found = [failure for one in rows for failure in check.take(one)]
    return [failure.where.partition(" (")[0] for failure in (*found, *check.rest())]


# --- the manifest --------------------------------------------------------------------------------


def test_manifest_and_entries_differ_where_either_lacks_a_name_or_the_hashes_are_not_the_same() -> None:
    named, there = {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}
    assert [one.where for one in manifest.differing(named, there)] == ["a", "c", "d"]
    assert len({one.message for one in manifest.differing(named, there)}) == 3
    assert not list(manifest.differing(there, there))


# --- chains --------------------------------------------------------------------------------------


def chained(*seqs: int, subject: str) -> list[Row]:
    rows: list[Row] = []
    for index, seq in enumerate(seqs):
        rows.append(row(index, seq, rows[-1].hashed if rows else GENESIS, subject))
    return rows


@pytest.mark.parametrize(("seqs", "of_the_subject", "of_another"), [
    ((1, 2, 3), [], []), ((1, 3, 4), ["leaf 1"], []), ((2, 3), ["leaf 0"], []),
    ((1, 1), ["leaf 1"], ["leaf 1"]), ((1, 2, 1, 2), ["leaf 2"], ["leaf 2"]),
])
def test_only_other_subjects_may_have_gaps(
    seqs: tuple[int, ...], of_the_subject: list[str], of_another: list[str]
) -> None:
    assert told(Chain(LOT), chained(*seqs, subject=LOT)) == of_the_subject
    assert told(Chain(LOT), chained(*seqs, subject="case:1")) == [*of_another, "leaves.ndjson"]


def test_a_leaf_that_follows_directly_names_the_hash_of_the_one_before_it() -> None:
    first, second = chained(1, 2, subject=LOT)
    assert told(Chain(LOT), [first, row(1, 2, "ab" * 32)]) == ["leaf 1"]
    assert told(Chain("case:9"), [first, row(1, 2, "ab" * 32)]) == ["leaf 1", "leaves.ndjson"]
    assert told(Chain(LOT), [first, no_leaf(5), second]) == []


# --- form ----------------------------------------------------------------------------------------


def test_a_leaf_of_another_log_one_of_an_earlier_time_and_what_is_none_fail() -> None:
    rows = chained(1, 2, 3, subject=LOT)
    late = BundleLeaf(1, "elsewhere", "x", LOT, 2, GENESIS, AT + timedelta(milliseconds=1), "system", {})
    rows[1] = Row(1, b"", "", late)
    assert told(Leaves(LOG), [*rows, no_leaf(9)]) == ["leaf 1", "leaf 2", "leaf 9"]


# --- inclusion -----------------------------------------------------------------------------------


def test_proofs_are_read_row_for_row_and_none_may_be_over() -> None:
    rows = [row(index, index + 1, GENESIS) for index in range(4)]
    tree = Tree([bytes.fromhex(one.hashed) for one in rows])
    checkpoint = Checkpoint(LOG, 4, tree.root)
    proofs = [ProofRow(index, 4, tree.path(index)) for index in range(4)]
    assert told(Inclusion(checkpoint, iter(proofs)), rows) == []
    assert told(Inclusion(checkpoint, iter(proofs)), rows[:2]) == ["leaf 2", "leaf 3"]
    assert told(Inclusion(checkpoint, iter(proofs[:3])), rows) == ["leaf 3"]
    other_size = [ProofRow(0, 5, tree.path(0)), ProofRow(1, 4, tree.path(0)), *proofs[2:]]
    assert told(Inclusion(checkpoint, iter(other_size)), rows) == ["leaf 0", "leaf 1"]


# --- receipts ------------------------------------------------------------------------------------


def held(receipts: Receipts, where: str, index: int, leaf: bytes, size: int = 4) -> list[Failure]:
    tree = Tree([hashed(b"%d" % number) for number in range(size)])
    checkpoint = Checkpoint(LOG, size, tree.root)
    proof = LeafProof(leaf, index, tree.path(index), Note(checkpoint.body, ()), checkpoint)
    return list(receipts.hold(where, proof))


def test_a_receipt_fails_where_its_leaf_is_another_is_not_there_or_is_of_another_subject() -> None:
    receipts = Receipts(LOT)
    assert not receipts.applies
    for where, index in (("missing", 3), ("foreign", 1), ("mine", 2), ("mine again", 2)):
        assert not held(receipts, where, index, b"%d" % index)
    assert [one.where for one in held(receipts, "other", 2, b"another")] == ["other"]
    rows = [row(1, 1, GENESIS, "case:1"), row(2, 1, GENESIS)]
    assert told(receipts, rows) == ["foreign", "other", "missing"]
    assert receipts.applies


def test_a_receipt_of_what_is_no_leaf_is_of_no_subject() -> None:
    receipts = Receipts(LOT)
    held(receipts, "mine", 0, b"-")
    assert told(receipts, [no_leaf(0)]) == ["mine"]


# --- other checkpoints ---------------------------------------------------------------------------


def test_every_smaller_checkpoint_has_its_proof_and_no_other_size_has_one() -> None:
    tree = Tree([hashed(b"%d" % number) for number in range(4)])
    half = Tree([hashed(b"%d" % number) for number in range(2)])
    newest, path = Checkpoint(LOG, 4, tree.root), [Tree([hashed(b"2"), hashed(b"3")]).root]
    others = {(2, half.root): "checkpoint.prev"}

    def fails_at(others: consistency.Others, proofs: Proofs) -> list[str]:
        return [one.where for one in consistency.differing(newest, others, proofs)]

    assert fails_at(others, {2: (4, path)}) == []
    assert fails_at({}, {}) == []
    assert fails_at({(4, tree.root): "r"}, {}) == []
    assert fails_at(others, {}) == ["checkpoint.prev"]
    assert fails_at({}, {2: (4, path)}) == ["consistency.json"]
    assert fails_at(others, {2: (5, path)}) == ["consistency.json"]
    assert fails_at({(4, half.root): "r", (5, half.root): "s"}, {}) == ["r", "s"]
    assert fails_at({**others, (2, tree.root): "r"}, {2: (4, path)}) == ["r", "consistency.json"]


# --- openings ------------------------------------------------------------------------------------


def test_an_opening_waits_for_its_leaf_and_fails_if_that_never_comes() -> None:
    salt, identity = bytes(32), {"name": "王小明"}
    sealed = identity_commitment(subject=LOT, code="B1", salt=salt, identity=identity)
    rows = [row(3, 1, GENESIS, code="B1", identity_commitment=sealed), no_leaf(4),
            row(5, 2, GENESIS, code="B2", identity_commitment=sealed), row(6, 3, GENESIS)]
    openings = {index: [Opening(f"[{index}]", index, salt, identity)] for index in (3, 4, 5, 6, 9)}
    check = Openings(openings)
    assert check.applies
    assert told(check, rows) == ["[5]", "[6]", "[4]", "[9]"]
    assert not Openings({}).applies


# --- what was found ------------------------------------------------------------------------------


def test_findings_list_a_hundred_of_each_check_in_the_order_of_the_report() -> None:
    findings = Findings()
    findings.add(fails("replay")(f"leaf {number}", "x") for number in range(MOST + 2))
    findings.add([fails("chain")("leaf 7", "y", seq=2)])
    findings.begin("manifest")
    listed = findings.failures
    assert [one.check for one in listed] == ["chain", *["replay"] * (MOST + 1)]
    assert (listed[0].details, listed[-1].details) == ({"seq": 2}, {"count": 2})
    assert [findings.checks[check] for check in ("manifest", "chain", "draw")] == [True, False, None]
