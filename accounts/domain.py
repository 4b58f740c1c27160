"""The doors of this domain."""

from accounts import api
from accounts.commands import accounts_commands
from accounts.jobs import JOBS
from accounts.login import sign_in
from accounts.views import account, approvals, signing
from accounts.work import work
from kernel.access import STAFF
from kernel.domain import Domain, Room
from kernel.errors import N_

DOMAIN = Domain(
    name="accounts",
    pages=(signing.pages, account.pages, approvals.pages),
    api=(api.people, api.tokens, api.me, api.approvals),
    jobs=JOBS,
    commands=(accounts_commands,),
    work=work,
    rooms=(Room("/desk/approvals", N_("审批"), "check-circle", STAFF),),
    setup=sign_in.init_app,
)
