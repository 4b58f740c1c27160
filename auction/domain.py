"""The doors of this domain."""

from auction import events
from auction.api import exercises, lots
from auction.commands.rehearse import auction_commands
from auction.jobs import JOBS
from kernel.domain import Domain

DOMAIN = Domain(
    name="auction", api=(lots.api, exercises.api), jobs=JOBS, commands=(auction_commands,),
    events=(events,),
)
