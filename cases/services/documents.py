"""Documents: kept under their hash, public or private, and who may open which."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from cases.errors import NoSuchDocument
from cases.models import Document, DocumentReader, Party, Service
from cases.rules.words import DocumentKind
from cases.services.files import get_case, may_handle
from cases.services.properties import get_property
from kernel.access import Actor
from kernel.errors import N_, InvalidInput, NotAllowed, NotSignedIn
from kernel.files import StoredFile, the_store
from kernel.ids import new_id


def get_document(session: Session, document_id: str) -> Document:
    """The document with this id.

    Raises:
        NoSuchDocument: there is none.
    """
    document = session.get(Document, document_id)
    if document is None:
        raise NoSuchDocument
    return document


def documents_of(session: Session, subject: str) -> Sequence[Document]:
    """The documents about one subject, oldest first."""
    return session.scalars(select(Document).where(Document.subject == subject)
                           .order_by(Document.position, Document.id)).all()


def documents_of_case(session: Session, case_id: str) -> Sequence[Document]:
    """All documents of a case, pictures too, oldest first."""
    return session.scalars(select(Document).where(Document.case_id == case_id)
                           .order_by(Document.position, Document.id)).all()


def photographs_of(session: Session, property_id: str) -> Sequence[Document]:
    """The photographs and videos of a property, in the order in which they were taken up."""
    return [document for document in documents_of(session, f"property:{property_id}")
            if document.kind is DocumentKind.PHOTOGRAPH]


def first_photographs(session: Session, property_ids: Collection[str]) -> dict[str, str]:
    """Property -> address of its first public photograph; one without is left out."""
    subjects = [f"property:{one}" for one in property_ids]
    found = session.scalars(select(Document).where(
        Document.subject.in_(subjects), Document.kind == DocumentKind.PHOTOGRAPH, Document.is_public)
        .order_by(Document.position.desc(), Document.id.desc()))
    return {document.subject.removeprefix("property:"): document.url for document in found}


def keep_document(session: Session, *, case_id: str, subject: str,
                  kind: DocumentKind, title: str, stored: StoredFile, is_public: bool,
                  actor: Actor, now: datetime) -> Document:
    """Enter a file that lies in the store already. Who may do so is for the caller to decide.

    Args:
        session: where to write.
        case_id: the case it belongs to.
        subject: what it is about, ``case:ID``, ``property:ID``, ``lot:ID`` …
        kind: what it is.
        title: what people call it.
        stored: what the file store answered.
        is_public: whether anyone may open it.
        actor: who brings it.
        now: when.
    """
    case = get_case(session, case_id)
    last = session.scalar(select(func.max(Document.position)).where(Document.case_id == case_id))
    document = Document(id=new_id("doc"), court_id=case.court_id, case_id=case_id,
                        position=(last or 0) + 1, subject=subject, kind=DocumentKind(kind),
                        title=title, sha256=stored.sha256, media_type=stored.media_type,
                        size=stored.size, is_public=is_public, kept_by=actor.id, kept_at=now)
    session.add(document)
    audit.record(session, court_id=case.court_id, kind=Kind.DOCUMENT_KEPT, subject=subject,
                 actor=actor, case_id=case_id,
                 body={"document": document.id, "kind": document.kind, "sha256": stored.sha256,
                       "media_type": stored.media_type, "size": stored.size, "public": is_public})
    session.flush()
    return document


def set_document_public(session: Session, document_id: str, *, is_public: bool, actor: Actor,
                        now: datetime) -> Document:
    """Open a document to everyone, or close it again. Who may do so is for the caller to decide."""
    document = get_document(session, document_id)
    if document.is_public is is_public:
        return document
    document.is_public = is_public
    audit.record(session, court_id=document.court_id, kind=Kind.DOCUMENT_PUBLICITY,
                 subject=document.subject, actor=actor, case_id=document.case_id,
                 body={"document": document.id, "sha256": document.sha256, "public": is_public})
    return document


def let_read(session: Session, document_id: str, person_id: str, *, actor: Actor,
             now: datetime) -> None:
    """Open a private document to one person outside the court, such as the institution drawn."""
    document = get_document(session, document_id)
    if session.get(DocumentReader, (document_id, person_id)) is not None:
        return
    session.add(DocumentReader(document_id=document_id, person_id=person_id, opened_at=now))
    audit.record(session, court_id=document.court_id, kind=Kind.DOCUMENT_OPENED,
                 subject=document.subject, actor=actor, case_id=document.case_id,
                 body={"document": document.id, "sha256": document.sha256, "person": person_id})
    session.flush()


def readable_file(session: Session, sha256: str, actor: Actor | None) -> Document:
    """The document through which this reader may open the file of that hash.

    Public ones are open to anyone; private ones to staff of the court, to parties on whom they
    were served, and to persons to whom they were opened.

    Raises:
        NoSuchDocument: no case holds such a file.
        NotSignedIn: it is private and nobody is signed in.
        NotAllowed: it is private and not for this reader.
    """
    bearing = select(Document).where(Document.sha256 == sha256).order_by(Document.is_public.desc())
    document = session.scalars(bearing).first()
    if document is None:
        raise NoSuchDocument
    if document.is_public:
        return document
    if actor is None:
        raise NotSignedIn
    mine = session.scalars(bearing.where(_open_to(actor))).first()
    if mine is None:
        raise NotAllowed
    return mine


def _open_to(actor: Actor) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [
        exists().where(DocumentReader.document_id == Document.id,
                       DocumentReader.person_id == actor.id),
        exists().where(or_(Service.document_id == Document.id,
                           Service.proof_document_id == Document.id),
                       Service.party_id == Party.id, Party.person_id == actor.id),
    ]
    if actor.is_staff:
        ways.append(Document.court_id == actor.court_id)
    return or_(*ways)


def take_document(session: Session, case_id: str, raw: bytes, *, field: str,
                  actor: Actor) -> StoredFile:
    """Put an officer's upload into the store; call it before the unit of work, disks are slow.

    Raises:
        NotAllowed: not the officer in charge; then nothing is stored.
        InvalidInput: ``field`` is empty, too large or no PDF, PNG or JPEG.
    """
    may_handle(actor, get_case(session, case_id))
    return the_store().keep_document(raw, field)


def take_pictures(session: Session, case_id: str, raws: Sequence[bytes], *, field: str,
                  actor: Actor) -> list[StoredFile]:
    """Put an officer's photographs and videos into the store; all of them, or the first is refused.

    Raises:
        NotAllowed, InvalidInput: as ``take_document``; JPEG, PNG, WebP, and MP4 or WebM.
    """
    may_handle(actor, get_case(session, case_id))
    return [the_store().keep_view(raw, field) for raw in raws or (b"",)]


def attach_document(session: Session, *, case_id: str, subject: str | None, kind: DocumentKind,
                    title: str, stored: StoredFile, is_public: bool, actor: Actor,
                    now: datetime) -> Document:
    """Enter what the officer in charge has taken up, about the case or a part of it.

    Raises:
        InvalidInput: ``subject`` is no part of this case.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    parts = [case.subject, *(party.subject for party in case.parties),
             *(found.subject for found in case.properties),
             *(claim.subject for claim in case.claims)]
    if subject is not None and subject not in parts:
        raise InvalidInput({"subject": N_("请从本案的财产、债权和当事人中选择。")})
    return keep_document(session, case_id=case_id, subject=subject or case.subject, kind=kind,
                         title=title, stored=stored, is_public=is_public, actor=actor, now=now)


def attach_photographs(session: Session, *, property_id: str, kept: Sequence[StoredFile],
                       title: str, is_public: bool, actor: Actor, now: datetime) -> list[Document]:
    """Enter photographs and videos of a property that the officer in charge has taken up.

    Raises:
        NotAllowed: not the officer in charge.
    """
    found = get_property(session, property_id)
    return [attach_document(session, case_id=found.case_id, subject=found.subject, title=title,
                            kind=DocumentKind.PHOTOGRAPH, stored=stored, is_public=is_public,
                            actor=actor, now=now) for stored in kept]
