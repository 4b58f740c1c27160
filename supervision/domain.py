"""The doors of this domain."""

from kernel.access import Role
from kernel.domain import Domain, Room
from kernel.errors import N_
from supervision.views import pages

DOMAIN = Domain(
    name="supervision", pages=(pages,),
    rooms=(Room("/desk/supervision", N_("监督"), "bell", frozenset({Role.SUPERVISOR, Role.AUDITOR})),),
)
