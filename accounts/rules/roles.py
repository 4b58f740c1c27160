"""Which roles one person may hold, and where.

Court staff may not bid for what their court sells, nor be a party or institution beside their
office (AUC-34, 网络司法拍卖规定第三十四条). Who audits does not handle what is audited, and who
administers the system does not either (GB/T 22239: three administrators).
"""

from collections.abc import Set
from typing import Final

from accounts.errors import RolesDoNotFit
from kernel.access import STAFF, Role
from kernel.errors import N_

HANDLING: Final = frozenset({Role.OFFICER, Role.JUDGE, Role.DRAW_CLERK, Role.FINANCE})
WATCHING: Final = frozenset({Role.AUDITOR, Role.SUPERVISOR})
NAMED: Final = STAFF | {Role.INSTITUTION}
"""Roles whose holder acts under a public name; everyone else's identity is sealed."""


def check_roles(roles: Set[Role], court_id: str | None) -> None:
    """Let a set of roles pass that one person may hold.

    Raises:
        RolesDoNotFit: none at all; staff of a court beside other roles; an auditor who handles
            cases; staff without a court, or others with one.
    """
    if not roles:
        raise RolesDoNotFit(N_("至少要有一项身份。"))
    if roles & STAFF and roles - STAFF:
        raise RolesDoNotFit(N_("法院工作人员不能兼任竞买人、当事人或评估机构。"), rule="AUC-34")
    if roles & WATCHING and roles & (HANDLING | {Role.ADMINISTRATOR}):
        raise RolesDoNotFit(N_("审计、监督人员不能兼办被审计的事务。"))
    if bool(roles & STAFF) != (court_id is not None):
        raise RolesDoNotFit(N_("法院工作人员必须属于一家法院，其他人不属于任何法院。"))
