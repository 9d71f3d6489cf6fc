"""What an SMS conversation keeps.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC = models.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("member_phone", sa.Column("stopped_at", UTC, nullable=True))
    op.create_index("ix_message_contact_lately", "message", ["contact_id", "created_at"])
