"""What sending keeps.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC = models.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outlet",
        sa.Column("gateway", sa.String(length=24), nullable=False),
        sa.Column("free_at", UTC, nullable=False),
        sa.Column("paused_at", UTC, nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("retry_at", UTC, nullable=True),
        sa.Column("told_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_outlet")),
    )
    op.add_column("message", sa.Column("given_up_at", UTC, nullable=True))
    op.add_column("message", sa.Column("rollup_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_message_rollup_id"), "message", ["rollup_id"])
    op.add_column("receipt", sa.Column("contact_id", sa.BigInteger(), nullable=True))
    op.add_column("receipt", sa.Column("reason", sa.String(length=64), nullable=True))
