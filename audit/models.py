"""The log's tables. Leaves are evidence: both databases refuse to change or delete them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.orm import Mapped, mapped_column

from audit.kinds import Kind
from audit.rules.witnesses import Trouble
from kernel.database import Base, UtcDateTime, WordColumn, append_only

_OF_A_CASE = text("case_id IS NOT NULL")
_NO_BID = text("kind <> 'bid'")
_HEADS = "moves with every leaf; recomputed from the leaves by the check"


class Log(Base):
    """One log and where it stands: ``size`` leaves so far, the last one at ``last_at``.

    ``receipt_key`` is the public key that its latest ``key.published`` leaf names.
    """

    __tablename__ = "logs"
    __table_args__ = (UniqueConstraint("court_id", "is_exercise"),)
    unlogged = _HEADS

    origin: Mapped[str] = mapped_column(String(200), primary_key=True)
    court_id: Mapped[str] = mapped_column(String(40))
    is_exercise: Mapped[bool]
    size: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt_key: Mapped[str | None] = mapped_column(String(300))


class SubjectHead(Base):
    """Where the chain of one subject stands."""

    __tablename__ = "subject_heads"
    unlogged = _HEADS

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))


class Leaf(Base):
    """One act. ``raw`` is what counts; the other columns are for finding it.

    No foreign key: it is written under the lock of its log's row, and by the thousand. What is no
    bid has three indices more, by kind, actor and case, which a bid does not pay for.
    """

    __tablename__ = "leaves"
    __table_args__ = (
        UniqueConstraint("subject", "seq", "log"),
        Index("ix_leaves_case", "case_id", sqlite_where=_OF_A_CASE, postgresql_where=_OF_A_CASE),
        *(Index(name, *columns, sqlite_where=_NO_BID, postgresql_where=_NO_BID)
          for name, columns in (("ix_leaves_acts_kind", ("log", "kind", "index")),
                                ("ix_leaves_acts_actor", ("actor", "index")),
                                ("ix_leaves_acts_case", ("case_id", "index")))),
    )
    unlogged = "is the log"

    log: Mapped[str] = mapped_column(String(200), primary_key=True)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(200))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))
    case_id: Mapped[str | None] = mapped_column(String(40))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def word(self) -> str:
        """What was done, for people, a marked text."""
        return Kind(self.kind).word


append_only(Leaf.__table__)


class SignedCommit(Base):
    """The signature over the leaves of one commit: ``size`` of them from index ``first`` on (receipt/v1)."""

    __tablename__ = "signed_commits"
    unlogged = "signs the leaves that it stands beside"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    key: Mapped[str] = mapped_column(String(300))
    signature: Mapped[bytes] = mapped_column(LargeBinary)


append_only(SignedCommit.__table__)


class TreeHead(Base):
    """What the signer remembers of a log: how far its tree is built, the root, and the key that says so.

    Its row is locked by whoever builds on, so that of many processes one does.
    """

    __tablename__ = "tree_heads"
    unlogged = "is computed from the leaves, and checked against them before every signature"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[str] = mapped_column(String(300))


class TreeTile(Base):
    """Up to 256 hashes of the tree side by side (C2SP tlog-tiles): of leaves, or of full tiles below."""

    __tablename__ = "tree_tiles"
    unlogged = "is computed from the leaves, and checked against them before every signature"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class SignedCheckpoint(Base):
    """The signed word of the log on where it stood: a C2SP tlog-checkpoint, as it was given out."""

    __tablename__ = "checkpoints"
    unlogged = "signs the leaves that it stands beside"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)


append_only(SignedCheckpoint.__table__)


class Cosignature(Base):
    """A witness' word that it saw a checkpoint and that it begins with all that it had seen before.

    ``line`` is the line of the signature as the witness wrote it; it was checked before it came here.
    """

    __tablename__ = "cosignatures"
    __table_args__ = (ForeignKeyConstraint(("log", "size"), ("checkpoints.log", "checkpoints.size")),)
    unlogged = "signs the checkpoint that it stands beside"

    log: Mapped[str] = mapped_column(String(200), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    line: Mapped[str] = mapped_column(Text)


append_only(Cosignature.__table__)


class WitnessedLog(Base):
    """Which witnesses a log names, and how far enough of them have signed it.

    ``policy`` is the body of the latest leaf ``witnesses.named``; ``cosigned`` the size of the newest
    checkpoint with the quorum; ``missing_since`` stands while the latest alarm has not ended.
    """

    __tablename__ = "witnessed_logs"
    unlogged = "says what the leaves witnesses.named, witnesses.missing and witnesses.back say"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    policy: Mapped[str] = mapped_column(Text)
    cosigned: Mapped[int] = mapped_column(BigInteger)
    missing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alarm_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WitnessStanding(Base):
    """What the platform last heard of a witness about a log, and when it asks again."""

    __tablename__ = "witness_standings"
    unlogged = "is hearsay: a witness' own word is its cosignature"

    log: Mapped[str] = mapped_column(ForeignKey("logs.origin"), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[Trouble | None] = mapped_column(WordColumn(Trouble))
    failures: Mapped[int] = mapped_column(Integer)
    ask_at: Mapped[datetime] = mapped_column(UtcDateTime)
