"""How often a bid moved the end of a sale, in the catalogue, for the records of courts.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('catalogue', sa.Column('extensions', sa.Integer(), server_default='0', nullable=False))
    op.execute('UPDATE catalogue SET extensions = (SELECT sales.extensions FROM sales '
               'WHERE sales.lot_id = catalogue.lot_id AND sales.number = catalogue.number)')


def downgrade() -> None:
    op.drop_column('catalogue', 'extensions')
