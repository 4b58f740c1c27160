"""A bidder's receipt: it holds by itself, and the bundle of its sale keeps what it acknowledges."""

import json
import random
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from audit.rules.receipts import SignedTree, receipt_key_name
from audit.rules.tree import Tree
from kernel.signing import Keyring
from tests.verifier.bundles import ORIGIN, Key, Log, Sale, b64, bundle, canonical, pack
from tests.verifier.conftest import Run, compare
from verifier import verify


@pytest.fixture
def sale() -> Sale:
    return Sale(random.Random(11))  # noqa: S311 - the same course in every run


def check(receipt: Any, key: str) -> dict[str, bool | None]:
    findings = verify.Findings("signature", "path", "in_bundle")
    read = verify.read_receipt(verify.Field(receipt))
    verify.check_receipt(read, verify.read_key(key, verify.ED25519), findings)
    return findings.checks


HOLDS = {"signature": True, "path": True, "in_bundle": None}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16])
def test_every_leaf_of_a_commit_has_a_receipt_that_holds(sale: Sale, size: int) -> None:
    for index in range(4, 4 + size):
        assert check(sale.log.receipt(index, 4, 4 + size), sale.log.receipt_key.vkey) == HOLDS


def test_receipts_that_the_platform_writes_hold(sale: Sale) -> None:
    leaves = sale.log.leaves[3:10]
    signer = Keyring(b"s" * 32).signer(receipt_key_name(ORIGIN))
    at = verify.Field(json.loads(leaves[-1])["at"]).instant()
    tree = Tree([verify.leaf_hash(leaf) for leaf in leaves])
    message = verify.lp("jauc/v1/receipt", ORIGIN, tree.root, verify.u32(7), verify._print_time(at))
    signed = SignedTree(ORIGIN, leaves, tree, at, signer.vkey, signer.sign(message))
    assert check(json.loads(signed.receipts[-1]), signer.vkey) == HOLDS


@pytest.mark.parametrize("member", ["origin", "leaf", "index", "size", "path", "signed_at", "signature"])
def test_a_receipt_of_which_anything_was_changed_does_not_hold(sale: Sale, member: str) -> None:
    receipt = sale.log.receipt(6, 4, 9)
    other = Sale(random.Random(12)).log.receipt(7, 4, 9)  # noqa: S311 - the same course in every run
    instead = {"origin": "elsewhere.example", "size": 6, "signed_at": "2026-06-10T10:00:00.001+08:00"}
    changed = {**receipt, member: instead.get(member, other[member])}
    assert check(changed, sale.log.receipt_key.vkey)["signature"] is False


def test_a_receipt_holds_only_under_the_key_that_was_given(sale: Sale) -> None:
    receipt = sale.log.receipt(6, 4, 9)
    for other in (Log(word="other").receipt_key, sale.log.key, Key("elsewhere.example/receipt")):
        assert check(receipt, other.vkey)["signature"] is False
        assert check({**receipt, "key": other.vkey}, sale.log.receipt_key.vkey)["signature"] is False


def test_a_time_other_than_the_leafs_or_a_leaf_of_another_log_breaks_the_path(sale: Sale) -> None:
    for old, new in ((b'"at":"2026', b'"at":"2025'), (b"luochui", b"luochu1"), (b'"v":1', b'"v":2')):
        log = Log(leaves=[leaf.replace(old, new) for leaf in sale.log.leaves])
        receipt = log.receipt(6, 4, 9) | {"signed_at": json.loads(sale.log.leaves[6])["at"]}
        assert check(receipt, log.receipt_key.vkey)["path"] is False


def test_a_leaf_that_stands_in_the_bundle_is_kept_and_one_that_was_changed_is_not(sale: Sale) -> None:
    place, keys = sale.places("bid")[2], (sale.log.receipt_key.vkey, sale.log.key.vkey)
    receipt = sale.log.receipt(place, place - 1, place + 2)
    kept = pack(bundle(sale.log, sale.subject))
    assert compare(receipt, kept, *keys) == (0, {"signature": True, "path": True, "in_bundle": True})
    leaf = sale.log.leaves[place].replace(b'"id":"id-2"', b'"id":"id-x"')
    assert leaf != sale.log.leaves[place]
    changed = Log(leaves=[leaf if i == place else one for i, one in enumerate(sale.log.leaves)])
    assert compare(receipt, pack(bundle(changed, sale.subject)), *keys)[1]["in_bundle"] is False


def test_a_leaf_in_a_bundle_that_the_log_key_did_not_sign_is_not_kept(sale: Sale) -> None:
    other = Log(word="other", leaves=sale.log.leaves)
    receipt, raw = sale.log.receipt(6, 4, 9), pack(bundle(other, sale.subject))
    assert compare(receipt, raw, sale.log.receipt_key.vkey, sale.log.key.vkey)[1]["in_bundle"] is False


def test_a_bundle_of_another_subject_says_nothing_of_a_receipt(sale: Sale) -> None:
    other = Sale(random.Random(2), subject="lot:L-8/1")  # noqa: S311 - the same course in every run
    receipt = sale.log.receipt(sale.places("bid")[0], 0, len(sale.log.leaves))
    with pytest.raises(verify.Unreadable, match="says nothing"):
        compare(receipt, pack(bundle(other.log, other.subject)), sale.log.receipt_key.vkey, sale.log.key.vkey)


@pytest.mark.parametrize(("member", "value"), [
    ("format", "receipt/v2"), ("origin", ""), ("leaf", "=="), ("leaf", 7), ("index", -1), ("index", True),
    ("size", 0), ("size", 2**32), ("path", {}), ("path", ["AB" * 32]), ("path", [1]), ("path", ["ab" * 31]),
    ("signed_at", "2026-06-10"), ("key", "k"), ("signature", "a"), ("more", 1),
])
def test_a_receipt_of_another_form_is_refused(sale: Sale, member: str, value: Any) -> None:
    with pytest.raises((verify.Refused, verify.Unreadable), match=r"."):
        check({**sale.log.receipt(6, 4, 9), member: value}, sale.log.receipt_key.vkey)


def test_the_command_prints_three_checks_and_tells_people(
    sale: Sale, receipt_command: Run, tmp_path: Path
) -> None:
    place = sale.places("bid")[1]
    receipt, key = sale.log.receipt(place, 0, place + 1), sale.log.receipt_key.vkey
    done = receipt_command(canonical(receipt), "--key", key)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"format": "receipt-report/v1", "ok": True, "checks": HOLDS}
    assert "回执密钥" in done.stderr.decode()

    file = tmp_path / "lot.zip"
    file.write_bytes(pack(bundle(sale.log, sale.subject)))
    log = ("--bundle", str(file), "--log-key", sale.log.key.vkey)
    assert receipt_command(canonical(receipt), "--key", key, *log).returncode == 0
    file.write_bytes(pack(bundle(Log(leaves=sale.log.leaves[:place]), sale.subject)))
    done = receipt_command(canonical(receipt), "--key", key, *log, "--lang", "en")
    assert (done.returncode, json.loads(done.stdout)["checks"]["in_bundle"]) == (1, False)
    assert b"dropped or changed" in done.stderr


def test_the_command_refuses_what_is_no_receipt_and_half_a_comparison(
    receipt_command: Run, sale: Sale
) -> None:
    key = sale.log.receipt_key.vkey
    good = canonical(sale.log.receipt(6, 4, 9))
    for raw, options in ((b"", ()), (b"{}", ()), (b"[]", ()), (b"\xff", ()), (good, ("--bundle", "x.zip")),
                         (good, ("--log-key", key)), (good, ("--bundle", "nowhere", "--log-key", key))):
        done = receipt_command(raw, "--key", key, *options)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.strip()
        assert b"Traceback" not in done.stderr


def test_the_proof_of_a_leaf_holds_as_a_receipt_does_under_the_key_of_the_log(
    sale: Sale, receipt_command: Run, tmp_path: Path
) -> None:
    place, key = sale.places("bid")[1], sale.log.key.vkey
    proof, file = sale.log.proof(place), tmp_path / "lot.zip"
    done = receipt_command(proof, "--key", key)
    assert (done.returncode, json.loads(done.stdout)["checks"]) == (0, HOLDS)
    file.write_bytes(pack(bundle(sale.log, sale.subject)))
    against = ("--bundle", str(file), "--log-key", key)
    assert json.loads(receipt_command(proof, "--key", key, *against).stdout)["checks"]["in_bundle"] is True
    file.write_bytes(pack(bundle(Log(leaves=sale.log.leaves[:place]), sale.subject)))
    done = receipt_command(proof, "--key", key, *against)
    assert (done.returncode, json.loads(done.stdout)["checks"]["in_bundle"]) == (1, False)


def test_a_proof_of_which_anything_was_changed_does_not_hold(sale: Sale, receipt_command: Run) -> None:
    place = sale.places("bid")[1]
    proof, key = sale.log.proof(place), sale.log.key.vkey
    other = sale.log.proof(place + 1)
    for changed in (proof.replace(b"index ", b"index 1", 1), proof[:-9] + b"AAAAAAA=\n",
                    b"\n".join([*other.split(b"\n")[:3], *proof.split(b"\n")[3:]])):
        assert receipt_command(changed, "--key", key).returncode in (1, 2), changed
    for wrong in (Key("elsewhere.example"), Log(word="other").key):
        done = receipt_command(proof, "--key", wrong.vkey)
        assert (done.returncode, json.loads(done.stdout)["checks"]["signature"]) == (1, False)
    for raw in (b"c2sp.org/tlog-proof@v1\n", proof[:60], proof.partition(b"\n\n")[0]):
        done = receipt_command(raw, "--key", key)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Traceback" not in done.stderr


def test_what_the_builder_signs_is_a_bid(sale: Sale) -> None:
    receipt = sale.log.receipt(sale.places("bid")[0], 0, len(sale.log.leaves))
    assert json.loads(b64decode(receipt["leaf"]))["kind"] == "bid"
    assert b64(b64decode(receipt["signature"])) == receipt["signature"]
