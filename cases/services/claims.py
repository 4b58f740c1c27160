"""Claims: filed in order, checked by the officer, amended with a new check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from audit import services as audit
from audit.kinds import Kind
from cases.errors import ClaimChecked, NoSuchClaim
from cases.models import Case, Claim, ClaimSeizure
from cases.rules import claims as rules
from cases.rules.claims import ClaimFacts
from cases.rules.priority import preferred_fen, prior_claims
from cases.rules.words import PartyRole
from cases.services.files import get_case, may_handle
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.formats import instant_text
from kernel.ids import new_id

_PLAIN = tuple(name for name in ClaimFacts.__slots__ if name != "seized_at")


def get_claim(session: Session, claim_id: str) -> Claim:
    """The claim with this id.

    Raises:
        NoSuchClaim: there is none.
    """
    claim = session.get(Claim, claim_id)
    if claim is None:
        raise NoSuchClaim
    return claim


def claims_of(session: Session, case_id: str) -> Sequence[Claim]:
    """The claims of a case in the order of filing, which breaks ties in a plan (contracts.md)."""
    return session.scalars(
        select(Claim).where(Claim.case_id == case_id).order_by(Claim.filed_at, Claim.position)
        .options(selectinload(Claim.seizures), selectinload(Claim.party))).all()


@dataclass(frozen=True, slots=True)
class PriorClaim:
    """A claim that is paid from a property before the applicant's, and how much of it."""

    claim: Claim
    amount_fen: int


def prior_claims_on(session: Session, case_id: str, property_id: str) -> list[PriorClaim]:
    """The claims that come before the applicant's on a property, as filed so far (GEN-6)."""
    applicants = {party.id for party in get_case(session, case_id).parties_as(PartyRole.APPLICANT)}
    return [PriorClaim(one, preferred_fen(one))
            for one in prior_claims(claims_of(session, case_id), applicants, property_id)]


def file_claim(session: Session, *, case_id: str, facts: ClaimFacts, actor: Actor,
               now: datetime) -> Claim:
    """Enter a claim as it was filed; it waits to be checked.

    Raises:
        InvalidInput: see ``cases.rules.claims.check_claim``.
        NotAllowed: not the officer in charge.
    """
    case = get_case(session, case_id)
    may_handle(actor, case)
    _check(case, facts, now)
    last = session.scalar(select(func.max(Claim.position)).where(Claim.case_id == case_id))
    claim = Claim(id=new_id("claim"), court_id=case.court_id, case_id=case_id,
                  position=(last or 0) + 1, checked_by=None, checked_at=None)
    _take_over(claim, facts)
    session.add(claim)
    _record(session, claim, Kind.CLAIM_FILED, actor)
    session.flush()
    return claim


def amend_claim(session: Session, claim_id: str, facts: ClaimFacts, *, actor: Actor,
                now: datetime) -> Claim:
    """Correct a claim; it has to be checked again.

    Raises:
        InvalidInput, NotAllowed: as ``file_claim``.
    """
    claim = get_claim(session, claim_id)
    may_handle(actor, claim.case)
    _check(claim.case, facts, now)
    _take_over(claim, facts)
    claim.checked_by = claim.checked_at = None
    _record(session, claim, Kind.CLAIM_AMENDED, actor)
    return claim


def check_claim(session: Session, claim_id: str, *, actor: Actor, now: datetime) -> Claim:
    """State that the claim was compared with its title and proofs, and that it stands so.

    Raises:
        ClaimChecked: it was already.
        NotAllowed: not the officer in charge.
    """
    claim = get_claim(session, claim_id)
    may_handle(actor, claim.case)
    if claim.checked_at is not None:
        raise ClaimChecked
    claim.checked_by, claim.checked_at = actor.id, now
    _record(session, claim, Kind.CLAIM_CHECKED, actor)
    return claim


def _check(case: Case, facts: ClaimFacts, now: datetime) -> None:
    creditor = next((party for party in case.parties if party.id == facts.party_id), None)
    if creditor is None:
        raise InvalidInput({"party_id": N_("请从本案的当事人中选择债权人。")})
    rules.check_claim(facts, creditor=creditor.role, now=now,
                      properties={found.id for found in case.properties})


def _take_over(claim: Claim, facts: ClaimFacts) -> None:
    for name in _PLAIN:
        setattr(claim, name, getattr(facts, name))
    known = {seizure.property_id: seizure for seizure in claim.seizures}
    claim.seizures = [known.get(asset) or ClaimSeizure(property_id=asset)
                      for asset in sorted(facts.seized_at)]
    for seizure in claim.seizures:
        seizure.seized_at = facts.seized_at[seizure.property_id]


def _record(session: Session, claim: Claim, kind: Kind, actor: Actor) -> None:
    body = {
        "case": claim.case_id, "creditor": claim.party_id, "class": claim.claim_class,
        "principal_fen": claim.principal_fen, "interest_fen": claim.interest_fen,
        "doubled_interest_fen": claim.doubled_interest_fen, "cap_fen": claim.cap_fen,
        "titled": claim.titled, "asset": claim.property_id,
        "filed_at": instant_text(claim.filed_at),
        "registered_at": None if claim.registered_at is None else instant_text(claim.registered_at),
        "seized_at": {asset: instant_text(at) for asset, at in claim.seized_at.items()},
        "seizure_lapsed": claim.seizure_lapsed, "unadjudged": claim.unadjudged, "late": claim.late,
        "reward_percent": claim.reward_percent,
    }
    audit.record(session, court_id=claim.court_id, kind=kind, subject=claim.subject, actor=actor,
                 case_id=claim.case_id, body=body)
