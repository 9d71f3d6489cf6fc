"""Backup and restore: all that is stored, without the keys; what was due stays held until somebody lets it go."""

import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    bindparam,
    column,
    func,
    insert,
    select,
    table,
    update,
)

from models import hold, schema
from models.keys import Keyring, Purpose
from service.archive import ArchiveError, Manifest, Row, open_archive, read_table, write_manifest, write_table
from service.database import make_engine, transaction
from service.parts import Parts

ALEMBIC = "alembic_version"
AT_ONCE = 500  # rows


def back_up(parts: Parts, path: Path) -> Manifest:
    """Write everything into a new file that only we can read, as it stands at one moment, while the service runs.

    Raises FileExistsError, and leaves no half-written file behind.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            return _write(parts, archive)
    except BaseException:
        path.unlink()
        raise


def _write(parts: Parts, archive: zipfile.ZipFile) -> Manifest:
    with _at_one_moment(parts.engine).connect() as connection, connection.begin():
        revision = connection.scalar(select(column("version_num")).select_from(table(ALEMBIC)))
        tables = {
            table.name: write_table(archive, table.name, _rows(connection, table)) for table in _tables(connection)
        }
    manifest = Manifest(str(revision), parts.now(), tables, _marks(parts.keys))
    write_manifest(archive, manifest)
    return manifest


def _at_one_moment(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _tables(connection: Connection) -> list[Table]:
    """As they are in the database, whatever this release says; those that others point to come first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != ALEMBIC]


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    result = connection.execution_options(yield_per=AT_ONCE).execute(select(table))
    return (dict(row) for row in result.mappings())


def _marks(keys: Keyring) -> dict[str, str]:
    """By which the right keys are known again: the oldest by its purpose, a newer one by its id too, since a keyring
    from before a change of keys lacks it. Nobody can get back from a mark to its key."""
    found = {}
    for purpose in Purpose:
        oldest = min(keys.keys[purpose])
        for key_id in keys.keys[purpose]:
            name = purpose.value if key_id == oldest else f"{purpose} {key_id}"
            found[name] = keys.mark(purpose, key_id, b"backup").hex()[:16]
    return found


def restore(parts: Parts, path: Path) -> Manifest:
    """Fill an empty database from a backup. Raises ArchiveError; nothing is written then."""
    archive, manifest = open_archive(path)
    with archive:
        marks = _marks(parts.keys)
        strange = sorted(purpose for purpose, mark in manifest.keys.items() if marks.get(purpose) != mark)
        if strange:
            raise ArchiveError(f"the keys given are not those of this backup: {', '.join(strange)}")
        url = parts.settings.database_url
        _refuse_unless_empty(parts.engine, schema.current(url))
        try:
            schema.upgrade_to(url, manifest.revision)
        except LookupError as error:
            raise ArchiveError(str(error)) from None
        _fill(url, archive, manifest)
        schema.upgrade(url)
    with transaction(parts.engine) as db:
        hold.begin(db, parts.now())
    return manifest


def _refuse_unless_empty(engine: Engine, revision: str | None) -> None:
    if revision is None:
        return
    with engine.connect() as connection:
        for table in _tables(connection):
            if connection.scalar(select(func.count()).select_from(table)):
                raise ArchiveError(f"the database is not empty: there are rows in {table.name}")


def _fill(url: str, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """All of it or nothing."""
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            tables = _tables(connection)
            missing = sorted(manifest.tables.keys() - {table.name for table in tables})
            if missing:
                raise ArchiveError(f"this release has no table {', '.join(missing)}")
            for table in tables:
                if table.name in manifest.tables:
                    _load(connection, table, read_table(archive, table.name))
    finally:
        engine.dispose()


def _load(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    """A row that points to another of its own table is told so when all of them are there."""
    own = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    later: list[Row] = []
    while batch := list(islice(rows, AT_ONCE)):
        ready = [{name: _stored(connection, value) for name, value in row.items()} for row in batch]
        later += _set_aside(table, own, ready)
        connection.execute(insert(table), ready)
    if later:
        _point(connection, table, own, later)


def _set_aside(table: Table, own: Sequence[Column[Any]], rows: Sequence[Row]) -> list[Row]:
    """What these rows say of others of their table, taken out of them; keys as `key_…` for the update."""
    aside = []
    for row in rows:
        if any(row[column.name] is not None for column in own):
            keys = {f"key_{column.name}": row[column.name] for column in table.primary_key}
            aside.append({**keys, **{column.name: row[column.name] for column in own}})
            row.update({column.name: None for column in own})
    return aside


def _point(connection: Connection, table: Table, own: Sequence[Column[Any]], rows: list[Row]) -> None:
    which = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    connection.execute(update(table).where(*which).values({c.name: bindparam(c.name) for c in own}), rows)


def _stored(connection: Connection, value: Any) -> Any:
    """SQLite keeps times without a zone, and means UTC."""
    if isinstance(value, datetime) and connection.dialect.name == "sqlite":
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
