"""The tables of RELIABILITY.md that a run writes, between two marks."""

from pathlib import Path

from tests.simulation.kept import Counted
from tests.simulation.mutants import Mutant
from tests.simulation.teeth import Caught

PAGE = Path(__file__).parents[2] / "RELIABILITY.md"
BEGIN, END = "<!-- make simulate writes from here -->\n", "<!-- to here -->\n"


def write_runs(counted: Counted, hunts: list[tuple[Mutant, Caught | None]], *, invariants: int) -> None:
    """Put the newest figures in the place of the old ones."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + _tables(counted, hunts, invariants) + END + after, encoding="utf-8")


def _tables(counted: Counted, hunts: list[tuple[Mutant, Caught | None]], invariants: int) -> str:
    bound = 3 / counted.seeds
    lines = [
        f"Seeds {counted.ranges()}: {counted.line()}; {invariants} invariants after "
        "every step that could break one.",
        f"No failure in {counted.seeds:,} seeds bounds the rate of failing seeds by 3/N = {bound:.4%} "
        "(95 %).",
        "", "| mistake put in | invariant | seed | steps |", "|---|---|---|---|"]
    for mutant, caught in hunts:
        found = "not caught | " if caught is None else f"{caught.seed} | {caught.steps:,}"
        lines.append(f"| {mutant.name} | {mutant.invariant} | {found} |")
    return "\n".join(lines) + "\n"
