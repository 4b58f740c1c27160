"""An index of the exercises, so that finding the few of them among many lots costs nothing.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.create_index('ix_lots_exercises', ['created_at'], unique=False,
                              sqlite_where=sa.text('is_exercise = 1'), postgresql_where=sa.text('is_exercise'))


def downgrade() -> None:
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.drop_index('ix_lots_exercises')
