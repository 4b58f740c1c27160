"""An index of the leaves by what was done, over all that is no bid: a bid does not pay for it.

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


def upgrade() -> None:
    op.create_index("ix_leaves_acts", "leaves", ["log", "kind", "index"], sqlite_where=_NO_BID,
                    postgresql_where=_NO_BID)


def downgrade() -> None:
    op.drop_index("ix_leaves_acts", "leaves")
