"""The browser's recomputation (static/verify/jdraw.js) agrees with this one, run by Node."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_the_module_of_the_public_page_knows_every_answer_and_refusal(tmp_path: Path) -> None:
    modules = tmp_path / "verify"
    shutil.copytree(ROOT / "static" / "verify", modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')  # as <script type="module"> says
    done = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap", str(ROOT / "tests" / "js" / "jdraw.test.mjs")],
        capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ,
             "JDRAW_MODULE": (modules / "jdraw.js").as_uri(),
             "SM3_MODULE": (modules / "sm3.js").as_uri(),
             "STRICTJSON_MODULE": (modules / "strictjson.js").as_uri(),
             "VECTORS": str(ROOT / "tests" / "vectors" / "draw.json"),
             "BAD_TRANSCRIPTS": str(ROOT / "tests" / "vectors" / "bad_transcripts.json")})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# fail 0" in done.stdout
