"""Institutions, the course of each reference price, draws, commissions, reports, prices."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only
from valuation.rules.appraisal import Failure
from valuation.rules.drawing import DrawState
from valuation.rules.ladder import Ground, Method
from valuation.rules.stages import Stage


class Institution(Base):
    """An institution of a sub-list (名单子库), drawable while it is active (REF-15.1)."""

    __tablename__ = "institutions"
    __table_args__ = (UniqueConstraint("court_id", "number"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(40))
    region: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    is_active: Mapped[bool]
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def entry(self) -> str:
        """How it stands in a pool and in a transcript."""
        return f"{self.number} {self.name}"


class Valuation(Base):
    """The course of one reference price (F.1): how it stands, what the property admits."""

    __tablename__ = "valuations"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), index=True)
    stage: Mapped[Stage] = mapped_column(WordColumn(Stage))
    rule_set: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(40))
    has_official_price: Mapped[bool]
    online_possible: Mapped[bool]
    inspection_needed: Mapped[bool]
    appraisal_mandated: Mapped[bool]
    joint_wish: Mapped[Method | None] = mapped_column(WordColumn(Method))
    asked_on: Mapped[date | None] = mapped_column(Date)
    agree_by_on: Mapped[date | None] = mapped_column(Date)
    party_missing: Mapped[bool]
    wish_a_draw: Mapped[bool]
    opened_by: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    orders: Mapped[list["InstitutionOrder"]] = relationship(order_by="InstitutionOrder.round")
    ways_out: Mapped[list["MethodOut"]] = relationship(order_by="MethodOut.recorded_at")
    draws: Mapped[list["Draw"]] = relationship(back_populates="valuation", order_by="Draw.attempt")
    commissions: Mapped[list["Commission"]] = relationship(
        back_populates="valuation", order_by="Commission.round, Commission.position")
    reports: Mapped[list["AppraisalReport"]] = relationship(order_by="AppraisalReport.taken_at")
    objections: Mapped[list["ValuationObjection"]] = relationship(
        order_by="ValuationObjection.filed_on")

    @property
    def subject(self) -> str:
        return f"valuation:{self.id}"


class MethodOut(Base):
    """A method recorded as out, with its ground (REF-14b)."""

    __tablename__ = "methods_out"

    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), primary_key=True)
    method: Mapped[Method] = mapped_column(WordColumn(Method), primary_key=True)
    ground: Mapped[Ground] = mapped_column(WordColumn(Ground))
    on: Mapped[date] = mapped_column("out_on", Date)
    term_ended_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(400))
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InstitutionOrder(Base):
    """Three institutions in their order, agreed or drawn; used up before there is another (REF-19.5).

    ``draw_id`` is None for an order on which the parties agreed.
    """

    __tablename__ = "institution_orders"

    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    draw_id: Mapped[str | None] = mapped_column(ForeignKey("draws.id"))
    entries: Mapped[list[str]] = mapped_column(JSON)
    fixed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourtSecret(Base):
    """A numbered secret of the court: its commitment is published long before it is used.

    Used in the order of their numbers, each once: whoever could choose would choose the draw.
    """

    __tablename__ = "court_secrets"
    __table_args__ = (CheckConstraint("length(commitment) = 64", name="commitment"),)

    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    commitment: Mapped[str] = mapped_column(String(64))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    draw_id: Mapped[str | None] = mapped_column(String(40), unique=True)


class Draw(Base):
    """One draw by jdraw/v1. One attempt a round; what is frozen never changes.

    Attributes:
        exclusions: entry, ground and note of each institution left out; the note is public too,
            but stands in no leaf.
    """

    __tablename__ = "draws"
    __table_args__ = (
        # a pool that was not approved is no attempt; any other is the only one of its round
        Index("uq_draws_valuation_id_attempt", "valuation_id", "attempt", unique=True,
              sqlite_where=text("state <> 'refused'"), postgresql_where=text("state <> 'refused'")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), index=True)
    attempt: Mapped[int] = mapped_column(Integer)
    state: Mapped[DrawState] = mapped_column(WordColumn(DrawState))
    freeze: Mapped[dict[str, Any]] = mapped_column(JSON)
    exclusions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    secret_number: Mapped[int] = mapped_column(Integer)
    transcript: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    proposed_by: Mapped[str] = mapped_column(String(40))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seal_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    open_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    valuation: Mapped[Valuation] = relationship(back_populates="draws")
    contributions: Mapped[list["Contribution"]] = relationship(order_by="Contribution.role")

    @property
    def subject(self) -> str:
        return f"draw:{self.id}"


class Contribution(Base):
    """What one role puts into a draw: sealed first, opened when all have sealed."""

    __tablename__ = "draw_contributions"

    draw_id: Mapped[str] = mapped_column(ForeignKey("draws.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    commitment: Mapped[str | None] = mapped_column(String(64))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nonce: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Commission(Base):
    """The appraisal commissioned to the next of the order (REF-17.1, REF-19.3)."""

    __tablename__ = "commissions"
    __table_args__ = (UniqueConstraint("valuation_id", "round", "position"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), index=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institutions.id"), index=True)
    round: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    institution: Mapped[str] = mapped_column(String(200))
    sent_on: Mapped[date] = mapped_column(Date)
    accept_by_on: Mapped[date] = mapped_column(Date)
    accepted_on: Mapped[date | None] = mapped_column(Date)
    accepted_by: Mapped[str | None] = mapped_column(String(40))
    report_by_on: Mapped[date | None] = mapped_column(Date)
    failure: Mapped[Failure | None] = mapped_column(WordColumn(Failure))
    failed_on: Mapped[date | None] = mapped_column(Date)
    failure_note: Mapped[str] = mapped_column(String(400), default="")
    sent_by: Mapped[str] = mapped_column(String(40))

    valuation: Mapped[Valuation] = relationship(back_populates="commissions")


class AppraisalReport(Base):
    """A report as taken in; its price counts once it is in force."""

    __tablename__ = "appraisal_reports"
    __table_args__ = (CheckConstraint("price_fen > 0", name="price"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), index=True)
    commission_id: Mapped[str] = mapped_column(ForeignKey("commissions.id"))
    signed_by: Mapped[list[str]] = mapped_column(JSON)
    dated_on: Mapped[date] = mapped_column(Date)
    received_on: Mapped[date] = mapped_column(Date)
    price_fen: Mapped[int] = mapped_column(FenColumn)
    valid_until_on: Mapped[date] = mapped_column(Date)
    parts: Mapped[list[str]] = mapped_column(JSON)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    report_sha256: Mapped[str] = mapped_column(String(64))
    taken_by: Mapped[str] = mapped_column(String(40))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """What its paper and its service are about; a later report is served anew."""
        return f"report:{self.id}"


class ValuationObjection(Base):
    """A written objection to a report; while it is open the price is not in force (REF-26)."""

    __tablename__ = "valuation_objections"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), index=True)
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"))
    grounds: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    filed_on: Mapped[date] = mapped_column(Date)
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReferencePrice(Base):
    """A reference price in force, and the lots that rest on it."""

    __tablename__ = "reference_prices"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    property_id: Mapped[str] = mapped_column(ForeignKey("properties.id"), index=True)
    valuation_id: Mapped[str] = mapped_column(ForeignKey("valuations.id"), unique=True)
    method: Mapped[Method] = mapped_column(WordColumn(Method))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    valid_until_on: Mapped[date] = mapped_column(Date)
    in_force_on: Mapped[date] = mapped_column(Date)
    fixed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    report_sha256: Mapped[str] = mapped_column(String(64))


append_only(MethodOut.__table__)
append_only(InstitutionOrder.__table__)
append_only(ReferencePrice.__table__)
