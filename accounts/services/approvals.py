"""Maker and checker: an act is asked for by one person and agreed to by others.

The domain that owns the act asks here, and before executing compares the digest of what it is
about to do with ``approval_for(...).digest``: a changed byte voids the approval (S3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.errors import AlreadyRequested, NoSuchApproval
from accounts.models import Approval, ApprovalDecision
from accounts.rules.approvals import ApprovalState, obstacle, state_after
from accounts.rules.messages import pack, unpack
from accounts.services.messages import send_message
from accounts.services.people import names_of
from audit import services as audit
from audit.kinds import Kind
from kernel.access import SYSTEM, Actor, Role, of_own_court
from kernel.errors import N_, DomainError, Filled, InvalidInput
from kernel.ids import new_id

LATEST = 50

_OUTCOMES = {
    ApprovalState.APPROVED: N_("您提交的事项已获批准：%(summary)s"),
    ApprovalState.REFUSED: N_("您提交的事项被退回：%(summary)s 理由：%(reason)s"),
}


@dataclass(frozen=True, slots=True)
class SeenDecision:
    """One approver's word, with the approver's name."""

    person_id: str
    name: str
    approve: bool
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class SeenApproval:
    """A request as one actor sees it; ``hindrance`` says why they may not decide, None if they may."""

    approval: Approval
    summary: Filled
    maker: str
    decisions: tuple[SeenDecision, ...]
    hindrance: DomainError | None


def request_approval(
    session: Session, *, court_id: str, case_id: str | None, act: str, subject: str, summary: str,
    digest: str, needed: int, role: Role, url: str, actor: Actor, now: datetime,
    details: Mapping[str, object] | None = None, rule: str = "",
) -> Approval:
    """Ask ``needed`` others who hold ``role`` to agree. The actor is the maker.

    ``act`` is a stable word for what will be done (``lot.publish``), ``subject`` what it is done
    to, as in the log (``lot:ID/1``), ``summary`` one sentence for the approver, a marked template
    over ``details``; ``digest`` the SHA-256 in hexadecimal of exactly what is agreed to, ``url``
    the page that shows it, ``rule`` the rule id that wants a second person, if one does.
    Asking anew for the same act with another digest supersedes the request that waits.

    Raises:
        AlreadyRequested: the same digest waits already.
        NotAllowed: staff of another court.
    """
    of_own_court(actor, court_id)
    last = approval_for(session, subject=subject, act=act)
    replaces = last if last is not None and last.state is ApprovalState.PENDING else None
    if replaces is not None:
        if replaces.digest == digest:
            raise AlreadyRequested
        _supersede(session, replaces, actor, now)
    approval = Approval(
        id=new_id("approval"), court_id=court_id, case_id=case_id, act=act, subject=subject,
        number=last.number + 1 if last else 1, summary=summary, details=pack(details or {}),
        digest=digest, needed=needed, role=role, rule=rule, url=url, maker_id=actor.id,
        requested_at=now, state=ApprovalState.PENDING, decided_at=None)
    session.add(approval)
    session.flush()
    _record(session, approval, Kind.APPROVAL_REQUESTED, actor,
            {"needed": needed, "role": role, "replaces": replaces.id if replaces else None})
    return approval


def withdraw_request(session: Session, *, subject: str, act: str, actor: Actor,
                     now: datetime) -> None:
    """Take back a request that still waits: what it asks for will not be done."""
    last = approval_for(session, subject=subject, act=act)
    if last is not None and last.state is ApprovalState.PENDING:
        _supersede(session, last, actor, now)


def _supersede(session: Session, waiting: Approval, actor: Actor, now: datetime) -> None:
    waiting.state, waiting.decided_at = ApprovalState.SUPERSEDED, now
    session.flush()  # makes room: only one request of an act may wait
    _record(session, waiting, Kind.APPROVAL_SUPERSEDED, actor, {})


def decide_approval(session: Session, approval_id: str, *, approve: bool, reason: str = "",
                    actor: Actor, now: datetime) -> Approval:
    """Agree or send back. One refusal ends the request; it needs a reason.

    Raises:
        NoSuchApproval: none with this id.
        NotAllowed: staff of another court, the maker, or someone without the role.
        ApprovalClosed, AlreadyDecided: there is nothing left to decide for this actor.
        InvalidInput: a refusal without a reason.
    """
    approval = session.scalars(select(Approval).where(Approval.id == approval_id)
                               .with_for_update()
                               .execution_options(populate_existing=True)).one_or_none()
    if approval is None:
        raise NoSuchApproval
    of_own_court(actor, approval.court_id)
    hindrance = obstacle(approval.request, actor)
    if hindrance is not None:
        raise hindrance
    if not approve and not reason:
        raise InvalidInput({"reason": N_("退回必须写明理由，提交人据此修改。")})
    state = state_after(approval.request, approve=approve)
    approval.decisions.append(ApprovalDecision(person_id=actor.id, approve=approve, reason=reason,
                                               decided_at=now))
    if state is not ApprovalState.PENDING:
        approval.state, approval.decided_at = state, now
        _tell_maker(session, approval, reason, now)
    session.flush()
    _record(session, approval, Kind.APPROVAL_APPROVED if approve else Kind.APPROVAL_REFUSED, actor,
            {"state": state, "approvals": len(approval.approver_ids), "needed": approval.needed,
             "reason_sha256": sha256(reason.encode()).hexdigest() if reason else None})
    return approval


def _tell_maker(session: Session, approval: Approval, reason: str, now: datetime) -> None:
    if approval.maker_id == "system":
        return
    summary = Filled(approval.summary, **unpack(approval.details))
    send_message(session, person_id=approval.maker_id,
                 text=_OUTCOMES[approval.state],
                 details={"summary": summary, "reason": reason}, url=approval.url, now=now)


def _record(session: Session, approval: Approval, kind: Kind, actor: Actor,
            more: Mapping[str, object]) -> None:
    audit.record(session, court_id=approval.court_id, kind=kind, case_id=approval.case_id,
                 subject=f"approval:{approval.id}", actor=actor,
                 body={"act": approval.act, "subject": approval.subject,
                       "digest": approval.digest, **more})


def get_approval(session: Session, approval_id: str, *, actor: Actor) -> Approval:
    """One request of the actor's court.

    Raises:
        NoSuchApproval: none with this id.
        NotAllowed: staff of another court.
    """
    approval = session.get(Approval, approval_id)
    if approval is None:
        raise NoSuchApproval
    of_own_court(actor, approval.court_id)
    return approval


def approval_for(session: Session, *, subject: str, act: str) -> Approval | None:
    """The latest request for an act upon a subject, whatever became of it."""
    return session.scalars(
        select(Approval).where(Approval.subject == subject, Approval.act == act)
        .order_by(Approval.number.desc()).limit(1)).one_or_none()


def approvals_of(session: Session, actor: Actor) -> Sequence[Approval]:
    """What waits for the actor or was asked by them, waiting ones first, then the latest."""
    return session.scalars(
        select(Approval)
        .where(Approval.court_id == actor.court_id,
               or_(Approval.role.in_(actor.roles), Approval.maker_id == actor.id))
        .order_by((Approval.state == ApprovalState.PENDING).desc(),
                  Approval.requested_at.desc(), Approval.id)
        .limit(LATEST)).all()


def seen_by(session: Session, approvals: Sequence[Approval], actor: Actor) -> list[SeenApproval]:
    """Requests with the names of those concerned, and whether the actor may decide."""
    people = {person_id for one in approvals
              for person_id in (one.maker_id, *(word.person_id for word in one.decisions))}
    names = {**names_of(session, people), SYSTEM.id: SYSTEM.name}
    return [SeenApproval(
        approval=one, summary=Filled(one.summary, **unpack(one.details)),
        maker=names[one.maker_id], hindrance=obstacle(one.request, actor),
        decisions=tuple(SeenDecision(word.person_id, names[word.person_id], word.approve,
                                     word.reason, word.decided_at) for word in one.decisions),
    ) for one in approvals]
