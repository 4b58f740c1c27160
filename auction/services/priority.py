"""The court confirms somebody's priority right and its order; the machine alone applies it (AUC-19).

The officer in charge proposes, with ground and paper; the panel decides, as on the figures of the
sale (AUC-27). At the admission of a bidder the digest of the identity is compared with that of the
confirmed holders: nobody at the court learns whether a holder has registered (AUC-18.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import PriorityRight, Sale
from auction.rules.lifecycle import LotState
from auction.rules.priority import (
    Proposed,
    RightState,
    check_proposed,
    check_takes_rights,
    decided_state,
    takes_rights,
)
from auction.services.handling import handled_sale, law_of, record
from auction.services.reading import end_in_force, lock_sale
from audit.kinds import Kind
from cases import services as cases
from kernel.access import SYSTEM, Actor, Role
from kernel.errors import N_, Filled, InvalidInput
from kernel.formats import canonical
from kernel.ids import new_id

PRIORITY_ACT: Final = "lot.priority"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the officer puts before the panel: whose right, its order, its ground, the paper."""

    party_id: str
    rank: int
    basis: str
    document_id: str


def propose_right(session: Session, lot_id: str, proposal: Proposal, *, actor: Actor,
                  now: datetime) -> PriorityRight:
    """Put somebody's priority right before the panel, before or after the announcement (AUC-19.1).

    Raises:
        NotAllowed: the actor does not handle the case.
        NotRunning: the bidding has ended.
        InvalidInput: see ``auction.rules.priority.check_proposed``; or the paper is none of the case.
    """
    sale = handled_sale(session, lot_id, actor)
    check_takes_rights(LotState(sale.state), now, end_in_force(sale))
    note_decisions(session, sale, now=now)
    case_id = sale.lot.case_id or ""
    party = next((one for one in cases.parties_of(session, case_id) if one.id == proposal.party_id), None)
    check_proposed(Proposed(
        role=party.role if party else None, id_kind=party.id_kind if party else None,
        rank=proposal.rank, is_pending=any(one.party_id == proposal.party_id
                                           for one in rights_of(session, sale, RightState.PENDING))))
    paper = next((one for one in cases.documents_of_case(session, case_id)
                  if one.id == proposal.document_id), None)
    if paper is None:
        raise InvalidInput({"document_id": N_("请从本案的文书中选择。")})
    assert party is not None  # noqa: S101 - else its role would have been refused
    right = PriorityRight(
        id=new_id("right"), lot_id=sale.lot_id, number=sale.number, party_id=party.id,
        role=party.role, id_digest=party.id_digest or "", rank=proposal.rank, basis=proposal.basis,
        document_id=paper.id, state=RightState.PENDING, proposed_by=actor.id, proposed_at=now)
    session.add(right)
    session.flush()
    digest = digest_of(session, sale, right)
    record(session, sale, Kind.LOT_PRIORITY_PROPOSED, actor, _members(right, digest) | {
        "basis_sha256": sha256(right.basis.encode()).hexdigest(), "document": paper.sha256})
    accounts.request_approval(
        session, court_id=sale.lot.court_id, case_id=sale.lot.case_id, act=PRIORITY_ACT,
        subject=right.subject, digest=digest, role=Role.JUDGE, rule="AUC-19.1",
        needed=law_of(session, sale).integer("panel_members_min"), url=f"/desk/lots/{lot_id}/priority",
        summary=N_("“%(title)s”的优先购买权：%(role)s，第 %(rank)s 顺序"),
        details={"title": sale.lot.title, "role": Filled(party.role.word),
                 "holder": f"{accounts.masked_name(party.name)} {party.id_masked}",
                 "rank": right.rank, "basis": right.basis},
        actor=actor, now=now)
    return right


def digest_of(session: Session, sale: Sale, right: PriorityRight) -> str:
    """SHA-256 of exactly what the panel decides on a right."""
    paper = cases.get_document(session, right.document_id)
    return sha256(canonical({
        "subject": sale.subject, "right": right.id, "party": right.party_id,
        "role": str(right.role), "holder": right.id_digest, "rank": right.rank,
        "basis": right.basis, "document": paper.sha256})).hexdigest()


def before_panel(session: Session) -> list[str]:
    """Lots with a right that lies before the panel."""
    return list(session.scalars(select(PriorityRight.lot_id).where(
        PriorityRight.state == RightState.PENDING).distinct().order_by(PriorityRight.lot_id)))


def note_decided(session: Session, lot_id: str, *, now: datetime) -> None:
    """Take over the panel's decisions on the rights in every sale of a lot."""
    numbers = session.scalars(select(PriorityRight.number).where(
        PriorityRight.lot_id == lot_id, PriorityRight.state == RightState.PENDING).distinct()).all()
    for number in sorted(numbers):
        note_decisions(session, lock_sale(session, lot_id, number), now=now)


def note_decisions(session: Session, sale: Sale, *, now: datetime) -> None:
    """Take over the panel's decisions on the rights in a sale; the caller holds its row.

    What is undecided when the bidding ends lapses: nothing is matched afterwards (AUC-21.4).
    """
    is_open = takes_rights(LotState(sale.state), now, end_in_force(sale))
    for right in rights_of(session, sale, RightState.PENDING):
        approval = accounts.approval_for(session, subject=right.subject, act=PRIORITY_ACT)
        word = "" if approval is None else str(approval.state)
        if word == "pending" and is_open:
            continue
        if word == "pending":
            accounts.withdraw_request(session, subject=right.subject, act=PRIORITY_ACT, actor=SYSTEM,
                                      now=now)
        digest = digest_of(session, sale, right)
        decided = approval is not None and approval.digest == digest
        _decide(session, sale, right, decided_state(word if decided else "", is_open=is_open),
                digest=digest, signed_by=list(approval.approver_ids) if approval else [], now=now)


def _decide(session: Session, sale: Sale, right: PriorityRight, state: RightState, *, digest: str,
            signed_by: list[str], now: datetime) -> None:
    replaced = None
    if state is RightState.CONFIRMED:
        replaced = next((one for one in rights_of(session, sale, RightState.CONFIRMED)
                         if one.party_id == right.party_id), None)
    if replaced is not None:
        replaced.state = RightState.LAPSED
        session.flush()  # makes room: only one right of a person is in force
    right.state, right.decided_at = state, now
    record(session, sale, Kind.LOT_PRIORITY_DECIDED, "system", _members(right, digest) | {
        "state": str(state), "signed_by": signed_by, "replaces": replaced.id if replaced else None})
    session.flush()
    if state is RightState.CONFIRMED:
        _tell_holder(session, sale, right, now)


def _tell_holder(session: Session, sale: Sale, right: PriorityRight, now: datetime) -> None:
    """Tell the party, registered as a bidder or not: so the message says nothing of that."""
    party = cases.get_party(session, right.party_id)
    if party.person_id is not None:
        accounts.send_message(
            session, person_id=party.person_id, now=now, url=f"/my/cases/{sale.lot.case_id}",
            text=N_("法院已确认您对“%(title)s”的优先购买权，第 %(rank)s 顺序。请用以本人证件号码注册的账号"
                    "报名，保证金到账后取得优先竞买代码。"),
            details={"title": sale.lot.title, "rank": right.rank})


def _members(right: PriorityRight, digest: str) -> dict[str, object]:
    return {"right": right.id, "party": right.party_id, "role": str(right.role), "rank": right.rank,
            "digest": digest}


def rights_of(session: Session, sale: Sale, state: RightState | None = None
              ) -> Sequence[PriorityRight]:
    """The rights put forward in a sale, by their order and then by their time."""
    query = select(PriorityRight).where(
        PriorityRight.lot_id == sale.lot_id, PriorityRight.number == sale.number)
    if state is not None:
        query = query.where(PriorityRight.state == state)
    return session.scalars(query.order_by(
        PriorityRight.rank, PriorityRight.proposed_at, PriorityRight.id)).all()


def right_of_person(session: Session, sale: Sale, person_id: str) -> PriorityRight | None:
    """A person's own right in a sale: the one in force of the earliest order, else one that waits.

    For the machine, and for that person's own pages: show it to no one else (AUC-18.3). The account
    linked to a party does not count, for it may be an agent's: the right is the holder's own.
    """
    digest = accounts.person(session, person_id).number_digest
    if digest is None:
        return None
    own = [one for one in rights_of(session, sale) if one.id_digest == digest]
    for state in (RightState.CONFIRMED, RightState.PENDING):
        found = next((one for one in own if one.state is state), None)
        if found is not None:
            return found
    return None


def rank_of_person(session: Session, sale: Sale, person_id: str) -> int | None:
    """The order of a person's confirmed right, which the code carries; None for ordinary bidders."""
    found = right_of_person(session, sale, person_id)
    return None if found is None or found.state is not RightState.CONFIRMED else found.rank
