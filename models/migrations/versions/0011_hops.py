"""A hop on PostgreSQL leaves the indexes of its conversation alone.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FORGOTTEN = sa.text("draft_id IS NOT NULL AND abandoned_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_conversation_forgotten", table_name="conversation")
    op.create_index(
        "ix_conversation_forgotten",
        "conversation",
        ["contact_id"],
        sqlite_where=FORGOTTEN,
        postgresql_where=FORGOTTEN,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE conversation SET (fillfactor = 60)")
