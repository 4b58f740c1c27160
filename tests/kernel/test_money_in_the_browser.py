"""The browser says amounts as the server does: one JavaScript module, checked against kernel/money.py."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.money import MOST_FEN, Fen, capitals, yuan_text

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]


def wan_text(fen: int) -> str:
    whole, rest = divmod(fen, 1_000_000)
    return f"{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_capitals_and_figures_agree_with_the_server(tmp_path: Path) -> None:
    shutil.copy(ROOT / "static" / "js" / "money.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')  # as <script type="module"> says
    chance = random.Random(20261121)  # noqa: S311 - spread, not secrecy
    amounts = [0, 1, 10, 99, 100, 101, 110, 1_000, 10_700_053, 100_000_000, 1_000_000_000_100, MOST_FEN,
               *(chance.randrange(10 ** chance.randrange(1, 16)) for _ in range(2000)),
               *(chance.randrange(1, 10) * 10 ** chance.randrange(0, 15) for _ in range(200))]
    cases = [{"fen": str(fen), "text": yuan_text(fen), "words": capitals(Fen(fen)), "short": wan_text(fen)}
             for fen in amounts]
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "money.test.mjs")], input=json.dumps(cases),
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "MONEY_MODULE": (tmp_path / "money.js").as_uri()})
    assert done.returncode == 0, done.stderr
    assert f"{len(cases)} amounts agree" in done.stdout
