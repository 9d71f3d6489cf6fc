"""Real databases for the tests, SQLite and PostgreSQL alike: each test gets one of its own."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgresql_server import NoServer, Server, obtain
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import schema
from service.database import make_engine, transaction


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    try:
        server = obtain()
    except NoServer as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server) -> Iterator[str]:
    """The name of a database that has all tables; others are copied from it."""
    name = f"karakoro_template_{uuid.uuid4().hex}"
    schema.upgrade(postgresql_server.create(name))
    yield name
    postgresql_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As postgresql_template, a file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What a test that touches a database runs on, one after the other."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _on_postgresql(request.getfixturevalue, "template0")


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables, and nothing in them."""
    if database_kind == "sqlite":
        path = tmp_path / "karakoro.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        yield from _on_postgresql(request.getfixturevalue, request.getfixturevalue("postgresql_template"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    """A session in a transaction, committed when the test is over."""
    with transaction(engine) as session:
        yield session


def _on_postgresql(fixture: Callable[[str], Server], template: str) -> Iterator[str]:
    server = fixture("postgresql_server")
    name = f"karakoro_test_{uuid.uuid4().hex}"
    yield server.create(name, template)
    server.drop(name)
