"""A bid followed into the signed log, by the script that does it in a browser: how often it asks."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.bundles import Log, Sale

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_a_bid_is_asked_for_when_it_may_be_there_once_and_only_what_is_proved_counts() -> None:
    log = Log(leaves=Sale(random.Random(3)).log.leaves[:9])  # noqa: S311 - the same course in every run
    given = {
        "origin": log.origin, "receiptKey": log.receipt_key.vkey, "logKey": log.key.vkey,
        "bids": [{"receipt": log.receipt(index, 0, 9), "leaf": {"index": index}} for index in range(9)],
        "proofs": [log.proof(index).decode() for index in range(9)]}
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "following.test.mjs")], input=json.dumps(given),
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "FOLLOWING_MODULE": (ROOT / "static" / "auction" / "following.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert "bids are followed" in done.stdout
