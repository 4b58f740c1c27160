"""Run the benchmarks named on the command line, or all of them."""

import sys
from importlib import import_module

BENCHMARKS = ("start", "pages", "public", "bids", "fanout", "curves", "log", "verify", "desk")


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        for figure in import_module(f"benchmarks.{name}").measure():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
