"""The lot engine under a thousand faults: every invariant after every step, and nothing left to luck."""

import pytest

from auction.rules.closing import Fault
from tests.simulation.check import simulate
from tests.simulation.invariants import CHECKS
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.run import Run
from tests.simulation.teeth import hunt


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_no_invariant_breaks_in_fifty_seeds(first: int) -> None:
    for seed in range(first, first + 50):
        verdict = simulate(seed)
        assert not verdict.violations, "\n".join((
            f"make simulate SEED={seed}", *verdict.trace[-40:], *verdict.violations))


def test_the_same_seed_is_the_same_run() -> None:
    assert simulate(17) == simulate(17)
    assert simulate(17).trace != simulate(18).trace


def test_runs_see_sales_that_close_that_are_held_for_every_fault_and_that_are_withdrawn() -> None:
    kinds: set[str] = set()
    faults: set[Fault | None] = set()
    for seed in (*range(23), 39, 59):
        run = Run(seed)
        while run.step():
            pass
        kinds |= {leaf.kind for leaf in run.database.log}
        faults |= {leaf.body[2] for leaf in run.database.log if leaf.kind == "lot.suspended"}
    assert kinds == {"bid", "lot.opened", "lot.closed", "lot.suspended", "lot.resumed", "lot.withdrawn"}
    assert faults == {None, *Fault} - {Fault.RESTORED}, "backups are in F18"


def test_every_invariant_has_a_mutant() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == set(CHECKS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.invariant}: {one.name}")
def test_an_invariant_notices_the_mistake_that_it_is_for(mutant: Mutant) -> None:
    assert hunt(mutant) is not None
