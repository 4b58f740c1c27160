"""Bids are found by the client's own name for them; bids and leaves are not checked against their parents.

Whoever writes them holds the row of the sale, or of the log, in the same transaction, and no such row is
ever deleted. The check of a foreign key cost PostgreSQL a quarter of each row.

Revision: 0013
After: 0012
"""

from alembic import op

from kernel.database import trigger_statements

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BEFORE = ["lot_id", "number", "client_bid_id", "code", "amount_fen"]
_AFTER = ["client_bid_id", "code", "lot_id", "number", "amount_fen"]
_OF_SALE = ("fk_attempts_lot_id_number", "sales", ["lot_id", "number"], ["lot_id", "number"])
_OF_LOG = ("fk_leaves_log", "logs", ["log"], ["origin"])


def _name(columns: list[str]) -> str:
    return op.f(f"uq_attempts_{'_'.join(columns)}")


def _forbid_changes(table: str) -> None:
    """SQLite writes such a table anew, and it loses what forbids to change it."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in trigger_statements(table, "sqlite"):
            op.execute(statement)


def upgrade() -> None:
    with op.batch_alter_table("attempts") as batch:
        batch.drop_constraint(op.f(_OF_SALE[0]), type_="foreignkey")
        batch.drop_constraint(_name(_BEFORE), type_="unique")
        batch.create_unique_constraint(_name(_AFTER), _AFTER)
    _forbid_changes("attempts")
    with op.batch_alter_table("leaves") as batch:
        batch.drop_constraint(op.f(_OF_LOG[0]), type_="foreignkey")
    _forbid_changes("leaves")


def downgrade() -> None:
    with op.batch_alter_table("leaves") as batch:
        batch.create_foreign_key(op.f(_OF_LOG[0]), *_OF_LOG[1:])
    _forbid_changes("leaves")
    with op.batch_alter_table("attempts") as batch:
        batch.drop_constraint(_name(_AFTER), type_="unique")
        batch.create_unique_constraint(_name(_BEFORE), _BEFORE)
        batch.create_foreign_key(op.f(_OF_SALE[0]), *_OF_SALE[1:])
    _forbid_changes("attempts")
