"""The table of RELIABILITY.md that a run writes: a row for each fault, newest result wins."""

import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.outcome import Outcome

PAGE = Path(__file__).parents[2] / "RELIABILITY.md"
BEGIN, END = "<!-- make faults writes from here -->\n", "<!-- to here -->\n"
HEAD = ("| fault | what was done | N | counted | held | rate of failures (95 %) | run |\n"
        "|---|---|---|---|---|---|---|\n")
_ROW = re.compile(r"^\| (F\d+) \| .*$", re.MULTILINE)
_NOTE = re.compile(r"^- (F\d+): .*$", re.MULTILINE)


def row(outcome: Outcome, run: str) -> str:
    counted = ", ".join(f"{name} {_shown(value)}" for name, value in outcome.facts.items())
    held = "; ".join(f"{'' if one.held else '**NOT** '}{one.says}: {one.found}" for one in outcome.criteria)
    return (f"| {outcome.fault} | {outcome.what} | {outcome.tries:,} | {counted} | {held} | {outcome.bound} "
            f"| {run}, {outcome.seconds:.0f} s |")


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def write(outcomes: Iterable[Outcome]) -> None:
    """Put these results in the place of the old ones of the same faults; the others stay."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    old, after = rest.split(END, 1)
    table = _merged(old, list(outcomes), _this_run())
    PAGE.write_text(before + BEGIN + table + END + after, encoding="utf-8")


def _merged(old: str, outcomes: list[Outcome], run: str) -> str:
    rows = {one[1]: one[0] for one in _ROW.finditer(old)}
    notes = {one[1]: one[0] for one in _NOTE.finditer(old)}
    for outcome in outcomes:
        rows[outcome.fault] = row(outcome, run)
        notes[outcome.fault] = f"- {outcome.fault}: {outcome.not_covered}"
    return (HEAD + "".join(f"{rows[one]}\n" for one in sorted(rows, key=_number))
            + "\n**What these runs do not show**\n\n"
            + "".join(f"{notes[one]}\n" for one in sorted(notes, key=_number)))


def _number(fault: str) -> int:
    return int(fault[1:])


def _this_run() -> str:
    """The day, and the commit that was run."""
    named = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PAGE.parent, text=True,
                           capture_output=True, check=False).stdout.strip()
    return f"{datetime.now(UTC):%Y-%m-%d} {named}".strip()
