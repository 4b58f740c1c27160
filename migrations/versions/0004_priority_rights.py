"""Priority rights: who may match in which sale, and in which order (AUC-19).

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

LIVING = sa.text("state IN ('pending', 'confirmed')")


def upgrade() -> None:
    op.create_table('priority_rights',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('id_digest', sa.String(length=64), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(length=400), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('proposed_by', sa.String(length=40), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('rank >= 1', name=op.f('ck_priority_rights_rank')),
    sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f('ck_priority_rights_decided')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_priority_rights_document_id')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_priority_rights_lot_id_number')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_priority_rights_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_priority_rights'))
    )
    op.create_index('uq_priority_rights_living', 'priority_rights', ['lot_id', 'number', 'party_id', 'state'],
                    unique=True, sqlite_where=LIVING, postgresql_where=LIVING)


def downgrade() -> None:
    op.drop_index('uq_priority_rights_living', table_name='priority_rights')
    op.drop_table('priority_rights')
