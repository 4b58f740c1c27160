"""Runs seeds and says what they broke."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.simulation.invariants import CHECKS, ON_COMMIT
from tests.simulation.run import Parts, Run
from tests.simulation.world import START


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one seed."""

    seed: int
    steps: int
    simulated: timedelta
    bids: int
    accepted: int
    violations: tuple[str, ...]
    trace: tuple[str, ...] = field(repr=False, default=())


def simulate(seed: int, parts: Parts | None = None, only: str | None = None) -> Verdict:
    """Play one seed until it is over, or until something is wrong; by one invariant, or by all."""
    checks = {name: check for name, check in CHECKS.items() if only in (None, name)}
    run = Run(seed, parts or Parts())
    seen, commits = -1, -1
    violations: list[str] = []
    going_on = True
    while going_on and not violations:
        going_on = run.step()
        if run.world.version == seen and going_on:
            continue
        now = sum(run.database.versions.values())
        changed = now != commits or not going_on
        seen, commits = run.world.version, now
        violations = [f"{name}: {found}" for name, check in checks.items()
                      if changed or name not in ON_COMMIT for found in check(run)]
    bids = [row for rows in run.database.bids.values() for row in rows]
    return Verdict(seed, run.world.steps, run.world.now - START, len(bids),
                   sum(row.decision.accepted for row in bids), tuple(violations),
                   tuple(f"{(at - START).total_seconds():9.3f} {text}" for at, text in run.world.trace))
