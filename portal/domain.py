"""The doors of this domain."""

from kernel.access import STAFF
from kernel.domain import Domain, Room
from kernel.errors import N_
from portal.api import api as lots_api
from portal.commands import portal_commands
from portal.jobs import JOBS
from portal.views import (
    calendar,
    casepage,
    clock,
    context,
    courts,
    desk,
    feeds,
    guidance,
    home,
    lots,
    results,
    search,
)

DOMAIN = Domain(
    name="portal",
    pages=(home.pages, lots.pages, calendar.pages, results.pages, courts.pages, feeds.pages,
           guidance.pages, clock.pages, desk.pages, search.pages, casepage.pages),
    api=(lots_api,), jobs=JOBS, commands=(portal_commands,), setup=context.setup,
    rooms=(Room("/desk/", N_("工作台"), "home", STAFF),),
)
