"""The engine and its transactions, the same on SQLite and on PostgreSQL."""

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.orm import Session

from models.prepared import Bare
from service.lines import Line, Lines, lines
from service.waiting import LOCK_SECONDS, Busy, is_wait, patiently

T = TypeVar("T")

STATEMENT_SECONDS = 15
VANISHED_SECONDS = 5  # after so long without a sign of its machine a server is given up


class Unsure(Exception):
    """The driver failed in between: nobody knows whether the statement was carried out."""


def make_engine(url: str, *, pool_size: int = 4) -> Engine:
    """An engine with our waiting times; pool_size: how many threads of this process use it at once.

    Values never show in its errors. A forked child opens connections of its own.
    """
    parsed = make_url(url)
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": LOCK_SECONDS}
    options |= _SQLITE if parsed.get_backend_name() == "sqlite" else _POSTGRESQL
    engine = create_engine(parsed, hide_parameters=True, **options)
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    engine.update_execution_options(lines=Lines(engine, pool_size))
    event.listen(engine, "engine_disposed", lambda disposed: lines(disposed).close())
    event.listen(engine, "handle_error", _name_the_wait, retval=True)
    _forget_connections_in_forked_children(engine)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session on one connection: committed at the end, rolled back on any error. Raises Busy."""
    with lines(engine).turn(), _begun(engine, reading=False) as session:
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks, and so waits for nobody and keeps nobody waiting. Raises Busy."""
    with _begun(engine, reading=True) as session:
        yield session


@contextmanager
def _begun(engine: Engine, *, reading: bool) -> Iterator[Session]:
    line = _beginning(engine, reading=reading)
    try:
        yield line.session
        line.commit()
    except BaseException as error:
        line.roll_back()
        if isinstance(error, sqlite3.Error | psycopg.Error) and is_wait(error):  # SQLAlchemy's own are named already
            raise Busy("the database is locked") from error
        raise
    finally:
        lines(engine).give_back(line)


def _beginning(engine: Engine, *, reading: bool) -> Line:
    try:
        return _begin(engine, reading=reading)
    except (sqlite3.Error, psycopg.Error):  # one that was kept has died, and nothing has been said on it yet
        return _begin(engine, reading=reading)


def _begin(engine: Engine, *, reading: bool) -> Line:
    line = lines(engine).take(engine)
    try:
        line.begin(reading=reading)
    except BaseException:
        lines(engine).give_back(line)
        raise
    return line


class AtOnce:
    """A line on which each statement is a transaction of its own; taken at the first statement, and to be given back.
    Its statements raise Busy, and Unsure for whatever else the driver says."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._line: Line | None = None

    def look(self, statement: Callable[[Bare], T]) -> T:
        """Say a statement that only reads."""
        if self._line is None:
            self._line = lines(self._engine).take(self._engine)
        try:
            return statement(self._line.bare)
        except (sqlite3.Error, psycopg.Error) as error:
            if is_wait(error):
                raise Busy("the database is locked") from error
            self._line.bare.driver.close()
            self.give_back()
            raise Unsure("the driver failed") from error

    def change(self, statement: Callable[[Bare], T]) -> T:
        """Say one that writes."""
        if self._engine.dialect.name != "sqlite":
            return self.look(statement)
        with lines(self._engine).turn():
            return self.look(lambda bare: patiently(bare.driver, partial(statement, bare)))

    def give_back(self) -> None:
        """Twice is harmless."""
        line, self._line = self._line, None
        if line is not None:
            lines(self._engine).give_back(line)


_SQLITE: dict[str, Any] = {"connect_args": {"timeout": LOCK_SECONDS}}
_POSTGRESQL: dict[str, Any] = {
    "connect_args": {
        "connect_timeout": LOCK_SECONDS,
        "tcp_user_timeout": VANISHED_SECONDS * 1000,
        "keepalives_idle": VANISHED_SECONDS - 3,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "prepare_threshold": None,  # the driver's own would make the server forget ours at each ROLLBACK
        "options": f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC"
        r" -c default_transaction_isolation=read\ committed",
    },
}


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours to say
    for pragma in (
        f"busy_timeout = {LOCK_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Where no line has begun already; whoever only reads says so by an option, and keeps nobody from writing."""
    raw: Any = connection.connection.dbapi_connection
    if raw.in_transaction:
        return
    if connection.get_execution_options().get("reading", False):
        raw.execute("BEGIN")
    else:
        patiently(raw, lambda: raw.execute("BEGIN IMMEDIATE"))


def _name_the_wait(context: ExceptionContext) -> BaseException | None:
    return Busy("the database is locked") if is_wait(context.original_exception) else None


def _forget_connections_in_forked_children(engine: Engine) -> None:
    """Two processes on one connection would read each other's answers."""
    reference = weakref.ref(engine)

    def forget() -> None:
        inherited = reference()
        if inherited is not None:
            lines(inherited).forget()
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
