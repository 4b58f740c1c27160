"""The tables of accounts. What identifies a person lies in them only sealed or as a digest."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.rules.approvals import ApprovalState, Request
from accounts.rules.contact import Contact
from accounts.rules.identity import PersonKind
from kernel.access import STAFF, Role
from kernel.database import Base, UtcDateTime, WordColumn, append_only
from kernel.errors import Name


def _one_of(column: str, values: frozenset[Role]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in sorted(values))})"


class Court(Base):
    """A court of this installation.

    Attributes:
        address: where it is, and how it is reached: see ``accounts.rules.contact``; empty until told.
        origin: names its log; the log of its exercises is ``origin/exercise``.
        readings: provision -> what this court has set, where the law leaves room
            (``kernel.law.RuleSet.with_settings``).
    """

    __tablename__ = "courts"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(100), unique=True)
    name_en: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(200), unique=True)
    readings: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(200), server_default="")
    telephone: Mapped[str] = mapped_column(String(20), server_default="")
    supervision_telephone: Mapped[str] = mapped_column(String(20), server_default="")
    email: Mapped[str] = mapped_column(String(100), server_default="")
    office_hours: Mapped[str] = mapped_column(String(100), server_default="")

    @property
    def name(self) -> Name:
        """What the court is called, for readers of both languages."""
        return Name(self.name_zh, self.name_en)

    @property
    def contact(self) -> Contact:
        """How it is reached."""
        return Contact(**{one.name: getattr(self, one.name) for one in fields(Contact)})

    @contact.setter
    def contact(self, contact: Contact) -> None:
        for name, value in asdict(contact).items():
            setattr(self, name, value)


class Person(Base):
    """Someone who can sign in.

    Attributes:
        public_name: of court staff and institutions, who act under their name; None where the
            identity is sealed.
        court_id: the court of a member of staff.
        kind: natural person or organisation, from the identity number; None without one.
        sealed_identity: name, identity number, telephone and salt, as the vault sealed them.
        number_digest: keyed digest of the identity number: one account per number.
        terms: the version of the terms that a bidder accepted on registering.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("court_id IS NULL OR public_name IS NOT NULL", name="staff_is_named"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    public_name: Mapped[str | None] = mapped_column(String(100))
    court_id: Mapped[str | None] = mapped_column(ForeignKey("courts.id"), index=True)
    kind: Mapped[PersonKind | None] = mapped_column(WordColumn(PersonKind))
    sealed_identity: Mapped[bytes] = mapped_column(LargeBinary)
    number_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    terms: Mapped[str | None] = mapped_column(String(40))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grants: Mapped[list["RoleGrant"]] = relationship(
        order_by="RoleGrant.granted_at", back_populates="person", lazy="selectin")

    @property
    def shown_name(self) -> str:
        """What others may see: the public name, else the login, never the sealed name."""
        return self.public_name or self.login

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds now."""
        return frozenset(grant.role for grant in self.grants if grant.revoked_at is None)


class RoleGrant(Base):
    """That a person may act in a role, from when to when, and who said so."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint(_one_of("role", frozenset(Role)), name="known_role"),
        CheckConstraint(f"({_one_of('role', STAFF)}) = (court_id IS NOT NULL)",
                        name="staff_has_a_court"),
        Index("uq_role_grants_in_force", "person_id", "role", unique=True,
              sqlite_where=text("revoked_at IS NULL"),
              postgresql_where=text("revoked_at IS NULL")),
        Index("ix_role_grants_court_role", "court_id", "role"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(WordColumn(Role))
    court_id: Mapped[str | None] = mapped_column(ForeignKey("courts.id"))
    granted_by: Mapped[str] = mapped_column(String(40))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(40))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(back_populates="grants")


class LoginSession(Base):
    """One sign-in in one browser. The cookie holds the token, the table only its hash."""

    __tablename__ = "login_sessions"
    unlogged = "who is signed in just now; decides nothing in any case"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token of a program that acts for a person; shown once, stored as its hash."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """A line in one person's inbox: a marked text with its figures, put into the reader's words."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_person_sent", "person_id", "sent_at"),)
    unlogged = "tells its reader of an act that has its own leaf"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(300))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Draft(Base):
    """What one person has typed into one form and not yet sent. ``address``: the page of the form."""

    __tablename__ = "drafts"
    unlogged = "an unsent form is nobody's act; it decides nothing until its writer sends it"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(300), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Approval(Base):
    """An act that waits for others: summary, address and digest of what they agree to.

    The domain that owns the act compares the digest again when it executes (S3). ``number``
    counts the requests for one act upon one subject.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("id", "maker_id"),
        UniqueConstraint("subject", "act", "number"),
        CheckConstraint("needed >= 1", name="needs_someone"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_or_pending"),
        Index("uq_approvals_pending", "subject", "act", unique=True,
              sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
        Index("ix_approvals_court_state", "court_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"))
    case_id: Mapped[str | None] = mapped_column(String(40), index=True)
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    number: Mapped[int] = mapped_column(Integer)
    summary: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    needed: Mapped[int] = mapped_column(Integer)
    role: Mapped[Role] = mapped_column(WordColumn(Role))
    rule: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(String(300))
    maker_id: Mapped[str] = mapped_column(String(40), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ApprovalState] = mapped_column(WordColumn(ApprovalState))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decisions: Mapped[list["ApprovalDecision"]] = relationship(
        order_by="ApprovalDecision.decided_at", lazy="selectin")

    @property
    def approver_ids(self) -> tuple[str, ...]:
        return tuple(one.person_id for one in self.decisions if one.approve)

    @property
    def request(self) -> Request:
        """What the rules need to know of it."""
        return Request(
            court_id=self.court_id, maker_id=self.maker_id, role=self.role,
            needed=self.needed, state=self.state, approver_ids=self.approver_ids,
            decider_ids=tuple(one.person_id for one in self.decisions))


class ApprovalDecision(Base):
    """One person's word on a request: given once, never by its maker, never changed."""

    __tablename__ = "approval_decisions"
    __table_args__ = (
        ForeignKeyConstraint(["approval_id", "maker_id"], ["approvals.id", "approvals.maker_id"]),
        CheckConstraint("person_id <> maker_id", name="maker_is_not_checker"),
        CheckConstraint("approve OR reason <> ''", name="refusal_has_a_reason"),
    )

    approval_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    maker_id: Mapped[str] = mapped_column(String(40))
    approve: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(ApprovalDecision.__table__)
