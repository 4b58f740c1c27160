"""``flask valuation redraw`` and ``flask valuation mean``: anyone recomputes, with a file alone."""

from typing import Any

import click
from flask.cli import AppGroup

from kernel.offline import Answer, answer
from valuation.rules import inquiry, transcript

valuation_commands = AppGroup("valuation", help="Recompute a draw or the mean of an inquiry.")


@valuation_commands.command("redraw", with_appcontext=False)
@click.argument("file")
@click.pass_context
def redraw(context: click.Context, file: str) -> None:
    """Recompute the draw of a jdraw/v1 transcript FILE (- reads standard input).

    Exit status: 0 all checks hold, 1 a check fails, 2 the file does not fit.
    """
    context.exit(answer(file, _redraw))


@valuation_commands.command("mean", with_appcontext=False)
@click.argument("file")
@click.pass_context
def mean(context: click.Context, file: str) -> None:
    """Compute the reference price of an inquiry/v1 FILE (- reads standard input).

    Exit status: 0, or 2 if the file does not fit.
    """
    context.exit(answer(file, _mean))


def _redraw(value: Any) -> Answer:
    found = transcript.redraw(transcript.read(value))
    return Answer(found.as_json(), holds=found.holds)


def _mean(value: Any) -> Answer:
    return Answer(inquiry.mean(inquiry.read(value)).as_json())
