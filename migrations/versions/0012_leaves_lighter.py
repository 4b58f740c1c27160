"""Two indexes of the leaves: one that nothing asks for goes, one holds only what belongs to a case.

Every bid has a leaf, and every index is written with it.

Revision: 0012
After: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OF_A_CASE = sa.text("case_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_leaves_kind", "leaves")
    op.drop_index("ix_leaves_case", "leaves")
    op.create_index("ix_leaves_case", "leaves", ["case_id"], sqlite_where=_OF_A_CASE,
                    postgresql_where=_OF_A_CASE)


def downgrade() -> None:
    op.drop_index("ix_leaves_case", "leaves")
    op.create_index("ix_leaves_case", "leaves", ["case_id"])
    op.create_index("ix_leaves_kind", "leaves", ["log", "kind"])
