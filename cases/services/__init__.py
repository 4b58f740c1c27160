"""What is done in a case, and the types it speaks of: the door for the floors above."""

from cases.models import Case, Claim, Document, Party, Property, Service, ThirdPartyObjection
from cases.services.claims import (
    PriorClaim,
    amend_claim,
    check_claim,
    claims_of,
    file_claim,
    get_claim,
    prior_claims_on,
)
from cases.services.documents import (
    attach_document,
    attach_photographs,
    documents_of,
    documents_of_case,
    first_photographs,
    get_document,
    keep_document,
    let_read,
    photographs_of,
    readable_file,
    set_document_public,
    take_document,
    take_pictures,
)
from cases.services.files import (
    PAGE,
    CasePage,
    amend_case,
    assign_case,
    case_file,
    case_named,
    cases_of_court,
    cases_of_person,
    get_case,
    may_handle,
    may_read,
    numbers_of,
    officers_of,
    register_case,
)
from cases.services.folder import CaseFolder, case_folder
from cases.services.mine import MyCase, own_case
from cases.services.parties import (
    add_party,
    amend_party,
    get_party,
    identity_of_party,
    link_party,
    parties_of,
)
from cases.services.properties import (
    Finding,
    add_property,
    amend_property,
    get_property,
    properties_among,
    properties_of,
    properties_with_status,
    record_fact,
    set_property_status,
)
from cases.services.serving import (
    add_proof,
    get_service,
    serve,
    serve_document,
    services_of,
    services_of_case,
    services_on_person,
)
from cases.services.third_parties import (
    Standing,
    decide_objection,
    file_objection,
    get_objection,
    objections_to,
    stopped_properties,
)

__all__ = [
    "PAGE", "Case", "CaseFolder", "CasePage", "Claim", "Document", "Finding", "MyCase", "Party",
    "PriorClaim", "Property", "Service", "Standing", "ThirdPartyObjection", "add_party",
    "add_proof", "add_property", "amend_case", "amend_claim", "amend_party", "amend_property",
    "assign_case", "attach_document", "attach_photographs", "case_file", "case_folder", "case_named",
    "cases_of_court", "cases_of_person", "check_claim", "claims_of", "decide_objection",
    "documents_of", "documents_of_case", "file_claim", "file_objection", "first_photographs",
    "get_case", "get_claim", "get_document", "get_objection", "get_party", "get_property", "get_service",
    "identity_of_party", "keep_document", "let_read", "link_party", "may_handle", "may_read",
    "numbers_of", "objections_to", "officers_of", "own_case", "parties_of", "photographs_of",
    "prior_claims_on", "properties_among", "properties_of", "properties_with_status",
    "readable_file", "record_fact", "register_case", "serve", "serve_document", "services_of",
    "services_of_case", "services_on_person", "set_document_public", "set_property_status",
    "stopped_properties", "take_document", "take_pictures",
]
