"""Lines to the database: connections that are kept for whoever comes next, past SQLAlchemy's pool, whose lending costs
as much as a statement."""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from models.prepared import Bare
from service.waiting import LOCK_SECONDS, Busy, patiently

IDLE_SECONDS = 1  # unused for this long, a line is asked whether it still is one


@dataclass(slots=True)
class Line:
    """session: joins whatever transaction there is on the line when it is first asked for something, by way of
    SQLAlchemy's own connection."""

    bare: Bare
    connection: Connection
    session: Session
    used_at: float = field(default_factory=time.monotonic)

    def begin(self, *, reading: bool) -> None:
        """Whoever writes takes SQLite's write lock first: an upgrade later on may fail without any waiting."""
        driver = self.bare.driver
        if isinstance(driver, psycopg.Connection):
            _say(driver, b"BEGIN READ ONLY" if reading else b"BEGIN; SET LOCAL synchronous_commit = on")
        elif reading:
            driver.execute("BEGIN")
        else:
            patiently(driver, lambda: driver.execute("BEGIN IMMEDIATE"))

    def commit(self) -> None:
        driver = self.bare.driver
        if isinstance(driver, sqlite3.Connection):
            self._commit_session()
            driver.commit()
            return
        if driver.pgconn.transaction_status == TransactionStatus.INERROR:
            raise RuntimeError("somebody has hidden an error of this transaction")  # COMMIT would be a ROLLBACK
        self._commit_session()
        if driver.pgconn.transaction_status == TransactionStatus.INTRANS:
            _say(driver, b"COMMIT")

    def _commit_session(self) -> None:
        if self.session.in_transaction():
            self.session.commit()
            self.session.close()

    def roll_back(self) -> None:
        """As far as it is possible: a line that is still in a transaction after this is none any more."""
        with suppress(Exception):
            self.session.close()
            self.bare.driver.rollback()

    @property
    def is_free(self) -> bool:
        """Whether nothing is under way on it, and its server has not gone away."""
        driver = self.bare.driver
        if self.connection.invalidated:
            return False
        if isinstance(driver, psycopg.Connection):
            return bool(driver.pgconn.transaction_status == TransactionStatus.IDLE)
        try:
            return not driver.in_transaction
        except sqlite3.ProgrammingError:  # it is closed
            return False

    def answers(self) -> bool:
        """A server that was started anew has left lines behind that look well; asking each time would cost a trip."""
        driver = self.bare.driver
        if isinstance(driver, sqlite3.Connection) or time.monotonic() - self.used_at <= IDLE_SECONDS:
            return True
        try:
            return bool(driver.pgconn.exec_(b"SELECT 1").status == ExecStatus.TUPLES_OK)
        except psycopg.Error:
            return False

    def close(self) -> None:
        with suppress(Exception):  # what has been cut off already cannot be closed in order
            self.connection.close()
        self.bare.driver.close()


class Lines:
    """Of one engine, in one process. turn: SQLite lets one write at a time, and whoever waits for it sleeps and looks
    again: so the threads of one process wait for each other here, and one of them for other processes."""

    def __init__(self, engine: Engine, most: int) -> None:
        """most: how many are out at once."""
        self._most = most
        self._turn = Lock() if engine.dialect.name == "sqlite" else None
        self._room = BoundedSemaphore(most)
        self._idle: deque[Line] = deque()

    def take(self, engine: Engine) -> Line:
        """Raises Busy."""
        if not self._room.acquire(timeout=LOCK_SECONDS):
            raise Busy("no connection was free")
        try:
            return self._kept() or _open(engine)
        except BaseException:
            self._room.release()
            raise

    def give_back(self, line: Line) -> None:
        try:
            if line.is_free:
                line.used_at = time.monotonic()
                self._idle.append(line)
            else:
                line.close()
                self.close()  # a server that went away has taken the others with it
        finally:
            self._room.release()

    def close(self) -> None:
        """Those that nobody uses now."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def forget(self) -> None:
        """In a forked child: two processes on one line would read each other's answers."""
        self._idle.clear()
        self._room = BoundedSemaphore(self._most)
        self._turn = Lock() if self._turn else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Busy."""
        if self._turn is None:
            yield
        elif self._turn.acquire(timeout=LOCK_SECONDS):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise Busy("another thread is writing")

    def _kept(self) -> Line | None:
        with suppress(IndexError):
            while True:
                line = self._idle.pop()
                if line.answers():
                    return line
                line.close()
        return None


def lines(engine: Engine) -> Lines:
    found: Lines = engine.get_execution_options()["lines"]
    return found


def _open(engine: Engine) -> Line:
    """What is said on it outside of a transaction does not wait for the disk; a transaction does."""
    connection = engine.connect()
    bare = Bare(connection.connection.driver_connection, engine.dialect)
    connection.detach()
    if isinstance(bare.driver, psycopg.Connection):
        _say(bare.driver, b"SET synchronous_commit = off")
    return Line(bare, connection, Session(connection, expire_on_commit=False, info={"bare": bare}))


def _say(driver: psycopg.Connection[Any], said: bytes) -> None:
    result = driver.pgconn.exec_(said)
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)
