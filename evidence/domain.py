"""The doors of this domain."""

import evidence.views.audit
import evidence.views.compare
import evidence.views.film
import evidence.views.findings
import evidence.views.readings  # noqa: F401 - these add their pages to the blueprint
from evidence.api import audit as audit_api
from evidence.api import bundles
from evidence.api import logs as logs_api
from evidence.commands import audit_commands
from evidence.jobs import JOBS
from evidence.search import search
from evidence.views import logs, verify
from evidence.views.blueprint import pages
from evidence.views.leaves import pages as leaf_pages
from evidence.work import work
from kernel.access import Role
from kernel.domain import Domain, Room
from kernel.errors import N_

DOMAIN = Domain(
    name="evidence", pages=(pages, logs.pages, verify.pages, leaf_pages),
    api=(audit_api.api, logs_api.api, bundles.api),
    commands=(audit_commands,), search=search, jobs=JOBS, work=work,
    rooms=(Room("/desk/audit", N_("审计"), "eye", frozenset({Role.AUDITOR, Role.SUPERVISOR})),),
)
