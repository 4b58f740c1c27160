"""Parties: who they are, sealed where it identifies them, and whose account is theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases.errors import NoSuchParty, PartyLinked
from cases.models import Case, Party
from cases.rules.numbers import PartyFacts, check_party
from cases.rules.words import IdentityReason, PartyRole
from cases.services.files import get_case, may_handle
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.ids import new_id
from kernel.vault import the_vault


def get_party(session: Session, party_id: str) -> Party:
    """The party with this id.

    Raises:
        NoSuchParty: there is none.
    """
    party = session.get(Party, party_id)
    if party is None:
        raise NoSuchParty
    return party


def parties_of(session: Session, case_id: str) -> Sequence[Party]:
    """The parties of a case in the order in which they were entered."""
    return session.scalars(
        select(Party).where(Party.case_id == case_id).order_by(Party.position)).all()


def add_party(session: Session, *, case_id: str, role: PartyRole, facts: PartyFacts, actor: Actor,
              now: datetime) -> Party:
    """Enter a party.

    Raises:
        InvalidInput: see ``cases.rules.numbers.check_party``.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    number = check_party(facts)
    last = session.scalar(select(func.max(Party.position)).where(Party.case_id == case_id))
    party = Party(id=new_id("party"), court_id=case.court_id, case_id=case_id,
                  position=(last or 0) + 1, role=role, kind=facts.kind, name=facts.name,
                  address=facts.address, phone=facts.phone, added_at=now, id_kind=None,
                  id_sealed=None, id_masked="", id_digest=None, person_id=None)
    if number:
        _seal(party, facts, number)
    session.add(party)
    _record(session, case, party, Kind.PARTY_ADDED, actor)
    session.flush()
    return party


def amend_party(session: Session, *, party_id: str, role: PartyRole, facts: PartyFacts,
                actor: Actor, now: datetime) -> Party:
    """Correct a party. Without a new identity number the sealed one stays.

    Raises:
        InvalidInput, NotAllowed: as ``add_party``.
    """
    party = get_party(session, party_id)
    case = get_case(session, party.case_id)
    may_handle(actor, case)
    number = check_party(facts)
    if facts.kind is not party.kind:
        party.id_kind, party.id_sealed, party.id_masked, party.id_digest = None, None, "", None
    party.role, party.kind, party.name = role, facts.kind, facts.name
    party.address, party.phone = facts.address, facts.phone
    if number:
        _seal(party, facts, number)
    _record(session, case, party, Kind.PARTY_AMENDED, actor)
    return party


def _seal(party: Party, facts: PartyFacts, number: str) -> None:
    party.id_kind = facts.id_kind
    party.id_sealed = the_vault().seal({"id_number": number}, party.vault_place)
    party.id_masked = accounts.masked_number(number)
    party.id_digest = the_vault().digest(number, "id_number")


def _record(session: Session, case: Case, party: Party, kind: Kind, actor: Actor) -> None:
    audit.record(session, court_id=case.court_id, kind=kind, subject=party.subject, actor=actor,
                 case_id=case.id, body={"case": case.id, "role": party.role, "kind": party.kind,
                                        "identified": party.id_sealed is not None})


def link_party(session: Session, *, party_id: str, login: str, actor: Actor,
               now: datetime) -> Party:
    """Say which account is this party's, so that the party sees the case and what is served.

    Raises:
        InvalidInput: nobody signs in as ``login``, or it is an account of a court's staff.
        PartyLinked: the account is another party of the same case.
        NotAllowed: not the officer in charge.
    """
    party = get_party(session, party_id)
    case = get_case(session, party.case_id)
    may_handle(actor, case)
    known = accounts.credentials(session, login)
    if known is None:
        raise InvalidInput({"login": N_("没有这个账号，请核对当事人注册时用的账号。")})
    person = accounts.person(session, known[0])
    if person.court_id is not None:
        raise InvalidInput({"login": N_("这是法院工作人员的账号，不能作为当事人的账户。")})
    if any(other.person_id == person.id for other in case.parties if other is not party):
        raise PartyLinked
    party.person_id = person.id
    audit.record(session, court_id=case.court_id, kind=Kind.PARTY_LINKED, subject=party.subject,
                 actor=actor, case_id=case.id, body={"case": case.id, "person": person.id})
    accounts.send_message(session, person_id=person.id, now=now, url=f"/my/cases/{case.id}",
                          text=N_("您的账户已关联到案件 %(number)s，可以查看送达文书和进展。"),
                          details={"number": case.number})
    return party


def identity_of_party(session: Session, party_id: str, *, reason: IdentityReason, actor: Actor,
                      now: datetime) -> str:
    """Open the sealed identity number of a party; that it was read is itself logged.

    Returns:
        The number; empty where none is known.

    Raises:
        NotAllowed: not the officer in charge.
    """
    party = get_party(session, party_id)
    case = get_case(session, party.case_id)
    may_handle(actor, case)
    audit.record(session, court_id=case.court_id, kind=Kind.PARTY_IDENTITY_READ,
                 subject=party.subject, actor=actor, case_id=case.id,
                 body={"case": case.id, "reason": reason})
    if party.id_sealed is None:
        return ""
    return the_vault().open(party.id_sealed, party.vault_place)["id_number"]
