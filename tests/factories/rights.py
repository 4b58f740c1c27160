"""Priority rights on their way: proposed by the officer in charge, voted on by a panel, in force.

Each function may be called outside a unit of work only: the paper behind a right is a file.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from auction.models import Lot, PriorityRight
from auction.services import priority
from cases import services as cases
from cases.models import Party
from cases.rules.words import PartyRole
from kernel.access import Actor, Role
from tests.factories.accounts import a_person, acting, the_actor
from tests.factories.cases import a_document, a_party

BASIS = "房屋承租人在同等条件下有优先购买权（民法典第七百二十六条）。"


def officer_of(session: Session, lot: Lot) -> Actor:
    """The officer in charge of the lot's case."""
    case = cases.get_case(session, lot.case_id or "")
    return the_actor(session, accounts.person(session, case.officer_id))


def a_holder(session: Session, lot: Lot, person: Person | None, role: PartyRole = PartyRole.TENANT, *,
             name: str = "苏晚亭") -> Party:
    """A party of the lot's case with the identity number of this person; None: without a number."""
    case = cases.get_case(session, lot.case_id or "")
    number = "" if person is None else accounts.identity_for_machine(session, person.id).id_number
    return a_party(session, case, officer_of(session, lot), role, name, id_number=number)


def proposal(session: Session, lot: Lot, party: Party, rank: int = 1, **changes: Any) -> priority.Proposal:
    """A right with its lease; ``changes`` replace members."""
    case = cases.get_case(session, lot.case_id or "")
    document_id = changes.pop("document_id", None)
    if document_id is None:
        document_id = a_document(session, case, officer_of(session, lot), title="租赁合同").id
    return priority.Proposal(**{"party_id": party.id, "rank": rank, "basis": BASIS,
                                "document_id": document_id, **changes})


def proposed(session: Session, lot: Lot, person: Person, rank: int = 1, *, now: datetime,
             role: PartyRole = PartyRole.TENANT) -> str:
    """A right that lies before the panel; its id."""
    wish = proposal(session, lot, a_holder(session, lot, person, role), rank)
    officer = officer_of(session, lot)
    with acting(session) as s:
        return priority.propose_right(s, lot.id, wish, actor=officer, now=now).id


def voted(session: Session, lot: Lot, right_id: str, *, now: datetime, approve: bool = True,
          judges: int = 3) -> None:
    """So many members of the panel say so; the platform has not taken note yet."""
    approval = accounts.approval_for(session, subject=f"right:{right_id}", act=priority.PRIORITY_ACT)
    assert approval is not None
    approval_id, court = approval.id, accounts.get_court(session, lot.court_id)
    panel = [the_actor(session, a_person(session, Role.JUDGE, court)) for _ in range(judges)]
    with acting(session) as s:
        for judge in panel:
            accounts.decide_approval(s, approval_id, approve=approve, actor=judge, now=now,
                                     reason="" if approve else "租约在查封以后订立。")


def in_force(session: Session, lot: Lot, person: Person, rank: int = 1, *, now: datetime,
             role: PartyRole = PartyRole.TENANT) -> str:
    """A right that the panel has confirmed, taken over by the platform."""
    right_id = proposed(session, lot, person, rank, now=now, role=role)
    voted(session, lot, right_id, now=now)
    noted(session, lot, now=now)
    return right_id


def noted(session: Session, lot: Lot, *, now: datetime) -> None:
    """The platform takes over what the panel has decided."""
    with acting(session) as s:
        priority.note_decided(s, lot.id, now=now)


def the_right(session: Session, right_id: str) -> PriorityRight:
    """The right as the database has it now."""
    session.rollback()
    return session.get_one(PriorityRight, right_id)
