"""How a court is reached: address, telephones, mail, hours. Nothing is invented for courts that are there.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

COLUMNS = {'address': 200, 'telephone': 20, 'supervision_telephone': 20, 'email': 100, 'office_hours': 100}


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column('courts', sa.Column(name, sa.String(length=length), server_default='', nullable=False))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column('courts', name)
