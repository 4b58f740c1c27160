"""The doors of this domain."""

import auction.commands.processes
import auction.commands.rehearse
import auction.views.court
import auction.views.court_priority
import auction.views.court_sale
import auction.views.court_surplus
import auction.views.court_words
import auction.views.papers
import auction.views.public
import auction.views.receipts
import auction.views.room
import auction.views.seats  # noqa: F401 - these add their routes and command to what is named below
from auction import events
from auction.api import court, exercises, lots, receipts
from auction.commands.offline import auction_commands
from auction.jobs import JOBS
from auction.search import search
from auction.views.bidder import my_pages
from auction.views.blueprint import pages
from auction.views.court_blueprint import pages as desk_pages
from auction.work import work
from kernel.access import STAFF, Role
from kernel.domain import Domain, Room
from kernel.errors import N_

DOMAIN = Domain(
    name="auction", pages=(pages, my_pages, desk_pages),
    api=(lots.api, lots.my_api, receipts.api, court.api, exercises.api), jobs=JOBS, work=work, search=search,
    commands=(auction_commands,), events=(events,),
    rooms=(Room("/desk/lots", N_("标的物"), "gavel", STAFF),
           Room("/my/bids", N_("竞买与保证金"), "gavel", frozenset({Role.BIDDER})),),
)
