"""Long work that the console asks for.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GOING_ON = sa.text("state IN ('checking', 'applying')")


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("roster", "places", "reports", name="errandkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("checking", "checked", "applying", "done", name="errandstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("replace", sa.Boolean(), nullable=False),
        sa.Column("input_enc", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_errand_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index(op.f("ix_errand_created_at"), "errand", ["created_at"], unique=False)
    op.create_index(op.f("ix_errand_member_id"), "errand", ["member_id"], unique=False)
    op.create_index(
        "ix_errand_going_on", "errand", ["updated_at"], unique=False, sqlite_where=GOING_ON, postgresql_where=GOING_ON
    )
    op.create_table(
        "errand_piece",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("errand_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("result_enc", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["errand_id"], ["errand.id"], name=op.f("fk_errand_piece_errand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand_piece")),
        sa.UniqueConstraint("errand_id", "n", name=op.f("uq_errand_piece_errand_id_n")),
    )
