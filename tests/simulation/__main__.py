"""``make simulate``: many seeds by hand, or one with its trace; writes its figures into RELIABILITY.md."""

import argparse
import sys
import traceback
from collections.abc import Iterable
from multiprocessing import Pool, cpu_count
from pathlib import Path

from tests.simulation import kept
from tests.simulation.check import Verdict, simulate
from tests.simulation.invariants import CHECKS
from tests.simulation.kept import PART, Counted
from tests.simulation.mutants import MUTANTS
from tests.simulation.report import write_runs
from tests.simulation.teeth import hunt

SHOWN = 60
"""Lines of a trace before what went wrong."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=2_000, help="in whole hundreds")
    parser.add_argument("--first", type=int, default=0, help="where to begin, in whole hundreds")
    parser.add_argument("--seed", type=int, help="this one alone, with its trace")
    parser.add_argument("--jobs", type=int, default=cpu_count())
    parser.add_argument("--keep", type=Path, help="a file of what held and need not run again")
    parser.add_argument("--write", action="store_true", help="put the figures into RELIABILITY.md")
    wanted = parser.parse_args()
    if wanted.seed is not None:
        return show(simulate(wanted.seed), most=None)
    parts = range(wanted.first // PART, (wanted.first + wanted.seeds) // PART)
    return run(parts, wanted.jobs, keep=wanted.keep, writes=wanted.write)


def run(parts: range, jobs: int, *, keep: Path | None, writes: bool) -> int:
    """All of them that were not run before; stops at the first that fails."""
    state = kept.state_of_the_engine()
    counted = kept.read([keep] if keep else [])
    for part, found in played([part for part in parts if part not in counted.parts], jobs):
        if isinstance(found, int):
            return show(simulate(found), most=SHOWN)
        if keep:
            kept.keep(keep, part, found, state)
        counted.put(part, found)
        if len(counted.parts) % 5 == 0:
            say(counted.line())
    say(counted.line())
    if writes:
        write_runs(counted, [(mutant, hunt(mutant)) for mutant in MUTANTS], invariants=len(CHECKS))
    return 0


def played(parts: list[int], jobs: int) -> Iterable[tuple[int, Counted | int]]:
    """Each part with what it was made of, or with the seed that fails."""
    if jobs == 1:
        yield from map(play, parts)
        return
    with Pool(jobs) as pool:
        yield from pool.imap(play, parts)


def play(part: int) -> tuple[int, Counted | int]:
    counted = Counted()
    for seed in range(part * PART, (part + 1) * PART):
        try:
            verdict = simulate(seed)
        except Exception:   # named, so that it can be run alone; there it is raised again
            traceback.print_exc()
            return part, seed
        if verdict.violations:
            return part, seed
        counted.add(verdict)
    return part, counted


def show(verdict: Verdict, most: int | None) -> int:
    """One seed with its trace, the newest lines last."""
    lines = verdict.trace if most is None else verdict.trace[-most:]
    if len(lines) < len(verdict.trace):
        say(f"… {len(verdict.trace) - len(lines)} lines before")
    for line in lines:
        say(line)
    for violation in verdict.violations:
        say(f"seed {verdict.seed}, step {verdict.steps}: {violation}")
    if not verdict.violations:
        say(f"seed {verdict.seed}: {verdict.steps} steps, {verdict.bids} bids, nothing wrong")
    return 1 if verdict.violations else 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
