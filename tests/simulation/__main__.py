"""``make simulate``: many seeds by hand, or one with its trace; writes its figures into RELIABILITY.md."""

import argparse
import sys
from multiprocessing import Pool, cpu_count

from tests.simulation.check import Verdict, simulate
from tests.simulation.invariants import CHECKS
from tests.simulation.mutants import MUTANTS
from tests.simulation.report import Counted, write_runs
from tests.simulation.teeth import hunt

SHOWN = 60
"""Lines of a trace before what went wrong."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=cpu_count())
    parser.add_argument("--write", action="store_true", help="put the figures into RELIABILITY.md")
    wanted = parser.parse_args()
    if wanted.seed is not None:
        return show(simulate(wanted.seed), most=None)
    return run(range(wanted.first, wanted.first + wanted.seeds), wanted.jobs, writes=wanted.write)


def run(seeds: range, jobs: int, *, writes: bool) -> int:
    """All of them; stops at the first that fails."""
    counted = Counted(seeds)
    with Pool(jobs) as pool:
        for verdict in pool.imap(simulate, seeds, chunksize=20):
            if verdict.violations:
                pool.terminate()
                return show(verdict, most=SHOWN)
            counted.add(verdict)
            if counted.seeds % 500 == 0:
                say(counted.line())
    say(counted.line())
    if writes:
        write_runs(counted, [(mutant, hunt(mutant)) for mutant in MUTANTS], invariants=len(CHECKS))
    return 0


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
