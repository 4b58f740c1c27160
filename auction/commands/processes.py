"""``flask auction processes``: which processes take bids, and in what order they judged them."""

from datetime import timedelta
from typing import Final

import click
from sqlalchemy import select

from auction.commands.offline import auction_commands
from auction.models import Worker
from auction.rules.closing import LEASE, MOST_CLOCK_MS
from kernel import clock
from kernel.database import db, is_sqlite
from kernel.offline import Status, readable

SHOWN: Final = timedelta(days=1)


@auction_commands.command("processes")
@click.pass_context
def processes(context: click.Context) -> None:
    """Say of each process of the last day whether it lives, how its clock stands, and what it judged late.

    An inversion is a bid judged after a later one of another process; one of over 250 ms is an alarm.
    Exit status: 0, 1 if a living process' clock is off or any process had an alarm, 2 without a database.
    """
    status = Status.DONE
    with readable():
        now = clock.machine_now()
        found = db.session().scalars(select(Worker).where(Worker.seen_at > now - SHOWN)
                                     .order_by(Worker.started_at)).all()
    for one in found:
        lives = one.left_at is None and (one.lease_until >= now - LEASE or is_sqlite())
        word = "left" if one.left_at is not None else "lives" if lives else "gone"
        click.echo(f"{one.id}: {word}, last seen {one.seen_at:%Y-%m-%dT%H:%M:%SZ}, "
                   f"clock {one.clock_off_ms:+d} ms, {one.inversions} inversions, "
                   f"{one.inversion_alarms} over 250 ms, at most {one.inversion_most_ms} ms")
        if one.inversion_alarms or (lives and abs(one.clock_off_ms) > MOST_CLOCK_MS):
            status = Status.FAILS
    context.exit(status)
