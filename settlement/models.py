"""Costs of a case, versions of its plan, objections, and the payouts of a plan in force."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, FenColumn, UtcDateTime, WordColumn
from settlement.rules.costs_of_case import CostKind
from settlement.rules.payouts import Destination
from settlement.rules.service import PlanState


class CaseCost(Base):
    """A cost of enforcement to be paid first (PRI-01)."""

    __tablename__ = "case_costs"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[CostKind] = mapped_column(WordColumn(CostKind))
    text: Mapped[str] = mapped_column(String(200))
    property_id: Mapped[str | None] = mapped_column(ForeignKey("properties.id"))
    advanced_by: Mapped[str | None] = mapped_column(ForeignKey("parties.id"))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    struck_by: Mapped[str | None] = mapped_column(String(40))
    struck_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DistributionPlan(Base):
    """One version of a plan. Once served it never changes (PLAN-08); a new one is a new version.

    Attributes:
        claims: the claims/v1 value it was computed from.
        result: the plan/v1 value.
        names: party -> the name it bears in ``claims``; a later change of names changes no plan.
        debtor: the name of the debtor to whom a surplus goes.
        digest: SHA-256 of both in canonical JSON: what is approved.
        salt: opens the commitment in the ``plan.served`` leaf to those who may see names.
    """

    __tablename__ = "distribution_plans"
    __table_args__ = (UniqueConstraint("case_id", "version"),
                      CheckConstraint("length(salt) = 32", name="salt"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[PlanState] = mapped_column(WordColumn(PlanState))
    rule_set: Mapped[str] = mapped_column(String(60))
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    debtor: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    drafted_by: Mapped[str] = mapped_column(String(40))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    objections: Mapped[list["PlanObjection"]] = relationship(order_by="PlanObjection.raised_on")
    payouts: Mapped[list["PayoutOrder"]] = relationship(order_by="PayoutOrder.position")

    @property
    def subject(self) -> str:
        return f"plan:{self.id}"


class PlanObjection(Base):
    """A written objection raised in time (PLAN-02, PLAN-03)."""

    __tablename__ = "plan_objections"
    __table_args__ = (UniqueConstraint("plan_id", "party_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("distribution_plans.id"), index=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    party_id: Mapped[str] = mapped_column(ForeignKey("parties.id"))
    raised_on: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PayoutOrder(Base):
    """One sum of a plan in force on its way out: prepared, approved, executed by three people."""

    __tablename__ = "payout_orders"
    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        UniqueConstraint("court_id", "bank_line"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="approver"),
        CheckConstraint("executed_by IS NULL OR (executed_by <> prepared_by "
                        "AND executed_by <> approved_by)", name="executor"),
        CheckConstraint("(executed_by IS NULL) = (bank_line IS NULL)", name="bank_line"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("distribution_plans.id"), index=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    destination: Mapped[Destination] = mapped_column(WordColumn(Destination))
    item: Mapped[str] = mapped_column(String(40))
    payee: Mapped[str] = mapped_column(String(120))
    party_id: Mapped[str | None] = mapped_column(ForeignKey("parties.id"))
    amount_fen: Mapped[int] = mapped_column(FenColumn)
    prepared_by: Mapped[str | None] = mapped_column(String(40))
    prepared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(40))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    executed_by: Mapped[str | None] = mapped_column(String(40))
    executed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bank_line: Mapped[str | None] = mapped_column(String(60))

    plan: Mapped[DistributionPlan] = relationship(back_populates="payouts")

    @property
    def subject(self) -> str:
        return f"payout:{self.id}"
