"""The doors of this domain."""

import auction.views.room
import auction.views.seats  # noqa: F401 - these add their routes to the blueprint below
from auction import events
from auction.api import exercises, lots
from auction.commands.rehearse import auction_commands
from auction.jobs import JOBS
from auction.views.blueprint import pages
from kernel.domain import Domain

DOMAIN = Domain(
    name="auction", pages=(pages,), api=(lots.api, lots.my_api, exercises.api), jobs=JOBS,
    commands=(auction_commands,), events=(events,),
)
