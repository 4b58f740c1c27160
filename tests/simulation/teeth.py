"""Hunting a mutant: seed after seed, until its invariant notices."""

from dataclasses import dataclass

from tests.simulation.check import simulate
from tests.simulation.mutants import Mutant

MOST_SEEDS = 400


@dataclass(frozen=True, slots=True)
class Caught:
    seed: int
    steps: int
    what: str


def hunt(mutant: Mutant, seeds: int = MOST_SEEDS) -> Caught | None:
    """The first of the seeds whose run shows the mistake; None if none of them does."""
    with mutant.at_work() as parts:
        for seed in range(mutant.from_seed, mutant.from_seed + seeds):
            verdict = simulate(seed, parts, only=mutant.invariant)
            if verdict.violations:
                return Caught(seed, verdict.steps, verdict.violations[0])
    return None
