"""Maker and checker: who may decide on a request, and when it is decided.

Source: docs/law-map.md, S1 and S3: nobody approves what they made, each approver counts once,
and an approval holds for the exact digest it was given for.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from accounts.errors import AlreadyDecided, ApprovalClosed, NotTheApprover, OwnRequest
from kernel.access import ROLE_NAMES, Actor, Role
from kernel.errors import DomainError, Filled


class ApprovalState(StrEnum):
    """``superseded``: lapsed undecided, as the text changed or the act will not be done."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Request:
    """What a decision rests on."""

    court_id: str
    maker_id: str
    role: Role
    needed: int
    state: ApprovalState
    approver_ids: Collection[str]
    decider_ids: Collection[str]


def obstacle(request: Request, actor: Actor) -> DomainError | None:
    """Why this actor may not decide; None if they may."""
    if request.state is not ApprovalState.PENDING:
        return ApprovalClosed()
    if actor.id == request.maker_id:
        return OwnRequest()
    if not actor.may_act_as(request.role) or actor.court_id not in (None, request.court_id):
        return NotTheApprover(role=Filled(ROLE_NAMES[request.role]))
    if actor.id in request.decider_ids:
        return AlreadyDecided()
    return None


def state_after(request: Request, *, approve: bool) -> ApprovalState:
    """The state once one more person has decided: one refusal refuses, ``needed`` approvals approve."""
    if not approve:
        return ApprovalState.REFUSED
    enough = len(request.approver_ids) + 1 >= request.needed
    return ApprovalState.APPROVED if enough else ApprovalState.PENDING
