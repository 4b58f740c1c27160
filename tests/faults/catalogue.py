"""The faults: every module of this folder that is called ``fNN_what_happens`` is one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from tests.faults.outcome import Outcome, Size


@dataclass(frozen=True)
class Fault:
    """One of them: its number such as ``F1``, what happens and must hold, and how it is done."""

    name: str
    title: str
    run: Callable[[Size], Outcome]

    def tried(self, size: Size) -> Outcome:
        """Do it, and note how long that took."""
        began = time.monotonic()
        outcome = self.run(size)
        return replace(outcome, seconds=time.monotonic() - began)


def faults() -> list[Fault]:
    """All of them, by their number."""
    found = []
    for path in sorted(Path(__file__).parent.glob("f[0-9][0-9]_*.py")):
        module = import_module(f"tests.faults.{path.stem}")
        found.append(Fault(f"F{int(path.stem[1:3])}", module.TITLE, module.run))
    return found
