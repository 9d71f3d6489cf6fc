"""The engine and its transactions, the same on SQLite and on PostgreSQL."""

import os
import sqlite3
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import psycopg.errors
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from models.prepared import Bare

T = TypeVar("T")

LOCK_SECONDS = 3
STATEMENT_SECONDS = 15
LOOK_AGAIN_SECONDS = 0.001
IDLE_SECONDS = 1  # unused for this long, a connection is asked whether it still is one


class Busy(Exception):
    """Somebody else held the lock, or all connections, for longer than we wait. Nothing was written."""


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
        engine.update_execution_options(turn=Lock())
    else:
        event.listen(engine, "checkout", _ask_after_idleness)
        event.listen(engine, "checkin", _note_use)
    engine.update_execution_options(idle=deque())
    event.listen(engine, "handle_error", _name_the_wait, retval=True)
    _forget_connections_in_forked_children(engine)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session on one connection: committed at the end, rolled back on any error. Raises Busy."""
    try:
        with _turn(engine), _session(engine) as session, session.begin():
            yield session
    except exc.TimeoutError as error:
        raise Busy("no connection was free") from error
    except (sqlite3.Error, psycopg.Error) as error:  # of a statement that SQLAlchemy did not say
        if _is_wait(error):
            raise Busy("the database is locked") from error
        raise


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    """One that has been closed is as good as a new one, and takes a quarter less time."""
    options = engine.get_execution_options()
    idle: deque[Session] = deque() if options.get("reading") else options["idle"]
    session = idle.pop() if idle else Session(engine, expire_on_commit=False)
    with session:
        yield session
    idle.append(session)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only looks, and so waits for nobody and keeps nobody waiting. Raises Busy."""
    with transaction(engine.execution_options(reading=True, postgresql_readonly=True)) as session:
        yield session


class AtOnce:
    """One connection of the driver's, on which each statement is a transaction of its own; lent at the first statement,
    and to be given back. Its statements raise Busy, and Unsure for whatever else the driver says."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lent: PoolProxiedConnection | None = None

    def look(self, statement: Callable[[Bare], T]) -> T:
        """Say a statement that only reads."""
        try:
            return statement(self._bare())
        except exc.TimeoutError as error:
            raise Busy("no connection was free") from error
        except (sqlite3.Error, psycopg.Error) as error:
            if _is_wait(error):
                raise Busy("the database is locked") from error
            self._engine.dispose()  # a server that went away has taken the other connections with it
            raise Unsure("the driver failed") from error

    def change(self, statement: Callable[[Bare], T]) -> T:
        """Say one that writes."""
        if self._engine.dialect.name != "sqlite":
            return self.look(statement)
        with _turn(self._engine):
            return self.look(lambda bare: _patiently(bare.driver, partial(statement, bare)))

    def give_back(self) -> None:
        """Twice is harmless."""
        lent, self._lent = self._lent, None
        if lent is not None:
            _by_itself(lent.driver_connection, False)
            lent.close()

    def _bare(self) -> Bare:
        if self._lent is None:
            self._lent = self._engine.raw_connection()
            _by_itself(self._lent.driver_connection, True)
        return Bare(self._lent.driver_connection, self._engine.dialect)


def _by_itself(driver: Any, each_statement: bool) -> None:
    """SQLite's connections know no other way; of PostgreSQL's it is asked, and taken back."""
    if not isinstance(driver, sqlite3.Connection) and not driver.closed:
        driver.autocommit = each_statement


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """SQLite lets one write at a time, and whoever waits for it sleeps and looks again, up to 100 ms later: so the
    threads of one process wait for each other here, and one of them for other processes."""
    options = engine.get_execution_options()
    turn = None if options.get("reading") else options.get("turn")
    if turn is None:
        yield
    elif turn.acquire(timeout=LOCK_SECONDS):
        try:
            yield
        finally:
            turn.release()
    else:
        raise Busy("another thread is writing")


_SQLITE: dict[str, Any] = {"connect_args": {"timeout": LOCK_SECONDS}}
_POSTGRESQL: dict[str, Any] = {
    "isolation_level": "READ COMMITTED",
    "connect_args": {
        "connect_timeout": LOCK_SECONDS,
        "options": f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC",
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
    """Whoever writes takes the write lock first: an upgrade later on may fail without any waiting."""
    raw: Any = connection.connection.dbapi_connection
    if connection.get_execution_options().get("reading", False):
        raw.execute("BEGIN")
    else:
        _patiently(raw, lambda: raw.execute("BEGIN IMMEDIATE"))


def _patiently(raw: sqlite3.Connection, write: Callable[[], T]) -> T:
    """SQLite itself would look again after up to 100 ms, and so come too late time after time."""
    deadline = time.monotonic() + LOCK_SECONDS
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                return write()
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise
                if time.monotonic() > deadline:
                    raise Busy("another process is writing") from error
                time.sleep(LOOK_AGAIN_SECONDS)
    finally:
        raw.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_after_idleness(connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _fairy: object) -> None:
    """A server that was started anew has left connections behind that look well; asking before every hop would cost
    it a round trip."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) > IDLE_SECONDS:
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise exc.DisconnectionError from error  # the pool opens another one


def _name_the_wait(context: ExceptionContext) -> BaseException | None:
    return Busy("the database is locked") if _is_wait(context.original_exception) else None


def _is_wait(error: BaseException) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return _is_busy(error)
    return isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)  # Python's own errors, such as of a text that is none, have no code
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _forget_connections_in_forked_children(engine: Engine) -> None:
    """Two processes on one connection would read each other's answers."""
    reference = weakref.ref(engine)

    def forget() -> None:
        inherited = reference()
        if inherited is not None:
            inherited.dispose(close=False)
            if inherited.dialect.name == "sqlite":
                inherited.update_execution_options(turn=Lock())

    os.register_at_fork(after_in_child=forget)
