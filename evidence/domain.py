"""The doors of this domain."""

from evidence.api import api
from evidence.commands import audit_commands
from evidence.search import search
from evidence.views import audit
from kernel.access import Role
from kernel.domain import Domain, Room
from kernel.errors import N_

DOMAIN = Domain(
    name="evidence", pages=(audit.pages,), api=(api,), commands=(audit_commands,), search=search,
    rooms=(Room("/desk/audit", N_("审计"), "eye", frozenset({Role.AUDITOR, Role.SUPERVISOR})),),
)
