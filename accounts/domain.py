"""The doors of this domain."""

from flask import Flask

from accounts import api
from accounts.commands import accounts_commands
from accounts.jobs import JOBS
from accounts.login import sign_in
from accounts.views import account, approvals, court, drafts, signing
from accounts.work import work
from kernel.access import STAFF, Role
from kernel.domain import Domain, Room
from kernel.errors import N_


def setup(app: Flask) -> None:
    """Who acts, what becomes of forms that were begun, and how numbers of courts are dialled."""
    sign_in.init_app(app)
    drafts.setup(app)
    court.setup(app)


DOMAIN = Domain(
    name="accounts",
    pages=(signing.pages, account.pages, approvals.pages, court.pages, drafts.pages),
    api=(api.people, api.tokens, api.me, api.approvals),
    jobs=JOBS,
    commands=(accounts_commands,),
    work=work,
    rooms=(Room("/desk/approvals", N_("审批"), "check-circle", STAFF),
           Room("/desk/court", N_("本院联系方式"), "phone", frozenset({Role.ADMINISTRATOR}))),
    setup=setup,
)
