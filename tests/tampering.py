"""Tampering, counted: T1 to T12 of the reliability plan, each at so many random places.

``TAMPER`` says at how many: 50 in ``make test``, 1,000 in ``make tamper``, which loads this module as a
plugin too: it counts what was found, and ``WRITE=1`` puts the rows into RELIABILITY.md.
"""

import os
import random
import re
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

TIMES: Final = int(os.environ.get("TAMPER", "50"))
PAGE: Final = Path(__file__).parents[1] / "RELIABILITY.md"
BEGIN, END = "<!-- make tamper writes from here -->\n", "<!-- to here -->\n"
HEAD: Final = ("| | what was done | what shows it | places | found | run |\n"
               "|---|---|---|---|---|---|\n")
WHAT: Final = {
    "T1": ("a field of a leaf changed: each of the ten; a bid's decision, signed anew with the stolen key",
           "the bundle alone"),
    "T2": ("a leaf left out, put in between, two exchanged, lines in another order", "the bundle alone"),
    "T3": ("a row of a sale changed and not its leaf; a leaf and not its row, hashes and chain made to fit",
           "`flask audit check`"),
    "T4": ("the tail cut off; the last bid left out with the stolen key",
           "a later checkpoint; a receipt or a proof of the bid. **Without one of them nothing shows it**"),
    "T5": ("the tail rewritten from any leaf on, with the stolen key",
           "a checkpoint known outside, or a witness. **Without one of them nothing shows it**"),
    "T6": ("two histories for two auditors", "their two checkpoints"),
    "T7": ("one bit turned over in a leaf, a hash, a proof, a signature, anywhere in the file",
           "the bundle alone"),
    "T8": ("the middle of a chain changed, first and last leaf as they were", "the bundle alone"),
    "T9": ("another log's origin, or another key of the same name", "the pinned key"),
    "T10": ("one fen moved between two postings, a transfer doubled, balances made to fit",
            "`flask ledger check`"),
    "T11": ("a draw: pool, candidate, contribution, secret, role, result, with the stolen key",
            "the bundle alone"),
    "T12": ("nothing: bundles that nobody touched", "no alarm"),
}
_ROW: Final = re.compile(r"^\| (T\d+) \| .*\n", re.MULTILINE)


class Chance(random.Random):
    """The chance of one place, the same in every run; ``name`` begins with the row, T1 to T12."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"{name} {number}")
        self.name = name


def seeded(name: str) -> pytest.MarkDecorator:
    """A test of ``rng`` for each place."""
    return pytest.mark.parametrize("rng", [Chance(name, number) for number in range(TIMES)],
                                   ids=[str(number) for number in range(TIMES)])


# What counts, as a plugin of pytest.

_tried: Counter[str] = Counter()
_found: Counter[str] = Counter()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell each report which row it belongs to, also where other processes run the tests."""
    for item in items:
        rng = getattr(getattr(item, "callspec", None), "params", {}).get("rng")
        if isinstance(rng, Chance):
            item.user_properties.append(("tamper", f"{rng.name} 1"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the places of a test that has ended, and those found."""
    if report.when != "call":
        return
    for name, value in report.user_properties:
        if name == "tamper":
            row, places = str(value).split()[0], int(str(value).split()[-1])
            _tried[row] += places
            _found[row] += places if report.passed else 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table, and write it where that is asked for."""
    rows = _rows()
    terminalreporter.write_line("\n" + HEAD + "".join(rows.values()))
    if os.environ.get("WRITE"):
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        old, after = rest.split(END, 1)
        rows = {one[1]: one[0] for one in _ROW.finditer(old)} | rows   # those that were not run now stay
        table = HEAD + "".join(rows[row] for row in WHAT if row in rows)
        PAGE.write_text(before + BEGIN + table + END + after, encoding="utf-8")


def _rows() -> dict[str, str]:
    named = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PAGE.parent, text=True,
                           capture_output=True, check=False).stdout.strip()
    run = f"{datetime.now(UTC):%Y-%m-%d} {named}"
    return {row: f"| {row} | {what} | {shown_by} | {_tried[row]:,} | {_share(row)} | {run} |\n"
            for row, (what, shown_by) in WHAT.items() if _tried[row]}


def _share(row: str) -> str:
    if row == "T12":
        return f"{_tried[row] - _found[row]:,} false alarms"
    return "all" if _found[row] == _tried[row] else f"**{_found[row]:,}**"
