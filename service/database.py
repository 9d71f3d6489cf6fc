"""The engine and its transactions, the same on SQLite and on PostgreSQL."""

import os
import sqlite3
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import psycopg.errors
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

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
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "checkout", _ask_after_idleness)
        event.listen(engine, "checkin", _note_use)
    engine.update_execution_options(idle=deque(), lines=deque())
    event.listen(engine, "engine_disposed", _close_lines)
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
    with transaction(engine.execution_options(reading=True, begin="BEGIN READ ONLY")) as session:
        yield session


class AtOnce:
    """A line to the database: one connection of the driver's, on which each statement is a transaction of its own. It
    is lent at the first statement, and to be given back; one that was given back is lent again, past the pool, whose
    lending costs as much as a statement. Its statements raise Busy, and Unsure for whatever else the driver says.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lent: Bare | None = None

    def look(self, statement: Callable[[Bare], T]) -> T:
        """Say a statement that only reads."""
        try:
            return statement(self._bare())
        except exc.TimeoutError as error:
            raise Busy("no connection was free") from error
        except (sqlite3.Error, psycopg.Error) as error:
            if _is_wait(error):
                raise Busy("the database is locked") from error
            self._hang_up()
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
            _lines(self._engine).append((lent, time.monotonic()))

    def _bare(self) -> Bare:
        if self._lent is None:
            self._lent = _line(self._engine)
        return self._lent

    def _hang_up(self) -> None:
        """A server that went away has taken the other connections with it."""
        if self._lent is not None:
            self._lent.driver.close()
        self._lent = None
        self._engine.dispose()


def _lines(engine: Engine) -> deque[tuple[Bare, float]]:
    """Those that nobody uses now, and since when."""
    lines: deque[tuple[Bare, float]] = engine.get_execution_options()["lines"]
    return lines


def _line(engine: Engine) -> Bare:
    lines = _lines(engine)
    with suppress(IndexError):  # until there is none
        while True:
            line, since = lines.pop()
            if time.monotonic() - since <= IDLE_SECONDS or _answers(line.driver):
                return line
            line.driver.close()
    fresh = engine.raw_connection()
    driver = fresh.driver_connection
    fresh.detach()
    return Bare(driver, engine.dialect)


def _close_lines(engine: Engine) -> None:
    lines = _lines(engine)
    with suppress(IndexError):
        while True:
            lines.pop()[0].driver.close()


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
    "connect_args": {
        "connect_timeout": LOCK_SECONDS,
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
    """Whoever writes takes the write lock first: an upgrade later on may fail without any waiting."""
    raw: Any = connection.connection.dbapi_connection
    if connection.get_execution_options().get("reading", False):
        raw.execute("BEGIN")
    else:
        _patiently(raw, lambda: raw.execute("BEGIN IMMEDIATE"))


def _begin_postgresql(connection: Connection) -> None:
    """The driver begins only when its own cursors say something, and we say much without them."""
    raw: Any = connection.connection.driver_connection
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if not raw.autocommit and raw.pgconn.exec_(begin.encode()).status != ExecStatus.COMMAND_OK:
        connection.exec_driver_sql(begin)  # the same again, for the error's sake


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
    idle = time.monotonic() - record.info.get("used_at", time.monotonic()) > IDLE_SECONDS
    if idle and not _answers(connection):
        raise exc.DisconnectionError  # the pool opens another one


def _answers(driver: Any) -> bool:
    if isinstance(driver, sqlite3.Connection):
        return True
    try:
        return bool(driver.pgconn.exec_(b"SELECT 1").status == ExecStatus.TUPLES_OK)
    except psycopg.Error:
        return False


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
            _lines(inherited).clear()
            inherited.dispose(close=False)
            if inherited.dialect.name == "sqlite":
                inherited.update_execution_options(turn=Lock())

    os.register_at_fork(after_in_child=forget)
