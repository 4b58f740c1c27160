"""What a benchmark says: a figure, what it is held against, and the machine and commit it holds for."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity and its baseline (a naive design, or the physical limit), from the same run.

    Each is the median of its runs; ``ratio`` is ours to the baseline's.
    """

    name: str
    unit: str
    runs: list[float]
    baseline_runs: list[float]

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        value, baseline = statistics.median(self.runs), statistics.median(self.baseline_runs)
        return json.dumps(
            {
                "name": self.name,
                "value": round(value, 4),
                "unit": self.unit,
                "baseline": round(baseline, 4),
                "ratio": round(value / baseline, 3) if baseline else None,
                "machine": machine,
                "commit": commit(),
            },
            ensure_ascii=False,
        )


@cache
def commit() -> str:
    """What is measured; ``+`` where the working tree differs from it."""
    asked = ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    answer = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "no git"
