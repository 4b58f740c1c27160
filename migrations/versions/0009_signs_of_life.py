"""Which processes take bids, what failed and when, and why the platform held a sale.

Revision: 0009
After: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'workers',
        sa.Column('id', sa.String(length=40), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
        sa.Column('low_water_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('clock_off_ms', _BIG, nullable=False),
        sa.Column('walked_ms', _BIG, nullable=False),
        sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_workers')))
    op.create_index(op.f('ix_workers_seen_at'), 'workers', ['seen_at'], unique=False)
    op.create_table(
        'failures',
        sa.Column('id', sa.String(length=40), nullable=False),
        sa.Column('worker_id', sa.String(length=40), nullable=False),
        sa.Column('fault', sa.String(length=40), nullable=False),
        sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('to_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lasted_ms', _BIG, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_failures')))
    op.create_index(op.f('ix_failures_to_at'), 'failures', ['to_at'], unique=False)
    op.add_column('suspensions', sa.Column('fault', sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column('suspensions', 'fault')
    op.drop_index(op.f('ix_failures_to_at'), table_name='failures')
    op.drop_table('failures')
    op.drop_index(op.f('ix_workers_seen_at'), table_name='workers')
    op.drop_table('workers')
