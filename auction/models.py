"""Lots, their sales, who may bid, every attempt, and what became of them.

The sale's own row carries all that a bid is judged by (design: "A bid"): it is the row that
every process locks, and so the fence between them. Attempts and results are evidence.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from auction.rules.closing import Fault
from auction.rules.lifecycle import LotState, Round
from auction.rules.priority import RightState
from cases.rules.words import PartyRole, ServiceWay
from kernel.database import Base, FenColumn, UtcDateTime, WordColumn, append_only

_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in INTEGER keys


class Lot(Base):
    """A seized asset on offer. What is for sale stays; each attempt to sell it is a Sale."""

    __tablename__ = "lots"
    __table_args__ = (
        Index("ix_lots_exercises", "created_at", sqlite_where=text("is_exercise = 1"),
              postgresql_where=text("is_exercise")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(String(40), index=True)
    case_id: Mapped[str | None] = mapped_column(String(40), index=True)
    property_id: Mapped[str | None] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(120))
    is_exercise: Mapped[bool]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    sales: Mapped[list["Sale"]] = relationship(back_populates="lot", order_by="Sale.number")

    @property
    def sale(self) -> "Sale":
        """The latest attempt to sell it."""
        return self.sales[-1]

    @property
    def announced(self) -> "Sale | None":
        """The latest attempt that the public may see; None before the first announcement."""
        return next((sale for sale in reversed(self.sales) if sale.published_at is not None), None)


class Sale(Base):
    """The N-th sale of a lot: its terms, and how it stands now.

    ``closes_at`` moves with extensions and suspensions; ``planned_closes_at`` is as announced.
    ``enforcement_costs_fen`` is the estimate, ``unfiled_prior_fen`` what has priority by a register
    but was not filed as a claim: with the claims they say whether anything will be left (GEN-6).
    """

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("start_price_fen > 0", name="start_price"),
        CheckConstraint("increment_fen > 0", name="increment"),
        CheckConstraint("deposit_fen >= 0", name="deposit"),
        CheckConstraint("enforcement_costs_fen >= 0 AND unfiled_prior_fen >= 0", name="prior"),
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("price_fen IS NULL OR price_fen >= start_price_fen", name="price"),
        CheckConstraint("(price_fen IS NULL) = (leader_code IS NULL)", name="leader"),
        Index("ix_sales_due", "state", "closes_at"),
    )

    lot_id: Mapped[str] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    round: Mapped[Round] = mapped_column(String(12))
    state: Mapped[LotState] = mapped_column(String(24))
    rule_set: Mapped[str] = mapped_column(String(60))

    # terms
    start_price_fen: Mapped[int] = mapped_column(FenColumn)
    increment_fen: Mapped[int] = mapped_column(FenColumn)
    deposit_fen: Mapped[int] = mapped_column(FenColumn)
    enforcement_costs_fen: Mapped[int] = mapped_column(FenColumn)
    unfiled_prior_fen: Mapped[int] = mapped_column(FenColumn)
    whole_steps: Mapped[bool]
    max_steps: Mapped[int | None] = mapped_column(Integer)
    extension_window_seconds: Mapped[int] = mapped_column(Integer)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    balance_days: Mapped[int] = mapped_column(Integer)
    reference_price_id: Mapped[str | None] = mapped_column(String(40))
    reference_price_fen: Mapped[int | None] = mapped_column(FenColumn)
    announcement: Mapped[dict[str, str]] = mapped_column(JSON)
    special_notices: Mapped[dict[str, str]] = mapped_column(JSON)
    notices_version: Mapped[str] = mapped_column(String(64))
    priority_decision: Mapped[str] = mapped_column(String(400))
    disclaims_quality: Mapped[bool]
    all_taxes_on_buyer: Mapped[bool]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # standing
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    price_fen: Mapped[int | None] = mapped_column(FenColumn)
    leader_code: Mapped[str | None] = mapped_column(String(40))
    leader_rank: Mapped[int | None] = mapped_column(Integer)
    accepted: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    extensions: Mapped[int] = mapped_column(Integer, default=0)
    latest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspensions_over: Mapped[int] = mapped_column(Integer, default=0)

    lot: Mapped[Lot] = relationship(back_populates="sales")
    disclosures: Mapped[list["Disclosure"]] = relationship(order_by="Disclosure.item")
    suspensions: Mapped[list["Suspension"]] = relationship(order_by="Suspension.from_at")
    result: Mapped["Result | None"] = relationship()
    delivery: Mapped["Delivery | None"] = relationship()

    @property
    def subject(self) -> str:
        """How the log names this sale."""
        return f"lot:{self.lot_id}/{self.number}"


def _of_sale(**options: Any) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["lot_id", "number"], ["sales.lot_id", "sales.number"], **options)


class Disclosure(Base):
    """One of the items that article 13 wants on the page on the day of publication."""

    __tablename__ = "disclosures"
    __table_args__ = (_of_sale(), CheckConstraint("text <> '' OR not_applicable_reason <> ''", name="said"))

    lot_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text, default="")
    not_applicable_reason: Mapped[str] = mapped_column(String(400), default="")
    document_sha256: Mapped[str | None] = mapped_column(String(64))


class SaleNotice(Base):
    """That a party was told of the coming auction: the act of service is kept in the case.

    ``unreachable_reason`` is why a notice was posted in public instead (AUC-16.3).
    """

    __tablename__ = "sale_notices"
    __table_args__ = (_of_sale(),)

    service_id: Mapped[str] = mapped_column(ForeignKey("service_acts.id"), primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40), index=True)
    number: Mapped[int] = mapped_column(Integer)
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"))
    unreachable_reason: Mapped[str] = mapped_column(String(400), default="")


class SurplusNotice(Base):
    """That an applicant was told that nothing would be left, and whether it insists (GEN-6).

    The act of service is kept in the case; the figures are those of which the applicant was told.
    """

    __tablename__ = "surplus_notices"
    __table_args__ = (_of_sale(), UniqueConstraint("lot_id", "number", "party_id"),
                      CheckConstraint("(insisted_on IS NULL) = (application_id IS NULL)", name="paper"))

    service_id: Mapped[str] = mapped_column(ForeignKey("service_acts.id"), primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"))
    told_on: Mapped[date]
    start_price_fen: Mapped[int] = mapped_column(FenColumn)
    prior_claims_fen: Mapped[int] = mapped_column(FenColumn)
    enforcement_costs_fen: Mapped[int] = mapped_column(FenColumn)
    insisted_on: Mapped[date | None]
    application_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


_LIVING = text("state IN ('pending', 'confirmed')")


class PriorityRight(Base):
    """Somebody's priority right in one sale, from the officer's proposal to the panel's word (AUC-19).

    ``id_digest`` is the holder's identity as it was proposed: a party amended later does not hand
    a confirmed right to another person.
    """

    __tablename__ = "priority_rights"
    __table_args__ = (
        _of_sale(),
        CheckConstraint("rank >= 1", name="rank"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
        Index("uq_priority_rights_living", "lot_id", "number", "party_id", "state", unique=True,
              sqlite_where=_LIVING, postgresql_where=_LIVING),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"))
    role: Mapped[PartyRole] = mapped_column(WordColumn(PartyRole))
    id_digest: Mapped[str] = mapped_column(String(64))
    rank: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(String(400))
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    state: Mapped[RightState] = mapped_column(WordColumn(RightState))
    proposed_by: Mapped[str] = mapped_column(String(40))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """How the approvals name this right."""
        return f"right:{self.id}"


class Registration(Base):
    """A bidder's way to a code. Who stands behind it is sealed until the sale has ended.

    ``person_digest`` finds a signed-in bidder's own registration; ``sealed_person`` opens only
    after the close. ``identity_salt`` and ``sealed_salt`` open the two commitments of the
    ``bidder.admitted`` leaf (contracts.md, bundle/v1).
    """

    __tablename__ = "registrations"
    __table_args__ = (
        _of_sale(),
        UniqueConstraint("lot_id", "number", "person_digest"),
        UniqueConstraint("lot_id", "number", "code"),
        CheckConstraint("(code IS NULL) = (admitted_at IS NULL)", name="code"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    person_digest: Mapped[str] = mapped_column(String(64))
    sealed_person: Mapped[bytes] = mapped_column(LargeBinary)
    accepted_notices: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reference: Mapped[str | None] = mapped_column(String(20), unique=True)
    deposit_fen: Mapped[int] = mapped_column(FenColumn)
    code: Mapped[str | None] = mapped_column(String(40))
    priority_rank: Mapped[int | None] = mapped_column(Integer)
    admitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_commitments: Mapped[bytes | None] = mapped_column(LargeBinary)
    deposit_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(Base):
    """One bid as it was judged, accepted or refused; ``position`` is the order of judgement.

    ``leaf_index`` is the place of its leaf in the court's log; None of bids from before receipts. No foreign
    key: it is written under the lock of its sale's row, and to check each of a hundred again costs as much.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("lot_id", "number", "position"),
        UniqueConstraint("lot_id", "number", "seq"),
        UniqueConstraint("client_bid_id", "code", "lot_id", "number", "amount_fen"),
    )
    unlogged = "each row has its own leaf of kind bid, written with it"

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(40))
    priority_rank: Mapped[int | None] = mapped_column(Integer)
    client_bid_id: Mapped[str | None] = mapped_column(String(128))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(24))
    seq: Mapped[int | None] = mapped_column(Integer)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minimum_fen: Mapped[int] = mapped_column(FenColumn)
    extended: Mapped[bool]
    leaf_index: Mapped[int | None] = mapped_column(BigInteger)


class Suspension(Base):
    """A time in which the sale stood still (AUC-28); ``to_at`` None while it still does.

    From ``cause_ended_on`` on the court has five days (AUC-28.4). ``fault``: the platform held it by itself.
    """

    __tablename__ = "suspensions"
    __table_args__ = (_of_sale(), CheckConstraint("to_at IS NULL OR to_at > from_at", name="span"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    lot_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer)
    ground: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(400))
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    resumes_to: Mapped[LotState] = mapped_column(String(24))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause_ended_on: Mapped[date | None]
    fault: Mapped[Fault | None] = mapped_column(WordColumn(Fault))


class Worker(Base):
    """A process that takes bids, as last heard of in the database's time; see ``services.presence``."""

    __tablename__ = "workers"
    unlogged = "a sign of life, overwritten four times a second; the acts that rest on it have leaves"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    low_water_at: Mapped[datetime] = mapped_column(UtcDateTime)
    clock_off_ms: Mapped[int] = mapped_column(_BIG)
    walked_ms: Mapped[int] = mapped_column(_BIG)
    inversions: Mapped[int] = mapped_column(_BIG)
    inversion_alarms: Mapped[int] = mapped_column(_BIG)
    inversion_most_ms: Mapped[int] = mapped_column(_BIG)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Failure(Base):
    """A time in which something failed that a close must know of: ``auction.rules.closing.Outage``."""

    __tablename__ = "failures"
    unlogged = "what the machines noticed of themselves; the hold that follows from it has its leaf"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker_id: Mapped[str] = mapped_column(String(40))
    fault: Mapped[Fault] = mapped_column(WordColumn(Fault))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lasted_ms: Mapped[int] = mapped_column(_BIG)


class Result(Base):
    """How a sale ended: once, for ever. The primary key is the guarantee."""

    __tablename__ = "results"
    __table_args__ = (_of_sale(),
                      CheckConstraint("(winner_code IS NULL) = (price_fen IS NULL)", name="winner"))

    lot_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(12))
    winner_code: Mapped[str | None] = mapped_column(String(40))
    price_fen: Mapped[int | None] = mapped_column(FenColumn)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted: Mapped[int] = mapped_column(Integer)
    extensions: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(400))


class Delivery(Base):
    """What follows a sale: the buyer by name, the balance, the ruling, the hand-over."""

    __tablename__ = "deliveries"
    __table_args__ = (_of_sale(),)

    lot_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    buyer_person_id: Mapped[str] = mapped_column(String(40))
    buyer_name: Mapped[str] = mapped_column(String(120))
    buyer_masked_number: Mapped[str] = mapped_column(String(40))
    price_fen: Mapped[int] = mapped_column(FenColumn)
    balance_fen: Mapped[int] = mapped_column(FenColumn)
    balance_reference: Mapped[str | None] = mapped_column(String(20))
    balance_due_on: Mapped[date]
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ruling_document_id: Mapped[str | None] = mapped_column(String(40))
    ruling_issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ruling_served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ruling_way: Mapped[ServiceWay | None] = mapped_column(WordColumn(ServiceWay))
    ruling_proof_id: Mapped[str | None] = mapped_column(String(40))
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handover_note: Mapped[str] = mapped_column(String(400), default="")


append_only(Attempt.__table__)
append_only(Result.__table__)
