"""The doors of this domain."""

from flask import Flask

from accounts import api
from accounts.commands import accounts_commands
from accounts.jobs import JOBS
from accounts.login import sign_in
from accounts.views import account, approvals, drafts, signing
from accounts.work import work
from kernel.access import STAFF
from kernel.domain import Domain, Room
from kernel.errors import N_


def setup(app: Flask) -> None:
    """Who acts, and what becomes of forms that were begun."""
    sign_in.init_app(app)
    drafts.setup(app)


DOMAIN = Domain(
    name="accounts",
    pages=(signing.pages, account.pages, approvals.pages, drafts.pages),
    api=(api.people, api.tokens, api.me, api.approvals),
    jobs=JOBS,
    commands=(accounts_commands,),
    work=work,
    rooms=(Room("/desk/approvals", N_("审批"), "check-circle", STAFF),),
    setup=setup,
)
