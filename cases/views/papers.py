"""Pages of documents and their service."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cases import services
from cases.models import Case
from cases.rules.service import GENERAL_NOTICE, NOTICES
from cases.rules.words import DocumentKind, ServiceWay
from cases.schemas import DocumentIn, PublicityIn, ServiceIn
from cases.views.blueprint import back, choices, handled_case, pages, uploaded, within
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work


@pages.route("/<case_id>/documents/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def add_document(case_id: str) -> ResponseReturnValue:
    """Upload a document about the case or a part of it."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form(initial={
        "kind": request.args.get("kind", ""), "subject": request.args.get("subject", "")})
    if request.method == "POST":
        with form.attempt():
            data = form.load(DocumentIn())
            actor, now = signed_in(), clock.now()
            stored = services.take_document(db.session(), case_id, uploaded("file") or b"",
                                            field="file", actor=actor)
            with unit_of_work() as work:
                services.attach_document(work.session, case_id=case_id, stored=stored, **data,
                                         actor=actor, now=now)
            return back(case_id, "documents", N_("文书已入卷。"))
    kinds = [kind for kind in DocumentKind if kind is not DocumentKind.PHOTOGRAPH]
    return render_template("cases/document_form.html", form=form, case=case, kinds=choices(kinds),
                           subjects=_subjects(case)), form.status


def _subjects(case: Case) -> list[tuple[str, str]]:
    """Parts of the case that a document can be about; none of them means the case itself."""
    return [*((found.subject, found.title) for found in case.properties),
            *((claim.subject, f"{claim.party.name} · {say(claim.claim_class.word)}")
              for claim in case.claims),
            *((party.subject, party.name) for party in case.parties)]


@pages.post("/<case_id>/documents/<document_id>/publicity")
@access(Role.OFFICER)
def set_publicity(case_id: str, document_id: str) -> ResponseReturnValue:
    """Open a document to everyone, or close it again."""
    case = handled_case(case_id)
    within(case, services.get_document(db.session(), document_id).case_id)
    data = Form(request.form).load(PublicityIn())
    with unit_of_work() as work:
        services.set_document_public(work.session, document_id, is_public=data["is_public"],
                                     actor=signed_in(), now=clock.now())
    return back(case_id, "documents",
                N_("文书已公开。") if data["is_public"] else N_("文书已改为不公开。"))


@pages.route("/<case_id>/services/new", methods=["GET", "POST"])
@access(Role.OFFICER)
def serve_document(case_id: str) -> ResponseReturnValue:
    """Record that a document was served on a party."""
    case = handled_case(case_id)
    form = Form(request.form) if request.method == "POST" else Form(initial=_blank(case))
    if request.method == "POST":
        with form.attempt():
            data = form.load(ServiceIn())
            actor, now = signed_in(), clock.now()
            raw = uploaded("proof")
            proof = None if raw is None else services.take_document(
                db.session(), case_id, raw, field="proof", actor=actor)
            with unit_of_work() as work:
                services.serve_document(work.session, case_id=case_id, proof=proof, **data,
                                        actor=actor, now=now)
            return back(case_id, "services", N_("送达已记录。"))
    documents = [document for document in services.documents_of_case(db.session(), case_id)
                 if document.kind is not DocumentKind.PHOTOGRAPH]
    return render_template(
        "cases/service_form.html", form=form, case=case, ways=choices(ServiceWay),
        parties=[(party.id, f"{party.name} · {say(party.role.word)}") for party in case.parties],
        documents=[(document.id, document.title) for document in documents],
        notices=[(name, say(word)) for name, word in NOTICES.items()]), form.status


def _blank(case: Case) -> dict[str, Any]:
    shown: dict[str, Any] = {"served_at": clock.now(), "notice": GENERAL_NOTICE,
                             "party_id": request.args.get("party", "")}
    chosen = request.args.get("document")
    if chosen:
        document = services.get_document(db.session(), chosen)
        within(case, document.case_id)
        shown |= {"document_id": document.id, "title": document.title}
    return shown


@pages.route("/<case_id>/services/<service_id>/proof", methods=["GET", "POST"])
@access(Role.OFFICER)
def add_proof(case_id: str, service_id: str) -> ResponseReturnValue:
    """Add the proof of a service that came later."""
    case = handled_case(case_id)
    service = services.get_service(db.session(), service_id)
    within(case, service.case_id)
    form = Form(request.form) if request.method == "POST" else Form()
    if request.method == "POST":
        with form.attempt():
            actor, now = signed_in(), clock.now()
            proof = services.take_document(db.session(), case_id, uploaded("proof") or b"",
                                           field="proof", actor=actor)
            with unit_of_work() as work:
                services.add_proof(work.session, service_id, proof, actor=actor, now=now)
            return back(case_id, "services", N_("送达证明已入卷。"))
    return render_template("cases/proof_form.html", form=form, case=case,
                           service=service), form.status
