"""The tables' way from one release to the next, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

# Every table must be known before the metadata is compared with a database.
from models import (
    account,
    alert,
    attempt,
    audit,
    bound,
    code,
    consent,
    conversation,
    digest_run,
    duty,
    erasure,
    errand,
    exercise,
    gathering,
    hold,
    invitation,
    ladder,
    likeness,
    mail,
    outlet,
    parked,
    permission,
    place,
    published,
    receipt,
    retention,
    reveal,
    route,
    sitting,
    stamp,
    telling,
    threshold,
    ticket,
)
from models.base import Base

TABLES = (
    account,
    alert,
    attempt,
    audit,
    bound,
    code,
    consent,
    conversation,
    digest_run,
    duty,
    errand,
    erasure,
    exercise,
    gathering,
    hold,
    invitation,
    ladder,
    likeness,
    mail,
    outlet,
    parked,
    permission,
    place,
    published,
    receipt,
    retention,
    reveal,
    route,
    sitting,
    stamp,
    telling,
    threshold,
    ticket,
)
FOLDER = Path(__file__).resolve().parent / "migrations"
metadata = Base.metadata


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at this address up to the newest revision; twice is harmless."""
    command.upgrade(_config(url), "head")


def upgrade_to(url: str, revision: str) -> None:
    """Bring the database up to that revision. Raises LookupError where this release does not know it."""
    known = {each.revision for each in ScriptDirectory(str(FOLDER)).walk_revisions()}
    if revision not in known:
        raise LookupError(f"this release knows no revision {revision} of the tables: it is of a newer one")
    command.upgrade(_config(url), revision)


def newest() -> str:
    """The revision that this release works with."""
    head = ScriptDirectory(str(FOLDER)).get_current_head()
    if head is None:
        raise LookupError("there are no revisions")
    return head


def current(url: str) -> str | None:
    """The revision of the database; None where there are no tables yet."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision
    finally:
        engine.dispose()
