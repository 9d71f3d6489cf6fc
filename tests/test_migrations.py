"""The migrations lead to exactly the tables that the classes describe, on both databases."""

import pkgutil
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

import models
from models import schema
from models.base import Base
from service.database import make_engine


def test_the_migrations_and_the_classes_say_the_same(engine: Engine) -> None:
    for module in pkgutil.iter_modules(models.__path__, "models."):
        import_module(module.name)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_empty_database_is_brought_up_and_again_without_harm(empty_database_url: str) -> None:
    assert schema.current(empty_database_url) is None
    schema.upgrade(empty_database_url)
    schema.upgrade(empty_database_url)
    assert schema.current(empty_database_url) == schema.newest()
    engine = make_engine(empty_database_url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def test_what_waits_is_found_by_an_index_of_only_what_waits(engine: Engine) -> None:
    """Autogeneration does not compare the conditions of indexes."""
    on_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
    on_postgresql = "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%WHERE%'"
    with engine.connect() as connection:
        found = connection.execute(text(on_sqlite if engine.dialect.name == "sqlite" else on_postgresql)).all()
    conditions = {name: sql.rpartition("WHERE")[2].lower() for name, sql in found}
    assert set(conditions) == {
        "ix_audit_unsealed",
        "ix_errand_going_on",
        "ix_report_unrouted",
        "ix_message_due",
        "ix_mail_due",
        "ix_incident_open",
        "ix_conversation_draft",
        "ix_conversation_forgotten",
        "ix_conversation_open",
        "ix_alert_open",
        "ix_alert_tell",
        "ix_incident_idle",
        "ix_ladder_next",
        "ix_ticket_unwiped",
        "ix_ticket_vault",
    }
    assert "seal_no is null" in conditions["ix_audit_unsealed"]
    assert "acked_at is null" in conditions["ix_alert_open"]
    assert "tell_at is not null" in conditions["ix_alert_tell"]
    assert "idle_told_at is null" in conditions["ix_incident_idle"]
    assert "next_at is not null" in conditions["ix_ladder_next"]
    assert "wiped_at is null" in conditions["ix_ticket_unwiped"]
    assert "vault_until is not null" in conditions["ix_ticket_vault"]
    assert "routed_at is null" in conditions["ix_report_unrouted"]
    assert "due" in conditions["ix_message_due"]
    assert "due" in conditions["ix_mail_due"]
    assert all(state in conditions["ix_incident_open"] for state in ("closed", "false", "duplicate"))
    assert "draft_id is not null" in conditions["ix_conversation_draft"]
    assert "abandoned_at is null" in conditions["ix_conversation_forgotten"]
    assert "taken_over_at is null" in conditions["ix_conversation_open"]
