"""Bids and leaves are found by what grows with time first, so that a commit touches few pages of an index.

Revision: 0011
After: 0010
"""

from alembic import op

from kernel.database import trigger_statements

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

_ATTEMPTS = (['lot_id', 'number', 'code', 'client_bid_id', 'amount_fen'],
             ['lot_id', 'number', 'client_bid_id', 'code', 'amount_fen'])
_LEAVES = (['log', 'subject', 'seq'], ['subject', 'seq', 'log'])


def _name(table: str, columns: list[str]) -> str:
    return op.f(f"uq_{table}_{'_'.join(columns)}")


def _replace(table: str, before: list[str], after: list[str]) -> None:
    on_sqlite = op.get_bind().dialect.name == 'sqlite'
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(_name(table, before), type_='unique')
        batch.create_unique_constraint(_name(table, after), after)
    if on_sqlite:   # there the table is written anew, and loses what forbids to change it
        for statement in trigger_statements(table, 'sqlite'):
            op.execute(statement)


def upgrade() -> None:
    _replace('attempts', *_ATTEMPTS)
    op.drop_index('ix_leaves_subject', 'leaves')
    _replace('leaves', *_LEAVES)


def downgrade() -> None:
    _replace('leaves', *reversed(_LEAVES))
    op.create_index('ix_leaves_subject', 'leaves', ['subject'])
    _replace('attempts', *reversed(_ATTEMPTS))
