"""What guards the service: seals of the audit, which is only ever added to, and holds after a restore.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Entries stay as they were written; a seal is put on them once, and only a purge of the whole seal takes them away.
CHANGED = "OLD.seal_no IS NOT NULL OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor_id <> OLD.actor_id" + (
    " OR NEW.act <> OLD.act OR NEW.object_id <> OLD.object_id OR NEW.reason <> OLD.reason"
)
PURGED = "EXISTS (SELECT 1 FROM audit_seal WHERE no = OLD.seal_no AND purged_at IS NOT NULL)"
BROKEN = "NEW.no <> OLD.no OR NEW.entries <> OLD.entries OR NEW.digest <> OLD.digest OR NEW.mac <> OLD.mac"
GUARDS = (
    ("audit", "UPDATE", CHANGED),
    ("audit", "DELETE", f"NOT {PURGED}"),
    ("audit_seal", "UPDATE", BROKEN),
    ("audit_seal", "DELETE", "TRUE"),
)


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("purged_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_audit_seal")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seal_no", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_audit_seal_no"), "audit_seal", ["seal_no"], ["no"])
        batch_op.create_index(batch_op.f("ix_audit_seal_no"), ["seal_no"], unique=False)
        batch_op.create_index(
            "ix_audit_unsealed",
            ["at"],
            unique=False,
            sqlite_where=sa.text("seal_no IS NULL"),
            postgresql_where=sa.text("seal_no IS NULL"),
        )
    op.create_table(
        "hold",
        sa.Column("since_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("since_at", name=op.f("pk_hold")),
    )
    op.create_table(
        "parked",
        sa.Column("clock", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", models.base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("clock", "object_id", name=op.f("pk_parked")),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(
            "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'the audit is only added to'; END $$"
        )
    for table, act, unless in GUARDS:
        name = f"{table}_{act.lower()}"
        if on_postgresql:
            # A trigger's condition may hold no query: the one about purged seals goes into a function.
            op.execute(_on_postgresql(name, table, act, unless))
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {unless} "
                "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
            )


def _on_postgresql(name: str, table: str, act: str, unless: str) -> str:
    if "SELECT" not in unless:
        return (
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN ({unless}) "
            "EXECUTE FUNCTION audit_is_only_added_to()"
        )
    return (
        f"CREATE FUNCTION {name}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {unless} THEN RAISE EXCEPTION 'the audit is only added to'; END IF; RETURN OLD; END $$; "
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_guard()"
    )
