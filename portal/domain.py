"""The doors of this domain."""

from kernel.domain import Domain
from portal.jobs import JOBS
from portal.views import clock, context, desk

DOMAIN = Domain(name="portal", pages=(clock.pages, desk.pages), jobs=JOBS, setup=context.setup)
