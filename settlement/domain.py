"""The doors of this domain."""

import settlement.views.acting
import settlement.views.plans  # noqa: F401 - both add their routes to the blueprint below
from kernel.access import Role
from kernel.domain import Domain, Room
from kernel.errors import N_
from settlement.api import payouts as payouts_api
from settlement.api import plans as plans_api
from settlement.commands import settlement_commands
from settlement.jobs import JOBS
from settlement.services import READERS
from settlement.views import mine, payouts, public, statement
from settlement.views.blueprint import pages
from settlement.work import work

DOMAIN = Domain(
    name="settlement", pages=(pages, payouts.pages, mine.pages, public.pages, statement.pages),
    api=(plans_api.api, payouts_api.api), jobs=JOBS, commands=(settlement_commands,), work=work,
    rooms=(Room("/desk/plans", N_("分配方案"), "plan", frozenset(READERS)),
           Room("/desk/payouts", N_("付款"), "receipt", frozenset({Role.FINANCE, Role.AUDITOR}))),
)
