"""The catalogue: one row a lot for the public lists, and the index of its words.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue',
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('words_version', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('case_number', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('rooms', sa.String(length=40), nullable=False),
    sa.Column('floors', sa.Integer(), nullable=True),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('area_hundredths', sa.BigInteger(), nullable=True),
    sa.Column('photo_url', sa.String(length=200), nullable=True),
    sa.Column('round', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('heap', sa.String(length=12), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('start_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('reference_price_fen', sa.BigInteger(), nullable=True),
    sa.Column('deposit_fen', sa.BigInteger(), nullable=False),
    sa.Column('bid_fen', sa.BigInteger(), nullable=True),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('slot', name=op.f('pk_catalogue')),
    sa.UniqueConstraint('lot_id', name=op.f('uq_catalogue_lot_id'))
    )
    op.create_index('ix_catalogue_closes', 'catalogue', ['heap', 'closes_at'])
    op.create_index('ix_catalogue_opens', 'catalogue', ['heap', 'opens_at'])
    op.create_index('ix_catalogue_court', 'catalogue', ['court_id', 'ended_at'])
    op.create_index(op.f('ix_catalogue_version'), 'catalogue', ['version'])
    op.create_index(op.f('ix_catalogue_case_id'), 'catalogue', ['case_id'])
    op.create_index(op.f('ix_catalogue_ended_at'), 'catalogue', ['ended_at'])
    op.create_index(op.f('ix_catalogue_published_at'), 'catalogue', ['published_at'])
    op.create_table('catalogue_state',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('epoch', sa.String(length=40), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('filled_to', sa.String(length=40), nullable=True),
    sa.Column('cursors', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_state'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("CREATE VIRTUAL TABLE entry_words USING fts5(words, content='', contentless_delete=1, "
                   "tokenize='unicode61 remove_diacritics 0')")
    else:
        op.execute("CREATE TABLE entry_words (slot integer PRIMARY KEY "
                   "REFERENCES catalogue (slot) ON DELETE CASCADE, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_entry_words_words ON entry_words USING gin (words)")


def downgrade() -> None:
    op.drop_table('entry_words')
    op.drop_table('catalogue_state')
    op.drop_table('catalogue')
