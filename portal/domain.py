"""The doors of this domain."""

from kernel.access import STAFF
from kernel.domain import Domain, Room
from kernel.errors import N_
from portal.jobs import JOBS
from portal.views import casepage, clock, context, desk, home

DOMAIN = Domain(
    name="portal", pages=(home.pages, clock.pages, desk.pages, casepage.pages), jobs=JOBS,
    setup=context.setup, rooms=(Room("/desk/", N_("工作台"), "home", STAFF),),
)
