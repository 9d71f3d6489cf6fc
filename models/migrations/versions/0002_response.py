"""What the way from alert to response keeps.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DAY = 24 * 3600
# A column with its foreign key in one statement: SQLite can add one so, without copying the table.
ADDED = (
    ("report", "exercise_id", "exercise"),
    ("incident", "exercise_id", "exercise"),
    ("incident", "into_id", "incident"),
    ("history", "contact_id", "contact"),
)
NOT_ON_SQLITE = """
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'history is only ever added to'; END $$
"""


def upgrade() -> None:
    _exercises()
    for table, column, other in ADDED:
        named = f"CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} BIGINT {named}")
    _ladder()
    _merging()
    _thresholds()
    _append_only()


def _exercises() -> None:
    op.create_table(
        "exercise",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise")),
    )
    op.create_table(
        "exercise_member",
        sa.Column("exercise_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("left_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["exercise_id"], ["exercise.id"], name=op.f("fk_exercise_member_exercise_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_exercise_member_member_id")),
        sa.PrimaryKeyConstraint("exercise_id", "member_id", name=op.f("pk_exercise_member")),
    )
    op.create_index(op.f("ix_exercise_member_member_id"), "exercise_member", ["member_id"])


def _ladder() -> None:
    op.add_column("pace", sa.Column("stale_after_seconds", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE pace SET stale_after_seconds = :day WHERE severity < 4").bindparams(day=DAY))
    op.create_table(
        "bound",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bound")),
    )
    op.create_table(
        "duty",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("from_minute", sa.BigInteger(), nullable=False),
        sa.Column("to_minute", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_duty_member_id")),
        sa.PrimaryKeyConstraint("member_id", "days", "from_minute", name=op.f("pk_duty")),
    )
    op.add_column("alert", sa.Column("tell_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("gathers", sa.Boolean(), server_default=sa.false(), nullable=False))
    _index_where("ix_alert_tell", "alert", ["tell_at"], "tell_at IS NOT NULL")
    _index_where("ix_alert_open", "alert", ["member_id"], "acked_at IS NULL AND ended_as IS NULL")
    op.create_table(
        "telling",
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("rollup_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_telling_alert_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_telling_member_id")),
        sa.PrimaryKeyConstraint("alert_id", "n", name=op.f("pk_telling")),
    )
    op.create_index("ix_telling_member_at", "telling", ["member_id", "at"])
    op.create_table(
        "ladder",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("rounds", sa.BigInteger(), nullable=False),
        sa.Column("next_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("held_until", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_ladder_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_ladder")),
    )
    _index_where("ix_ladder_next", "ladder", ["next_at"], "next_at IS NOT NULL")


def _merging() -> None:
    op.add_column("report", sa.Column("apart", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("incident", sa.Column("idle_told_at", UtcDateTime(timezone=True), nullable=True))
    idle = "idle_told_at IS NULL AND severity > 0 AND state IN ('received', 'to_verify')"
    _index_where("ix_incident_idle", "incident", ["created_at"], idle)
    op.create_index(op.f("ix_incident_into_id"), "incident", ["into_id"])
    op.create_table(
        "gathering",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("exercise", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("since_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_gathering_incident_id")),
        sa.PrimaryKeyConstraint("code", "area", "exercise", name=op.f("pk_gathering")),
    )
    op.create_table(
        "likeness",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_likeness_incident_id")),
        sa.ForeignKeyConstraint(["other_id"], ["incident.id"], name=op.f("fk_likeness_other_id")),
        sa.PrimaryKeyConstraint("incident_id", "other_id", name=op.f("pk_likeness")),
    )


def _thresholds() -> None:
    op.create_table(
        "threshold",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=True),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold")),
    )
    op.create_table(
        "breach",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("threshold_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_breach_incident_id")),
        sa.ForeignKeyConstraint(["threshold_id"], ["threshold.id"], name=op.f("fk_breach_threshold_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_breach")),
    )
    op.create_index("ix_breach_threshold_area", "breach", ["threshold_id", "area", "at"])
    op.create_table(
        "breach_report",
        sa.Column("threshold_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["threshold_id"], ["threshold.id"], name=op.f("fk_breach_report_threshold_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_breach_report_report_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["breach.incident_id"], name=op.f("fk_breach_report_incident_id")),
        sa.PrimaryKeyConstraint("threshold_id", "report_id", name=op.f("pk_breach_report")),
    )
    op.create_index(op.f("ix_breach_report_incident_id"), "breach_report", ["incident_id"])
    op.create_index("ix_report_code_area", "report", ["code", "area", "filed_at"])


def _append_only() -> None:
    """Whoever changes this table on SQLite by copying it must make its triggers again."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(NOT_ON_SQLITE)
        when = "BEFORE UPDATE OR DELETE OR TRUNCATE ON history"
        op.execute(f"CREATE TRIGGER history_is_append_only {when} EXECUTE FUNCTION history_is_append_only()")
        return
    for act in ("UPDATE", "DELETE"):
        refusal = "BEGIN SELECT RAISE(ABORT, 'history is only ever added to'); END"
        op.execute(f"CREATE TRIGGER history_no_{act.lower()} BEFORE {act} ON history {refusal}")


def _index_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
