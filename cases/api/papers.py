"""Property, documents and service, for programs; files come as multipart."""

from typing import Any

from werkzeug.datastructures import FileStorage

from cases import services
from cases.api.blueprint import api, read_case
from cases.models import Document, Property, Service
from cases.rules.properties import PropertyFacts
from cases.rules.words import FactTopic
from cases.schemas import (
    DocumentIn,
    DocumentOut,
    FactIn,
    FileIn,
    PapersOut,
    PhotographsIn,
    PicturesIn,
    ProofIn,
    PropertyIn,
    PropertyOut,
    PublicityIn,
    ServiceIn,
    ServiceOut,
)
from cases.services import Finding
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import N_, NotFound
from kernel.languages import say
from kernel.transactions import unit_of_work


@api.post("/<case_id>/properties")
@api.arguments(PropertyIn)
@api.response(201, PropertyOut)
@access(Role.OFFICER)
def add_property(data: dict[str, Any], case_id: str) -> Property:
    """Enter a seized property."""
    with unit_of_work() as work:
        return services.add_property(work.session, case_id=case_id, facts=PropertyFacts(**data),
                                     actor=signed_in(), now=clock.now())


@api.put("/properties/<property_id>")
@api.arguments(PropertyIn)
@api.response(200, PropertyOut)
@access(Role.OFFICER)
def amend_property(data: dict[str, Any], property_id: str) -> Property:
    """Correct the description, as long as no price rests on it."""
    with unit_of_work() as work:
        return services.amend_property(work.session, property_id, PropertyFacts(**data),
                                       actor=signed_in(), now=clock.now())


@api.put("/properties/<property_id>/facts/<topic>")
@api.arguments(FactIn)
@api.response(200, PropertyOut)
@access(Role.OFFICER)
def record_fact(data: dict[str, Any], property_id: str, topic: str) -> Property:
    """Record one of the five facts (REF-3.1); what was recorded before stays readable."""
    if topic not in set(FactTopic):
        raise NotFound
    with unit_of_work() as work:
        services.record_fact(work.session, property_id=property_id, topic=FactTopic(topic),
                             finding=Finding(**data), actor=signed_in(), now=clock.now())
    return services.get_property(db.session(), property_id)


@api.post("/properties/<property_id>/photographs")
@api.arguments(PhotographsIn, location="form")
@api.arguments(PicturesIn, location="files")
@api.response(201, DocumentOut(many=True))
@access(Role.OFFICER)
def add_photographs(data: dict[str, Any], files: dict[str, list[FileStorage]],
                    property_id: str) -> list[Document]:
    """Upload photographs: re-encoded, without place and owner of the camera."""
    actor = signed_in()
    found = services.get_property(db.session(), property_id)
    kept = services.take_pictures(db.session(), found.case_id,
                                  [one.read() for one in files["files"]], field="files",
                                  actor=actor)
    with unit_of_work() as work:
        return services.attach_photographs(
            work.session, property_id=property_id, kept=kept, is_public=data["is_public"],
            title=data["title"] or say(N_("现场照片")), actor=actor, now=clock.now())


@api.get("/<case_id>/papers")
@api.response(200, PapersOut)
@access(*STAFF)
def list_papers(case_id: str) -> dict[str, Any]:
    """The documents of a case, and what was served on whom."""
    case = read_case(case_id)
    return {"documents": services.documents_of_case(db.session(), case.id),
            "services": services.services_of_case(db.session(), case.id)}


@api.post("/<case_id>/documents")
@api.arguments(DocumentIn, location="form")
@api.arguments(FileIn, location="files")
@api.response(201, DocumentOut)
@access(Role.OFFICER)
def add_document(data: dict[str, Any], files: dict[str, FileStorage], case_id: str) -> Document:
    """Upload a PDF, PNG or JPEG; its SHA-256 is that of the bytes sent."""
    actor = signed_in()
    stored = services.take_document(db.session(), case_id, files["file"].read(), field="file",
                                    actor=actor)
    with unit_of_work() as work:
        return services.attach_document(work.session, case_id=case_id, stored=stored, **data,
                                        actor=actor, now=clock.now())


@api.put("/documents/<document_id>/publicity")
@api.arguments(PublicityIn)
@api.response(200, DocumentOut)
@access(Role.OFFICER)
def set_publicity(data: dict[str, Any], document_id: str) -> Document:
    """Open a document to everyone, or close it again."""
    actor = signed_in()
    with unit_of_work() as work:
        document = services.get_document(work.session, document_id)
        services.may_handle(actor, services.get_case(work.session, document.case_id))
        return services.set_document_public(work.session, document_id, actor=actor,
                                            is_public=data["is_public"], now=clock.now())


@api.post("/<case_id>/services")
@api.arguments(ServiceIn, location="form")
@api.arguments(ProofIn, location="files")
@api.response(201, ServiceOut)
@access(Role.OFFICER)
def serve_document(data: dict[str, Any], files: dict[str, FileStorage], case_id: str) -> Service:
    """Record that a document was served, with the file that proves it if there is one."""
    actor = signed_in()
    proof = None if "proof" not in files else services.take_document(
        db.session(), case_id, files["proof"].read(), field="proof", actor=actor)
    with unit_of_work() as work:
        return services.serve_document(work.session, case_id=case_id, proof=proof, **data,
                                       actor=actor, now=clock.now())


@api.post("/services/<service_id>/proof")
@api.arguments(FileIn, location="files")
@api.response(200, ServiceOut)
@access(Role.OFFICER)
def add_proof(files: dict[str, FileStorage], service_id: str) -> Service:
    """Add the proof of a service that came later."""
    actor = signed_in()
    service = services.get_service(db.session(), service_id)
    proof = services.take_document(db.session(), service.case_id, files["file"].read(),
                                   field="file", actor=actor)
    with unit_of_work() as work:
        return services.add_proof(work.session, service_id, proof, actor=actor, now=clock.now())
