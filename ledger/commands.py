"""``flask ledger check``: recount the books of every court, and hold each entry against its leaf."""

import click
from flask.cli import AppGroup

from accounts import services as accounts
from kernel.database import db
from kernel.languages import say
from kernel.offline import Status, readable
from ledger import services

ledger_commands = AppGroup("ledger", help="The books of the courts.")


@ledger_commands.command("check")
@click.pass_context
def check(context: click.Context) -> None:
    """Recount every balance, and compare every entry with its leaf; print what does not fit.

    DATA_DIR or DATABASE_URL says which database. Exit status: 0, 1 if the books of a court do not add up,
    2 if there is no database to read.
    """
    status = Status.DONE
    with readable():
        courts = accounts.courts(db.session())
    for court in courts:
        faults = [*services.check_books(db.session(), court.id),
                  *services.check_against_log(db.session(), court.id)]
        click.echo(f"{court.name_zh}: {'books balance' if not faults else f'{len(faults)} faults'}")
        for fault in faults:
            click.echo(f"  {say(fault)}")
            status = Status.FAILS
    context.exit(status)
