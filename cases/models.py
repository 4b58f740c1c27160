"""The file of a case: who takes part, what is claimed, what was seized, what was served."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.rules import properties as property_rules
from cases.rules.claims import ClaimFacts, Doubt, claim_doubts
from cases.rules.properties import PropertyFacts
from cases.rules.words import (
    ClaimClass,
    DebtorKind,
    DocumentKind,
    FactTopic,
    IdKind,
    ObjectionRight,
    ObjectionState,
    PartyKind,
    PartyRole,
    PropertyCategory,
    PropertyKind,
    PropertyStatus,
    Regime,
    ServiceWay,
)
from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only
from kernel.money import MOST_FEN


def _to_case() -> Any:
    return mapped_column(ForeignKey("cases.id"), index=True)


class Case(Base):
    """One enforcement case. ``officer_id`` is the person in charge of it (承办人)."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("court_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(String(100))
    basis: Mapped[str] = mapped_column(String(200))
    filed_on: Mapped[date] = mapped_column(Date)
    debtor_kind: Mapped[DebtorKind] = mapped_column(WordColumn(DebtorKind))
    regime: Mapped[Regime] = mapped_column(WordColumn(Regime))
    regime_reason: Mapped[str] = mapped_column(String(400))
    rule_set: Mapped[str] = mapped_column(String(60))
    officer_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    registered_by: Mapped[str] = mapped_column(String(40))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    parties: Mapped[list["Party"]] = relationship(back_populates="case", order_by="Party.position")
    claims: Mapped[list["Claim"]] = relationship(
        back_populates="case", order_by="Claim.filed_at, Claim.position")
    properties: Mapped[list["Property"]] = relationship(
        back_populates="case", order_by="Property.position")

    @property
    def subject(self) -> str:
        return f"case:{self.id}"

    def parties_as(self, role: PartyRole) -> list["Party"]:
        return [party for party in self.parties if party.role is role]


class Party(Base):
    """Somebody the case concerns. The identity number is sealed; pages show it masked."""

    __tablename__ = "parties"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        UniqueConstraint("case_id", "person_id"),
        CheckConstraint("(id_kind IS NULL) = (id_sealed IS NULL)", name="identity"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    position: Mapped[int] = mapped_column(Integer)
    role: Mapped[PartyRole] = mapped_column(WordColumn(PartyRole))
    kind: Mapped[PartyKind] = mapped_column(WordColumn(PartyKind))
    name: Mapped[str] = mapped_column(String(100))
    id_kind: Mapped[IdKind | None] = mapped_column(WordColumn(IdKind))
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_masked: Mapped[str] = mapped_column(String(40))
    id_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="parties")

    @property
    def subject(self) -> str:
        return f"party:{self.id}"

    @property
    def vault_place(self) -> str:
        """Where the sealed identity belongs: a ciphertext moved elsewhere does not open."""
        return f"parties.id_sealed:{self.id}"


class Property(Base):
    """One seized thing or right, and what is known of it."""

    __tablename__ = "properties"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("area_hundredths IS NULL OR area_hundredths > 0", name="area"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    position: Mapped[int] = mapped_column(Integer)
    status: Mapped[PropertyStatus] = mapped_column(WordColumn(PropertyStatus), index=True)
    kind: Mapped[PropertyKind] = mapped_column(WordColumn(PropertyKind))
    category: Mapped[PropertyCategory] = mapped_column(WordColumn(PropertyCategory))
    title: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(120), index=True)
    rooms: Mapped[str] = mapped_column(String(40))
    floors: Mapped[int | None] = mapped_column(Integer)
    floor: Mapped[int | None] = mapped_column(Integer)
    area_hundredths: Mapped[int | None] = mapped_column(BigInteger)
    seized_on: Mapped[date] = mapped_column(Date)
    seizing_document: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="properties")
    fact_versions: Mapped[list["PropertyFact"]] = relationship(order_by="PropertyFact.version")

    @property
    def subject(self) -> str:
        return f"property:{self.id}"

    @property
    def found(self) -> PropertyFacts:
        """The description, as the rules take it."""
        return PropertyFacts(**{name: getattr(self, name) for name in PropertyFacts.__slots__})

    @property
    def facts(self) -> dict[FactTopic, "PropertyFact"]:
        """What is known now: the newest version of each fact."""
        return {fact.topic: fact for fact in self.fact_versions}

    @property
    def facts_missing(self) -> tuple[FactTopic, ...]:
        """See ``cases.rules.properties.facts_missing`` (REF-3.1)."""
        return property_rules.facts_missing(self.facts)


class PropertyFact(Base):
    """One version of one of the five facts (REF-3.1); a correction is a new version."""

    __tablename__ = "property_facts"
    __table_args__ = (CheckConstraint("text <> '' AND source <> ''", name="said"),)

    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), primary_key=True)
    topic: Mapped[FactTopic] = mapped_column(WordColumn(FactTopic), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    checked_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(PropertyFact.__table__)


class ThirdPartyObjection(Base):
    """Somebody outside the case claims a seized property (案外人异议, CPL-238).

    ``state_on`` is the day that counts for its state: filed, served, sued or decided. The paper
    behind each step is a document of the case; the steps themselves stand in the log.
    """

    __tablename__ = "third_party_objections"
    __table_args__ = (CheckConstraint("objector <> '' AND reason <> ''", name="said"),
                      CheckConstraint("state_on >= filed_on", name="order"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), index=True)
    objector: Mapped[str] = mapped_column(String(100))
    claimed_right: Mapped[ObjectionRight] = mapped_column(WordColumn(ObjectionRight))
    reason: Mapped[str] = mapped_column(Text)
    filed_on: Mapped[date] = mapped_column(Date)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    state: Mapped[ObjectionState] = mapped_column(WordColumn(ObjectionState), index=True)
    state_on: Mapped[date] = mapped_column(Date)
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship()
    asset: Mapped[Property] = relationship()

    @property
    def subject(self) -> str:
        return f"objection:{self.id}"


class Claim(Base):
    """What one creditor asks for, in the order of filing; members as in claims/v1."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("principal_fen > 0 AND interest_fen >= 0 AND doubled_interest_fen >= 0",
                        name="money"),
        CheckConstraint(f"principal_fen + interest_fen <= {MOST_FEN}", name="most"),
        CheckConstraint("cap_fen IS NULL OR cap_fen > 0", name="cap"),
        CheckConstraint("titled = (title_document <> '')", name="title"),
        CheckConstraint("NOT (titled AND unadjudged)", name="adjudged"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    position: Mapped[int] = mapped_column(Integer)
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"), index=True)
    claim_class: Mapped[ClaimClass] = mapped_column(WordColumn(ClaimClass))
    principal_fen: Mapped[int] = mapped_column(FenColumn)
    interest_fen: Mapped[int] = mapped_column(FenColumn)
    doubled_interest_fen: Mapped[int] = mapped_column(FenColumn)
    cap_fen: Mapped[int | None] = mapped_column(FenColumn)
    titled: Mapped[bool]
    title_document: Mapped[str] = mapped_column(String(200))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"), index=True)
    registered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seizure_lapsed: Mapped[bool]
    unadjudged: Mapped[bool]
    late: Mapped[bool]
    reward_percent: Mapped[str | None] = mapped_column(String(12))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(String(40))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="claims")
    party: Mapped[Party] = relationship()
    asset: Mapped[Property | None] = relationship()
    seizures: Mapped[list["ClaimSeizure"]] = relationship(
        cascade="all, delete-orphan", order_by="ClaimSeizure.property_id")

    @property
    def subject(self) -> str:
        return f"claim:{self.id}"

    @property
    def amount_fen(self) -> int:
        """The claim without doubled interest, as claims/v1 counts it."""
        return self.principal_fen + self.interest_fen

    @property
    def seized_at(self) -> dict[str, datetime]:
        """Property -> when this creditor's seizure took it."""
        return {seizure.property_id: seizure.seized_at for seizure in self.seizures}

    @property
    def filed(self) -> ClaimFacts:
        """The claim, as the rules take it."""
        return ClaimFacts(**{name: getattr(self, name) for name in ClaimFacts.__slots__})

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """See ``cases.rules.claims.claim_doubts``."""
        return claim_doubts(self.filed)


class ClaimSeizure(Base):
    """When a creditor's seizure took one property: its rank there (REG-03)."""

    __tablename__ = "claim_seizures"

    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), primary_key=True)
    seized_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Document(Base):
    """A paper or picture of the case; ``subject`` is what it is about, such as ``lot:ID``.

    The file lies in the store under its SHA-256; the same file may belong to several cases.
    """

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_subject", "subject", "position"),
                      CheckConstraint("length(sha256) = 64", name="hash"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    position: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(String(80))
    kind: Mapped[DocumentKind] = mapped_column(WordColumn(DocumentKind))
    title: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)
    is_public: Mapped[bool]
    kept_by: Mapped[str] = mapped_column(String(40))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def url(self) -> str:
        return f"/files/{self.sha256}"


class DocumentReader(Base):
    """A person outside the court to whom a private document was opened: an institution, a buyer."""

    __tablename__ = "document_readers"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Service(Base):
    """One document served on one party (送达); ``received_at`` starts the party's terms.

    Attributes:
        notice: for a public notice, the provision that says after how many days it counts as
            received; None for every other way.
    """

    __tablename__ = "service_acts"
    __table_args__ = (
        Index("ix_service_acts_subject", "subject"),
        CheckConstraint("received_at >= served_at", name="order"),
        CheckConstraint("(way = 'public_notice') = (notice IS NOT NULL)", name="notice"),
        CheckConstraint("way <> 'waived' OR proof_document_id IS NOT NULL", name="waiver"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = _to_case()
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"), index=True)
    subject: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    way: Mapped[ServiceWay] = mapped_column(WordColumn(ServiceWay))
    notice: Mapped[str | None] = mapped_column(String(80))
    served_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    proof_document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[str] = mapped_column(String(40))

    party: Mapped[Party] = relationship()
    document: Mapped[Document | None] = relationship(foreign_keys=[document_id])
    proof: Mapped[Document | None] = relationship(foreign_keys=[proof_document_id])

    @property
    def lacks_proof(self) -> bool:
        """Whether a paper that shows the receipt is still to come."""
        return self.way is not ServiceWay.ELECTRONIC and self.proof_document_id is None
