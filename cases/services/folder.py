"""A case with its papers and service, as its pages show it; the portal's case page shows the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts import services as accounts
from cases.models import Case, Document, Service
from cases.rules.words import DocumentKind
from cases.services.documents import documents_of_case
from cases.services.serving import services_of_case
from cases.services.third_parties import Standing, objections_to
from kernel import clock
from kernel.access import Actor, Role


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """What ``templates/cases/_*.html`` need, beside the case itself.

    Attributes:
        papers: the documents that are no photographs, oldest first.
        photographs: subject -> its photographs.
        objections: property -> what third parties object, as it stands today.
        labels: subject -> what people call it; subjects of higher floors are not among them.
        names: person -> the name others may see, of the staff who appear.
        may_handle: whether the reader is the officer in charge.
    """

    papers: Sequence[Document]
    photographs: Mapping[str, Sequence[Document]]
    services: Sequence[Service]
    objections: Mapping[str, Sequence[Standing]]
    labels: Mapping[str, str]
    names: Mapping[str, str]
    total_fen: int
    may_handle: bool
    may_assign: bool


def case_folder(session: Session, case: Case, actor: Actor) -> CaseFolder:
    """Everything around a case, read in a fixed number of queries."""
    documents = documents_of_case(session, case.id)
    photographs: dict[str, list[Document]] = {found.subject: [] for found in case.properties}
    papers = []
    for document in documents:
        if document.kind is DocumentKind.PHOTOGRAPH:
            photographs.setdefault(document.subject, []).append(document)
        else:
            papers.append(document)
    in_charge = actor.id == case.officer_id
    labels = {found.subject: found.title for found in case.properties}
    labels |= {party.subject: party.name for party in case.parties}
    labels |= {claim.subject: claim.party.name for claim in case.claims}
    now = clock.now()
    objections = {found.id: objections_to(session, found.id, now) for found in case.properties}
    return CaseFolder(
        objections=objections,
        papers=papers, photographs=photographs, services=services_of_case(session, case.id),
        labels=labels, may_handle=in_charge and actor.may_act_as(Role.OFFICER),
        may_assign=in_charge or actor.may_act_as(Role.ADMINISTRATOR),
        names=accounts.names_of(session, {case.officer_id, case.registered_by}),
        total_fen=sum(claim.amount_fen + claim.doubled_interest_fen for claim in case.claims))
