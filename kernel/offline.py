"""Commands that answer a public file: they need no server, no database and no network.

docs/contracts.md: results on standard output (UTF-8, sorted keys), messages on standard error;
exit status 2 for an input that does not fit, 1 where something that was to be checked fails.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from kernel.formats import FormatError, parse_json, print_json


class Status(IntEnum):
    """Exit status; of several, the greatest counts."""

    DONE = 0
    FAILS = 1
    BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What one input gave. ``holds`` is False where a check failed."""

    value: object
    holds: bool = True

    @property
    def status(self) -> Status:
        return Status.DONE if self.holds else Status.FAILS


Solve = Callable[[Any], Answer]


def answer(file: str, solve: Solve) -> Status:
    """Read ``file``, print what ``solve`` makes of the input, or of each input of a list.

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
        click.echo(f"{file}: {error}", err=True)
        return Status.BAD_INPUT
    except OSError as error:
        click.echo(f"{file}: cannot be read: {error.strerror}", err=True)
        return Status.BAD_INPUT
    print_value(shown)
    return status


def read_bytes(file: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


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
            click.echo(f"[{position}] {result}", err=True)
            shown.append({"error": {"field": result.field, "message": result.problem}})
            status = Status.BAD_INPUT
        else:
            shown.append(result.value)
            status = max(status, result.status)
    return shown, status


def _solved(item: Any, solve: Solve) -> Answer | FormatError:
    try:
        return solve(item)
    except FormatError as error:
        return error
