"""``make faults``: every fault in its full form, or those that are named; 1 if one did not hold."""

import argparse
import sys

from tests.faults.catalogue import faults
from tests.faults.outcome import Outcome, Size
from tests.faults.places import close_all
from tests.faults.report import write


def main() -> int:
    known = {one.name: one for one in faults()}
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("faults", nargs="*", metavar="fault", help=f"one of {', '.join(known)}; default all")
    parser.add_argument("--short", action="store_true", help="as make test does it")
    parser.add_argument("--write", action="store_true", help="put the table into RELIABILITY.md")
    given = parser.parse_args()
    unknown = [name for name in given.faults if name not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)}: there is {', '.join(known)}")
    outcomes = []
    try:
        for name in given.faults or known:
            outcome = known[name].tried(Size.SHORT if given.short else Size.FULL)
            outcomes.append(outcome)
            show(known[name].title, outcome)
            if given.write:
                write([outcome])   # at once: a later one that breaks off takes no earlier figures with it
    finally:
        close_all()
    return 0 if all(one.held for one in outcomes) else 1


def show(title: str, outcome: Outcome) -> None:
    """One outcome as people read it."""
    lines = [f"{outcome.fault}  {title}",
             f"    {outcome.what}: {outcome.tries:,} tries in {outcome.seconds:.0f} s, "
             f"rate of failures {outcome.bound}"]
    lines += [f"    {name}: {value:,.2f}" if isinstance(value, float) else f"    {name}: {value}"
              for name, value in outcome.facts.items()]
    lines += [f"    {'held    ' if one.held else 'NOT HELD'} {one.says}: {one.found}"
              for one in outcome.criteria]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
