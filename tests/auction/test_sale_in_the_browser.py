"""What a page knows of a sale, by the script that keeps it: ranges that adjoin, gaps that are fetched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_only_a_range_that_no_message_told_of_is_missing() -> None:
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "sale.test.mjs")], capture_output=True, text=True,
        check=False, timeout=60,
        env={**os.environ, "SALE_MODULE": (ROOT / "static" / "auction" / "sale.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert "ranges adjoin" in done.stdout
