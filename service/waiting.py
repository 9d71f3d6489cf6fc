"""How long anybody waits for somebody else in the database, and what it is called when that was too long."""

import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg.errors

T = TypeVar("T")

LOCK_SECONDS = 3
LOOK_AGAIN_SECONDS = 0.001


class Busy(Exception):
    """Somebody else held the lock, or all connections, for longer than we wait. Nothing was written."""


def patiently(raw: sqlite3.Connection, write: Callable[[], T]) -> T:
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


def is_wait(error: BaseException) -> bool:
    """Whether the driver says that it has waited long enough."""
    if isinstance(error, sqlite3.OperationalError):
        return _is_busy(error)
    return isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)  # Python's own errors, such as of a text that is none, have no code
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
