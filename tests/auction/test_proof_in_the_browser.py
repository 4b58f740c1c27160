"""Receipts and the signed word on an end (T4), checked by the script that checks them in a browser."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.rules.leaves import LeafWriter, text
from audit.rules.receipts import SignedTree, receipt_key_name, signed_message
from audit.rules.tree import Tree
from kernel.formats import BEIJING, canonical
from kernel.signing import Keyring

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "court.example/luochui"
AT = datetime(2026, 6, 11, 10, 0, 0, 250_000, tzinfo=BEIJING)
KEYS = Keyring(bytes(range(32)))
SOLD = {"state": "sold", "winner_code": "K7302", "price_fen": 238_000_000,
        "closed_at": "2026-06-11T10:00:00.000+08:00", "accepted": 17, "extensions": 3}
FAILED = SOLD | {"state": "failed", "winner_code": None, "price_fen": None, "accepted": 0, "extensions": 0}


def commit(*acts: tuple[str, str, dict[str, Any]], by: str = receipt_key_name(ORIGIN),
           signed_at: datetime = AT) -> list[dict[str, Any]]:
    """The receipts of one commit of (kind, subject, body)."""
    write = LeafWriter(ORIGIN, AT)
    leaves = [write.leaf(text(kind), text(subject), 1, "0" * 64, text("system"), canonical(body))
              for kind, subject, body in acts]
    tree = Tree([digest for _, digest in leaves])
    signer = KEYS.signer(by)
    signed = SignedTree(ORIGIN, [raw for raw, _ in leaves], tree, signed_at, signer.vkey,
                        signer.sign(signed_message(ORIGIN, tree.root, tree.size, signed_at)))
    return [{"receipt": json.loads(receipt), "hash": digest.hex()}
            for receipt, (_, digest) in zip(signed.receipts, leaves, strict=True)]


def end(outcome: dict[str, Any]) -> dict[str, Any]:
    """A message's word on an end, before its receipt."""
    return {"outcome": outcome["state"], "winner": outcome["winner_code"], "reason": None,
            **{name: outcome[name] for name in ("price_fen", "closed_at", "accepted", "extensions")}}


def cases() -> dict[str, Any]:
    receipts = [one for size in (1, 2, 3, 4, 5, 8, 13, 37)
                for one in commit(*[("bid", f"lot:lot-1/{step + 1}", {"step": step, "word": "出价"})
                                    for step in range(size)])]
    given = [one["receipt"] for one in commit(
        ("lot.closed", "lot:lot-1/2", {"outcome": SOLD}), ("lot.closed", "lot:lot-1/2", {"outcome": FAILED}),
        ("lot.withdrawn", "lot:lot-1/2", {"ground": "creditor", "reason": "撤回"}),
        ("bid", "lot:lot-1/2", {}), ("lot.closed", "lot:lot-1/1", {"outcome": SOLD}))]
    withdrawn = end(FAILED) | {"outcome": "withdrawn", "reason": "撤回", "accepted": 4}
    ends = zip(("sold", "failed", "withdrawn", "bid", "elsewhere"),
               (end(SOLD), end(FAILED), withdrawn, {}, end(SOLD)), given, strict=True)
    act: tuple[str, str, dict[str, Any]] = ("bid", "lot:lot-1/1", {})
    (misnamed,) = commit(act, by=f"{ORIGIN}/log")
    (misdated,) = commit(act, signed_at=AT + timedelta(seconds=1))
    return {"receipts": receipts, "misnamed": misnamed["receipt"], "misdated": misdated["receipt"], "ends": {
        name: said | {"receipt": receipt} for name, said, receipt in ends},
            "key": KEYS.signer(receipt_key_name(ORIGIN)).vkey,
            "other": Keyring(bytes(32)).signer(receipt_key_name(ORIGIN)).vkey}


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
@pytest.mark.parametrize("mode", ["all", "no-curve", "no-subtle"])
def test_a_browser_believes_what_the_platform_signed_and_nothing_that_was_changed(mode: str) -> None:
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "proof.test.mjs")], input=json.dumps(cases()),
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "MODE": mode, "PROOF_MODULE": (ROOT / "static" / "auction" / "proof.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert "73 receipts hold" in done.stdout
