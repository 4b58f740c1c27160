"""Commands that answer a public file: they need no server, no database and no network.

docs/contracts.md: results on standard output (UTF-8, sorted keys), messages on standard error;
exit status 2 for an input that does not fit, 1 where something that was to be checked fails.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from kernel.formats import FormatError, parse_json, print_json

WORKED_CASE: Final = frozenset(("id", "what", "input", "expect"))


class Status(IntEnum):
    """Exit status; of several, the greatest counts."""

    DONE = 0
    FAILS = 1
    BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What one input gave. ``holds`` is False where a check failed."""

    value: Any
    holds: bool = True

    @property
    def status(self) -> Status:
        return Status.DONE if self.holds else Status.FAILS


Solve = Callable[[Any], Answer]


def answer(file: str, solve: Solve) -> Status:
    """Read ``file``, print what ``solve`` makes of the input, or of each input of a list.

    A worked case (``{"id", "what", "input", "expect"}``, as in tests/vectors) is solved and compared.
    A file that does not fit prints nothing on standard output; an input of a list that does not
    fit has its error in its place.

    Args:
        file: a path; ``-`` for standard input.
        solve: turns one parsed input into its answer, raises FormatError where it does not fit.
    """
    try:
        given = parse_json(read_bytes(file))
        results = [_solved(item, solve) for item in given] if isinstance(given, list) else None
        shown, status = _of_list(results) if results is not None else _of_one(solve(given))
    except FormatError as error:
        click.echo(printable(f"{file}: {error}"), err=True)
        return Status.BAD_INPUT
    except OSError as error:
        click.echo(printable(f"{file}: cannot be read: {error.strerror}"), err=True)
        return Status.BAD_INPUT
    print_value(shown)
    return status


@contextmanager
def readable() -> Iterator[None]:
    """Say in one sentence that there is no database, or one without our tables; exit status 2."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        click.echo(f"the database cannot be read: {error.orig} (DATA_DIR or DATABASE_URL says which one; "
                   "with LUOCHUI_MODE=demo the folder of `make run`)", err=True)
        sys.exit(Status.BAD_INPUT)


def read_bytes(file: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def printable(text: str) -> str:
    """A text as it is, but for signs by which a file could steer the terminal that shows it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def print_value(value: object) -> None:
    """Print one value as every offline command does, in UTF-8 whatever the terminal speaks."""
    sys.stdout.buffer.write(print_json(value).encode() + b"\n")
    sys.stdout.buffer.flush()


def _of_one(found: Answer) -> tuple[object, Status]:
    return found.value, found.status


def _of_list(results: list[Answer | FormatError]) -> tuple[object, Status]:
    shown: list[object] = []
    status = Status.DONE
    for position, result in enumerate(results):
        if isinstance(result, FormatError):
            click.echo(printable(f"[{position}] {result}"), err=True)
            shown.append({"error": {"field": result.field, "message": result.problem}})
            status = Status.BAD_INPUT
        else:
            shown.append(result.value)
            status = max(status, result.status)
    return shown, status


def _solved(item: Any, solve: Solve) -> Answer | FormatError:
    try:
        if isinstance(item, dict) and item.keys() == WORKED_CASE:
            return _compared(item, solve)
        return solve(item)
    except FormatError as error:
        return error


def _compared(case: dict[str, Any], solve: Solve) -> Answer:
    """Whether a worked case comes out as published; ``agrees`` is None for another command's input."""
    given, expected = case["input"], case["expect"]
    told = {"id": case["id"]}
    if isinstance(given, dict) and "function" in given:
        return Answer(told | {"agrees": None, "why": f"for the function {given['function']} alone"})
    found = solve(given)
    if found.status == expected.get("status", Status.DONE) and found.value == {
            name: value for name, value in expected.items() if name in found.value}:
        return Answer(told | {"agrees": True})
    return Answer(told | {"agrees": False, "expected": expected, "found": found.value}, holds=False)
