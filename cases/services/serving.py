"""Service of documents on parties: recorded with its way and proof, received on its day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases.errors import NoSuchService, ProofGiven
from cases.models import Party, Service
from cases.rules.service import GENERAL_NOTICE, check_service, received_at
from cases.rules.words import DocumentKind, ServiceWay
from cases.services.documents import get_document, keep_document
from cases.services.files import get_case, may_handle
from cases.services.parties import get_party
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.files import StoredFile
from kernel.formats import instant_text
from kernel.ids import new_id


def serve(session: Session, *, case_id: str, party_id: str, subject: str,
          title: str, way: ServiceWay, served_at: datetime, document_id: str | None = None,
          proof_document_id: str | None = None, notice: str = GENERAL_NOTICE, actor: Actor,
          now: datetime) -> Service:
    """Record that something was served on a party; the party's account is told.

    Who may do so is for the caller to decide.

    Args:
        session: where to write.
        case_id: the case.
        party_id: on whom.
        subject: what it is about, such as ``valuation:ID``; ``services_of`` finds it by this.
        title: what was served, as people call it.
        way: how.
        served_at: when it was handed over, arrived or was published.
        document_id: the paper served, which the party may then open.
        proof_document_id: the paper that proves it.
        notice: for a public notice, the provision that gives it its days (``NOTICES``).
        actor: who records it.
        now: when.

    Raises:
        InvalidInput: the party or a document is of another case, or see
            ``cases.rules.service.check_service``.
    """
    case = get_case(session, case_id)
    party = get_party(session, party_id)
    if party.case_id != case_id:
        raise InvalidInput({"party_id": N_("请从本案的当事人中选择。")})
    for name, found in (("document_id", document_id), ("proof", proof_document_id)):
        if found is not None and get_document(session, found).case_id != case_id:
            raise InvalidInput({name: N_("请从本案的文书中选择。")})
    way = ServiceWay(way)
    check_service(way, served_at=served_at, now=now, has_account=party.person_id is not None,
                  has_proof=proof_document_id is not None)
    rules = accounts.court_law(session, case.court_id, case.rule_set)
    service = Service(
        id=new_id("serv"), court_id=case.court_id, case_id=case_id, party_id=party_id,
        subject=subject, title=title, way=way, served_at=served_at,
        received_at=received_at(way, served_at, notice=notice, rules=rules),
        notice=notice if way is ServiceWay.PUBLIC_NOTICE else None, document_id=document_id,
        proof_document_id=proof_document_id, recorded_by=actor.id)
    session.add(service)
    _record(session, service, Kind.DOCUMENT_SERVED, actor)
    if party.person_id is not None:
        accounts.send_message(session, person_id=party.person_id, now=now,
                              url=f"/my/cases/{case_id}",
                              text=N_("案件 %(number)s：向您送达了“%(title)s”。"),
                              details={"number": case.number, "title": title})
    session.flush()
    return service


def serve_document(session: Session, *, case_id: str, party_id: str, title: str, way: ServiceWay,
                   served_at: datetime, document_id: str | None, notice: str,
                   proof: StoredFile | None, actor: Actor, now: datetime) -> Service:
    """Record a service by the officer in charge, with the paper that proves it if there is one.

    Raises:
        InvalidInput: as ``serve``.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    subject = case.subject if document_id is None else get_document(session, document_id).subject
    kept = None
    if proof is not None:
        waived = way is ServiceWay.WAIVED
        kept = keep_document(session, case_id=case_id, subject=subject, title=title, stored=proof,
                             kind=DocumentKind.WAIVER if waived else DocumentKind.SERVICE_PROOF,
                             is_public=False, actor=actor, now=now).id
    return serve(session, case_id=case_id, party_id=party_id, subject=subject, title=title, way=way,
                 served_at=served_at, document_id=document_id, proof_document_id=kept,
                 notice=notice, actor=actor, now=now)


def add_proof(session: Session, service_id: str, proof: StoredFile, *, actor: Actor,
              now: datetime) -> Service:
    """Add the proof that came later, such as a return receipt.

    Raises:
        ProofGiven: there is one already.
        NotAllowed: not the officer in charge.
    """
    service = get_service(session, service_id)
    may_handle(actor, get_case(session, service.case_id))
    if service.proof_document_id is not None:
        raise ProofGiven
    document = keep_document(session, case_id=service.case_id, subject=service.subject,
                             kind=DocumentKind.SERVICE_PROOF, title=service.title, stored=proof,
                             is_public=False, actor=actor, now=now)
    service.proof_document_id = document.id
    _record(session, service, Kind.SERVICE_PROVED, actor)
    return service


def get_service(session: Session, service_id: str) -> Service:
    """One act of service.

    Raises:
        NoSuchService: there is none.
    """
    service = session.get(Service, service_id)
    if service is None:
        raise NoSuchService
    return service


def _record(session: Session, service: Service, kind: Kind, actor: Actor) -> None:
    body = {"service": service.id, "party": service.party_id, "way": service.way,
            "served_at": instant_text(service.served_at),
            "received_at": instant_text(service.received_at), "notice": service.notice,
            "document": service.document_id, "proof": service.proof_document_id}
    audit.record(session, court_id=service.court_id, kind=kind, subject=service.subject,
                 actor=actor, case_id=service.case_id, body=body)


def services_of(session: Session, subject: str) -> Sequence[Service]:
    """What was served about one subject, in order."""
    return _read(session, Service.subject == subject)


def services_of_case(session: Session, case_id: str) -> Sequence[Service]:
    """All that was served in a case, in order."""
    return _read(session, Service.case_id == case_id)


def services_on_person(session: Session, case_id: str, person_id: str) -> Sequence[Service]:
    """What was served in a case on the party whose account this is, in order."""
    return _read(session, Service.case_id == case_id,
                 Service.party_id.in_(select(Party.id).where(Party.person_id == person_id)))


def _read(session: Session, *conditions: object) -> Sequence[Service]:
    return session.scalars(
        select(Service).where(*conditions)  # type: ignore[arg-type]
        .order_by(Service.served_at, Service.id)
        .options(selectinload(Service.party), selectinload(Service.document),
                 selectinload(Service.proof))).all()
