"""What a benchmark says: a name, the median, and the runs it was taken from."""

import json
import os
import platform
import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity; ``runs`` in the order in which they were measured."""

    name: str
    unit: str
    runs: list[float]

    def line(self) -> str:
        """Return the figure as one line of JSON, with the machine it holds for."""
        return json.dumps(
            {
                "bench": self.name,
                "median": round(statistics.median(self.runs), 4),
                "unit": self.unit,
                "runs": [round(run, 4) for run in self.runs],
                "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            },
            ensure_ascii=False,
            sort_keys=True,
        )
