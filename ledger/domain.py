"""The doors of this domain."""

from kernel.access import Role
from kernel.domain import Domain, Room
from kernel.errors import N_
from ledger.api import api
from ledger.commands import ledger_commands
from ledger.views.money import pages
from ledger.work import work

DOMAIN = Domain(
    name="ledger", pages=(pages,), api=(api,), commands=(ledger_commands,), work=work,
    rooms=(Room("/desk/money", N_("到账与退款"), "coins", frozenset({Role.FINANCE})),),
)
