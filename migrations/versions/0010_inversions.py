"""How often each process judged a bid after a later one of another process.

Revision: 0010
After: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_COUNTS = ('inversions', 'inversion_alarms', 'inversion_most_ms')


def upgrade() -> None:
    op.execute('DELETE FROM workers')   # signs of life: whoever lives says so again within a quarter of a second
    with op.batch_alter_table('workers') as workers:
        for name in _COUNTS:
            workers.add_column(sa.Column(name, _BIG, nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('workers') as workers:
        for name in reversed(_COUNTS):
            workers.drop_column(name)
