"""A case as one of its parties sees it: their own part of it, and what was served on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cases.errors import NoSuchCase
from cases.models import Case, Claim, Party, Service
from cases.services.claims import claims_of
from cases.services.files import get_case
from cases.services.serving import services_on_person


@dataclass(frozen=True, slots=True)
class MyCase:
    """What one person may see of a case."""

    case: Case
    parties: Sequence[Party]
    claims: Sequence[Claim]
    services: Sequence[Service]


def own_case(session: Session, case_id: str, person_id: str) -> MyCase:
    """The case, as far as it is this person's.

    Raises:
        NoSuchCase: there is none, or this person is no party of it: a stranger learns nothing.
    """
    case = get_case(session, case_id)
    parties = [party for party in case.parties if party.person_id == person_id]
    if not parties:
        raise NoSuchCase
    mine = {party.id for party in parties}
    return MyCase(case, parties,
                  [claim for claim in claims_of(session, case_id) if claim.party_id in mine],
                  services_on_person(session, case_id, person_id))
