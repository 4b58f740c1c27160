"""``flask settlement compute`` and ``interest``: any creditor recomputes, with a file alone."""

from typing import Any

import click
from flask.cli import AppGroup

from kernel.law import CURRENT, rule_set
from kernel.offline import Answer, answer
from settlement.rules import interest_format, plan_format

settlement_commands = AppGroup("settlement", help="Recompute a distribution plan or interest.")


@settlement_commands.command("compute", with_appcontext=False)
@click.argument("file")
@click.pass_context
def compute(context: click.Context, file: str) -> None:
    """Compute the plan/v1 of a claims/v1 FILE (- reads standard input).

    Exit status: 0, or 2 if the file does not fit.
    """
    context.exit(answer(file, _compute))


@settlement_commands.command("interest", with_appcontext=False)
@click.argument("file")
@click.pass_context
def interest(context: click.Context, file: str) -> None:
    """Compute what is owed on the late debt of an interest/v1 FILE (- reads standard input).

    Exit status: 0, or 2 if the file does not fit.
    """
    context.exit(answer(file, _interest))


def _compute(value: Any) -> Answer:
    return Answer(plan_format.compute(value))


def _interest(value: Any) -> Answer:
    return Answer(interest_format.compute(value, rule_set(CURRENT)))
