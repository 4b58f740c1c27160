"""What auditors mark with a note.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

from kernel.database import trigger_statements

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("log", sa.String(length=200), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_findings_note")),
        sa.CheckConstraint("(lot_id IS NULL) = (number IS NULL)", name=op.f("ck_findings_sale")),
        sa.CheckConstraint("position IS NULL OR lot_id IS NOT NULL", name=op.f("ck_findings_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")))
    op.create_index("ix_findings_court", "findings", ["court_id", "written_at"])
    op.create_index("ix_findings_leaf", "findings", ["log", "leaf_index"])
    op.create_index("ix_findings_sale", "findings", ["lot_id", "number"])
    for statement in trigger_statements("findings", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("findings")
