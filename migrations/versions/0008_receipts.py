"""The signature of each commit, so that whoever bid holds a receipt, and what it takes to find it again.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

from kernel.database import trigger_statements

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'signed_commits',
        sa.Column('log', sa.String(length=200), nullable=False),
        sa.Column('first', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('key', sa.String(length=300), nullable=False),
        sa.Column('signature', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['log'], ['logs.origin'], name=op.f('fk_signed_commits_log_logs')),
        sa.PrimaryKeyConstraint('log', 'first', name=op.f('pk_signed_commits')))
    for statement in trigger_statements('signed_commits', op.get_bind().dialect.name):
        op.execute(statement)
    op.add_column('logs', sa.Column('receipt_key', sa.String(length=300), nullable=True))
    op.add_column('attempts', sa.Column('leaf_index', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('attempts', 'leaf_index')
    op.drop_column('logs', 'receipt_key')
    op.drop_table('signed_commits')
