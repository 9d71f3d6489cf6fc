"""What digests keep.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = ("received", "due", "claimed", "accepted", "delivered", "failed", "unknown", "held")
OPEN = sa.text("state NOT IN ('closed', 'false', 'duplicate')")
DUE = sa.text("state = 'due'")


def upgrade() -> None:
    op.create_table(
        "digest_run",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_digest_run_member_id")),
        sa.PrimaryKeyConstraint("member_id", "kind", "period", name=op.f("pk_digest_run")),
    )
    op.create_table(
        "digest_period",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("done_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "period", name=op.f("pk_digest_period")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose_key", sa.String(length=80), nullable=False),
        sa.Column("body_enc", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Enum(*STATES, name="messagestate", native_enum=False, length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("not_before_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_mail_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("purpose_key", name=op.f("uq_mail_purpose_key")),
    )
    op.create_index(op.f("ix_mail_member_id"), "mail", ["member_id"])
    op.create_index(op.f("ix_mail_state"), "mail", ["state"])
    op.create_index("ix_mail_due", "mail", ["not_before_at"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index("ix_incident_open", "incident", ["created_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(op.f("ix_history_at"), "history", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_history_at"), "history")
    op.drop_index("ix_incident_open", "incident")
    op.drop_table("mail")
    op.drop_table("digest_period")
    op.drop_table("digest_run")
