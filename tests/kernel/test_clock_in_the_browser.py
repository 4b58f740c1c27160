"""The clock of a page is the server's, also after the demo's clock was walked in another window."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_a_page_follows_a_clock_that_was_walked_and_no_late_message(tmp_path: Path) -> None:
    shutil.copy(ROOT / "static" / "js" / "clock.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')  # as <script type="module"> says
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "clock.test.mjs")], capture_output=True, text=True,
        check=False, timeout=60,
        env={**os.environ, "CLOCK_MODULE": (tmp_path / "clock.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert "the clock follows" in done.stdout
