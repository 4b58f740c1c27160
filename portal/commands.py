"""``flask portal …``: the catalogue made anew."""

import click
from flask.cli import AppGroup

from kernel.database import db
from kernel.transactions import unit_of_work
from portal.services import following

portal_commands = AppGroup("portal", help="The public catalogue of lots.")


@portal_commands.command("reindex")
def reindex() -> None:
    """Forget the catalogue and make it anew from all lots. On SQLite stop the server meanwhile."""
    with unit_of_work() as work:
        following.begin_anew(work.session)
    while following.has_news(db.session()):
        with unit_of_work() as work:
            following.follow(work.session)
    click.echo(f"{following.count_entries(db.session())} lots in the catalogue")
