"""``flask audit …``: looking back from a terminal."""

import click
from flask.cli import AppGroup

from evidence.services import check
from kernel.database import db
from kernel.offline import Status, readable

audit_commands = AppGroup("audit", help="Check the log of every court.")


@audit_commands.command("check")
@click.pass_context
def check_chains(context: click.Context) -> None:
    """Recompute all chains from the database and name the first leaf that does not fit.

    Reads only; may run beside the server. DATA_DIR or DATABASE_URL says which database.

    Exit status: 0 every chain holds, 1 one does not, 2 there is no database to read.
    """
    with readable():
        found = check(db.session())
    for origin, problem in found.items():
        click.echo(f"{'holds' if problem is None else 'BROKEN'}  {origin}"
                   f"{'' if problem is None else '  ' + problem}")
    if not found:
        click.echo("no log in this database", err=True)
    context.exit(Status.FAILS if any(found.values()) else Status.DONE)
