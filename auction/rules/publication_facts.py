"""The facts on which the publication of an auction is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import Round
from auction.rules.schedule import AssetClass
from kernel.money import Fen


class PriceBasis(StrEnum):
    REFERENCE = "reference"
    """A reference price in force, whatever method fixed it."""
    MARKET = "market"
    """Market price, where the property was not appraised; the parties must be asked."""


@dataclass(frozen=True, slots=True)
class PriceFacts:
    amount_fen: Fen
    basis: PriceBasis
    in_force: bool
    valid_until_on: date | None
    """None only for a market price."""
    parties_consulted: bool = False


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """What the collegial panel has decided; None where it has not."""

    signed_by: tuple[str, ...]
    """Ids of the members who have signed, each with an account of their own."""
    start_price_fen: Fen | None
    increment_fen: Fen | None
    deposit_fen: Fen | None
    priority_decided: bool
    """Who has a priority right, in which order; also decided if it is nobody."""
    cut_ratio: Fraction | None = None
    """By how much the start price is cut; asked from the second auction on."""


@dataclass(frozen=True, slots=True)
class PersonNotified:
    """A party, or a known holder of a priority right, and how this person learnt of the sale."""

    person: str
    """The name as shown to the officer."""
    received_on: date | None = None
    waived_in_writing: bool = False
    """Only a holder of a right can waive it (AUC-16.2)."""
    posted_on: date | None = None
    unreachable_reason: str = ""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One item of article 13: shown, or not applicable for a reason."""

    is_shown: bool
    not_applicable_reason: str = ""


@dataclass(frozen=True, slots=True)
class EarlierSale:
    """The failed sale before a second auction."""

    start_price_fen: Fen
    failed_on: date
    same_platform: bool
    first_published_on: date


@dataclass(frozen=True, slots=True)
class ApplicantTold:
    """An applicant for enforcement, and what it knows of a sale that would leave nothing (GEN-6).

    Attributes:
        person: the name as shown to the officer.
        told_on: the day on which it received the court's notice; None while it was not told.
        start_price_fen: the start price of which it was told.
        insisted_on: the day on which it applied for the auction to go on; None if it did not.
    """

    person: str
    told_on: date | None = None
    start_price_fen: Fen | None = None
    insisted_on: date | None = None


@dataclass(frozen=True, slots=True)
class SurplusFacts:
    """What comes before the applicant, and who was told that nothing would be left (GEN-6)."""

    prior_claims_fen: Fen
    """Claims with priority over the applicant's, filed or known from a register."""
    enforcement_costs_fen: Fen
    applicants: tuple[ApplicantTold, ...]


@dataclass(frozen=True, slots=True)
class StandingObjection:
    """An objection of a third party to the object (AUC-36.2)."""

    person: str
    state: str
    """In words, marked for translation."""
    until_on: date | None
    """The last day on which a rejected one still stops the sale; None where no day ends it."""


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """All that the law asks about on the day of publication."""

    of_round: Round
    asset: AssetClass
    published_at: datetime
    opens_at: datetime
    closes_at: datetime
    start_price_fen: Fen
    increment_fen: Fen
    deposit_fen: Fen
    price: PriceFacts | None
    panel: PanelFacts | None
    notified: tuple[PersonNotified, ...]
    announcement: frozenset[AnnouncementPart]
    disclosures: Mapping[DisclosureItem, Disclosed]
    special_notices: frozenset[SpecialNotice]
    disclaims_quality: bool
    """The announcement says that the court cannot vouch for authenticity or quality."""
    all_taxes_on_buyer: bool = False
    equity_notified_on: date | None = None
    """The day of the court's notice to the company and all shareholders, for equity."""
    earlier: EarlierSale | None = None
    surplus: SurplusFacts | None = None
    """None where nothing comes before the applicant and the sale costs nothing."""
    objections: tuple[StandingObjection, ...] = ()
    """Of third parties, those that keep the property from being disposed of on that day."""
