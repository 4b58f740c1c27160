"""Which claims come before the applicant's on one property (优先债权, GEN-6).

The order is that of the ladder of claims/v1 (PRI-03 to PRI-11). A claim bound to another property
asks here as an ordinary one; who is late, or asks as an ordinary creditor without a title, takes
nothing and comes before nobody. Doubled interest never has priority (PRI-10).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol, TypeVar

from cases.rules.claims import NEEDS_TITLE
from cases.rules.words import ClaimClass

_C = ClaimClass
_SECURED: Final = 3
_STEPS: Final = {
    _C.MEDICAL: 0, _C.HOUSING_CONSUMER: 1, _C.CONSTRUCTION: 2, _C.RETENTION: _SECURED,
    _C.PURCHASE_MONEY: _SECURED, _C.SECURITY: _SECURED, _C.TAX_ARREARS: _SECURED, _C.WAGES: 4,
    _C.TAX: 5, _C.RESTITUTION: 6, _C.ORDINARY: 7, _C.FINE: 8}
_RIGHTS: Final = (_C.RETENTION, _C.PURCHASE_MONEY, _C.SECURITY)
"""Real rights in their order, whatever their dates (PRI-06a before PRI-06b before PRI-06c)."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class FiledClaim(Protocol):
    """What is asked of a claim here."""

    @property
    def party_id(self) -> str: ...
    @property
    def claim_class(self) -> ClaimClass: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def cap_fen(self) -> int | None: ...
    @property
    def property_id(self) -> str | None: ...
    @property
    def registered_at(self) -> datetime | None: ...
    @property
    def titled(self) -> bool: ...
    @property
    def unadjudged(self) -> bool: ...
    @property
    def late(self) -> bool: ...


C = TypeVar("C", bound=FiledClaim)


class Place(NamedTuple):
    """Where a claim stands on one property."""

    claim_class: ClaimClass
    registered_at: datetime


def prior_claims(claims: Sequence[C], applicants: Iterable[str], property_id: str) -> list[C]:
    """The claims that are paid from the property before the applicant who comes first.

    Args:
        claims: all claims of the case.
        applicants: ids of the parties who applied for enforcement; without a claim of theirs on
            file they ask as ordinary creditors.
        property_id: what is to be sold.
    """
    asking = frozenset(applicants)
    own = [place_on(one, property_id) for one in claims if one.party_id in asking and takes(one)]
    own = own or [Place(ClaimClass.ORDINARY, _NEVER)]
    return [one for one in claims if one.party_id not in asking and takes(one)
            and all(comes_before(place_on(one, property_id), mine) for mine in own)]


def preferred_fen(claim: FiledClaim) -> int:
    """How much of a claim comes first: up to the registered maximum (PRI-06e)."""
    return claim.amount_fen if claim.cap_fen is None else min(claim.amount_fen, claim.cap_fen)


def takes(claim: FiledClaim) -> bool:
    """Whether the claim takes anything of these proceeds (PAR-01, PAR-04)."""
    needs_title = claim.claim_class in NEEDS_TITLE
    return not claim.late and (claim.titled or claim.unadjudged or not needs_title)


def place_on(claim: FiledClaim, property_id: str) -> Place:
    """Where the claim stands on this property; bound to another one, it is ordinary here."""
    elsewhere = claim.property_id is not None and claim.property_id != property_id
    found = ClaimClass.ORDINARY if elsewhere else claim.claim_class
    return Place(found, claim.registered_at or _NEVER)


def comes_before(one: Place, other: Place) -> bool:
    """Whether ``one`` is paid in full before ``other`` gets anything."""
    mine, theirs = _STEPS[one.claim_class], _STEPS[other.claim_class]
    if mine != theirs or mine != _SECURED:
        return mine < theirs
    if one.claim_class is other.claim_class:
        return one.registered_at < other.registered_at
    if one.claim_class is ClaimClass.TAX_ARREARS:
        return other.registered_at > one.registered_at or other.registered_at == _NEVER
    if other.claim_class is ClaimClass.TAX_ARREARS:
        return not comes_before(other, one)
    return _RIGHTS.index(one.claim_class) < _RIGHTS.index(other.claim_class)
