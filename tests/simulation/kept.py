"""Runs that can be broken off, gone on with, and divided: each hundred seeds that held stand in a file.

A line belongs to one state of the engine and of the simulation; what was found of another one is not
counted. Several runs, on several machines if need be, may write to one file, or to files put together.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from tests.simulation.check import Verdict

PART = 100
_ROOT = Path(__file__).parents[2]
_DECIDES = {
    "auction/rules": ("bidding", "closing", "engine", "lifecycle", "replay", "taking"),
    "tests/simulation": ("check", "clients", "clocks", "database", "faults", "house", "invariants", "machine",
                         "network", "process", "rooms", "run", "world"),
}


def state_of_the_engine() -> str:
    """A digest of all that decides what a seed does."""
    digest = sha256()
    for folder, names in _DECIDES.items():
        for name in names:
            path = _ROOT / folder / f"{name}.py"
            digest.update(f"{folder}/{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@dataclass
class Counted:
    """What runs were made of; ``parts`` are the hundreds of seeds that held."""

    parts: set[int] = field(default_factory=set)
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

    def put(self, part: int, other: "Counted") -> None:
        """Count a part, once."""
        if part in self.parts:
            return
        self.parts.add(part)
        self.seeds += other.seeds
        self.steps += other.steps
        self.bids += other.bids
        self.accepted += other.accepted
        self.simulated += other.simulated

    def line(self) -> str:
        hours = self.simulated / timedelta(hours=1)
        return (f"{self.seeds:,} seeds, {self.steps:,} steps, {hours:,.1f} simulated hours, "
                f"{self.bids:,} bids judged, {self.accepted:,} accepted, 0 violations")

    def ranges(self) -> str:
        """Which seeds, in words."""
        found: list[list[int]] = []
        for part in sorted(self.parts):
            if found and found[-1][1] == part:
                found[-1][1] = part + 1
            else:
                found.append([part, part + 1])
        return ", ".join(f"{first * PART} to {last * PART - 1}" for first, last in found)


def read(paths: Iterable[Path]) -> Counted:
    """What stands in these files of the present state of the engine."""
    state, counted = state_of_the_engine(), Counted()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            kept = json.loads(line)
            if kept["state"] == state:
                counted.put(kept["part"], Counted(
                    set(), PART, kept["steps"], kept["bids"], kept["accepted"],
                    timedelta(milliseconds=kept["simulated_ms"])))
    return counted


def keep(path: Path, part: int, counted: Counted, state: str) -> None:
    """Write down a part that held."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({
            "state": state, "part": part, "steps": counted.steps, "bids": counted.bids,
            "accepted": counted.accepted,
            "simulated_ms": counted.simulated // timedelta(milliseconds=1)}) + "\n")
