"""The tree over each log in tiles, where its building stands, and the checkpoints that were signed.

Revision: 0015
After: 0014
"""

import sqlalchemy as sa
from alembic import op

from kernel.database import trigger_statements

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _of_log(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (sa.Column("log", sa.String(length=200), nullable=False),
            sa.ForeignKeyConstraint(["log"], ["logs.origin"], name=op.f(f"fk_{table}_log")))


def upgrade() -> None:
    op.create_table(
        "tree_heads", *_of_log("tree_heads"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_tree_heads")))
    op.create_table(
        "tree_tiles", *_of_log("tree_tiles"),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "index", name=op.f("pk_tree_tiles")))
    op.create_table(
        "checkpoints", *_of_log("checkpoints"),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", name=op.f("pk_checkpoints")))
    for statement in trigger_statements("checkpoints", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in ("checkpoints", "tree_tiles", "tree_heads"):
        op.drop_table(table)
