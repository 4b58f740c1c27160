"""Indices of the leaves by kind, actor and case, over all that is no bid: a bid does not pay for them.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NO_BID = sa.text("kind <> 'bid'")
_INDICES = {
    "ix_leaves_acts_kind": ["log", "kind", "index"],
    "ix_leaves_acts_actor": ["actor", "index"],
    "ix_leaves_acts_case": ["case_id", "index"],
}


def upgrade() -> None:
    for name, columns in _INDICES.items():
        op.create_index(name, "leaves", columns, sqlite_where=_NO_BID, postgresql_where=_NO_BID)


def downgrade() -> None:
    for name in reversed(_INDICES):
        op.drop_index(name, "leaves")
