"""The tables of RELIABILITY.md that a run writes, between two marks."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.simulation.check import Verdict
from tests.simulation.mutants import Mutant
from tests.simulation.teeth import Caught

PAGE = Path(__file__).parents[2] / "RELIABILITY.md"
BEGIN, END = "<!-- make simulate writes from here -->\n", "<!-- to here -->\n"


@dataclass
class Counted:
    """What a run of many seeds was made of."""

    of: range
    seeds: int = 0
    steps: int = 0
    bids: int = 0
    accepted: int = 0
    simulated: timedelta = timedelta(0)

    def add(self, verdict: Verdict) -> None:
        self.seeds += 1
        self.steps += verdict.steps
        self.bids += verdict.bids
        self.accepted += verdict.accepted
        self.simulated += verdict.simulated

    def line(self) -> str:
        hours = self.simulated / timedelta(hours=1)
        return (f"{self.seeds:,} seeds, {self.steps:,} steps, {hours:,.1f} simulated hours, "
                f"{self.bids:,} bids judged, {self.accepted:,} accepted, 0 violations")


def write_runs(counted: Counted, hunts: list[tuple[Mutant, Caught | None]], *, invariants: int) -> None:
    """Put the newest figures in the place of the old ones."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + _tables(counted, hunts, invariants) + END + after, encoding="utf-8")


def _tables(counted: Counted, hunts: list[tuple[Mutant, Caught | None]], invariants: int) -> str:
    bound = 3 / counted.seeds
    lines = [
        f"Seeds {counted.of.start} to {counted.of.stop - 1}: {counted.line()}; {invariants} invariants after "
        "every step that could break one.",
        f"No failure in {counted.seeds:,} seeds bounds the rate of failing seeds by 3/N = {bound:.4%} "
        "(95 %).",
        "", "| mistake put in | invariant | seed | steps |", "|---|---|---|---|"]
    for mutant, caught in hunts:
        found = "not caught | " if caught is None else f"{caught.seed} | {caught.steps:,}"
        lines.append(f"| {mutant.name} | {mutant.invariant} | {found} |")
    return "\n".join(lines) + "\n"
