"""What protects those who report.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


KEPT = sa.Enum(
    *("body", "link", "open_body", "draft", "message", "mail", "receipt", "session", "contact", "audit"),
    name="kept",
    native_enum=False,
    length=16,
)


def upgrade() -> None:
    op.create_table(
        "permission",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("may", sa.Enum("reveal", name="may", native_enum=False, length=16), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_permission_member_id")),
        sa.PrimaryKeyConstraint("member_id", "may", name=op.f("pk_permission")),
    )
    op.create_table(
        "reveal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_reveal_member_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_reveal_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
    )
    with op.batch_alter_table("reveal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reveal_report_id"), ["report_id"], unique=False)
    op.create_table(
        "retention",
        sa.Column("kept", KEPT, nullable=False),
        sa.Column("compartment", sa.String(length=16), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kept", "compartment", name=op.f("pk_retention")),
    )
    op.create_table(
        "purged",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kept", KEPT, nullable=False),
        sa.Column("compartment", sa.String(length=16), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purged")),
    )
    with op.batch_alter_table("purged", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purged_at"), ["at"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_erasure_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "ticket",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("wiped_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("code_mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("vault_enc", sa.LargeBinary(), nullable=True),
        sa.Column("vault_until", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_ticket_conversation_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_ticket_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_contact_id"), ["contact_id"], unique=False)
        for name, column, condition in (
            ("ix_ticket_unwiped", "begun_at", "wiped_at IS NULL"),
            ("ix_ticket_vault", "vault_until", "vault_until IS NOT NULL"),
        ):
            batch_op.create_index(
                name, [column], unique=False, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition)
            )
