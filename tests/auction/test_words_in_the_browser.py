"""What the room's scripts say in words and figures."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_an_end_tomorrow_is_said_with_its_day(tmp_path: Path) -> None:
    for name in ("auction/words.js", "js/money.js"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(ROOT / "static" / name, tmp_path / name)
    (tmp_path / "package.json").write_text('{"type": "module"}')  # as <script type="module"> says
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "words.test.mjs")], capture_output=True, text=True,
        check=False, timeout=60,
        env={**os.environ, "WORDS_MODULE": (tmp_path / "auction" / "words.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert "with their day" in done.stdout
