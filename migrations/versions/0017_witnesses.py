"""What witnesses signed, which of them each log names, and what was last heard of each.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

from kernel.database import trigger_statements

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _of_log(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (sa.Column("log", sa.String(length=200), nullable=False),
            sa.ForeignKeyConstraint(["log"], ["logs.origin"], name=op.f(f"fk_{table}_log")))


def upgrade() -> None:
    op.create_table(
        "cosignatures",
        sa.Column("log", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["log", "size"], ["checkpoints.log", "checkpoints.size"],
                                name=op.f("fk_cosignatures_log")),
        sa.PrimaryKeyConstraint("log", "size", "key", name=op.f("pk_cosignatures")))
    op.create_table(
        "witnessed_logs", *_of_log("witnessed_logs"),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("cosigned", sa.BigInteger(), nullable=False),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_witnessed_logs")))
    op.create_table(
        "witness_standings", *_of_log("witness_standings"),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("log", "key", name=op.f("pk_witness_standings")))
    for statement in trigger_statements("cosignatures", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in ("witness_standings", "witnessed_logs", "cosignatures"):
        op.drop_table(table)
