"""Databases that last as long as one play: empty ones, and copies of one that has been prepared."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url


class Databases(Protocol):
    """Where databases can be had; names: letters, digits and _."""

    def create(self, name: str, template: str = "") -> str:
        """The address of a new database, a copy of the template where one is named."""

    def drop(self, name: str) -> None: ...


class Files:
    """SQLite, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str, template: str = "") -> str:
        if template:
            shutil.copy(self._path(template), self._path(name))
        return f"sqlite:///{self._path(name)}"

    def drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"


class Beside:
    """PostgreSQL, on the server of a database that is itself left alone."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._prefix = f"karakoro_play_{secrets.token_hex(6)}_"

    def create(self, name: str, template: str = "") -> str:
        copied = self._prefix + template if template else "template0"
        with self._connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{self._prefix}{name}" TEMPLATE "{copied}"')
        return self._url.set(database=self._prefix + name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        with self._connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{self._prefix}{name}" WITH (FORCE)')

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT", hide_parameters=True)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def database(databases: Databases, name: str, template: str = "") -> Iterator[str]:
    """The address of a database that is gone afterwards."""
    url = databases.create(name, template)
    try:
        yield url
    finally:
        databases.drop(name)
