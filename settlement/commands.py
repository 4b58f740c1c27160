"""``flask settlement compute``: any creditor recomputes a plan, with a file alone."""

import click
from flask.cli import AppGroup

from kernel.offline import Answer, answer
from settlement.rules.plan_format import compute

settlement_commands = AppGroup("settlement", help="Recompute a distribution plan.")


@settlement_commands.command("compute", with_appcontext=False)
@click.argument("file")
@click.pass_context
def compute_file(context: click.Context, file: str) -> None:
    """Compute the plan/v1 of a claims/v1 FILE (- reads standard input).

    Exit status: 0, or 2 if the file does not fit.
    """
    context.exit(answer(file, lambda value: Answer(compute(value))))
