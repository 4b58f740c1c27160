"""A sum far above the least one: when the second press asks for one more deliberate act."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auction.rules.jump import JUMP_PERCENT, JUMP_STEPS, MISTYPED_TIMES, jump_of, times_text

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
ROOT = Path(__file__).resolve().parents[2]
LEAST, STEP = 241_000_000, 1_000_000
SUMS = [LEAST, LEAST + 4 * STEP, LEAST + 10 * STEP - 1, LEAST + 10 * STEP, LEAST + 11 * STEP + 1,
        5 * LEAST - 1, 5 * LEAST, 10 * LEAST, 90_071_992_547_409]


def test_an_ordinary_bid_and_the_chips_of_the_room_ask_for_nothing() -> None:
    assert jump_of(LEAST, LEAST, STEP) is None
    assert jump_of(LEAST + 4 * STEP, LEAST, STEP) is None
    assert jump_of(LEAST + 10 * STEP - 1, LEAST, STEP) is None


def test_ten_steps_or_a_tenth_more_are_a_jump_whichever_comes_first() -> None:
    found = jump_of(LEAST + 10 * STEP, LEAST, STEP)
    assert found is not None
    assert (found.over_fen, found.steps, found.percent, found.looks_mistyped) == (10 * STEP, 10, 104, False)
    wide = 100_000_000
    assert jump_of(wide * 11 // 10 - 1, wide, 5_000_000) is None
    assert jump_of(wide * 11 // 10, wide, 5_000_000) is not None


def test_one_zero_too_many_is_always_noticed_and_named() -> None:
    found = jump_of(10 * LEAST, LEAST, STEP)
    assert found is not None
    assert found.looks_mistyped
    assert times_text(found.percent) == "10"


@pytest.mark.parametrize(("percent", "shown"),
                         [(104, "1.04"), (110, "1.1"), (1000, "10"), (100, "1"), (2050, "20.5")])
def test_a_multiple_is_written_short(percent: int, shown: str) -> None:
    assert times_text(percent) == shown


@pytest.mark.skipif(NODE is None, reason="needs Node, which `make setup` brings")
def test_the_browser_finds_the_same_jumps(tmp_path: Path) -> None:
    shutil.copy(ROOT / "static" / "auction" / "jump.js", tmp_path / "jump.mjs")
    cases = []
    for amount in SUMS:
        found = jump_of(amount, LEAST, STEP)
        cases.append({"fen": amount, "least": LEAST, "increment": STEP, "expect": None if found is None else {
            "over": found.over_fen, "steps": found.steps, "percent": found.percent,
            "mistyped": found.looks_mistyped}, "times": times_text(found.percent) if found else ""})
    limits = {"steps": JUMP_STEPS, "percent": JUMP_PERCENT, "times": MISTYPED_TIMES}
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests" / "js" / "jump.test.mjs")], capture_output=True, text=True,
        check=False, timeout=60, input=json.dumps({"limits": limits, "cases": cases}),
        env={**os.environ, "JUMP_MODULE": (tmp_path / "jump.mjs").as_uri()})
    assert done.returncode == 0, done.stderr
    assert f"{len(SUMS)} sums agree" in done.stdout
